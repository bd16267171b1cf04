"""What the native kernels of the index are handed: C records that point into its arrays.

The records are those of `_native/rows.h`; each holds the arrays it points into. Where there is no
library, or an array is not of the form that C expects, there is none, and the callers do the work
in numpy.
"""

import ctypes
from ctypes import c_int64 as _number, c_void_p as _pointer
from functools import cache
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from assay._native import library

if TYPE_CHECKING:
    from assay.code.listing import Listing
    from assay.code.memory import Memory
    from assay.code.values import Flow

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Small = npt.NDArray[np.uint8]

_START: Any = ctypes.c_char * 0
WIDEST = 1 << 25
"""Bytes of code up to which rows are looked up in a table of all addresses."""

SEVERAL = 256
"""Rows for each address asked for, above which that table is not worth making."""

MOST_ROWS = 1 << 29
"""Rows above which twice a row is no int32."""


class Rows(ctypes.Structure):
    """A listing."""

    _fields_ = (
        ("count", _number),
        *((name, _pointer) for name in ("address", "imm", "op", "rd", "ra", "rb", "width", "cond")),
        ("places", _pointer),
    )


class Reaching(ctypes.Structure):
    """The reaching definitions of a listing."""

    _fields_ = (
        ("rows", _pointer),
        *((name, _pointer) for name in ("keys", "first", "floor", "called", "origin")),
        *((name, _pointer) for name in ("clobbered", "written", "resting", "settings")),
        ("settings_count", _number),
        ("stub_register", _number),
        ("delay", _number),
    )


class Mapped(ctypes.Structure):
    """The memory of a program."""

    _fields_ = (
        ("big_endian", _number),
        ("blocks", _number),
        *((name, _pointer) for name in ("starts", "sizes", "data")),
        ("constants", _number),
        *((name, _pointer) for name in ("constant_starts", "constant_ends")),
    )


_ARGUMENTS: dict[str, str] = {
    "rows_places": "ppn",
    "rows_find": "ppnpp",
    "flow_define": "pppnpnpnnpppppppp",
    "flow_reach": "ppppnp",
    "flow_values": "ppppnppnpp",
    "flow_operands": "pnnppppp",
    "flow_operands_again": "pppnppnpp",
    "flow_evaluate": "ppnppnppppnpp",
}
"""What each kernel takes: pointers and numbers."""


@cache
def _bound(found: Any) -> SimpleNamespace:  # noqa: ANN401 - ctypes makes its functions
    bound = SimpleNamespace()
    for name, arguments in _ARGUMENTS.items():
        function = getattr(found, name)
        function.argtypes = [_pointer if one == "p" else _number for one in arguments]
        function.restype = _number
        setattr(bound, name, function)
    return bound


def kernels() -> Any:  # noqa: ANN401 - as above
    """Return the kernels of the index, None where there is no library or it is switched off."""
    found = library()
    return None if found is None else _bound(found)


def start(array: npt.NDArray[Any]) -> Any:  # noqa: ANN401 - what ctypes takes for a pointer
    """Return a pointer to the first item of *array*, which must lie in one piece."""
    try:
        return _START.from_buffer(array)
    except (TypeError, ValueError):
        if not array.flags.c_contiguous:
            raise
        return array.ctypes.data  # what is read only is read by kernels


def _point(record: Any, name: str, array: npt.NDArray[Any], size: int) -> bool:  # noqa: ANN401
    """Let field *name* of *record* point to *array*, if it is one piece of *size* bytes."""
    if array.nbytes != size or not array.flags.c_contiguous:
        return False
    first = start(array)
    setattr(record, name, first if isinstance(first, int) else ctypes.addressof(first))
    record.held.append(array)
    return True


def rows_of(listing: "Listing") -> Rows | None:
    """Return the record of *listing* as it is now, without `places`."""
    count = len(listing)
    if not 0 < count < MOST_ROWS or kernels() is None:
        return None
    record = Rows(count)
    record.held = []
    fine = all(
        _point(record, name, getattr(listing, name), 8 * count) for name in ("address", "imm")
    )
    small = ("op", "rd", "ra", "rb", "width", "cond")
    fine = fine and all(_point(record, name, getattr(listing, name), count) for name in small)
    return record if fine else None


