"""Walks backwards through the rows of one program, over all paths inside a chunk.

A walk meets every row from which control may come to where it began. `CompiledWalk` does in C what
`PlainWalk` does; both give the same rows.
"""

import ctypes
from collections.abc import Iterable
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value
from assay._native import kernel
from assay.code.listing import ALWAYS, JUMP, JUMPM, JUMPR, RET, STOP, TABLE
from assay.code.memory import Ints, member
from assay.code.native import address_of, fill
from assay.compare.elf.callees import lasting, overwritten
from assay.compare.elf.half import Half
from assay.compare.elf.jumps import jumps_of
from assay.compare.elf.leaders import is_transfer

Mask = npt.NDArray[np.bool_]
Small = npt.NDArray[np.uint8]
MOST_STEPS = 4000
"""Rows of one walk; past them nothing is known."""
MOST_SOURCES, LIKELY = 1 << 21, 4
"""Rows of the answer to one question for many, and of the answer for one mostly."""
WIDTH, _NOTHING = 64, np.uint64(0)
ENDS = member(JUMP, JUMPR, JUMPM, RET, STOP, TABLE)


class Steps(Value):
    """How control comes to each row, and what rows do to registers.

    `falls`: from the row above; `sources` from `first[row]` to `first[row + 1]`: from these.
    `lost` are registers, as bits, in which a call leaves nothing. `extra_rows`, ascending, set
    registers beside the one that they write.
    """

    written: Small
    chunk: Ints
    falls: Mask
    lost: npt.NDArray[np.uint64]
    first: Ints
    sources: Ints
    extra_rows: Ints
    extra_registers: Small


class Sources(Value):
    """The rows that may set a register before each of some rows; none where one is unknown.

    Those of row n are `rows` from `offsets[n]` to `offsets[n + 1]`.
    """

    offsets: Ints
    rows: Ints

    def touching(self, marks: Mask) -> Mask:
        """Return which of the rows asked for have a marked one among theirs."""
        counts = np.concatenate([[0], np.cumsum(marks[self.rows])])
        return np.asarray(counts[self.offsets[1:]] > counts[self.offsets[:-1]])


class Walk(Protocol):
    """What can be asked of the paths to a row."""

    def definitions(self, user: int, register: int) -> set[int] | None:
        """Return the rows that may set *register* before row *user*; None if one is unknown."""

    def nearest(self, user: int, wanted: Iterable[int]) -> set[int] | None:
        """Return those of the rows *wanted* that control meets last before *user*.

        None where a path comes from elsewhere without meeting one.
        """

    def sources(self, users: Ints, registers: Small) -> Sources | None:
        """Return what may set the register of each of *users*; None for more than MOST_SOURCES."""


def walk_over(steps: Steps) -> Walk:
    """Return the walk over *steps*, in C where there is a library."""
    return CompiledWalk(steps) if kernel("paths_nearest", *_NEAREST) else PlainWalk(steps)


def steps_of(half: Half) -> Steps:
    """Return how control comes to the rows of the code of *half*."""
    code, listing, isa = half.code, half.index.listing, half.index.isa
    op = listing.op[code.rows]
    delay = isa.delay if isa else 0
    stops = ENDS[op] & (listing.cond[code.rows] == ALWAYS)
    place = np.arange(op.size)
    # Where control comes from the row above: not behind a delay slot of what ends a path.
    ended = stops[np.maximum(place - 1 - delay, 0)] & (place > delay)
    behind = lasting(half) + delay + 1
    ended[behind[behind < ended.size]] = True
    ended[:1] = True
    extra = np.searchsorted(code.rows, listing.extra_index)
    inside = np.flatnonzero(extra < op.size)
    inside = inside[np.argsort(extra[inside], kind="stable")]
    return Steps(
        listing.rd[code.rows], code.chunk, ~ended, _lost(half, delay), *_arrivals(half, delay),
        extra[inside], listing.extra_register[inside],
    )  # fmt: skip


def _lost(half: Half, delay: int) -> npt.NDArray[np.uint64]:
    """Return the registers in which a call leaves nothing, at the row before which it returns."""
    found = np.zeros(half.code.rows.size, dtype=np.uint64)
    rows, lost = overwritten(half)
    inside = rows + delay < found.size
    found[rows[inside] + delay] = lost[inside]
    return found


