"""The salted, iterated hashes of crypt(3): MD5 (`$1$`, `$apr1$`) and SHA-2 (`$5$`, `$6$`).

References: P.-H. Kamp's description of MD5-crypt; U. Drepper, "Unix crypt using SHA-256 and
SHA-512", version 0.6. Both end in base 64 with the alphabet of `des.ALPHABET`, low bits first.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from assay.inventory.passwords.des import ALPHABET

try:  # CPython's own MD5 costs half of OpenSSL's for messages this short; the digests are equal
    from _md5 import md5 as _md5  # type: ignore[import-not-found]
except ImportError:  # pragma: no cover - builds without their own hashes
    _md5 = hashlib.md5

_MD5_ORDER = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5), (11,))
Digest = Callable[[bytes], Any]


def md5_crypt(guess: bytes, salt: bytes, magic: bytes) -> str:
    """Return the last field of the MD5 hash of *guess*; *magic* is `$1$` or `$apr1$`."""
    inner = _md5(guess + salt + guess).digest()
    start = guess + magic + salt + _repeated(inner, len(guess))
    length = len(guess)
    while length:
        start += b"\0" if length & 1 else guess[:1]
        length >>= 1
    digest = _md5(start).digest()
    for before, after in _cycle(guess, salt, 1000):
        digest = _md5(before + digest + after).digest()
    return _encoded(digest, _MD5_ORDER)


def sha_crypt(guess: bytes, salt: bytes, rounds: int, digest: Digest) -> str:
    """Return the last field of the SHA-256 or SHA-512 hash of *guess* after *rounds* rounds."""
    inner = digest(guess + salt + guess).digest()
    start = guess + salt + _repeated(inner, len(guess))
    length = len(guess)
    while length:
        start += inner if length & 1 else guess
        length >>= 1
    state = digest(start).digest()
    of_guess = _repeated(digest(guess * len(guess)).digest(), len(guess))
    of_salt = _repeated(digest(salt * (16 + state[0])).digest(), len(salt))
    for before, after in _cycle(of_guess, of_salt, rounds):
        state = digest(before + state + after).digest()
    return _encoded(state, _SHA256_ORDER if len(state) == 32 else _SHA512_ORDER)


def _cycle(guess: bytes, salt: bytes, rounds: int) -> list[tuple[bytes, bytes]]:
    """Return what each round puts before and after the digest; it repeats after 42 rounds."""
    found = []
    for number in range(42):
        middle = (salt if number % 3 else b"") + (guess if number % 7 else b"")
        found.append((guess + middle, b"") if number & 1 else (b"", middle + guess))
    return (found * (rounds // 42 + 1))[:rounds]


def _repeated(data: bytes, length: int) -> bytes:
    return (data * (length // len(data) + 1))[:length] if length else b""


def _encoded(digest: bytes, order: tuple[tuple[int, ...], ...]) -> str:
    text = []
    for group in order:
        value = int.from_bytes(bytes(digest[place] for place in group), "big")
        text += [ALPHABET[value >> 6 * step & 63] for step in range((len(group) * 8 + 5) // 6)]
    return "".join(text)


def _rotating(size: int, step: int, tail: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return the byte order of the SHA-2 forms: triples a third apart, turned by *step*."""
    third = size // 3
    order = []
    for number in range(third):
        triple = (number, number + third, number + 2 * third)
        turn = number * step % 3
        order.append(triple[turn:] + triple[:turn])
    return (*order, tail)


_SHA256_ORDER = _rotating(30, 2, (31, 30))
_SHA512_ORDER = _rotating(63, 1, (63,))