def placed(listing: "Listing", asked: int) -> Rows | None:
    """Return the record of *listing* for finding the rows of so many addresses."""
    record = listing.native
    if record is None or record.held[0] is not listing.address:
        listing.native = record = rows_of(listing)
    if record is not None and not record.places and asked > len(listing) // SEVERAL:
        span = int(listing.address[-1] - listing.address[0]) + 1
        if 0 < span <= WIDEST and not _give_places(record, span):
            return None
    return record


def _give_places(record: Rows, span: int) -> bool:
    """Give *record* the table of its rows by address, of *span* bytes; False if out of order."""
    places = np.empty((span >> 6) + 2, dtype=np.int32)
    if kernels().rows_places(ctypes.addressof(record), start(places), places.size):
        return False
    return _point(record, "places", places, places.nbytes)


def definitions(listing: "Listing", starts: Ints, delay: int) -> list[npt.NDArray[Any]] | None:
    """Return what `Flow` is made of: first, keys, floor, called, origin, and the branches."""
    before, rows, count = placed(listing, len(listing)), rows_of(listing), len(listing)
    if rows is None or before is None:
        return None
    listing.native, rows.places = rows, before.places
    rows.held += before.held
    extras = listing.extra_index.size
    first, keys = np.empty(257, np.int32), np.empty(count + extras, np.int32)
    floor, called = np.zeros(count + 2, np.int32), np.zeros(count + 2, np.int32)
    origin, scratch = np.empty(count + 2, np.int32), np.empty(count + 2 + extras, np.int32)
    sources, targets = np.empty(count, np.int64), np.empty(count, np.int64)
    branches = kernels().flow_define(
        ctypes.addressof(rows), start(listing.extra_index), start(listing.extra_register), extras,
        start(listing.breaks), listing.breaks.size, start(starts), starts.size, delay,
        *(start(one) for one in (keys, first, floor, called, origin, sources, targets, scratch)),
    )  # fmt: skip
    if branches < 0:
        return None
    sources, targets = sources[:branches].copy(), targets[:branches].copy()
    return [first, keys[: first[-1]].copy(), floor, called, origin, sources, targets]


def reaching(flow: "Flow", resting: Ints) -> Reaching | None:
    """Return the record of the reaching definitions of *flow*."""
    rows, stub = flow.listing.native, flow.isa.stub_register
    if rows is None or flow.first is None or flow.sorted_rows is None:
        return None
    record = Reaching(ctypes.addressof(rows), stub_register=-1 if stub is None else stub)
    record.delay, record.settings_count = flow.isa.delay, flow.settings.size
    record.held = [rows]
    columns = {
        "keys": flow.sorted_rows, "first": flow.first, "floor": flow.floor,
        "called": flow.called, "origin": flow.origin, "clobbered": flow.clobbered,
        "written": flow.written, "resting": resting, "settings": flow.settings,
    }  # fmt: skip
    fine = all(_point(record, name, array, array.nbytes) for name, array in columns.items())
    return record if fine else None


def mapped(memory: "Memory", bounds: tuple[npt.NDArray[Any], npt.NDArray[Any]]) -> Mapped | None:
    """Return the record of *memory*; *bounds* are those of what never changes.

    None where its blocks are out of order or overlap.
    """
    blocks = [one for one in memory.blocks if one.data.size]
    if kernels() is None or any(one.end > other.start for one, other in pairwise(blocks)):
        return None
    record = Mapped(memory.order == ">", len(blocks), constants=bounds[0].size)
    record.held = [one.data for one in blocks]
    if not all(one.data.flags.c_contiguous and one.data.itemsize == 1 for one in blocks):
        return None
    columns = {
        "starts": np.array([one.start for one in blocks], dtype=np.int64),
        "sizes": np.array([one.data.size for one in blocks], dtype=np.int64),
        "data": np.array([one.data.ctypes.data for one in blocks], dtype=np.uint64),
        "constant_starts": bounds[0],
        "constant_ends": bounds[1],
    }
    fine = all(_point(record, name, array, array.nbytes) for name, array in columns.items())
    return record if fine else None


