"""The careful pass in compiled code: what its kernel is given, and what it hands back.

`symbolic` asks for it first. Values are numbers in the kernel; they become a `Value` each once,
when a part of the study that has them is asked for.
"""

import ctypes
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from itertools import pairwise, starmap
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from assay._native import kernel
from assay.code.families import COMPARE, NO_RETURN
from assay.code.listing import REGISTERS
from assay.code.semantics import State, Value
from assay.code.study import NO_SLOTS, Called, Decision, Study

if TYPE_CHECKING:
    from assay.code.index import CodeIndex
    from assay.code.isa import Isa

ARGUMENTS = 6
KINDS = ("", "const", "stack", "argument", "result", "unknown")
"""Kinds of values but `memory`, by the kernel's numbers."""

KEPT = COMPARE | {"bind"}
"""What is called with the known stack slots kept."""

STOPS, KEEPS = 1, 2
"""Marks of calls: to a function that never returns, and to one of KEPT."""

HIGHEST = (1 << 63) - 1
ROOM = 1 << 13
HEADER = 11

_POINTERS = {
    name: kind
    for kind, names in (
        (np.int64, "address imm values call_row call_target overwrite_row table_row table_start"),
        (np.int64, "table_target area_start area_size frozen_start frozen_end"),
        (np.int32, "second"),
        (np.uint8, "op rd ra rb width cond known handlers steps call_marks overwrite_register"),
        (np.uint8, "area_fixed argument local clobber"),
        (np.uintp, "area_data"),
    )
    for name in names.split()
}
_FIELDS = (
    "rows address imm values second op rd ra rb width cond known handlers steps"
    " calls call_row call_target call_marks overwrites overwrite_row overwrite_register"
    " tables table_row table_start table_target areas area_start area_size area_data area_fixed"
    " frozen frozen_start frozen_end registers big wide delay even stack result slot"
    " arguments locals clobbered argument local clobber"
).split()

_ARGUMENTS = (
    ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p,
    ctypes.c_int64,
)  # fmt: skip


class _Program(ctypes.Structure):
    """The structure `Program` of `symbolic.c`."""

    _fields_ = tuple(
        (name, ctypes.c_void_p if name in _POINTERS else ctypes.c_int64) for name in _FIELDS
    )


class Prepared:
    """A program as the kernel reads it, and where that puts what it found."""

    def __init__(self, index: "CodeIndex", isa: "Isa") -> None:
        self.names: dict[int, str] = {}
        self.kernel = kernel("read_function", *_ARGUMENTS)
        if self.kernel is None:
            return
        given = {**_columns(index), **_calls(index), **_memory(index), **_convention(index, isa)}
        self._arrays = {
            name: np.ascontiguousarray(given[name], dtype=kind) for name, kind in _POINTERS.items()
        }
        addresses = {name: array.ctypes.data for name, array in self._arrays.items()}
        self._program = _Program(**(given | addresses))
        self._address = ctypes.addressof(self._program)
        self._enlarge(ROOM)

    def _enlarge(self, room: int) -> None:
        self._out = np.empty(room, dtype=np.int64)
        self._place = self._out.ctypes.data

    def read(self, first: int, last: int, *, with_states: bool = False) -> list[int] | None:
        """Return what the kernel says of the rows *first* to *last*, None when it gave up."""
        if self.kernel is None:
            return None
        used = self._read(first, last, with_states=with_states)
        if used > self._out.size:
            self._enlarge(2 * used)
            used = self._read(first, last, with_states=with_states)
        found: list[int] = self._out[:used].tolist()
        return found if used > 0 else None

    def _read(self, first: int, last: int, *, with_states: bool) -> int:
        room = self._out.size
        return int(self.kernel(self._address, first, last, with_states, self._place, room))


def _columns(index: "CodeIndex") -> dict[str, Any]:
    """Return the columns of the listing, and the further registers that rows overwrite."""
    table, flow = index.listing, index.flow
    if flow is None:
        raise ValueError("there is no decoder for this program")
    names = ("address", "imm", "second", "op", "rd", "ra", "rb", "width", "cond")
    columns = {name: getattr(table, name) for name in names}
    order = table.extra_index.argsort(kind="stable")
    return columns | {
        "rows": len(table),
        "values": flow.values,
        "known": flow.known,
        "handlers": index.handlers,
        "steps": index.steps,
        "overwrites": int(order.size),
        "overwrite_row": table.extra_index[order],
        "overwrite_register": table.extra_register[order],
    }


