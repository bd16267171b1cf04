"""What each function of a version does, in counts that no compiler's choice of registers changes.

Cheap: everything is read from the arrays of the index, so that every changed function can be held
against what it was. Used by `reasons`, which puts the differences into words.
"""

from collections import Counter
from functools import cached_property

import msgspec
import numpy as np

from assay.code.changes.portrait import Portrait
from assay.code.listing import (
    ADD,
    ADDI,
    BRANCH,
    CALL,
    CALLM,
    CALLR,
    CMPI,
    CMPM,
    CONST,
    EXTEND,
    INSERT,
    JUMP,
    LOAD,
    NONE,
    NOP,
    ORI,
    PARTIAL,
    POP,
    PUSH,
    RELATIVE,
    STORE,
    STOREI,
    TABLE,
)
from assay.code.memory import Ints, Mask, member, where

_NUMBERS = member(CMPI, CMPM, STOREI, CONST, ADDI, ORI, INSERT)
_ASKING = member(CMPI, CMPM)
_MOVING = member(ADD, ADDI, LOAD, STORE, PUSH, POP, JUMP, NOP, EXTEND, CONST)
_CALLING = member(CALL, CALLR, CALLM)
SMALLEST, LARGEST = -(1 << 31), 1 << 32
KEPT = 4_000
"""Numbers of one function that are kept."""


class Traits(msgspec.Struct, dict=True):
    """What the functions of one version hold, ask and do; worked out when it is asked for."""

    portrait: Portrait
    _words: dict[int, bytes] = msgspec.field(default_factory=dict)

    def numbers(self, function: int) -> tuple[Counter[int], dict[int, int]]:
        """Return how often *function* uses each constant, and the first row that does."""
        rows, values = self._numbers
        first, last = rows.searchsorted(self._span(function))
        last = min(int(last), int(first) + KEPT)
        found: dict[int, int] = {}
        for row, value in zip(rows[first:last].tolist(), values[first:last].tolist(), strict=True):
            found.setdefault(value, row)
        return Counter(values[first:last].tolist()), found

    def asked(self, function: int) -> frozenset[int]:
        """Return the constants that *function* compares with, as far as one instruction says so."""
        rows, values = self._numbers
        first, last = rows.searchsorted(self._span(function))
        comparing = _ASKING[self.portrait.index.listing.op[rows[first:last]]]
        return frozenset(values[first:last][comparing].tolist())

    @cached_property
    def _numbers(self) -> tuple[Ints, Ints]:
        """The rows with a constant that is no part of an address, and the constants."""
        index = self.portrait.index
        table = index.listing
        flow, isa = index.flow, index.isa
        if flow is None or isa is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        rows = where(_NUMBERS[table.op] & (index.owner >= 0))
        op = table.op[rows]
        values = np.where((op == CMPM) | (op == STOREI), table.second[rows], table.imm[rows])
        made = flow.known[rows] & flow.absolute[rows] & (op != CMPI) & (op != CMPM) & (op != STOREI)
        values = np.where(made, flow.values[rows], values)
        good = (table.ra[rows] != PARTIAL) & (table.width[rows] != RELATIVE)
        good &= ~((op == CMPM) & (table.rb[rows] != NONE))
        good &= ~(flow.consumed[rows] & ~_ASKING[op])
        good &= ~((op == ADDI) & _of_frames(table.ra[rows], isa.stack, isa.frames))
        good &= ~((op == ADDI) & (values == 0))
        kept = sorted(isa.ambient(index.program))  # what addresses are made of all over it
        good &= ~(np.isin(table.rd[rows], kept) | np.isin(table.ra[rows], kept))
        good &= made | ~flow.known[rows] | _ASKING[op] | (op == STOREI)
        good &= (values > SMALLEST) & (values < LARGEST)
        good &= ~index.program.memory.mapped(values) & ~index.program.external(values)
        return rows[good], values[good]

    def branches(self, function: int) -> int:
        """Return how many conditional branches *function* has."""
        first, last = self._span(function)
        rows = slice(first, last)
        op = self.portrait.index.listing.op[rows]
        return int(((op == BRANCH) | (op == TABLE)).sum())

    def words(self, function: int) -> bytes:
        """Return what *function* does whatever the registers and the order: no moves, no stack."""
        if function not in self._words:
            first, last = self._span(function)
            table = self.portrait.index.listing
            op = table.op[first:last]
            kept = first + where(~_MOVING[op])
            both = np.stack([table.op[kept], table.cond[kept], table.width[kept]], axis=1)
            both[_CALLING[table.op[kept]], 1:] = 0
            order = np.lexsort(both.T)
            numbers = self.numbers(function)[0]
            held = ",".join(f"{one}:{numbers[one]}" for one in sorted(numbers))
            self._words[function] = both[order].tobytes() + held.encode()
        return self._words[function]

    def _span(self, function: int) -> tuple[int, int]:
        functions = self.portrait.index.functions
        if functions is None:
            return 0, 0
        return int(functions.first[function]), int(functions.last[function])


def _of_frames(base: "np.typing.NDArray[np.uint8]", stack: int, frames: tuple[int, ...]) -> Mask:
    found = base == stack
    for one in frames:
        found = found | (base == one)
    return np.asarray(found)
