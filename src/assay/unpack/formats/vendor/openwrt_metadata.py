"""Metadata and signature that OpenWrt appends to an image: which devices it is for, who built it.

8 zero bytes and JSON, then optionally a signature; each followed by a trailer: `FWx0`, u32
CRC32 (not inverted) of the file up to the trailer, u8 type, 3 bytes, u32 size, big-endian.
Layout: fwtool of OpenWrt (package/system/fwtool).
"""

from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import crc32_uninverted
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="openwrt-metadata",
    family="container",
    magic=(
        Magic(rb'\x00{8}\{"metadata_version"'),
        Magic(rb'\x00{8}\{ "metadata_version"'),
        Magic(rb'\x00{8}\{  "metadata_version"'),
    ),
    about="Trailer of OpenWrt upgrade files: supported devices, version, signature.",
    references=("https://github.com/openwrt/fwtool",),
    limits=("the signature is located; the builder's key is not in the image",),
    envelope=True,
)

_MARK = b"FWx0"
_HEADER, _TRAILER = 8, 16
_LONGEST = 32 << 10
_MOST = 8
_NAMES = {0: "signature", 1: "metadata.json"}


class _Block(NamedTuple):
    """Appended data and the trailer behind them, as offsets in the blob."""

    kind: int
    start: int
    data: int
    trailer: int


def measure(view: View, start: int) -> Extent:
    """Return where the last trailer ends."""
    blocks: list[_Block] = []
    at = start
    while len(blocks) < _MOST:
        found = bytes(view.data[at : at + _LONGEST]).find(_MARK)
        if found < 0:
            break
        trailer = at + found
        kind, size = view.unpack(">B3xI", trailer + 8)
        if trailer + _TRAILER - size != at or kind not in _NAMES:
            break
        blocks.append(_Block(kind, at, at + _HEADER * (kind == 1), trailer))
        at = trailer + _TRAILER
    if not blocks:
        raise NotThisFormat("no trailer belongs to the metadata")
    return Extent(start, at, tuple(blocks))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over metadata and signatures; verify the CRC, which covers the file before them."""
    blocks: tuple[_Block, ...] = extent.detail or measure(view, extent.start).detail
    for number, block in enumerate(blocks):
        sink.region(block.start, block.data - block.start, "parsed", "header")
        sink.region(block.trailer, _TRAILER, "parsed", "trailer")
        name = _NAMES[block.kind] if number < 2 else f"{_NAMES[block.kind]}-{number}"
        if block.trailer > block.data:
            sink.part(name, block.data, block.trailer - block.data)
        if crc32_uninverted(view, 0, block.trailer) != view.number(">I", block.trailer + 4):
            says = "the CRC of the image up to the trailer does not match"
            sink.problem("damage", says, offset=block.trailer + 4)
