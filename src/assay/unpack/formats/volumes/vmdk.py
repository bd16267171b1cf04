"""VMDK sparse extents, as virtual appliances (OVA) carry them.

Layout (little-endian): `KDMV`, version, flags, capacity, grain size, descriptor, entries of a
grain table, grain directory, in sectors of 512 bytes; stream-optimised ones compress grains.
Source: VMware Virtual Disk Format 5.0.
"""

from collections.abc import Iterator
from typing import NamedTuple

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.volumes._grains import hand_over_disk
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="vmdk",
    family="volume",
    magic=(Magic(rb"KDMV[\x01-\x03]\x00\x00\x00"),),
    about="Disk image of VMware and of virtual appliances.",
    references=("https://www.vmware.com/app/vmdk/?src=vmdk",),
    limits=("disks split over several files are not put together",),
    anywhere=False,
)

_SECTOR = 512
_COMPRESSED_GRAINS, _MARKERS = 1 << 16, 1 << 17
_AT_END = 0xFFFFFFFFFFFFFFFF
_FOOTER_FROM_END = 1024
_MOST_GRAINS = 1 << 22


class _Header(NamedTuple):
    """The fields that lead to the data; *capacity* and *grain* are in sectors."""

    flags: int
    capacity: int
    grain: int
    entries: int
    directory: int


def _header(view: View, at: int) -> _Header:
    if view.read(at, 4) != b"KDMV":
        raise NotThisFormat("no header")
    _, flags, capacity, grain = view.unpack("<IIQQ", at + 4)
    entries, _, directory = view.unpack("<IQQ", at + 44)
    if not 8 <= grain <= 4096 or grain & (grain - 1) or not 0 < entries <= 4096 or not capacity:
        raise NotThisFormat("an impossible header")
    if capacity // grain > _MOST_GRAINS:
        raise NotThisFormat("the disk is too large")
    return _Header(flags, capacity, grain, entries, directory)


def measure(view: View, start: int) -> Extent:
    """Return the rest of the blob: grains may lie anywhere in it."""
    header = _header(view, start)
    if header.directory == _AT_END:
        header = _header(view, view.size - _FOOTER_FROM_END)
    tables = -(-header.capacity // (header.grain * header.entries))
    view.window(start + header.directory * _SECTOR, 4 * tables)
    return Extent(start, view.size, header)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the disk and the text that describes it."""
    header: _Header = extent.detail or measure(view, extent.start).detail
    offset, size = view.unpack("<QQ", extent.start + 28)
    at = extent.start + offset * _SECTOR
    if 0 < size <= 64 and at + size * _SECTOR <= extent.end:
        text = view.read(at, size * _SECTOR).rstrip(b"\0")
        piece = Piece(at=at, size=len(text), codec="raw", length=len(text))
        sink.file(b"descriptor", [piece] if text else [], size=len(text), offset=at)
    hand_over_disk(_grains(view, extent.start, header, sink), extent.start, sink)


def _grains(view: View, start: int, header: _Header, sink: Sink) -> Iterator[Piece]:
    left = header.capacity * _SECTOR
    grain = header.grain * _SECTOR
    number = 0
    while left > 0:
        span = min(left, grain * header.entries)
        try:
            table = view.number("<I", start + header.directory * _SECTOR + 4 * number)
            rows = view.unpack(f"<{header.entries}I", start + table * _SECTOR) if table else ()
        except NotThisFormat:
            sink.problem("damage", "a grain table lies outside", offset=start)
            rows = ()
        if not rows:
            yield Piece(at=0, size=0, codec="hole", length=span)
        for at, row in zip(range(0, span, grain), rows, strict=False):
            yield _grain(view, start, header, (row, min(grain, span - at)), sink)
        left -= span
        number += 1


def _grain(view: View, start: int, header: _Header, entry: tuple[int, int], sink: Sink) -> Piece:
    """Return the grain of an entry: (first sector, bytes of the disk it holds)."""
    row, length = entry
    hole = Piece(at=0, size=0, codec="hole", length=length)
    if row <= 1:
        return hole
    at = start + row * _SECTOR
    try:
        if not header.flags & _COMPRESSED_GRAINS:
            view.window(at, length)
            return Piece(at=at, size=length, codec="raw", length=length)
        size = view.number("<I", at + 8) if header.flags & _MARKERS else view.number("<I", at)
        data = at + (12 if header.flags & _MARKERS else 4)
        view.window(data, size)
    except NotThisFormat:
        sink.problem("damage", "a grain lies outside", offset=start)
        return hole
    whole = header.grain * _SECTOR
    return Piece(at=data, size=size, codec="zlib", length=whole, take=length)
