"""What the kernels of the careful pass hand back: a study, states, values (`symbolic.h`).

Values are numbers in a kernel; they become a `Value` each once, when a part of the study that has
them is asked for.
"""

from collections.abc import Iterator, Mapping
from ctypes import c_int64, c_void_p
from functools import cache, cached_property, partial
from itertools import pairwise, starmap
from typing import TYPE_CHECKING, Any

import numpy as np

from assay._native import kernel
from assay.code.memory import Ints
from assay.code.native import address_of
from assay.code.semantics import State, Value
from assay.code.study import KEPT, NO_SLOTS, Called, Decision, Study

if TYPE_CHECKING:
    from assay.code.index import CodeIndex

KINDS = ("", "const", "stack", "argument", "result", "unknown")
"""Kinds of values but `memory`, by the kernel's numbers."""

PARTS = range(15)
(
    BLOCKS, STARTS, ONWARD, ROWS, INSIDE, TARGETS, KEEPING, GIVEN, DECISIONS, RETURNS, NOTES, SLOTS,
    VALUES, MEMORY, STATES,
) = PARTS  # fmt: skip
"""The parts of what the kernel writes."""


_value = partial(tuple.__new__, Value)
_called = partial(tuple.__new__, Called)
_decision = partial(tuple.__new__, Decision)


def values_of(plain: list[int], memory: list[int]) -> list[Any]:
    """Return the values by their numbers, 0 for None: *plain* ones, then what *memory* holds.

    Three columns each: kinds, keys and offsets; numbers of addresses, widths and offsets.
    """
    third = len(plain) // 3
    kinds = map(KINDS.__getitem__, plain[:third])
    keys, offsets = plain[third : 2 * third], plain[2 * third :]
    found: list[Any] = [None, *map(_value, zip(kinds, keys, offsets, strict=True))]
    third = len(memory) // 3
    columns = memory[:third], memory[third : 2 * third], memory[2 * third :]
    for address, width, offset in zip(*columns, strict=True):
        found.append(_value(("memory", (found[address], width), offset)))
    return found


def parts_of(numbers: Ints, count: int) -> list[list[int]]:
    """Return the *count* parts of what a kernel wrote; it begins with where each begins."""
    begins = numbers[: count + 1].tolist()
    return [numbers[first:last].tolist() for first, last in pairwise(begins)]


class Written:
    """What the kernel wrote about one function.

    It knows nothing of what is made of it: no study is kept alive by its own parts.
    """

    def __init__(self, numbers: Ints) -> None:
        self._numbers = numbers
        self._begins: list[int] = numbers[: len(PARTS) + 1].tolist()

    def part(self, number: int) -> list[int]:
        """Return the numbers of one of PARTS."""
        first, last = self._begins[number : number + 2]
        found: list[int] = self._numbers[first:last].tolist()
        return found

    @cached_property
    def values(self) -> list[Any]:
        """The values by their numbers; number 0 stands for None."""
        return values_of(self.part(VALUES), self.part(MEMORY))

    def slots(self, note: int) -> dict[int, tuple[Value, int]]:
        """Return the known stack slots of a *note* of the kernel."""
        notes, begin = self._begins[NOTES], self._begins[SLOTS]
        first, last = self._numbers[notes + note : notes + note + 2].tolist()
        numbers = self._numbers[begin + 3 * first : begin + 3 * last].tolist()
        held = zip(map(self.values.__getitem__, numbers[1::3]), numbers[2::3], strict=True)
        return dict(zip(numbers[::3], held, strict=True))

    def behind(self, entry: int, edge: tuple[int, int]) -> frozenset[int] | None:
        """Return the blocks reached from *entry* only over *edge*; None if no kernel can say."""
        search = _search()
        if search is None:
            return None
        begin = address_of(self._numbers)
        places = [begin + 8 * one for one in self._begins[: ONWARD + 1]]
        count = self._begins[BLOCKS + 1] - self._begins[BLOCKS]
        edges = self._begins[ONWARD + 1] - self._begins[ONWARD]
        room = np.empty(3 * max(count, 1), dtype=np.int64)
        seen, waiting, found = (address_of(room) + 8 * count * place for place in range(3))
        used = search(places[BLOCKS], count, *places[1:], edges, entry, *edge, seen, waiting, found)
        return frozenset(room[2 * count : 2 * count + used].tolist()) if used >= 0 else None


@cache
def _search() -> Any:  # noqa: ANN401 - a function of ctypes, or None
    place, number = c_void_p, c_int64
    return kernel("blocks_behind", place, number, place, place, *[number] * 4, place, place, place)


class Read(Study):
    """A study whose parts are made from the kernel's numbers when they are asked for."""

    def __init__(self, index: "CodeIndex", function: int, entry: int, written: Written) -> None:
        self.function, self.entry = function, entry
        self._guarded, self._given, self._all = {}, None, None
        self._index, self._written = index, written
        self.part = written.part

    @cached_property
    def blocks(self) -> dict[int, tuple[int, ...]]:  # type: ignore[override]  # made late
        """Where each block goes on."""
        spans = starmap(slice, pairwise(self.part(STARTS)))
        places = map(tuple, map(self.part(ONWARD).__getitem__, spans))
        return dict(zip(self.part(BLOCKS), places, strict=True))

    def _behind(self, edge: tuple[int, int]) -> frozenset[int]:
        found = self._written.behind(self.entry, edge)
        return super()._behind(edge) if found is None else found

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
                stacks[number] = Kept(self._written, note)
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
        values = map(self._written.values.__getitem__, given)
        return list(zip(*[values] * (len(given) // count), strict=True))

    @cached_property
    def decisions(self) -> list[Decision]:  # type: ignore[override]  # made late
        """The branches on equality."""
        numbers, value = self.part(DECISIONS), self._written.values.__getitem__
        row, inside, left, right, equal, different = (numbers[at::6] for at in range(6))
        columns = (row, inside, map(value, left), map(value, right), equal, different)
        return list(map(_decision, zip(*columns, strict=True)))

    @cached_property
    def returns(self) -> list[Value | None]:  # type: ignore[override]  # made late
        """What the function returns, at each of its ends."""
        return list(map(self._written.values.__getitem__, self.part(RETURNS)))


class Kept(Mapping[int, tuple[Value, int]]):
    """The known stack slots at a call, made when they are asked for: few are."""

    __slots__ = ("_held", "_note", "_written")

    def __init__(self, written: Written, note: int) -> None:
        self._written, self._note = written, note
        self._held: dict[int, tuple[Value, int]] | None = None

    @property
    def held(self) -> dict[int, tuple[Value, int]]:
        """The slots by their places."""
        if self._held is None:
            self._held = self._written.slots(self._note)
        return self._held

    def __getitem__(self, place: int) -> tuple[Value, int]:
        return self.held[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self.held)

    def __len__(self) -> int:
        return len(self.held)


class States(Mapping[int, State]):
    """The values that blocks begin with, by their rows; each made when it is asked for."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._registers, *self._numbers = written.part(STATES)
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
        values, begin = self._written.values, at + 4
        note, left, right = self._numbers[at + 1 : begin]
        state = State()
        state.slots, state.flags = self._written.slots(note), (values[left], values[right])
        held = enumerate(self._numbers[begin : begin + self._registers])
        state.registers = {register: values[number] for register, number in held if number}
        return state