def _arrivals(half: Half, delay: int) -> tuple[Ints, Ints]:
    """Return the rows that jump to each row, one after the other, and where each row's begin."""
    code, address = half.code, half.code.address
    rows = np.flatnonzero(is_transfer(half))
    sources, targets = [rows + delay], [half.index.listing.imm[code.rows[rows]]]
    for table, leads in jumps_of(half):
        source = int(np.searchsorted(code.rows, table.row)) + delay
        sources.append(np.full(leads.size, source))
        targets.append(leads)
    # The delay slot of the last row lies outside.
    leaving = np.minimum(np.concatenate(sources), address.size - 1)
    led = np.concatenate(targets)
    place = np.minimum(np.searchsorted(address, led), max(address.size - 1, 0))
    good = (address[place] == led) & (leaving != place)
    leaving, place = leaving[good], place[good]
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(address.size + 1))
    return first.astype(np.int64), leaving[order].astype(np.int64)


class PlainWalk:
    """The walk in Python. Its columns are lists: one value at a time is read."""

    def __init__(self, steps: Steps) -> None:
        self._written: list[int] = steps.written.tolist()
        self._chunk: list[int] = steps.chunk.tolist()
        self._falls: list[bool] = steps.falls.tolist()
        self._lost: list[int] = steps.lost.tolist()
        self._first: list[int] = steps.first.tolist()
        self._sources: list[int] = steps.sources.tolist()
        extras = zip(steps.extra_rows.tolist(), steps.extra_registers.tolist(), strict=True)
        self._extra = frozenset(extras)

    def definitions(self, user: int, register: int) -> set[int] | None:
        """Return the rows that may set *register* before row *user*; None if one is unknown."""
        found: set[int] = set()
        seen: set[int] = set()
        chunk, bit = self._chunk[user], 1 << register
        pending = self._before(user)
        while pending:
            row = pending.pop()
            if row in seen:
                continue
            seen.add(row)
            if self._chunk[row] != chunk or len(seen) > MOST_STEPS:
                return None
            if self._lost[row] & bit:
                # A call left nothing in it, also not what its delay slot put there: the callee
                # does not come back on this path.
                continue
            if self._written[row] == register:
                found.add(row)
                continue
            if (row, register) in self._extra:
                return None
            pending += self._before(row)
        return found

    def nearest(self, user: int, wanted: Iterable[int]) -> set[int] | None:
        """Return those of the rows *wanted* that control meets last before *user*."""
        found: set[int] = set()
        seen: set[int] = set()
        wanted = frozenset(wanted)
        pending = self._before(user)
        while pending:
            row = pending.pop()
            if row in seen:
                continue
            seen.add(row)
            if self._chunk[row] != self._chunk[user] or len(seen) > MOST_STEPS:
                return None
            if row in wanted:
                found.add(row)
            else:
                pending += self._before(row)
        return found

    def sources(self, users: Ints, registers: Small) -> Sources | None:
        """Return what may set the register of each of *users*; None for more than MOST_SOURCES."""
        asked = zip(users.tolist(), registers.tolist(), strict=True)
        found = [sorted(self.definitions(user, register) or ()) for user, register in asked]
        offsets = np.cumsum([0, *map(len, found)], dtype=np.int64)
        if int(offsets[-1]) > MOST_SOURCES:
            return None
        return Sources(offsets, np.array([row for rows in found for row in rows], dtype=np.int64))

    def _before(self, row: int) -> list[int]:
        """Return the rows from which control comes to *row*."""
        rows = self._sources[self._first[row] : self._first[row + 1]]
        return [*rows, row - 1] if self._falls[row] else rows


_pointer, _number = ctypes.c_void_p, ctypes.c_int64
_DEFINITIONS = (_pointer, _number, _number, _number, _pointer)
_NEAREST = (_pointer, _number, _pointer, _number, _number, _pointer)
_SOURCES = (_pointer, _pointer, _pointer, _number, _number, _pointer, _pointer, _pointer, _number)


