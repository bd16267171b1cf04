"""Careful data flow over one function: what every call is given and every branch compares.

Runs only in functions that a cheap pass selected. Values are symbolic: an origin and a
distance from it. Blocks are visited once, in an order in which joins come after their
branches; where paths disagree the value is unknown. Loops are entered with the values of their
first round, which is right for what a loop does not change.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from assay.code import listing as op
from assay.code.functions import NO_RETURN
from assay.code.index import CodeIndex
from assay.code.listing import ALWAYS, FLAGS, NONE, REGISTERS, ZERO

MAX_ROWS = 12_000
ARGUMENTS = 6


class Value(NamedTuple):
    """`offset` bytes behind an origin.

    Origins: `const` (the number itself), `stack` (the stack pointer at entry), `argument`
    number `key`, `result` of the call at row `key`, `memory` at the address `key` (a Value and
    a width), `unknown` made at row `key`.
    """

    kind: str
    key: object
    offset: int

    def moved(self, distance: int) -> "Value":
        """Return the value *distance* further on."""
        return Value(self.kind, self.key, self.offset + distance)

    @property
    def number(self) -> int | None:
        """The constant, or None."""
        return self.offset if self.kind == "const" else None


def const(number: int) -> Value:
    """Return the constant *number*."""
    return Value("const", 0, number)


@dataclass(frozen=True, slots=True)
class Called:
    """A call: its row, the callee's address (-1 unknown) and name, and what it is given.

    `stack` are the known stack slots at that moment, kept for calls to `bind` only.
    """

    row: int
    block: int
    target: int
    name: str
    arguments: tuple[Value | None, ...]
    stack: dict[int, tuple[Value, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """A branch on equality: what is compared, and the blocks for equal and for different."""

    row: int
    block: int
    left: Value | None
    right: Value | None
    equal: int
    different: int


@dataclass(slots=True)
class Study:
    """What the careful pass found in one function. Blocks are named by their first row."""

    function: int
    blocks: dict[int, tuple[int, ...]] = field(default_factory=dict)
    calls: list[Called] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    returns: list[Value | None] = field(default_factory=list)
    entry: int = 0

    def reachable(self, without: frozenset[tuple[int, int]]) -> set[int]:
        """Return the blocks that can be reached from the entry without certain edges."""
        seen = {self.entry}
        waiting = [self.entry]
        while waiting:
            block = waiting.pop()
            for following in self.blocks.get(block, ()):
                if following not in seen and (block, following) not in without:
                    seen.add(following)
                    waiting.append(following)
        return seen

    def guarded(self, edges: frozenset[tuple[int, int]]) -> set[int]:
        """Return the blocks that can be reached only over one of *edges*."""
        return self.reachable(frozenset()) - self.reachable(edges)


class _State:
    """Registers, stack slots and flags on one path."""

    __slots__ = ("flags", "registers", "slots")

    def __init__(self) -> None:
        self.registers: dict[int, Value] = {}
        self.slots: dict[int, tuple[Value, int]] = {}
        self.flags: tuple[Value | None, Value | None] = (None, None)

    def copy(self) -> "_State":
        twin = _State()
        twin.registers, twin.slots = dict(self.registers), dict(self.slots)
        twin.flags = self.flags
        return twin

    def meet(self, other: "_State") -> None:
        """Keep only what *other* agrees with."""
        mine, theirs = self.registers, other.registers
        self.registers = {key: value for key, value in mine.items() if theirs.get(key) == value}
        slots = other.slots
        self.slots = {key: value for key, value in self.slots.items() if slots.get(key) == value}
        if self.flags != other.flags:
            self.flags = (None, None)


def study(index: CodeIndex, function: int) -> Study:
    """Return what happens in function number *function* of *index*."""
    return _Reader(index, function).run()


class _Reader:
    """One pass over one function."""

    def __init__(self, index: CodeIndex, function: int) -> None:
        if index.functions is None or index.isa is None or index.flow is None:
            raise ValueError("there is no decoder for this program")
        self.index, self.isa, self.flow = index, index.isa, index.flow
        self.first = int(index.functions.first[function])
        self.last = min(int(index.functions.last[function]), self.first + MAX_ROWS)
        self.found = Study(function, entry=self.first)
        part = slice(self.first, self.last + self.isa.delay)
        table = index.listing
        self.columns = [
            getattr(table, name)[part].tolist()
            for name in ("op", "rd", "ra", "rb", "imm", "width", "cond", "second")
        ]
        self.known = self.flow.known[part].tolist()
        self.values = self.flow.values[part].tolist()
        self.addresses = table.address[part].tolist()
        self.places = {at: self.first + n for n, at in enumerate(self.addresses)}
        self.extra = self._extra(table)
        self.targets = index.call_targets
        self.states: dict[int, _State] = {}
        self.mask = -1 if index.program.bits == 64 else 0xFFFFFFFF

    def _extra(self, table: op.Listing) -> dict[int, list[int]]:
        """Return the further registers that each row of the function overwrites."""
        inside = (table.extra_index >= self.first) & (table.extra_index < self.last)
        found: dict[int, list[int]] = {}
        rows, registers = table.extra_index[inside], table.extra_register[inside]
        for row, register in zip(rows.tolist(), registers.tolist(), strict=True):
            found.setdefault(row, []).append(register)
        return found

    def run(self) -> Study:
        """Split into blocks, then visit each once."""
        bounds = self._bounds()
        ends = dict(zip(bounds, [*bounds[1:], self.last], strict=True))
        for block in bounds:
            self.found.blocks[block] = self._following(block, ends[block])
        entry = _State()
        for number, register in enumerate(self.isa.arguments[:ARGUMENTS]):
            entry.registers[register] = Value("argument", number, 0)
        entry.registers[self.isa.stack] = Value("stack", 0, 0)
        if self.isa.stack_arguments:
            for number in range(ARGUMENTS):
                place = self.isa.stack_arguments * (number + 1)
                entry.slots[place] = Value("argument", number, 0), self.isa.stack_arguments
        self.states[self.first] = entry
        for block in self._order():
            self._visit(block, ends[block])
        return self.found

    def _transfer_end(self, row: int) -> int:
        return row + 1 + self.isa.delay

    def _bounds(self) -> list[int]:
        """Return the first rows of all blocks."""
        heads = {self.first}
        kinds, imms, conds = self.columns[0], self.columns[4], self.columns[6]
        for row in range(self.first, self.last):
            kind = kinds[row - self.first]
            if kind in (op.BRANCH, op.JUMP):
                target = self.places.get(imms[row - self.first])
                if target is not None and target < self.last:
                    heads.add(target)
            elif kind not in (op.JUMPR, op.JUMPM, op.RET, op.STOP, op.TABLE):
                continue
            if conds[row - self.first] == ALWAYS or kind == op.BRANCH:
                heads.add(self._transfer_end(row))
        for table in self.index.tables_of(self.first, self.last):
            heads.update(self.places.get(at, self.first) for at in table.targets.tolist())
        return sorted(head for head in heads if head < self.last)

    def _ending(self, block: int, end: int) -> int:
        """Return the row of the transfer that ends the block, or -1."""
        for row in range(max(block, end - 1 - self.isa.delay), end):
            kind = self.columns[0][row - self.first]
            conditional = self.columns[6][row - self.first] != ALWAYS
            if kind in (op.BRANCH, op.JUMP) or (
                kind in (op.JUMPR, op.JUMPM, op.RET, op.STOP, op.TABLE) and not conditional
            ):
                return row
        return -1

    def _following(self, block: int, end: int) -> tuple[int, ...]:
        row = self._ending(block, end)
        onward = (end,) if end < self.last else ()
        if row < 0:
            stop = any(self._never_returns(at) for at in range(block, end))
            return () if stop else onward
        kind = self.columns[0][row - self.first]
        if kind in (op.JUMPR, op.TABLE):
            places = [
                self.places.get(at, self.first)
                for table in self.index.tables_of(row, row + 1)
                for at in table.targets.tolist()
            ]
            return tuple(sorted(set(places)))
        if kind not in (op.BRANCH, op.JUMP):
            return ()
        target = self.places.get(self.columns[4][row - self.first])
        there = (target,) if target is not None and target < self.last else ()
        return there + (onward if kind == op.BRANCH else ())

    def _never_returns(self, row: int) -> bool:
        target = self.targets.get(row, -1)
        return target > 0 and self.index.name(target) in NO_RETURN

    def _order(self) -> list[int]:
        """Return the blocks in reverse postorder."""
        order: list[int] = []
        seen = {self.first}
        stack = [(self.first, iter(self.found.blocks[self.first]))]
        while stack:
            block, rest = stack[-1]
            following = next((one for one in rest if one not in seen), None)
            if following is None:
                order.append(block)
                stack.pop()
            elif following in self.found.blocks:
                seen.add(following)
                stack.append((following, iter(self.found.blocks[following])))
            else:
                seen.add(following)
        return order[::-1]

    def _visit(self, block: int, end: int) -> None:
        state = self.states.get(block, _State()).copy()
        ending = self._ending(block, end)
        for row in self._executed(block, end):
            if row == ending:
                self._decide(row, block, end, state)
            self._step(row, block, state)
        for following in self.found.blocks[block]:
            if following in self.states:
                if following > block:
                    self.states[following].meet(state)
            else:
                self.states[following] = state.copy()

    def _executed(self, block: int, end: int) -> list[int]:
        """Return the rows of a block in the order in which they take effect."""
        rows = list(range(block, end))
        if not self.isa.delay:
            return rows
        place = 0
        while place < len(rows) - 1:
            if rows[place] in self.targets or self._calls(rows[place]):
                rows[place], rows[place + 1] = rows[place + 1], rows[place]
                place += 1
            place += 1
        return rows

    def _calls(self, row: int) -> bool:
        return self.columns[0][row - self.first] in (op.CALL, op.CALLR, op.CALLM)

    def _register(self, state: _State, number: int) -> Value | None:
        if number == ZERO:
            return const(0)
        return state.registers.get(number)

    def _decide(self, row: int, block: int, end: int, state: _State) -> None:
        at = row - self.first
        cond = self.columns[6][at]
        if self.columns[0][at] != op.BRANCH or cond not in (op.EQ, op.NE):
            return
        ra, rb = self.columns[2][at], self.columns[3][at]
        left, right = state.flags
        if ra != NONE:
            left, right = self._register(state, ra), self._register(state, rb)
        taken = self.places.get(self.columns[4][at], -1)
        equal, different = (taken, end) if cond == op.EQ else (end, taken)
        self.found.decisions.append(Decision(row, block, left, right, equal, different))

    def _step(self, row: int, block: int, state: _State) -> None:
        at = row - self.first
        kind = self.columns[0][at]
        if kind in (op.CALL, op.CALLR, op.CALLM):
            self._call(row, block, state)
            return
        if kind in (op.JUMP, op.JUMPR, op.JUMPM) and row in self.targets:
            self._call(row, block, state)
        if kind == op.RET:
            self.found.returns.append(state.registers.get(self.isa.result))
        handler = _HANDLERS.get(kind)
        if handler is not None:
            handler(self, at, state)
        elif self.columns[1][at] < REGISTERS:
            self._set(at, state, None)
        for register in self.extra.get(row, ()):
            state.registers.pop(register, None)
            if register == FLAGS:
                state.flags = (None, None)

    def _call(self, row: int, block: int, state: _State) -> None:
        target = self.targets.get(row, -1)
        name = self.index.name(target) if target > 0 else ""
        if self.isa.stack_arguments:
            given = self._given_on_stack(state)
        else:
            given = [state.registers.get(one) for one in self.isa.arguments[:ARGUMENTS]]
        kept = dict(state.slots) if name == "bind" else {}
        self.found.calls.append(Called(row, block, target, name, tuple(given), kept))
        for register in self.isa.clobbered:
            state.registers.pop(register, None)
        state.registers[self.isa.result] = Value("result", row, 0)

    def _given_on_stack(self, state: _State) -> list[Value | None]:
        top = state.registers.get(self.isa.stack)
        if top is None or top.kind != "stack":
            return [None] * ARGUMENTS
        step = self.isa.stack_arguments
        return [
            state.slots.get(top.offset + step * number, (None, 0))[0] for number in range(ARGUMENTS)
        ]

    def _set(self, at: int, state: _State, value: Value | None) -> None:
        register = self.columns[1][at]
        if register >= REGISTERS:
            return
        if value is None and self.known[at]:
            value = const(self.values[at])
        if value is None:
            value = Value("unknown", at + self.first, 0)
        if value.kind == "const":
            value = const(value.offset & self.mask)
        if self.columns[6][at] != ALWAYS and state.registers.get(register) != value:
            state.registers.pop(register, None)
            return
        state.registers[register] = value

    def _address(self, at: int, state: _State) -> Value | None:
        base = self.columns[2][at]
        if base >= REGISTERS:
            return const(self.columns[4][at] & self.mask)
        value = state.registers.get(base)
        return value.moved(self.columns[4][at]) if value is not None else None

    def _read(self, address: Value | None, width: int, state: _State) -> Value | None:
        if address is None:
            return None
        if address.kind == "stack":
            value, size = state.slots.get(address.offset, (None, 0))
            if size == width:
                return value
        if address.kind == "const" and width in (1, 2, 4, 8):
            place = np.array([address.offset], dtype=np.int64)
            memory = self.index.program.memory
            if memory.constant(place)[0]:
                values, good = memory.words(place, width)
                return const(int(values[0])) if good[0] else None
        return Value("memory", (address, width), 0)


def _do_const(reader: _Reader, at: int, state: _State) -> None:
    reader._set(at, state, const(reader.columns[4][at]))


def _do_addi(reader: _Reader, at: int, state: _State) -> None:
    base = reader._register(state, reader.columns[2][at])
    reader._set(at, state, base.moved(reader.columns[4][at]) if base else None)


def _do_add(reader: _Reader, at: int, state: _State) -> None:
    first = reader._register(state, reader.columns[2][at])
    second = reader._register(state, reader.columns[3][at])
    value = None
    if first is not None and second is not None:
        if second.kind == "const":
            value = first.moved(_signed(second.offset, reader.mask))
        elif first.kind == "const":
            value = second.moved(_signed(first.offset, reader.mask))
    reader._set(at, state, value)


def _do_sub(reader: _Reader, at: int, state: _State) -> None:
    first = reader._register(state, reader.columns[2][at])
    second = reader._register(state, reader.columns[3][at])
    known = first is not None and second is not None and second.kind == "const"
    distance = _signed(second.offset, reader.mask) if known and second else 0
    reader._set(at, state, first.moved(-distance) if known and first else None)


def _signed(number: int, mask: int) -> int:
    return number - (1 << 32) if mask > 0 and number >> 31 & 1 else number


def _do_load(reader: _Reader, at: int, state: _State) -> None:
    address = reader._address(at, state)
    value = reader._read(address, reader.columns[5][at], state)
    if reader.known[at]:
        value = None  # the constant, as for a slot of the global offset table
    reader._set(at, state, value)


def _do_store(reader: _Reader, at: int, state: _State) -> None:
    address = reader._address(at, state)
    if address is None or address.kind != "stack":
        return
    value = reader._register(state, reader.columns[3][at])
    if reader.columns[0][at] == op.STOREI:
        value = const(reader.columns[7][at] & reader.mask)
    _keep(state, address.offset, value, reader.columns[5][at])


def _keep(state: _State, place: int, value: Value | None, width: int) -> None:
    if value is None:
        state.slots.pop(place, None)
    else:
        state.slots[place] = value, width


def _do_push(reader: _Reader, at: int, state: _State) -> None:
    top = state.registers.get(reader.isa.stack)
    if top is None:
        return
    top = top.moved(-reader.columns[5][at])
    state.registers[reader.isa.stack] = top
    register = reader.columns[3][at]
    value = const(reader.columns[4][at] & reader.mask)
    if register != NONE:
        pushed = reader._register(state, register)
        _keep(state, top.offset, pushed, reader.columns[5][at])
    else:
        _keep(state, top.offset, value, reader.columns[5][at])


def _do_pop(reader: _Reader, at: int, state: _State) -> None:
    top = state.registers.get(reader.isa.stack)
    if top is None:
        return
    value = state.slots.get(top.offset, (None, 0))[0] if top.kind == "stack" else None
    reader._set(at, state, value)
    state.registers[reader.isa.stack] = top.moved(reader.columns[5][at])


def _do_compare(reader: _Reader, at: int, state: _State) -> None:
    kind = reader.columns[0][at]
    left = reader._register(state, reader.columns[2][at])
    if kind == op.CMPI:
        state.flags = (left, const(reader.columns[4][at] & reader.mask))
    elif kind == op.CMP:
        state.flags = (left, reader._register(state, reader.columns[3][at]))
    else:
        content = reader._read(reader._address(at, state), reader.columns[5][at], state)
        register = reader.columns[3][at]
        other = const(reader.columns[7][at] & reader.mask)
        if register != NONE:
            state.flags = (content, reader._register(state, register))
        else:
            state.flags = (content, other)


_HANDLERS = {
    op.CONST: _do_const,
    op.ADDI: _do_addi,
    op.ADD: _do_add,
    op.SUB: _do_sub,
    op.LOAD: _do_load,
    op.STORE: _do_store,
    op.STOREI: _do_store,
    op.PUSH: _do_push,
    op.POP: _do_pop,
    op.CMPI: _do_compare,
    op.CMP: _do_compare,
    op.CMPM: _do_compare,
}
