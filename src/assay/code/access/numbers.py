"""Numbers that are published or made by compilers: no number of somebody's own.

What is left looks drawn by chance. Sources: RFC 2131, 8489, 1321, 3174, 6234, 3720; the reference
codes of FNV, MurmurHash, xxHash, TEA, MT19937 and drand48; Linux uapi headers (file systems,
reboot, capabilities); pcap and pcapng; IEEE 802 and its registry of organizations (OUI).
"""

from collections.abc import Iterator
from functools import cache, lru_cache

_FORMATS = (
    "63825363 2112a442 00112233 27051956 d00dfeed 1f8b0800 424d0000 c0a80101 7f000001 e0000001"
    " effffffa ffff0000 cafebabe feedface feedfacf a1b2c3d4 a1b23c4d 0a0d0d0a 1a2b3c4d 504b0304"
    " fd377a58 28b52ffd 04224d18 53ef0000 45cd3d28 5346544e fee1dead 28121969 05121996 16041998"
    " 20112000 4321fedc 01234567 89abcdef 83aa7e80 01021994 858458f6 24051905 794c7630 5346414f"
    " 20010db8 0064ff9b 19980330 20071026 20080522 14e46c77"
)
_CODES = (
    "67452301 efcdab89 98badcfe 10325476 c3d2e1f0 6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f"
    " 9b05688c 1f83d9ab 5be0cd19 5a827999 6ed9eba1 8f1bbcdc ca62c1d6 04c11db7 edb88320 82f63b78"
    " 1edc6f41 9e3779b9 61c88647 c6ef3720 811c9dc5 01000193 cc9e2d51 1b873593 85ebca6b c2b2ae35"
    " 5bd1e995 e6546b64 9747b28c 9e3779b1 85ebca77 c2b2ae3d 27d4eb2f 165667b1 41c64e6d 6c078965"
    " 9908b0df 9d2c5680 3c6ef35f deece66d 6255534d 243f6a88 85a308d3 13198a2e 03707344 a4093822"
)
ETHERTYPES = frozenset(
    (0x86DD, 0x8035, 0x8100, 0x8137, 0x814C, 0x8808, 0x8809, 0x8847, 0x8848, 0x8863, 0x8864,
     0x886D, 0x888E, 0x8892, 0x88A2, 0x88A4, 0x88A8, 0x88B5, 0x88B6, 0x88B8, 0x88BA, 0x88CC,
     0x88CD, 0x88E1, 0x88E5, 0x88F7, 0x88FB, 0x8902, 0x8906, 0x8914, 0x9000, 0x9100)
)  # fmt: skip
"""What may follow the addresses of an Ethernet frame (IEEE 802 Numbers, IANA)."""

WORDS = frozenset({b"\x7fELF", b"\x89PNG", b"GIF8", b"RIFF", b"SMB\xff", b"\xffSMB", b"\xfeSMB"})
_NUMBERS = (*_FORMATS.split(), *_CODES.split())
PUBLISHED_NUMBERS = frozenset(map(bytes.fromhex, _NUMBERS)) | WORDS
"""What published protocols, formats and functions begin with or compute with, in big-endian."""

_PREFIXES = (
    "aaaa03 0050f2 000fac 00904c 506f9a 001018 00037f 00e04c 0180c2000000 01005e 333300 3333ff"
)
PREFIXES = tuple(bytes.fromhex(one) for one in _PREFIXES.split())
"""LLC with SNAP, organizations in elements of Wi-Fi frames, groups of Ethernet addresses."""

LARGEST_DIVISOR, LARGEST_INVERSE, CLOSE = 1 << 20, 400, 1 << 10
LARGEST_RECORD = 0x80


def is_published(number: bytes) -> bool:
    """Say whether *number*, in either byte order, is a published one."""
    known = (PUBLISHED_NUMBERS, _bounds())
    return any(number in one or number[::-1] in one for one in known)


@cache
def _bounds() -> frozenset[bytes]:
    """Return the bounds of integers divided by units, 32 bits at a time.

    A program asks them before it multiplies, so that nothing overflows.
    """
    units = (*(10**power for power in range(1, 19)), 60, 3600, 86400)
    return frozenset(half for unit in units for half in _halves(unit))


def _halves(unit: int) -> Iterator[bytes]:
    for bits in (31, 32, 63, 64):
        most = ((1 << bits) - 1) // unit
        yield (most & 0xFFFFFFFF).to_bytes(4, "big")
        yield (most >> 32).to_bytes(4, "big")


def is_address(data: bytes) -> bool:
    """Say whether *data* is of one byte only, or holds what addresses and frames begin with."""
    return len(set(data)) == 1 or any(one in data for one in PREFIXES)


def is_ethertype(number: int) -> bool:
    """Say whether *number*, in either byte order, is a published type of Ethernet frames."""
    return number in ETHERTYPES or ((number & 0xFF) << 8 | number >> 8) in ETHERTYPES


def is_request(value: int) -> bool:
    """Say whether *value* is the number of an ioctl: direction, size of the record, letter.

    Layout: Linux include/uapi/asm-generic/ioctl.h; some processors have three bits of direction.
    """
    letter, size = value >> 8 & 0xFF, value >> 16 & 0x1FFF
    return value >> 29 != 0 and size <= LARGEST_RECORD and 0x20 < letter < 0x7F


@lru_cache(maxsize=4096)
def is_divisor(value: int) -> bool:
    """Say whether a number of 32 bits is what compilers multiply by in order to divide.

    It is 2^(32+s)/d rounded up, with an error below 2^s (Granlund and Montgomery, 1994).
    """
    if value <= 0:
        return False
    for shift in range(12):
        power = 1 << 32 + shift
        divisor = (power + value // 2) // value
        if 2 < divisor < LARGEST_DIVISOR and 0 <= value * divisor - power <= 1 << shift:
            return True
    # The inverse of an odd number tells whether something is a multiple of it.
    rests = ((value * divisor) & 0xFFFFFFFF for divisor in range(3, LARGEST_INVERSE, 2))
    return any(min(rest, (1 << 32) - rest) < CLOSE for rest in rests)
