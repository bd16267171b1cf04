"""What the native kernels of the index are handed: C records that point into its arrays.

The records are those of `_native/rows.h`; each holds the arrays it points into. Where there is no
library, or an array is not of the form that C expects, there is none, and the callers do the work
in numpy.
"""

import ctypes
import threading
from ctypes import c_int64 as _number, c_void_p as _pointer
from functools import cache
from itertools import accumulate
from operator import add, gt, is_
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from assay._native import library

if TYPE_CHECKING:
    from assay.code.listing import Listing
    from assay.code.memory import Area, Memory

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Small = npt.NDArray[np.uint8]
Spans = list[tuple[int, int]]
Parts = tuple[Ints, list[npt.NDArray[Any]]]
"""Starts, sizes and places of arrays, ascending, and these."""

_first: Any = (ctypes.c_char * 0).from_buffer
WIDEST = 1 << 25
"""Bytes of code up to which rows are looked up in a table of all addresses."""

SEVERAL = 256
"""Rows for each address asked for, above which that table is not worth making."""

MOST_KEPT = 1 << 22
"""Numbers, 32 MB of them, that are kept to be lent again."""

LOWEST = -(1 << 63)
"""What lies before all addresses."""

MOST_ROWS = 1 << 29
"""Rows above which twice a row is no int32."""


_COLUMNS = ("address", "imm", "op", "rd", "ra", "rb", "width", "cond")
_SIZES = (8, 8, 1, 1, 1, 1, 1, 1)


