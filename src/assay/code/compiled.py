"""The careful pass in compiled code: what its kernel is given, and what it hands back.

`symbolic` asks for it first. Values are numbers in the kernel; they become a `Value` each once,
when a part of the study that has them is asked for.
"""

import ctypes
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from itertools import chain, pairwise, starmap
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from assay._native import kernel
from assay.code.families import COMPARE, NO_RETURN
from assay.code.memory import Ints
from assay.code.semantics import LEAVES, PLACES, State, Value
from assay.code.study import ARGUMENTS, NO_SLOTS, Called, Decision, Study

if TYPE_CHECKING:
    from assay.code.index import CodeIndex
    from assay.code.isa import Isa

KINDS = ("", "const", "stack", "argument", "result", "unknown")
"""Kinds of values but `memory`, by the kernel's numbers."""

KEPT = COMPARE | {"bind"}
"""What is called with the known stack slots kept."""

STOPS, KEEPS = 1, 2
"""Marks of calls: to a function that never returns, and to one of KEPT."""

_MARKS = {name: STOPS * (name in NO_RETURN) | KEEPS * (name in KEPT) for name in NO_RETURN | KEPT}

ROOM = 1 << 13
"""Numbers that the kernel has room for at first; it is called again where that is not enough."""

PARTS = range(15)
(
    BLOCKS, STARTS, ONWARD, ROWS, INSIDE, TARGETS, KEEPING, GIVEN, DECISIONS, RETURNS, NOTES, SLOTS,
    VALUES, MEMORY, STATES,
) = PARTS  # fmt: skip
"""The parts of what the kernel writes."""

_LAYOUT: tuple[tuple[type[np.generic] | None, str], ...] = (
    (None, "rows"),
    (np.int64, "address imm values"),
    (np.int32, "second"),
    (np.uint8, "op rd ra rb width cond known actions leaves"),
    (None, "calls"),
    (np.int64, "call_row call_target"),
    (np.uint8, "call_marks"),
    (None, "kept"),
    (np.int64, "kept_target"),
    (None, "stubs"),
    (np.int64, "stub import"),
    (None, "overwrites"),
    (np.int64, "overwrite_row"),
    (np.uint8, "overwrite_register"),
    (None, "tables"),
    (np.int64, "table_row table_start table_target"),
    (None, "areas"),
    (np.int64, "area_start area_size"),
    (np.uintp, "area_data"),
    (np.uint8, "area_fixed"),
    (None, "frozen"),
    (np.int64, "frozen_start frozen_end"),
    (None, "registers big wide delay even stack result slot arguments locals clobbered"),
    (np.uint8, "argument local clobber"),
)
"""The fields of `Program` in `symbolic.c`: numbers, and arrays of one type each."""

_FIELDS = {name: kind for kind, names in _LAYOUT for name in names.split()}
_POINTERS = {name: kind for name, kind in _FIELDS.items() if kind is not None}
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
        try:
            self._lay_out(index, isa)
        except OverflowError:  # an address of more than 63 bits: left to the twin
            self.kernel = None

    def _lay_out(self, index: "CodeIndex", isa: "Isa") -> None:
        given = {**_columns(index), **_calls(index), **_known(index), **_convention(index, isa)}
        given["area_data"], self._areas = _areas(index)
        self._arrays = {
            name: np.ascontiguousarray(given[name], dtype=kind) for name, kind in _POINTERS.items()
        }
        addresses = {name: _address(array) for name, array in self._arrays.items()}
        counts = {name: given[name] for name in _FIELDS if name not in _POINTERS}
        self._program = _Program(**counts, **addresses)
        self._address = ctypes.addressof(self._program)
        self._enlarge(ROOM)

    def _enlarge(self, room: int) -> None:
        self._out = np.empty(room, dtype=np.int64)
        self._place = _address(self._out)

    def read(self, first: int, last: int, *, with_states: bool = False) -> Ints | None:
        """Return what the kernel says of the rows *first* to *last*, None when it gave up."""
        if self.kernel is None:
            return None
        used = self._read(first, last, with_states=with_states)
        if used > self._out.size:
            self._enlarge(2 * used)
            used = self._read(first, last, with_states=with_states)
        return self._out[:used].copy() if used > 0 else None

    def _read(self, first: int, last: int, *, with_states: bool) -> int:
        room = self._out.size
        return int(self.kernel(self._address, first, last, with_states, self._place, room))


