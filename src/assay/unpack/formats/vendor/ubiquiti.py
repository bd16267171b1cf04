"""Ubiquiti images: `UBNT`, `GEOS` or `OPEN` header, parts with CRCs, an end mark or signature.

Layout (big-endian): magic, version[256], u32 CRC32, u32; parts: `PART`, name[16], 12 bytes,
u32 memory address, index, base, entry, data size, partition size, data, u32 CRC32 of header
and data, u32; `END.`, CRC32, u32 or `ENDS`, signature[256], u32. Source: fw.h of mkfwimage.
"""

from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import crc32
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="ubiquiti",
    family="container",
    magic=(Magic(rb"(?:UBNT|GEOS|OPEN)[\x20-\x7e]{3}"),),
    about="Upgrade file of Ubiquiti's radios and routers: named parts with CRCs.",
    references=("https://github.com/openwrt/firmware-utils/blob/master/src/fw.h",),
    limits=("the RSA signature is located, not verified",),
    envelope=True,
)

_HEADER, _PART, _TRAILER = 268, 56, 8
_ENDS = {b"END.": 12, b"ENDS": 264}
_MOST = 64


class _Part(NamedTuple):
    """A part: where its header is and how long its data are."""

    start: int
    size: int

    @property
    def data(self) -> int:
        """The offset of the data."""
        return self.start + _PART

    @property
    def end(self) -> int:
        """The first byte after the CRC that follows the data."""
        return self.data + self.size + _TRAILER


def measure(view: View, start: int) -> Extent:
    """Return where the end mark or signature ends; the header's CRC must match."""
    if crc32(view, start, start + 260) != view.number(">I", start + 260):
        raise NotThisFormat("the CRC of the header does not match")
    parts: list[_Part] = []
    at = start + _HEADER
    while len(parts) < _MOST and bytes(view.data[at : at + 4]) in {b"PART", b"FILE", b"EXEC"}:
        part = _Part(at, view.number(">I", at + 48))
        view.window(part.start, part.end - part.start)
        parts.append(part)
        at = part.end
    if not parts:
        raise NotThisFormat("no part")
    trailer = _ENDS.get(bytes(view.data[at : at + 4]), 0)
    return Extent(start, min(at + trailer, view.size), tuple(parts))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the parts and verify their CRCs."""
    parts: tuple[_Part, ...] = extent.detail or measure(view, extent.start).detail
    version = view.text(extent.start + 4, 64)
    sink.region(extent.start, _HEADER, "parsed", f"header {version}")
    for number, part in enumerate(parts):
        sink.region(part.start, _PART, "parsed", "part header")
        sink.region(part.end - _TRAILER, _TRAILER, "parsed", "checksum")
        name = view.text(part.start + 4, 16).replace("/", "_") or f"part{number}"
        if part.size:
            sink.part(name, part.data, part.size)
        covered = part.end - _TRAILER
        if crc32(view, part.start, covered) != view.number(">I", covered):
            sink.problem("damage", f"the CRC of {name} does not match", offset=part.start)
    after = parts[-1].end
    sink.region(after, extent.end - after, "parsed", "end mark or signature")
    if after == extent.end:
        sink.problem("damage", "neither end mark nor signature follows the parts", offset=after)