class Rows(ctypes.Structure):
    """A listing."""

    _fields_ = (
        ("count", _number),
        *((name, _pointer) for name in _COLUMNS),
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


_HELD = ("certain", "held", "fragments", "last", "breaks", "openings")


class Concluding(ctypes.Structure):
    """What is known of a program before its functions are looked for; see `findings.c`."""

    _fields_ = (
        ("sizes", _pointer),
        *((name, _number) for name in ("stack", "numbers", "shortest", "even", "covered")),
        *(
            field
            for name in _HELD
            for field in ((name, _pointer), (name.rstrip("s") + "_count", _number))
        ),
        ("table_rows", _pointer), ("table_targets", _pointer), ("table_leads", _number),
        ("sources", _pointer), ("targets", _pointer), ("branches", _number),
        *((name, _pointer) for name in ("values", "filled", "absolute", "consumed")),
        ("size", _number),
        ("control", _pointer), ("control_count", _number),
        ("computed", _pointer), ("leads", _pointer), ("computed_count", _number),
        ("row", _pointer), ("target", _pointer), ("count", _number),
        ("stubs", _pointer), ("imports", _pointer), ("stub_count", _number),
        ("low", _number), ("high", _number),
    )  # fmt: skip


class Concluded(ctypes.Structure):
    """What is found."""

    _fields_ = (
        *((name, _pointer) for name in ("row", "site", "target", "length")),
        *((name, _pointer) for name in ("first", "last", "start", "end", "certain")),
        *((name, _pointer) for name in ("call_row", "call_site", "call_target", "tail")),
        *((name, _pointer) for name in ("owner", "marks", "jumping", "scratch")),
        ("most", _number),
        ("counts", _number * 3),
    )  # fmt: skip


class Joining(ctypes.Structure):
    """A program whose register of callees is followed; see `joins.c`."""

    _fields_ = (
        *((name, _pointer) for name in ("flow", "cells", "filled")),
        *((name, _number) for name in ("cell_count", "callee", "stack", "low", "high")),
        ("edge_sources", _pointer), ("edge_targets", _pointer), ("edges", _number),
        ("calls", _pointer), ("call_leads", _pointer), ("call_count", _number),
        *((name, _number) for name in ("first", "last")),
        *((name, _pointer) for name in ("brought", "held", "set")),
    )  # fmt: skip


class Mapped(ctypes.Structure):
    """The memory of a program."""

    _fields_ = (
        ("big_endian", _number),
        ("blocks", _number),
        *((name, _pointer) for name in ("starts", "sizes", "data")),
        ("constants", _number),
        *((name, _pointer) for name in ("constant_starts", "constant_ends")),
        ("spans", _number),
        *((name, _pointer) for name in ("span_starts", "span_ends")),
    )


class Strings(ctypes.Structure):
    """What is mapped, for the strings there, and the code among it."""

    _fields_ = (
        ("areas", _number),
        *((name, _pointer) for name in ("starts", "sizes", "data", "fixed", "pages", "stops")),
        ("code", _number),
        *((name, _pointer) for name in ("code_starts", "code_ends")),
        ("loose", _number),
    )


Record = TypeVar("Record", bound=ctypes.Structure)

_ARGUMENTS: dict[str, str] = {
    "rows_places": "ppn",
    "rows_find": "ppnpp",
    "whole_index": "p",
    "findings": "ppppp",
    "starts_called": "pppnpnpnpp",
    "flow_reach": "ppppnp",
    "flow_values": "ppppnppnpp",
    "flow_operands_again": "pppnppnpp",
    "flow_evaluate": "ppnppnppppnpp",
    "calls_leads": "pppnppnnnp",
    "calls_stubs": "ppppnnnnpppp",
    "calls_joined": "ppnpppnppp",
    "text_at": "pn",
    "texts_lengths": "ppnp",
    "words_of_data": "pnnnpp",
    "tables_constants": "ppnppnnpnnpnpp",
    "tables_guessed": "pppnppnpnpnnnpnpp",
    "tables_inline": "pppnnnnpppp",
    "memory_words": "ppnnpp",
    "memory_store": "ppnnp",
    "memory_within": "ppnpnp",
    "sorted_union": "pnpnp",
    "sorted_listed": "pnpnp",
    "rows_chosen": "ppnpp",
}
"""What each kernel takes: pointers and numbers."""


@cache
def _bound(found: Any) -> dict[str, Any]:  # noqa: ANN401 - ctypes makes its functions
    bound = {}
    for name, arguments in _ARGUMENTS.items():
        bound[name] = function = getattr(found, name)
        function.argtypes = [_pointer if one == "p" else _number for one in arguments]
        function.restype = _number
    return bound


def kernels() -> bool:
    """Say whether there are kernels: there is a library, and it is not switched off."""
    return library() is not None


def _address_behind_head() -> int:
    """Return where in an array object numpy keeps the address of the data, 0 if that is unknown."""
    probe, place = np.zeros(1), object.__basicsize__
    return place if _word_at(id(probe) + place).value == probe.ctypes.data else 0


_word_at = ctypes.c_size_t.from_address
_BEHIND_HEAD = _address_behind_head()


def address_of(array: npt.NDArray[Any]) -> int:
    """Return the address of the first byte of *array*, which must lie in one piece and be kept."""
    if not array.flags.c_contiguous:
        raise ValueError("the array lies in several pieces")
    return _word_at(id(array) + _BEHIND_HEAD).value if _BEHIND_HEAD else array.ctypes.data


def run(name: str, *arguments: Any) -> int:  # noqa: ANN401 - arrays, records and numbers
    """Return what the kernel *name* does; arrays must be of the types that it expects."""
    try:
        passed = [_first(one) if type(one) is np.ndarray else one for one in arguments]
    except (TypeError, ValueError):
        passed = [address_of(one) if type(one) is np.ndarray else one for one in arguments]
    done: int = _bound(library())[name](*passed)
    return done


def keeping(record: Record, held: list[Any]) -> Record:
    """Return *record*, which is passed by its address and keeps what it points into."""
    record.__dict__ |= {"held": held, "_as_parameter_": ctypes.addressof(record)}
    return record


def place_of(record: ctypes.Structure) -> int:
    """Return the address of *record*, which must be kept."""
    return ctypes.addressof(record)


def fill(record: ctypes.Structure, columns: dict[str, npt.NDArray[Any]], held: list[Any]) -> None:
    """Let fields of *record* point to arrays, which it keeps, and *held*."""
    for name, array in columns.items():
        setattr(record, name, address_of(array))
    keeping(record, [*columns.values(), *held])


def rows_of(listing: "Listing") -> Rows | None:
    """Return the record of *listing* as it is now, without `places`.

    A decoder that knows where the columns lie has made it: it counts while these are the same.
    """
    count = len(listing)
    if not 0 < count < MOST_ROWS or not kernels():
        return None
    held: list[npt.NDArray[Any]] = [
        listing.address, listing.imm, listing.op, listing.rd, listing.ra, listing.rb,
        listing.width, listing.cond,
    ]  # fmt: skip
    known = listing.native
    if known is not None and not known.places and all(map(is_, known.held, held)):
        return known
    for one, size in zip(held, _SIZES, strict=True):
        if one.nbytes != size * count or not one.flags.c_contiguous:
            return None
    return keeping(Rows(count, *map(address_of, held)), held)


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


def place_count(span: int) -> int:
    """Return how many entries a table of the rows of *span* bytes of code has."""
    return (span >> 6) + 1


def _give_places(record: Rows, span: int) -> bool:
    """Give *record* the table of its rows by address, of *span* bytes; False if out of order."""
    places = np.empty((place_count(span), 2), dtype=np.int64)
    if run("rows_places", record, places, len(places)):
        return False
    record.places = address_of(places)
    record.held.append(places)
    return True


class _Kept(threading.local):
    """A block of memory of each thread, which kernels write to and whose contents are copied."""

    block: Ints = np.empty(0, dtype=np.int64)


_kept = _Kept()


def lent(size: int) -> Ints:
    """Return *size* numbers to write to until this is called again: fresh memory costs time."""
    if size > MOST_KEPT:
        return np.empty(size, dtype=np.int64)
    if _kept.block.size < size:
        _kept.block = np.empty(min(2 * size, MOST_KEPT), dtype=np.int64)
    return _kept.block[:size]


def ints(array: npt.NDArray[Any]) -> Ints:
    """Return *array* as int64 in one piece."""
    return np.ascontiguousarray(array, dtype=np.int64)


def parts(areas: list["Area"]) -> Parts | None:
    """Return starts, sizes and places of the bytes of *areas*, and these; None if they overlap."""
    held, starts, sizes = [], [], []
    for one in areas:
        size = one.data.size
        if size:
            held.append(one.data)
            starts.append(one.start)
            sizes.append(size)
    ends = map(add, starts, sizes)
    if any(map(gt, ends, starts[1:])):
        return None
    columns = np.array([*starts, *sizes, *map(address_of, held)], dtype=np.int64)
    return columns.reshape(3, -1), held


def blocks(memory: "Memory") -> Mapped | None:
    """Return the record of the blocks of *memory*, None without kernels or where they overlap."""
    if not kernels():
        return None
    found = memory.parts() if memory.blocks is memory.areas else parts(memory.blocks)
    if found is None:
        return None
    columns, held = found
    first, step = address_of(columns), columns.strides[0]
    record = Mapped(memory.order == ">", len(held), first, first + step, first + 2 * step)
    return keeping(record, [columns, held])


def add_ranges(record: Mapped, constants: Spans, spans: Spans) -> None:
    """Add to *record* what never changes and all that is mapped, both sorted.

    It takes the starts of ranges and the furthest end before each and behind all.
    """
    held = np.array([number for one in (constants, spans) for number in _bounds(one)], np.int64)
    record.constants, record.spans = len(constants), len(spans)
    at, step = address_of(held), held.itemsize
    record.constant_starts, record.constant_ends = at, at + step * len(constants)
    record.span_starts = at = record.constant_ends + step * (len(constants) + 1)
    record.span_ends = at + step * len(spans)
    keeping(record, [*record.__dict__["held"], held])


def _bounds(ranges: Spans) -> list[int]:
    ends = accumulate([end for _, end in ranges], max, initial=LOWEST)
    return [*[start for start, _ in ranges], *ends]


def reach(known: Reaching, registers: Small, positions: Ints, before: Ints | None) -> Ints | None:
    """Return what `Flow.reach` does, None where a position lies outside the listing."""
    found = np.empty(positions.size, dtype=np.int64)
    asked = _questions(registers, positions, before)
    return None if run("flow_reach", known, *asked, found) else found


def values(
    known: Reaching, asked: tuple[Small, Ints, Ints | None], cells: Ints, filled: Mask
) -> tuple[Ints, Mask] | None:
    """Return what `Flow.value_of` does for *asked*, None where a position is none."""
    count = asked[1].size
    found, good = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.bool_)
    held = cells, filled, cells.size, found, good
    return None if run("flow_values", known, *_questions(*asked), *held) else (found, good)


