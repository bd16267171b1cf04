"""Master boot record: four partitions, and more in a chain of extended ones.

Layout: 16-byte entries at 446: status, CHS, type, CHS, u32 first sector, u32 sectors,
little-endian; sectors of 512 bytes; `55AA` at 510.
"""

from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="mbr",
    family="volume",
    magic=(Magic(rb"(?:[\x00\x80].{15}){4}\x55\xaa", at=446),),
    about="Partition table of disks and memory cards.",
    references=("https://en.wikipedia.org/wiki/Master_boot_record",),
    limits=("sectors of other sizes than 512 bytes are not tried",),
    envelope=True,
    anywhere=False,
    priority=80,
)

_SECTOR = 512
_TABLE = 446
_EXTENDED = {0x05, 0x0F, 0x85}
_PROTECTIVE = 0xEE
_MOST_LOGICAL = 128


class _Partition(NamedTuple):
    """A partition in sectors from the start of the disk."""

    name: str
    kind: int
    first: int
    sectors: int


def measure(view: View, start: int) -> Extent:
    """Return where the last partition ends; partitions must not overlap or leave the disk."""
    partitions = _primary(view, start)
    if not partitions:
        raise NotThisFormat("no partition")
    if any(partition.kind == _PROTECTIVE for partition in partitions):
        raise NotThisFormat("the table that rules is a GPT")
    sectors = (view.size - start) // _SECTOR
    after = 1
    for partition in sorted(partitions, key=lambda partition: partition.first):
        if partition.first < after or partition.first >= sectors:
            raise NotThisFormat("partitions overlap or lie outside")
        after = partition.first + partition.sectors
    end = min(start + after * _SECTOR, view.size)
    return Extent(start, end, tuple(partitions))


def _primary(view: View, start: int) -> list[_Partition]:
    found = []
    for number in range(4):
        status, kind, first, count = _entry(view, start, number)
        if status not in {0, 0x80}:
            raise NotThisFormat("no status byte")
        if kind and count:
            found.append(_Partition(f"partition{number + 1}", kind, first, count))
        elif kind or first or count:
            raise NotThisFormat("an entry is neither empty nor complete")
    return found


def _entry(view: View, sector: int, number: int) -> tuple[int, int, int, int]:
    status, kind, first, count = view.unpack("<B3xB3xII", sector + _TABLE + 16 * number)
    return status, kind, first, count


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over every partition."""
    partitions: tuple[_Partition, ...] = extent.detail or measure(view, extent.start).detail
    sink.region(extent.start, _SECTOR, "parsed", "boot record")
    for partition in partitions:
        if partition.kind in _EXTENDED:
            _extended(view, extent, partition, sink)
        else:
            _hand_over(extent, partition, sink)


def _hand_over(extent: Extent, partition: _Partition, sink: Sink) -> None:
    at = extent.start + partition.first * _SECTOR
    size = partition.sectors * _SECTOR
    stored = min(size, extent.end - at)
    if stored <= 0:
        sink.problem("damage", f"{partition.name} lies outside", offset=extent.start)
        return
    if stored < size:
        sink.problem("damage", f"{size - stored} bytes of {partition.name} are cut off", offset=at)
    sink.part(partition.name, at, stored)


def _extended(view: View, extent: Extent, outer: _Partition, sink: Sink) -> None:
    """Follow the chain of logical partitions; each record points at the next."""
    record = outer.first
    for number in range(5, 5 + _MOST_LOGICAL):
        at = extent.start + record * _SECTOR
        try:
            sound = view.read(at + 510, 2) == b"\x55\xaa"
            _, kind, first, count = _entry(view, at, 0)
            _, following, link, _ = _entry(view, at, 1)
        except NotThisFormat:
            sound = False
        if not sound:
            sink.problem("damage", "the chain of logical partitions breaks off", offset=at)
            return
        sink.region(at, _SECTOR, "parsed", "extended boot record")
        if kind and count:
            _hand_over(extent, _Partition(f"partition{number}", kind, record + first, count), sink)
        if following not in _EXTENDED or not link or outer.first + link <= record:
            return
        record = outer.first + link
