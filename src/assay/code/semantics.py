"""What one instruction does to symbolic registers and stack slots: the steps of `symbolic`."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from assay.code import listing as op
from assay.code.index import CodeIndex
from assay.code.listing import ALWAYS, FLAGS, MEMORY, NONE, REGISTERS, ZERO, Small
from assay.code.memory import member
from assay.code.values import Flow


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
        return made(Value, (self[0], self[1], self[2] + distance))

    @property
    def number(self) -> int | None:
        """The constant, or None."""
        return self.offset if self.kind == "const" else None


made = tuple.__new__
"""Makes a Value without the call that its class would add: millions are made."""


def const(number: int) -> Value:
    """Return the constant *number*."""
    return made(Value, ("const", 0, number))


MAX_DEPTH = 64
"""Addresses that are read from memory one through the other: programs go to about twenty."""


def content(address: Value, width: int) -> Value | None:
    """Return what *width* bytes of memory at *address* are; None when that was read too often."""
    origin: Any = address
    for _ in range(MAX_DEPTH):
        if origin[0] != "memory":
            return made(Value, ("memory", (address, width), 0))
        origin = origin[1][0]
    return None


_blank = object.__new__
"""Makes a State whose parts are set at once."""


class State:
    """Registers, stack slots and flags on one path; slots that are `shared` are not changed."""

    __slots__ = ("flags", "registers", "shared", "slots")

    def __init__(self) -> None:
        self.registers: dict[int, Value] = {}
        self.slots: dict[int, tuple[Value, int]] = {}
        self.shared = False
        self.flags: tuple[Value | None, Value | None] = (None, None)

    def copy(self) -> "State":
        """Return a copy that can be changed by itself."""
        twin = _blank(State)
        twin.registers, twin.flags = self.registers.copy(), self.flags
        twin.slots = self.share()
        twin.shared = True
        return twin

    def share(self) -> dict[int, tuple[Value, int]]:
        """Return the slots, which are copied before they change from now on."""
        self.shared = True
        return self.slots

    def own(self) -> dict[int, tuple[Value, int]]:
        """Return the slots in order to change them."""
        if self.shared:
            self.slots, self.shared = self.slots.copy(), False
        return self.slots

    def meet(self, other: "State") -> None:
        """Keep only what *other* agrees with."""
        mine, theirs = self.registers, other.registers
        self.registers = {key: value for key, value in mine.items() if theirs.get(key) == value}
        slots = other.slots
        if slots is not self.slots:
            self.slots = {key: held for key, held in self.slots.items() if slots.get(key) == held}
            self.shared = False
        if self.flags != other.flags:
            self.flags = (None, None)


class Machine:
    """The rows of one function, counted from its first one, and how each changes a State.

    The columns are those of the listing; `handlers` is what carries out each row, None for
    nothing, and `extra` the further registers that rows overwrite.
    """

    __slots__ = (
        "addresses", "cond", "extra", "first", "handlers", "imm", "index", "isa", "known", "mask",
        "op", "ra", "rb", "rd", "second", "values", "width",
    )  # fmt: skip

    def __init__(self, index: CodeIndex, first: int, last: int) -> None:
        if index.isa is None or index.flow is None:
            raise ValueError("there is no decoder for this program")
        self.index, self.isa, self.first = index, index.isa, first
        table, part = index.listing, slice(first, last)
        # Bytes are what small columns are read from fastest.
        self.op, self.cond = table.op[part].tobytes(), table.cond[part].tobytes()
        self.rd, self.ra = table.rd[part].tobytes(), table.ra[part].tobytes()
        self.rb, self.width = table.rb[part].tobytes(), table.width[part].tobytes()
        self.known = index.flow.known[part].tobytes()
        self.imm: list[int] = table.imm[part].tolist()
        self.values: list[int] = index.flow.values[part].tolist()
        self.second = table.second[part]
        self.addresses: list[int] = table.address[part].tolist()
        self.mask = -1 if index.program.bits == 64 else 0xFFFFFFFF
        self.handlers = [ACTIONS[place] for place in index.handlers[part].tobytes()]
        self.extra = _further(index, first, last)

    def action(self, at: int) -> "Action | None":
        """Return what carries out row *at*, None for nothing."""
        return Machine.step if at in self.extra else self.handlers[at]

    def step(self, at: int, state: State) -> None:
        """Carry out row *at* on *state*; transfers change nothing."""
        handler, extra = self.handlers[at], self.extra.get(at, ())
        second = self._second(at, extra) if extra else NONE
        loaded = self._loaded(at, state) if second != NONE else None
        if handler is not None:
            handler(self, at, state)
        for register in extra:
            state.registers.pop(register, None)
            if register == FLAGS:
                state.flags = (None, None)
        if loaded is not None:
            state.registers[second] = loaded

    def _second(self, at: int, extra: Sequence[int]) -> int:
        """Return the register that row *at* loads a second word into, NONE if it loads no two.

        It is one that a load overwrites besides, and not its base.
        """
        others = [one for one in extra if one != self.ra[at]]
        loads = self.op[at] == op.LOAD and self.cond[at] == ALWAYS
        return others[0] if loads and len(others) == 1 and others[0] < MEMORY else NONE

    def _loaded(self, at: int, state: State) -> Value | None:
        """Return the second word that row *at* loads."""
        address, width = self.address(at, state), self.width[at]
        return self.read(address.moved(width), width, state) if address is not None else None

    def register(self, state: State, number: int) -> Value | None:
        """Return what register *number* holds; None when that is unknown."""
        if number == ZERO:
            return const(0)
        return state.registers.get(number)

    def assign(self, at: int, state: State, value: Value | None) -> None:
        """Put *value*, or what the fast pass knows, into the register that row *at* writes."""
        register = self.rd[at]
        if register >= REGISTERS:
            return
        if value is None and self.known[at]:
            value = const(self.values[at])
        if value is None:
            value = made(Value, ("unknown", at + self.first, 0))
        elif value[0] == "const":
            value = made(Value, ("const", 0, value[2] & self.mask))
        if self.cond[at] != ALWAYS and state.registers.get(register) != value:
            state.registers.pop(register, None)
            return
        state.registers[register] = value

    def address(self, at: int, state: State) -> Value | None:
        """Return the address of the memory operand of row *at*."""
        base = self.ra[at]
        if base >= REGISTERS:
            return const(self.imm[at] & self.mask)
        value = state.registers.get(base)
        return value.moved(self.imm[at]) if value is not None else None

    def read(self, address: Value | None, width: int, state: State) -> Value | None:
        """Return what *width* bytes at *address* hold."""
        if address is None:
            return None
        if address.kind == "stack":
            value, size = state.slots.get(address.offset, (None, 0))
            if size == width:
                return value
        if address.kind == "const" and width in (1, 2, 4, 8):
            held = self.index.program.memory.fixed_word(address.offset, width)
            if held is not None:
                return const(held)
        return content(address, width)


_NO_SLOT: tuple[Value | None, int] = (None, 0)

Action = Callable[[Machine, int, State], None]
"""What carries out one row, counted from the first, on a state."""


def _further(index: CodeIndex, first: int, last: int) -> dict[int, list[int]]:
    """Return the further registers that each row overwrites, rows counted from *first*."""
    rows, registers = index.overwrites
    low = bisect_left(rows, first)
    high = bisect_left(rows, last, low)
    found: dict[int, list[int]] = {}
    for row, register in zip(rows[low:high], registers[low:high], strict=True):
        found.setdefault(row - first, []).append(register)
    return found


def handlers_of(flow: Flow) -> Small:
    """Return the number of what carries out each row, 0 for what changes nothing."""
    table = flow.listing
    places, always = PLACES.take(table.op), table.cond == ALWAYS
    writes = table.rd < REGISTERS
    if flow.isa.stack_arguments:
        # i386 aligns the stack pointer by a mask: all stays where it was. `leave` does more.
        aligned = (places == 0) & (table.rd == flow.isa.stack)
        aligned[table.extra_index[table.extra_register < MEMORY]] = False
        writes &= ~aligned
    places[writes & (places == 0)] = _OVERWRITTEN
    # A load of a known place, as of a slot of the global offset table, is a constant.
    fixed = (table.op == op.LOAD) & flow.known & always
    places[fixed] = _FIXED
    places += _FIXED * (always & writes & (places <= _FIXED)).view(np.uint8)
    places[fixed & ~writes] = 0
    return places


def steps_of(handlers: Small, table: op.Listing) -> Small:
    """Return the numbers in ACTIONS of the steps of a pass over *table*."""
    steps = handlers.copy()
    steps[table.extra_index] = STEP
    steps[LEAVES.take(table.op)] = LEAVE
    return steps


def _do_fixed(machine: Machine, at: int, state: State) -> None:
    state.registers[machine.rd[at]] = const(machine.values[at] & machine.mask)


def _do_other(machine: Machine, at: int, state: State) -> None:
    machine.assign(at, state, None)


def _do_plain_other(machine: Machine, at: int, state: State) -> None:
    if machine.known[at]:
        value = made(Value, ("const", 0, machine.values[at] & machine.mask))
    else:
        value = made(Value, ("unknown", at + machine.first, 0))
    state.registers[machine.rd[at]] = value


def _do_plain_const(machine: Machine, at: int, state: State) -> None:
    value = made(Value, ("const", 0, machine.imm[at] & machine.mask))
    state.registers[machine.rd[at]] = value


def _do_plain_addi(machine: Machine, at: int, state: State) -> None:
    registers = state.registers
    base = registers.get(machine.ra[at])
    if base is None:
        _do_addi(machine, at, state)
        return
    kind, key, offset = base
    offset += machine.imm[at]
    if kind == "const":
        offset &= machine.mask
    registers[machine.rd[at]] = made(Value, (kind, key, offset))


def _do_plain_load(machine: Machine, at: int, state: State) -> None:
    base = state.registers.get(machine.ra[at])
    if base is None or base[0] == "const" or machine.known[at]:
        _do_load(machine, at, state)
        return
    kind, key, offset = base
    offset += machine.imm[at]
    width = machine.width[at]
    if kind == "stack":
        value, size = state.slots.get(offset, _NO_SLOT)
        if size == width:
            machine.assign(at, state, value)
            return
    held = content(made(Value, (kind, key, offset)), width)
    if held is None:
        machine.assign(at, state, None)
    else:
        state.registers[machine.rd[at]] = held


def _do_const(machine: Machine, at: int, state: State) -> None:
    machine.assign(at, state, const(machine.imm[at]))


def _do_addi(machine: Machine, at: int, state: State) -> None:
    base = machine.register(state, machine.ra[at])
    machine.assign(at, state, base.moved(machine.imm[at]) if base else None)


def _do_add(machine: Machine, at: int, state: State) -> None:
    first = machine.register(state, machine.ra[at])
    second = machine.register(state, machine.rb[at])
    value = None
    if first is not None and second is not None:
        if second.kind == "const":
            value = first.moved(_signed(second.offset, machine.mask))
        elif first.kind == "const":
            value = second.moved(_signed(first.offset, machine.mask))
    machine.assign(at, state, value)


def _do_sub(machine: Machine, at: int, state: State) -> None:
    first = machine.register(state, machine.ra[at])
    second = machine.register(state, machine.rb[at])
    known = first is not None and second is not None and second.kind == "const"
    distance = _signed(second.offset, machine.mask) if known and second else 0
    machine.assign(at, state, first.moved(-distance) if known and first else None)


def _signed(number: int, mask: int) -> int:
    return number - (1 << 32) if mask > 0 and number >> 31 & 1 else number


def _do_load(machine: Machine, at: int, state: State) -> None:
    address = machine.address(at, state)
    value = machine.read(address, machine.width[at], state)
    if machine.known[at]:
        value = None  # the constant, as for a slot of the global offset table
    machine.assign(at, state, value)


def _do_store(machine: Machine, at: int, state: State) -> None:
    base = state.registers.get(machine.ra[at])
    if base is None or base[0] != "stack":
        return
    value = machine.register(state, machine.rb[at])
    if machine.op[at] == op.STOREI:
        value = const(int(machine.second[at]) & machine.mask)
    _keep(state, base[2] + machine.imm[at], value, machine.width[at])


def _keep(state: State, place: int, value: Value | None, width: int) -> None:
    if value is None:
        state.own().pop(place, None)
    else:
        state.own()[place] = value, width


def _do_push(machine: Machine, at: int, state: State) -> None:
    top = state.registers.get(machine.isa.stack)
    if top is None:
        return
    register, width = machine.rb[at], machine.width[at]
    pushed: Value | None = const(machine.imm[at] & machine.mask)
    if register == MEMORY:
        # The address is formed before the stack pointer moves.
        pushed = machine.read(machine.address(at, state), width, state)
    elif register != NONE:
        pushed = machine.register(state, register)
    top = top.moved(-width)
    state.registers[machine.isa.stack] = top
    _keep(state, top.offset, pushed, width)


def _do_pop(machine: Machine, at: int, state: State) -> None:
    top = state.registers.get(machine.isa.stack)
    if top is None:
        return
    value = state.slots.get(top.offset, (None, 0))[0] if top.kind == "stack" else None
    machine.assign(at, state, value)
    state.registers[machine.isa.stack] = top.moved(machine.width[at])


def _do_extend(machine: Machine, at: int, state: State) -> None:
    value = machine.register(state, machine.ra[at])
    width = machine.width[at]
    if value is not None and value.kind == "const":
        value = const(value.offset & ((1 << 8 * width) - 1))
    elif value is not None and not _is_narrow(value, width):
        value = None
    machine.assign(at, state, value)


def _is_narrow(value: Value, width: int) -> bool:
    """Say whether *value* was read from memory as no more than *width* bytes."""
    if value.kind != "memory" or not isinstance(value.key, tuple):
        return False
    return bool(value.key[1] <= width and not value.offset)


def _do_compare(machine: Machine, at: int, state: State) -> None:
    kind = machine.op[at]
    left = machine.register(state, machine.ra[at])
    if kind == op.CMPI:
        state.flags = (left, const(machine.imm[at] & machine.mask))
    elif kind == op.CMP:
        state.flags = (left, machine.register(state, machine.rb[at]))
    else:
        content = machine.read(machine.address(at, state), machine.width[at], state)
        register = machine.rb[at]
        other = const(int(machine.second[at]) & machine.mask)
        if register != NONE:
            state.flags = (content, machine.register(state, register))
        else:
            state.flags = (content, other)


_HANDLERS: dict[int, Action] = {
    op.ADD: _do_add,
    op.SUB: _do_sub,
    op.STORE: _do_store,
    op.STOREI: _do_store,
    op.PUSH: _do_push,
    op.POP: _do_pop,
    op.CMPI: _do_compare,
    op.CMP: _do_compare,
    op.CMPM: _do_compare,
    op.EXTEND: _do_extend,
}
_OFTEN: dict[int, tuple[Action, Action]] = {
    op.CONST: (_do_const, _do_plain_const),
    op.ADDI: (_do_addi, _do_plain_addi),
    op.LOAD: (_do_load, _do_plain_load),
}
"""Handlers in general, and of rows that always write a register."""

_OVERWRITTEN = len(_OFTEN) + 1
_FIXED = _OVERWRITTEN + 1
ACTIONS: tuple[Action | None, ...] = (
    None,
    *(pair[0] for pair in _OFTEN.values()), _do_other, _do_fixed,
    *(pair[1] for pair in _OFTEN.values()), _do_plain_other, _do_fixed,
    *_HANDLERS.values(), Machine.step, None,
)  # fmt: skip
"""What carries out a row, by number; the last two are for rows that do more, and that transfer."""

STEP, LEAVE = len(ACTIONS) - 2, len(ACTIONS) - 1
LEAVES = member(
    op.CALL, op.CALLR, op.CALLM, op.JUMP, op.JUMPR, op.JUMPM, op.RET, op.BRANCH, op.STOP, op.TABLE
)
"""Which operations transfer control."""

PLACES = np.zeros(256, dtype=np.uint8)
"""Where the handler of each operation stands in ACTIONS."""

PLACES[list(_OFTEN)] = np.arange(1, _OVERWRITTEN)
PLACES[list(_HANDLERS)] = np.arange(2 * _FIXED + 1, STEP)
