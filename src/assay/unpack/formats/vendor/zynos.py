"""ZyNOS images of ZyXEL devices: `SIG` objects and the map of memory that names them.

48-byte big-endian header: u32 load address, `SIG` at 6, u8 type (3 whole flash, 4 object),
u32 size, u32 compressed size, u8 flags, u16 checksums, version[15], u32 address of the map.
Layout as read by https://github.com/dev-zzo/router-tools (zynos) and binwalk's signature.
"""

from collections.abc import Iterator
from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import ones_complement_sum
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="zynos",
    family="container",
    magic=(
        Magic(rb".{4}\x00\x00SIG[\x03\x04][\x00-\x07].{7}[\x00\x20\x40\x60\x80\xa0\xc0\xe0]\x00"),
    ),
    about="Flash image or compressed object of ZyNOS devices, with checksums and a memory map.",
    references=("https://github.com/dev-zzo/router-tools",),
    limits=("objects that lie in RAM only are not listed",),
    envelope=True,
)

_HEADER = 48
_FLASH = 3
_COMPRESSED, _SUM, _COMPRESSED_SUM = 0x80, 0x40, 0x20
_ENTRY = 24
_MOST = 512


class _Header(NamedTuple):
    """The fields of a `SIG` header that matter here."""

    kind: int
    size: int
    stored: int
    flags: int
    plain_sum: int
    stored_sum: int
    map_address: int


class _Object(NamedTuple):
    """An object of the memory map, by offset in the blob."""

    name: str
    start: int
    size: int


def _header(view: View, start: int) -> _Header:
    kind, size, stored, flags, _, plain, compressed = view.unpack(">BIIBBHH", start + 9)
    return _Header(kind, size, stored, flags, plain, compressed, view.number(">I", start + 0x27))


def measure(view: View, start: int) -> Extent:
    """Return where the object ends; raises when no checksum of its header holds.

    The checksum is damage, not refusal, where the memory map vouches for the header.
    """
    header = _header(view, start)
    size = header.stored if header.flags & _COMPRESSED else header.size
    if not 16 <= size <= view.size - start - _HEADER:
        raise NotThisFormat("the size reaches beyond the data")
    extent = Extent(start, start + _HEADER + size, None)
    if _checksum_holds(view, extent, header) or list(_objects(view, extent, header)):
        return extent
    raise NotThisFormat("neither checksum nor memory map is sound")


def _checksum_holds(view: View, extent: Extent, header: _Header) -> bool:
    if header.flags & _COMPRESSED:
        wanted, stated = header.stored_sum, header.flags & _COMPRESSED_SUM
    else:
        wanted, stated = header.plain_sum, header.flags & _SUM
    computed = ones_complement_sum(view, extent.start + _HEADER, extent.end)
    return bool(stated) and computed == wanted


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the compressed data, or the objects that the memory map names."""
    start = extent.start
    header = _header(view, start)
    sink.region(start, _HEADER, "parsed", "header")
    if not _checksum_holds(view, extent, header):
        sink.problem("damage", "the checksum does not match", offset=start + 0x14)
    objects = list(_objects(view, extent, header)) if header.kind == _FLASH else []
    if not objects:
        sink.part("data", start + _HEADER, extent.end - start - _HEADER)
        return
    seen: set[str] = set()
    for item in objects:
        name = item.name if item.name not in seen else f"{item.name}@{item.start:#x}"
        seen.add(name)
        sink.part(name, item.start, item.size)


def _objects(view: View, extent: Extent, header: _Header) -> Iterator[_Object]:
    """Yield the objects of the memory map that lie inside the image.

    The map contains itself, so that its entry ties addresses to offsets.
    """
    table = _table(view, extent, header.map_address)
    if table is None:
        return
    for at in range(table + _ENTRY, table + _ENTRY + _ENTRY * view.number(">H", table), _ENTRY):
        address = view.number(">I", at + 10)
        size = view.number(">I", at + 16)
        begin = address - header.map_address + table
        if size and extent.start <= begin < extent.end:
            begin = max(begin, extent.start + _HEADER)
            name = view.text(at + 1, 8) or f"object-{begin:#x}"
            yield _Object(name.strip(), begin, min(size, extent.end - begin))


def _table(view: View, extent: Extent, address: int) -> int | None:
    """Return the offset of the map: u16 count, u32 address of the end of its entries."""
    data = bytes(view.window(extent.start, extent.end - extent.start))
    mark = address.to_bytes(4, "big")
    found = data.find(mark, _HEADER)
    tried = 0
    while found >= 0 and tried < 64:
        tried += 1
        for entry in range(1, 64):
            table = extent.start + found - 10 - entry * _ENTRY
            if table >= extent.start and _is_table(view, extent, table, address, entry):
                return table
        found = data.find(mark, found + 1)
    return None


def _is_table(view: View, extent: Extent, table: int, address: int, entry: int) -> bool:
    count, end = view.unpack(">HI", table)
    inside = table + _ENTRY * (count + 1) <= extent.end
    return entry <= count <= _MOST and inside and end == address + _ENTRY * (count + 1)
