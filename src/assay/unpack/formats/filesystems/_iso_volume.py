"""ISO 9660 volumes: which descriptor is used, and what nothing refers to.

Layout: ECMA-119, 4th edition; Joliet specification, 1995; El Torito 1.0.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from assay.unpack.format import NotThisFormat
from assay.unpack.formats.filesystems._free_space import free_runs, is_uniform
from assay.unpack.sink import Sink
from assay.unpack.view import View

SECTOR = 2048
_MOST_DESCRIPTORS = 64
_MOST_DIRECTORIES = 65_536


class Volume(NamedTuple):
    """The descriptor that is used: where the root is, and how names are written."""

    start: int
    end: int
    cut: int
    block: int
    root: int
    root_size: int
    joliet: bool
    skip: int


def volume_at(view: View, start: int) -> Volume:
    primary = start + 16 * SECTOR
    if view.read(primary, 7) != b"\x01CD001\x01":
        raise NotThisFormat("no primary volume descriptor")
    blocks, block = view.number("<I", primary + 80), view.number("<H", primary + 128)
    if blocks != view.number(">I", primary + 84) or block != view.number(">H", primary + 130):
        raise NotThisFormat("the two byte orders of the descriptor disagree")
    if block not in {512, 1024, 2048} or not blocks:
        raise NotThisFormat("an ISO 9660 geometry that cannot be")
    chosen, joliet = primary, False
    skip = _rock_ridge(view, start, primary, block)
    if skip < 0:
        found = _joliet(view, start)
        chosen, joliet = (found, True) if found else (primary, False)
    root, root_size = view.number("<I", chosen + 158), view.number("<I", chosen + 166)
    end = start + blocks * block
    return Volume(
        start, min(end, view.size), max(0, end - view.size), block, root, root_size, joliet, skip
    )  # fmt: skip


def _rock_ridge(view: View, start: int, descriptor: int, block: int) -> int:
    """Return how many bytes the system-use areas skip, or -1 where there is no Rock Ridge."""
    at = start + view.number("<I", descriptor + 158) * block
    length, name = view.number("B", at), view.number("B", at + 32)
    if length < 34 or length > 254:
        raise NotThisFormat("the root directory has no record of itself")
    used = 33 + name + (name + 1 & 1)
    area = view.read(at + used, max(0, length - used))
    place = area.find(b"SP\x07\x01\xbe\xef")
    if place >= 0:
        return area[place + 6] if len(area) > place + 6 else 0
    return 0 if b"RR\x05\x01" in area or b"PX" in area else -1


def _joliet(view: View, start: int) -> int:
    """Return the offset of a supplementary descriptor with UCS-2 names, or 0."""
    for index in range(17, 17 + _MOST_DESCRIPTORS):
        at = start + index * SECTOR
        if at + SECTOR > view.size or view.read(at + 1, 5) != b"CD001":
            break
        escapes = view.read(at + 88, 3)
        if view.number("B", at) == 2 and escapes in {b"%/@", b"%/C", b"%/E"}:
            return at
    return 0


def account_for_the_rest(
    view: View, volume: Volume, used: Iterable[tuple[int, int]], sink: Sink
) -> None:
    """State what is not in *used* nor in a table; boot images that lie there are parts."""
    count = (volume.end - volume.start + SECTOR - 1) // SECTOR
    changes = np.zeros(count + 1, np.int64)
    for at, size in [*used, *_descriptors(view, volume)]:
        first = min(count, max(0, at - volume.start) // SECTOR)
        last = (at + size - volume.start + SECTOR - 1) // SECTOR
        changes[first] += 1
        changes[max(first, min(count, last))] -= 1
    sectors = np.cumsum(changes[:count]) > 0
    for first, length in free_runs(sectors):
        at = volume.start + first * SECTOR
        size = min(length * SECTOR, volume.end - at)
        if size <= 0 or is_uniform(view, at, size):
            sink.region(at, size, "padding", "not referred to")
        elif first == 0:
            sink.region(at, size, "unknown", "system area before the descriptors")
        else:
            sink.part(f"unreferenced-{first}", at, size)


def _descriptors(view: View, volume: Volume) -> Iterator[tuple[int, int]]:
    """Yield (offset, size) of the descriptors, their path tables and the boot catalogue."""
    for index in range(16, 16 + _MOST_DESCRIPTORS):
        at = volume.start + index * SECTOR
        if at + SECTOR > volume.end or view.read(at + 1, 5) != b"CD001":
            return
        yield at, SECTOR
        kind = view.number("B", at)
        if kind == 0:
            yield volume.start + view.number("<I", at + 71) * SECTOR, SECTOR
        elif kind in {1, 2}:
            size = view.number("<I", at + 132)
            for layout, place in (("<I", 140), ("<I", 144), (">I", 148), (">I", 152)):
                where = view.number(layout, at + place)
                if where:
                    yield volume.start + where * volume.block, min(size, volume.end)
            table = volume.start + view.number("<I", at + 140) * volume.block
            yield from _directories(view, volume, table, min(size, volume.end - table))


def _directories(view: View, volume: Volume, at: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield (offset, size) of the directories in a path table, also of trees not walked."""
    end = at + size
    for _ in range(_MOST_DIRECTORIES):
        if at + 8 > end:
            return
        length, where = view.number("B", at), view.number("<I", at + 2)
        begin = volume.start + where * volume.block
        if not length:
            return
        if begin + 34 <= volume.end:
            yield begin, min(view.number("<I", begin + 10), volume.end)
        at += 8 + length + (length & 1)