def _blocks(steps: Steps) -> tuple[Ints, Ints, npt.NDArray[np.uint64]]:
    """Return the block of each row, the first row of each, and the registers (bits) that each sets.

    Control comes to all but the first row of a block from the row above alone, and leaves all but
    the last to the row below alone.
    """
    count = steps.written.size
    starts = ~steps.falls
    starts |= np.diff(steps.first) > 0
    starts[1:] |= np.diff(steps.chunk) != 0
    behind = steps.sources + 1
    starts[behind[behind < count]] = True
    starts[:1] = True
    heads = np.flatnonzero(starts)
    written = steps.written.astype(np.uint64)
    bits = np.where(written < WIDTH, np.uint64(1) << (written & np.uint64(WIDTH - 1)), _NOTHING)
    bits |= steps.lost
    few = steps.extra_registers < WIDTH
    extra = np.uint64(1) << steps.extra_registers[few].astype(np.uint64)
    np.bitwise_or.at(bits, steps.extra_rows[few], extra)
    sets = np.bitwise_or.reduceat(bits, heads) if count else bits
    return np.cumsum(starts, dtype=np.int64) - 1, heads, sets


class _Record(ctypes.Structure):
    """The steps as `_native/paths.c` has them."""

    _fields_ = (
        ("count", _number),
        *((name, _pointer) for name in ("written", "falls", "chunk", "lost", "first")),
        *((name, _pointer) for name in ("sources", "extra_rows", "extra_registers")),
        *((name, _pointer) for name in ("block", "head", "sets")),
        *((name, _number) for name in ("extras", "most")),
        *((name, _pointer) for name in ("seen", "stack")),
    )


class CompiledWalk:
    """The walk in C: the same rows."""

    def __init__(self, steps: Steps) -> None:
        count = steps.written.size
        types = {"written": np.uint8, "extra_registers": np.uint8, "lost": np.uint64}
        columns = {
            name: np.ascontiguousarray(getattr(steps, name), dtype=types.get(name, np.int64))
            for name in ("written", "chunk", "lost", "first", "sources", "extra_rows",
                         "extra_registers")
        }  # fmt: skip
        block, head, sets = _blocks(steps)
        columns |= {
            "falls": np.ascontiguousarray(steps.falls, dtype=np.uint8),
            "block": block,
            "head": head,
            "sets": sets,
            "seen": np.zeros(head.size, dtype=np.int32),
            "stack": np.empty(MOST_STEPS, dtype=np.int64),
        }
        self._record = _Record(count, extras=steps.extra_rows.size, most=MOST_STEPS)
        fill(self._record, columns, [])
        self._found = (ctypes.c_int64 * MOST_STEPS)()
        self._walks = 0

    @cached_property
    def _definitions(self) -> "ctypes._NamedFuncPointer":
        function: ctypes._NamedFuncPointer = kernel("paths_definitions", *_DEFINITIONS)
        return function

    @cached_property
    def _sources(self) -> "ctypes._NamedFuncPointer":
        function: ctypes._NamedFuncPointer = kernel("paths_sources", *_SOURCES)
        return function

    @cached_property
    def _nearest(self) -> "ctypes._NamedFuncPointer":
        function: ctypes._NamedFuncPointer = kernel("paths_nearest", *_NEAREST)
        return function

    def sources(self, users: Ints, registers: Small) -> Sources | None:
        """Return what may set the register of each of *users*; None for more than MOST_SOURCES."""
        asked = np.ascontiguousarray(users, np.int64)
        read = np.ascontiguousarray(registers, np.uint8)
        offsets = np.zeros(users.size + 1, dtype=np.int64)
        for space in (min(LIKELY * users.size, MOST_SOURCES), MOST_SOURCES):
            found = np.empty(space, dtype=np.int64)
            total = self._sources(
                self._record, address_of(asked), address_of(read), users.size, self._walks + 1,
                self._found, address_of(offsets), address_of(found), space,
            )  # fmt: skip
            self._walks += users.size
            if total >= 0:
                return Sources(offsets, found[:total])
        return None

    def definitions(self, user: int, register: int) -> set[int] | None:
        """Return the rows that may set *register* before row *user*; None if one is unknown."""
        self._walks += 1
        kept = self._definitions(self._record, user, register, self._walks, self._found)
        return None if kept < 0 else set(self._found[:kept])

    def nearest(self, user: int, wanted: Iterable[int]) -> set[int] | None:
        """Return those of the rows *wanted* that control meets last before *user*."""
        self._walks += 1
        rows = sorted(wanted)
        asked = (ctypes.c_int64 * len(rows))(*rows)
        kept = self._nearest(self._record, user, asked, len(rows), self._walks, self._found)
        return None if kept < 0 else set(self._found[:kept])