def reach(known: Reaching, registers: Small, positions: Ints, before: Ints | None) -> Ints | None:
    """Return what `Flow.reach` does, None where a position lies outside the listing."""
    found = np.empty(positions.size, dtype=np.int64)
    asked = _questions(registers, positions, before)
    if kernels().flow_reach(ctypes.addressof(known), *asked, start(found)):
        return None
    return found


def values(
    known: Reaching, asked: tuple[Small, Ints, Ints | None], cells: Ints, filled: Mask
) -> tuple[Ints, Mask] | None:
    """Return what `Flow.value_of` does for *asked*, None where a position is none."""
    count = asked[1].size
    found, good = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.bool_)
    held = start(cells), start(filled), cells.size, start(found), start(good)
    if kernels().flow_values(ctypes.addressof(known), *_questions(*asked), *held):
        return None
    return found, good


def _questions(registers: Small, positions: Ints, before: Ints | None) -> tuple[Any, Any, Any, int]:
    """Return the arguments by which kernels are asked for *registers* at *positions*."""
    where = start(np.ascontiguousarray(positions, dtype=np.int64))
    ends = where if before is None else start(np.ascontiguousarray(before, dtype=np.int64))
    return start(np.ascontiguousarray(registers, dtype=np.uint8)), where, ends, positions.size


def operands(
    known: Reaching, stack: int, mask: int, held: tuple[Ints, Mask, Mask]
) -> tuple[Ints, Ints]:
    """Fill in the constants that instructions name; return what may become constants.

    That is the rows and the cells of their first operands; *held* are values, known, absolute.
    """
    count = held[0].size
    rows, cells = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    arrays = (start(one) for one in (*held, rows, cells))
    kept = kernels().flow_operands(ctypes.addressof(known), stack, mask, *arrays)
    return rows[:kept].copy(), cells[:kept].copy()


def operands_again(
    known: Reaching, filled: Mask, chosen: list[tuple[int, int]], waiting: tuple[Ints, Ints]
) -> tuple[Ints, Ints] | None:
    """Return which of the *waiting* rows in the ranges *chosen* are no constants yet."""
    ranges = np.array(chosen, dtype=np.int64).reshape(-1, 2)
    rows, cells = np.empty(waiting[0].size, np.int64), np.empty(waiting[0].size, np.int64)
    kept = kernels().flow_operands_again(
        ctypes.addressof(known), start(filled), start(ranges), len(chosen),
        start(waiting[0]), start(waiting[1]), rows.size, start(rows), start(cells),
    )  # fmt: skip
    return None if kept < 0 else (rows[:kept], cells[:kept])


def evaluated(
    known: Reaching,
    memory: Mapped,
    mask: int,
    waiting: tuple[Ints, Ints],
    cells: tuple[Ints, Mask, Mask, Mask],
) -> bool:
    """Compute the constants of the *waiting* rows into *cells*; return whether that was done."""
    count, size = waiting[0].size, cells[0].size
    scratch, able = np.empty(6 * count, dtype=np.int32), np.empty(size, dtype=np.bool_)
    done: int = kernels().flow_evaluate(
        ctypes.addressof(known), ctypes.addressof(memory), mask,
        start(waiting[0]), start(waiting[1]), count,
        *(start(one) for one in cells), size, start(scratch), start(able),
    )  # fmt: skip
    return done == 0


def find(rows: Rows, addresses: Ints) -> tuple[Ints, Mask]:
    """Return what `Listing.find` does."""
    found = np.empty(addresses.shape, dtype=np.int64)
    good = np.empty(addresses.shape, dtype=np.bool_)
    wanted = np.ascontiguousarray(addresses, dtype=np.int64)
    kernels().rows_find(
        ctypes.addressof(rows), start(wanted), wanted.size, start(found), start(good)
    )
    return found, good