def _calls(index: "CodeIndex") -> dict[str, Any]:
    """Return the calls with their marks, and where the jump tables lead."""
    none = np.zeros(0, dtype=np.int64)
    rows, targets = (none, none) if index.calls is None else (index.calls.row, index.calls.target)
    places, back, names = index.callees
    marks = [
        (STOPS * (name in NO_RETURN) | KEEPS * (name in KEPT)) * (place > 0)
        for place, name in zip(places.tolist(), names, strict=True)
    ]
    tables = sorted(index.tables, key=lambda one: one.row)
    sizes = [int(one.targets.size) for one in tables]
    return {
        "calls": int(rows.size),
        "call_row": rows,
        "call_target": targets,
        "call_marks": np.array(marks, dtype=np.uint8).take(back) if marks else none,
        "tables": len(tables),
        "table_row": np.array([one.row for one in tables], dtype=np.int64),
        "table_start": np.cumsum([0, *sizes], dtype=np.int64),
        "table_target": np.concatenate([none, *(one.targets for one in tables)]),
    }


def _memory(index: "CodeIndex") -> dict[str, Any]:
    """Return the areas of the address space and what never changes in them."""
    memory = index.program.memory
    # The kernel reads bytes side by side; most areas are stored so already.
    data: list[npt.NDArray[np.uint8]] = [np.ascontiguousarray(one.data) for one in memory.areas]
    frozen = [tuple(min(at, HIGHEST) for at in span) for span in memory.frozen]
    starts, ends = np.array(frozen, dtype=np.int64).reshape(-1, 2).T
    return {
        "areas": len(data),
        "area_start": np.array([one.start for one in memory.areas], dtype=np.int64),
        "area_size": np.array([one.size for one in data], dtype=np.int64),
        "area_data": np.array([one.ctypes.data for one in data], dtype=np.uintp),
        "area_fixed": np.array([one.fixed for one in memory.areas], dtype=np.uint8),
        "frozen": len(frozen),
        "frozen_start": starts,
        "frozen_end": ends,
        "big": memory.order == ">",
        "_data": data,
    }


def _convention(index: "CodeIndex", isa: "Isa") -> dict[str, Any]:
    """Return the calling convention, and how many registers there are to keep."""
    written = index.listing.rd
    written = written[written < REGISTERS]
    arguments = isa.arguments[:ARGUMENTS]
    named = (*arguments, *isa.local_arguments, isa.stack, isa.result)
    return {
        "registers": 1 + max(int(written.max(initial=0)), *named),
        "wide": index.program.bits == 64,
        "delay": isa.delay,
        "even": isa.name == "arm",
        "stack": isa.stack,
        "result": isa.result,
        "slot": isa.stack_arguments,
        "arguments": len(arguments),
        "locals": len(isa.local_arguments),
        "clobbered": len(isa.clobbered),
        "argument": np.array(arguments, dtype=np.uint8),
        "local": np.array(isa.local_arguments, dtype=np.uint8),
        "clobber": np.array(sorted(isa.clobbered), dtype=np.uint8),
    }


_value = partial(tuple.__new__, Value)
_called = partial(tuple.__new__, Called)
_decision = partial(tuple.__new__, Decision)


