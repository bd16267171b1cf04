"""Broadcom NVRAM: the settings of a router in flash, `FLSH`, with a CRC8.

Layout (little-endian): magic, u32 length, u32 CRC8, version and SDRAM values, u32, u32, then
`name=value` entries that end with a zero; struct nvram_header of Broadcom's bcmnvram.h.
"""

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="broadcom-nvram",
    family="volume",
    magic=(Magic(rb"FLSH..[\x00-\x03]\x00..{11}[!-~]{2}"),),
    about="Settings of Broadcom routers: addresses, passwords, wireless parameters.",
    references=("https://openwrt.org/docs/techref/bootloader/cfe",),
)

_HEADER = 20
_MOST = 8192
_POLYNOMIAL = 0xAB


def _crc8(data: bytes) -> int:
    """Return the CRC-8 with polynomial x8+x7+x6+x4+x2+1, reflected, from 0xff."""
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    crc = 0xFF
    for byte in data:
        crc = table[crc ^ byte]
    return crc


def measure(view: View, start: int) -> Extent:
    """Return where the settings end; the CRC8 must match."""
    length = view.number("<I", start + 4)
    if not _HEADER + 4 <= length <= 1 << 18 or length > view.size - start:
        raise NotThisFormat("the length is impossible")
    if b"=" not in view.read(start + _HEADER, min(64, length - _HEADER)):
        raise NotThisFormat("no setting at the beginning")
    if _crc8(view.read(start + 9, length - 9)) != view.number("B", start + 8):
        raise NotThisFormat("the CRC8 does not match")
    return Extent(start, start + length)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """List every setting as a file that holds its value."""
    data = extent.start + _HEADER
    at = data
    for entry in view.read(data, extent.end - data).split(b"\0")[:_MOST]:
        name, mark, value = entry.partition(b"=")
        if mark and name:
            pieces = [Piece(at=at + len(name) + 1, size=len(value), codec="raw", length=len(value))]
            sink.file(
                name.replace(b"/", b"_"), pieces if value else [], size=len(value), offset=at,
                length=len(entry),
            )  # fmt: skip
        at += len(entry) + 1