def _questions(
    registers: Small, positions: Ints, before: Ints | None
) -> tuple[Small, Ints, Ints, int]:
    """Return the arguments by which kernels are asked for *registers* at *positions*."""
    where = ints(positions)
    ends = where if before is None else ints(before)
    return np.ascontiguousarray(registers, dtype=np.uint8), where, ends, positions.size


def operands_again(
    known: Reaching, filled: Mask, chosen: list[tuple[int, int]], waiting: tuple[Ints, Ints]
) -> tuple[Ints, Ints] | None:
    """Return which of the *waiting* rows in the ranges *chosen* are no constants yet."""
    ranges = np.array(chosen, dtype=np.int64).reshape(-1, 2)
    count = waiting[0].size
    rows, cells = np.empty(count, np.int64), np.empty(count, np.int64)
    kept = run(
        "flow_operands_again", known, filled, ranges, len(chosen), *waiting, count, rows, cells
    )
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
    asked = known, memory, mask, *waiting, count
    return run("flow_evaluate", *asked, *cells, size, scratch, able) == 0


def find(rows: Rows, addresses: Ints) -> tuple[Ints, Mask]:
    """Return what `Listing.find` does."""
    found = np.empty(addresses.shape, dtype=np.int64)
    good = np.empty(addresses.shape, dtype=np.bool_)
    run("rows_find", rows, ints(addresses), addresses.size, found, good)
    return found, good


def chosen_rows(op: Small, rows: Ints | None, chosen: Mask) -> Ints:
    """Return the places in *op*, or those of *rows* beside it, whose operation is *chosen*."""
    found = np.empty(op.size, dtype=np.int64)
    whole = np.ascontiguousarray(op)
    return found[: run("rows_chosen", whole, rows, op.size, chosen, found)].copy()
