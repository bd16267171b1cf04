"""FTL, the flash translation layer of PC cards and of VxWorks devices: a disk on NOR flash.

Erase units, each with a 68-byte header (a CIS tuple `FTL100`) and a block allocation map that
says which virtual sector every 512-byte block holds; little-endian.
Layout: PCMCIA Media Storage Formats, Intel FTL Specification; field names as in Linux mtd/ftl.h.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="ftl",
    family="volume",
    magic=(Magic(rb"\x13\x03CISF.\x00FTL100"),),
    about="Disk kept on NOR flash by a translation layer; its sectors are put in order.",
    references=("https://github.com/torvalds/linux/blob/master/drivers/mtd/ftl.c",),
    limits=("sectors held by replacement pages are taken from the block allocation map",),
)

_HEADER = 68
_TRANSFER = 0xFFFF
_TYPE, _DATA = 0x7F, 0x40
_MOST_UNITS = 4096
_MARK = b"\x13\x03CIS"


class _Unit(NamedTuple):
    """The fields of an erase unit header; *first* is that unit's number in the flash."""

    logical: int
    block_bits: int
    unit_bits: int
    first: int
    units: int
    size: int
    map_offset: int


def _unit(view: View, at: int) -> _Unit:
    if view.read(at, len(_MARK)) != _MARK:
        raise NotThisFormat("no erase unit header")
    logical, block, size, first, units, disk = view.unpack("<HBBHHI", at + 20)
    return _Unit(logical, block, size, first, units, disk, view.number("<I", at + 48))


def measure(view: View, start: int) -> Extent:
    """Return where the last erase unit ends; cut-off units are left out."""
    unit = _unit(view, start)
    if not (9 <= unit.block_bits <= 12 and unit.block_bits + 3 <= unit.unit_bits <= 24):
        raise NotThisFormat("impossible sizes of blocks or units")
    if not 0 < unit.units <= _MOST_UNITS:
        raise NotThisFormat("an impossible count of units")
    size = 1 << unit.unit_bits
    blocks = size >> unit.block_bits
    if not _HEADER <= unit.map_offset <= size - 4 * blocks:
        raise NotThisFormat("the block allocation map lies outside its unit")
    if not size // blocks <= unit.size <= min(unit.units * size, view.limits.file):
        raise NotThisFormat("the disk is larger than its flash, or empty")
    complete = min(unit.units, (view.size - start) // size)
    if not complete:
        raise NotThisFormat("the first unit is cut off")
    return Extent(start, start + complete * size, unit)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the disk, its sectors in order; sectors never written are zeros."""
    unit: _Unit = extent.detail or _unit(view, extent.start)
    block = 1 << unit.block_bits
    sectors = unit.size >> unit.block_bits
    places = _places(view, extent, unit, sectors, sink)
    pieces: list[Piece] = []
    first = 0
    breaks = np.flatnonzero(_breaks(places, block)) + 1
    for after in [*breaks.tolist(), sectors]:
        at, size = int(places[first]), (after - first) * block
        codec = "raw" if at >= 0 else "hole"
        pieces.append(Piece(at=max(at, 0), size=size if at >= 0 else 0, codec=codec, length=size))
        first = after
    sink.assembled("disk", pieces, size=sectors * block)
    missing = unit.units - ((extent.end - extent.start) >> unit.unit_bits)
    if missing:
        sink.problem("damage", f"{missing} erase units are cut off", offset=extent.end)


def _breaks(places: NDArray[np.int64], block: int) -> NDArray[np.bool_]:
    """Return at which sectors the run of adjoining places, or of holes, ends."""
    both_holes = (places[:-1] < 0) & (places[1:] < 0)
    adjoining = (places[:-1] >= 0) & (places[1:] == places[:-1] + block)
    joined: NDArray[np.bool_] = both_holes | adjoining
    return ~joined


def _places(
    view: View, extent: Extent, first: _Unit, sectors: int, sink: Sink
) -> NDArray[np.int64]:
    """Return where every virtual sector lies in the blob, -1 where it was never written."""
    places = np.full(sectors, -1, dtype=np.int64)
    size, bits = 1 << first.unit_bits, first.block_bits
    twice = 0
    for at in range(extent.start, extent.end, size):
        try:
            unit = _unit(view, at)
        except NotThisFormat:
            sink.problem("damage", "an erase unit has no header", offset=at)
            continue
        if unit.logical == _TRANSFER:
            continue
        table = np.frombuffer(view.window(at + first.map_offset, 4 * (size >> bits)), dtype="<u4")
        held = (table & _TYPE == _DATA) & (table >> bits < sectors)
        blocks = np.flatnonzero(held)
        virtual = table[blocks] >> bits
        twice += int(np.count_nonzero(places[virtual] >= 0))
        places[virtual] = at + (blocks << bits)
    if twice:
        sink.problem(
            "damage", f"{twice} sectors are held twice; the last is used", offset=extent.start
        )
    return places