def _address(array: npt.NDArray[Any]) -> int:
    """Return where *array* lies: faster than what `ctypes` of numpy does."""
    return int(array.__array_interface__["data"][0])


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
        "known": flow.known.view(np.uint8),
        "actions": PLACES,
        "leaves": LEAVES.view(np.uint8),
        "overwrites": int(order.size),
        "overwrite_row": table.extra_index[order],
        "overwrite_register": table.extra_register[order],
    }


def _calls(index: "CodeIndex") -> dict[str, Any]:
    """Return the calls with their marks, and where the jump tables lead."""
    none = np.zeros(0, dtype=np.int64)
    rows, targets = (none, none) if index.calls is None else (index.calls.row, index.calls.target)
    places, back, names = index.callees
    marks = np.array([_MARKS.get(name, 0) for name in names], dtype=np.uint8) * (places > 0)
    tables = sorted(index.tables, key=lambda one: one.row)
    sizes = [int(one.targets.size) for one in tables]
    return {
        "calls": int(rows.size),
        "call_row": rows,
        "call_target": targets,
        "call_marks": marks.take(back) if marks.size else none,
        "tables": len(tables),
        "table_row": np.array([one.row for one in tables], dtype=np.int64),
        "table_start": np.cumsum([0, *sizes], dtype=np.int64),
        "table_target": np.concatenate([none, *(one.targets for one in tables)]),
    }


def _known(index: "CodeIndex") -> dict[str, Any]:
    """Return the address space, what never changes in it, import stubs, and addresses of KEPT."""
    memory, stubs = index.program.memory, sorted(index.stubs.items())
    kept = _kept_addresses(index)
    frozen = np.array(memory.frozen, dtype=np.int64).reshape(-1, 2)
    return {
        "areas": len(memory.areas),
        "area_start": np.array([one.start for one in memory.areas], dtype=np.int64),
        "area_size": np.array([one.data.size for one in memory.areas], dtype=np.int64),
        "area_fixed": np.array([one.fixed for one in memory.areas], dtype=np.uint8),
        "frozen": len(frozen),
        "frozen_start": frozen[:, 0],
        "frozen_end": frozen[:, 1],
        "big": memory.order == ">",
        "stubs": len(stubs),
        "stub": np.array([one for one, _ in stubs], dtype=np.int64),
        "import": np.array([one for _, one in stubs], dtype=np.int64),
        "kept": len(kept),
        "kept_target": np.array(kept, dtype=np.int64),
    }


def _areas(index: "CodeIndex") -> tuple[npt.NDArray[np.uintp], list[npt.NDArray[np.uint8]]]:
    """Return where the bytes of each area are, and what holds them there."""
    held = [np.ascontiguousarray(one.data, dtype=np.uint8) for one in index.program.memory.areas]
    return np.array([_address(one) for one in held], dtype=np.uintp), held


def _kept_addresses(index: "CodeIndex") -> list[int]:
    """Return, ascending, the addresses that may have one of the names KEPT."""
    program = index.program
    known = chain(program.externs.items(), program.names.items())
    found = {address for address, name in known if name in KEPT}
    found |= {stub for stub, target in index.stubs.items() if target in found}
    called, _, names = index.callees
    found.update(one for one, name in zip(called.tolist(), names, strict=True) if name in KEPT)
    return sorted(found)


