"""Footer of Linksys images: model, checksum of the whole, size of the kernel; 256 bytes of text.

Layout: `.LINKSYS.`, version[8], model[15], POSIX checksum in eight hexadecimal digits, flags,
`K` and the kernel's size in hexadecimal. Source: linksys-image.sh of OpenWrt.
"""

import zlib

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="linksys-footer",
    family="container",
    magic=(Magic(rb"\.LINKSYS\.[0-9A-Z]{8}[\x20-\x7e]{15}[0-9A-F]{8}"),),
    about="Footer of Linksys upgrade files with the model and a checksum of all before it.",
    references=("https://github.com/openwrt/openwrt/blob/main/scripts/linksys-image.sh",),
    limits=("version, flags and the field behind them are not interpreted",),
)

_SIZE = 256
_CHECKSUM = 32
_DIGITS = frozenset(b"0123456789ABCDEF")
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def measure(view: View, start: int) -> Extent:
    """Return where the footer ends."""
    text = view.read(start, 64).rstrip(b"\0")
    if not all(0x20 <= byte < 0x7F for byte in text):
        raise NotThisFormat("the footer is no text")
    if not _DIGITS.issuperset(text[_CHECKSUM : _CHECKSUM + 8]) or len(text) < _CHECKSUM + 8:
        raise NotThisFormat("no checksum in the footer")
    return Extent(start, min(start + _SIZE, view.size))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Verify the checksum of what lies before the footer."""
    stated = int(view.text(extent.start + _CHECKSUM, 8), 16)
    if _posix_checksum(bytes(view.data[: extent.start])) != stated:
        sink.problem("damage", "the checksum in the footer does not match", offset=extent.start)


def _posix_checksum(data: bytes) -> int:
    """Return what `cksum` prints: CRC-32 with the high bit first, of the data and their length.

    It is the usual CRC-32 of the bytes with their bits reversed, itself reversed.
    """
    length = len(data)
    tail = length.to_bytes((length.bit_length() + 7) // 8, "little")
    register = zlib.crc32((data + tail).translate(_REVERSED), 0xFFFFFFFF)
    return int(f"{register:032b}"[::-1], 2)