class Read(Study):
    """A study whose parts are made from the kernel's numbers when they are asked for."""

    def __init__(self, index: "CodeIndex", function: int, numbers: list[int]) -> None:
        self.function, self.entry = function, numbers[HEADER]
        self._guarded, self._given, self._all = {}, None, None
        self._index, self._numbers = index, numbers

    @cached_property
    def _parts(self) -> dict[str, tuple[int, int]]:
        """Where each part of the numbers begins and ends."""
        blocks, onward, calls, given, decisions, returns, notes, slots, plain, memory, states = (
            self._numbers[:HEADER]
        )
        sizes = {
            "blocks": blocks, "starts": blocks + 1, "onward": onward,
            "rows": calls, "inside": calls, "targets": calls, "kept": calls,
            "given": calls * given, "decisions": 6 * decisions, "returns": returns,
            "notes": notes + 1, "slots": 3 * slots, "kinds": plain, "keys": plain,
            "offsets": plain, "bases": memory, "widths": memory, "distances": memory,
            "states": len(self._numbers) if states else 0,
        }  # fmt: skip
        found, at = {}, HEADER
        for name, size in sizes.items():
            found[name] = at, at + size
            at += size
        return found

    def _part(self, name: str) -> list[int]:
        first, last = self._parts[name]
        return self._numbers[first:last]

    @cached_property
    def values(self) -> list[Value | None]:
        """The values by their numbers, 0 for what is unknown."""
        kinds = map(KINDS.__getitem__, self._part("kinds"))
        plain = zip(kinds, self._part("keys"), self._part("offsets"), strict=True)
        found: list[Value | None] = [None, *map(_value, plain)]
        columns = (self._part(name) for name in ("bases", "widths", "distances"))
        for base, width, distance in zip(*columns, strict=True):
            found.append(_value(("memory", (found[base], width), distance)))
        return found

    @cached_property
    def blocks(self) -> dict[int, tuple[int, ...]]:  # type: ignore[override]  # made late
        """Where each block goes on."""
        onward = self._part("onward")
        spans = starmap(slice, pairwise(self._part("starts")))
        places = map(tuple, map(onward.__getitem__, spans))
        return dict(zip(self._part("blocks"), places, strict=True))

    @cached_property
    def calls(self) -> list[Called]:  # type: ignore[override]  # made late
        """The calls in the order in which they were come by."""
        rows = self._part("rows")
        if not rows:
            return []
        targets, kept = self._part("targets"), self._part("kept")
        names = list(map(self._name, targets))
        stacks: list[Mapping[int, tuple[Value, int]]] = [NO_SLOTS] * len(rows)
        for number, note in enumerate(kept):
            if note >= 0:
                if note & 1:
                    target = self._index.stubs.get(targets[number], targets[number])
                    targets[number], names[number] = target, self._name(target)
                if names[number] in KEPT:
                    stacks[number] = self.slots(note >> 1)
        return list(map(_called, zip(rows, self._part("inside"), targets, names,
                                     self._arguments(len(rows)), stacks, strict=True)))

    def _name(self, target: int) -> str:
        """Return the name of what a call to *target* calls, looked up once for the program."""
        names = self._index.prepared.names
        if target not in names:
            names[target] = self._index.callee_name(target)
        return names[target]

    def _arguments(self, count: int) -> list[tuple[Value | None, ...]]:
        """Return what each of *count* calls is given."""
        given = self._numbers[3]
        if not given:
            return [()] * count
        values = map(self.values.__getitem__, self._part("given"))
        return list(zip(*[values] * given, strict=True))

    def slots(self, note: int) -> dict[int, tuple[Value, int]]:
        """Return the known stack slots of a *note* of the kernel."""
        at = self._parts["notes"][0] + note
        first, last = self._numbers[at : at + 2]
        begin = self._parts["slots"][0]
        numbers, values = self._numbers[begin + 3 * first : begin + 3 * last], self.values
        places, held, widths = numbers[::3], numbers[1::3], numbers[2::3]
        return dict(zip(places, zip(map(values.__getitem__, held), widths, strict=True), strict=True))

    @cached_property
    def decisions(self) -> list[Decision]:  # type: ignore[override]  # made late
        """The branches on equality."""
        numbers, value = self._part("decisions"), self.values.__getitem__
        columns = [numbers[at::6] for at in range(6)]
        columns[2:4] = map(value, columns[2]), map(value, columns[3])
        return list(map(_decision, zip(*columns, strict=True)))

    @cached_property
    def returns(self) -> list[Value | None]:  # type: ignore[override]  # made late
        """What the function returns, at each of its ends."""
        return list(map(self.values.__getitem__, self._part("returns")))

    def states(self) -> Iterator[tuple[int, State]]:
        """Yield the rows that blocks begin with and the values there, where they were asked for."""
        first, last = self._parts["states"][0], len(self._numbers)
        count = self._numbers[HEADER - 1]
        size = (last - first) // count if count else 1
        for at in range(first, last, size):
            row, note, left, right = self._numbers[at : at + 4]
            state, values = State(), self.values
            state.slots = self.slots(note)
            state.flags = values[left], values[right]
            for register, number in enumerate(self._numbers[at + 4 : at + size]):
                value = values[number]
                if value is not None:
                    state.registers[register] = value
            yield row, state