def _convention(index: "CodeIndex", isa: "Isa") -> dict[str, Any]:
    """Return the calling convention, and how many registers it has at least."""
    arguments = isa.arguments[:ARGUMENTS]
    named = (*arguments, *isa.local_arguments, isa.stack, isa.result)
    return {
        "registers": 1 + max(named),
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

    def __init__(self, index: "CodeIndex", function: int, entry: int, numbers: Ints) -> None:
        self.function, self.entry = function, entry
        self._guarded, self._given, self._all = {}, None, None
        self._index, self._numbers = index, numbers
        self._begins: list[int] = numbers[: len(PARTS) + 1].tolist()

    def part(self, number: int) -> list[int]:
        """Return the numbers of one of PARTS."""
        first, last = self._begins[number : number + 2]
        found: list[int] = self._numbers[first:last].tolist()
        return found

    @cached_property
    def values(self) -> list[Any]:
        """The values by their numbers; number 0 stands for None."""
        plain = self.part(VALUES)
        third = len(plain) // 3
        kinds = map(KINDS.__getitem__, plain[:third])
        keys, offsets = plain[third : 2 * third], plain[2 * third :]
        found: list[Any] = [None, *map(_value, zip(kinds, keys, offsets, strict=True))]
        memory = self.part(MEMORY)
        third = len(memory) // 3
        columns = memory[:third], memory[third : 2 * third], memory[2 * third :]
        for base, width, distance in zip(*columns, strict=True):
            found.append(_value(("memory", (found[base], width), distance)))
        return found

    @cached_property
    def blocks(self) -> dict[int, tuple[int, ...]]:  # type: ignore[override]  # made late
        """Where each block goes on."""
        spans = starmap(slice, pairwise(self.part(STARTS)))
        places = map(tuple, map(self.part(ONWARD).__getitem__, spans))
        return dict(zip(self.part(BLOCKS), places, strict=True))

    @cached_property
    def calls(self) -> list[Called]:  # type: ignore[override]  # made late
        """The calls in the order in which they were come by."""
        rows = self.part(ROWS)
        if not rows:
            return []
        targets = self.part(TARGETS)
        names = self._names(targets)
        stacks: list[Mapping[int, tuple[Value, int]]] = [NO_SLOTS] * len(rows)
        for number, note in enumerate(self.part(KEEPING)):
            # What a value leads to may have the address of one, and another name.
            if note >= 0 and names[number] in KEPT:
                stacks[number] = Kept(self, note)
        columns = (rows, self.part(INSIDE), targets, names, self._arguments(len(rows)), stacks)
        return list(map(_called, zip(*columns, strict=True)))

    def _names(self, targets: list[int]) -> list[str]:
        """Return the names of what calls to *targets* call, each looked up once for the program."""
        names = self._index.prepared.names
        try:
            return list(map(names.__getitem__, targets))
        except KeyError:
            for target in set(targets) - names.keys():
                names[target] = self._index.callee_name(target)
        return list(map(names.__getitem__, targets))

    def _arguments(self, count: int) -> list[tuple[Value | None, ...]]:
        """Return what each of *count* calls is given."""
        given = self.part(GIVEN)
        if not given:
            return [()] * count
        values = map(self.values.__getitem__, given)
        return list(zip(*[values] * (len(given) // count), strict=True))

    def slots(self, note: int) -> dict[int, tuple[Value, int]]:
        """Return the known stack slots of a *note* of the kernel."""
        notes, begin = self._begins[NOTES], self._begins[SLOTS]
        first, last = self._numbers[notes + note : notes + note + 2].tolist()
        numbers = self._numbers[begin + 3 * first : begin + 3 * last].tolist()
        held = zip(map(self.values.__getitem__, numbers[1::3]), numbers[2::3], strict=True)
        return dict(zip(numbers[::3], held, strict=True))

    @cached_property
    def decisions(self) -> list[Decision]:  # type: ignore[override]  # made late
        """The branches on equality."""
        numbers, value = self.part(DECISIONS), self.values.__getitem__
        row, inside, left, right, equal, different = (numbers[at::6] for at in range(6))
        columns = (row, inside, map(value, left), map(value, right), equal, different)
        return list(map(_decision, zip(*columns, strict=True)))

    @cached_property
    def returns(self) -> list[Value | None]:  # type: ignore[override]  # made late
        """What the function returns, at each of its ends."""
        return list(map(self.values.__getitem__, self.part(RETURNS)))


class Kept(Mapping[int, tuple[Value, int]]):
    """The known stack slots at a call, made when they are asked for: few are."""

    __slots__ = ("_held", "_note", "_study")

    def __init__(self, study: Read, note: int) -> None:
        self._study, self._note = study, note
        self._held: dict[int, tuple[Value, int]] | None = None

    @property
    def held(self) -> dict[int, tuple[Value, int]]:
        """The slots by their places."""
        if self._held is None:
            self._held = self._study.slots(self._note)
        return self._held

    def __getitem__(self, place: int) -> tuple[Value, int]:
        return self.held[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self.held)

    def __len__(self) -> int:
        return len(self.held)


class States(Mapping[int, State]):
    """The values that blocks begin with, by their rows; each made when it is asked for."""

    def __init__(self, study: Read) -> None:
        self._study = study
        self._registers, *self._numbers = study.part(STATES)
        size = self._registers + 4
        places = range(0, len(self._numbers), size)
        self._places = dict(zip(self._numbers[::size], places, strict=True))
        self._made: dict[int, State] = {}

    def __getitem__(self, row: int) -> State:
        if row not in self._made:
            self._made[row] = self._state(self._places[row])
        return self._made[row]

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def _state(self, at: int) -> State:
        values, begin = self._study.values, at + 4
        note, left, right = self._numbers[at + 1 : begin]
        state = State()
        state.slots, state.flags = self._study.slots(note), (values[left], values[right])
        held = enumerate(self._numbers[begin : begin + self._registers])
        state.registers = {register: values[number] for register, number in held if number}
        return state
