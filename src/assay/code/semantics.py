"""What one instruction does to symbolic registers and stack slots: the steps of `symbolic`."""

from collections.abc import Callable
from typing import NamedTuple

from assay.code import listing as op
from assay.code.index import CodeIndex
from assay.code.listing import ALWAYS, FLAGS, MEMORY, NONE, REGISTERS, ZERO


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
        return _made(Value, (self[0], self[1], self[2] + distance))

    @property
    def number(self) -> int | None:
        """The constant, or None."""
        return self.offset if self.kind == "const" else None


_made = tuple.__new__
"""Makes a Value without the call that its class would add: millions are made."""


def const(number: int) -> Value:
    """Return the constant *number*."""
    return _made(Value, ("const", 0, number))


class State:
    """Registers, stack slots and flags on one path."""

    __slots__ = ("flags", "registers", "slots")

    def __init__(self) -> None:
        self.registers: dict[int, Value] = {}
        self.slots: dict[int, tuple[Value, int]] = {}
        self.flags: tuple[Value | None, Value | None] = (None, None)

    def copy(self) -> "State":
        """Return a copy that can be changed by itself."""
        twin = State()
        twin.registers, twin.slots = dict(self.registers), dict(self.slots)
        twin.flags = self.flags
        return twin

    def meet(self, other: "State") -> None:
        """Keep only what *other* agrees with."""
        mine, theirs = self.registers, other.registers
        self.registers = {key: value for key, value in mine.items() if theirs.get(key) == value}
        slots = other.slots
        self.slots = {key: value for key, value in self.slots.items() if slots.get(key) == value}
        if self.flags != other.flags:
            self.flags = (None, None)


class Machine:
    """The rows of one function and how each changes a State."""

    def __init__(self, index: CodeIndex, first: int, last: int) -> None:
        if index.isa is None or index.flow is None:
            raise ValueError("there is no decoder for this program")
        self.index, self.isa, self.first = index, index.isa, first
        table, part = index.listing, slice(first, last)
        self.columns = [
            getattr(table, name)[part].tolist()
            for name in ("op", "rd", "ra", "rb", "imm", "width", "cond", "second")
        ]
        self.known = index.flow.known[part].tolist()
        self.values = index.flow.values[part].tolist()
        self.addresses = table.address[part].tolist()
        self.extra = _further(table, first, last)
        self.mask = -1 if index.program.bits == 64 else 0xFFFFFFFF

    def action(self, at: int) -> "Action | None":
        """Return what carries out row *at* (counted from the first), None for nothing."""
        return Machine.step if at in self.extra else self._handler(at)

    def _handler(self, at: int) -> "Action | None":
        kind, register = self.columns[0][at], self.columns[1][at]
        if kind == op.LOAD and self.known[at] and self.columns[6][at] == ALWAYS:
            # A load of a known place, as of a slot of the global offset table, is a constant.
            return _do_fixed if register < REGISTERS else None
        handler = _HANDLERS.get(kind)
        if handler is None and register < REGISTERS:
            return _do_other
        return handler

    def step(self, at: int, state: State) -> None:
        """Carry out row *at* (counted from the first) on *state*; transfers change nothing."""
        handler = self._handler(at)
        if handler is not None:
            handler(self, at, state)
        for register in self.extra.get(at, ()):
            state.registers.pop(register, None)
            if register == FLAGS:
                state.flags = (None, None)

    def register(self, state: State, number: int) -> Value | None:
        """Return what register *number* holds; None when that is unknown."""
        if number == ZERO:
            return const(0)
        return state.registers.get(number)

    def assign(self, at: int, state: State, value: Value | None) -> None:
        """Put *value*, or what the fast pass knows, into the register that row *at* writes."""
        register = self.columns[1][at]
        if register >= REGISTERS:
            return
        if value is None and self.known[at]:
            value = const(self.values[at])
        if value is None:
            value = _made(Value, ("unknown", at + self.first, 0))
        elif value[0] == "const":
            value = _made(Value, ("const", 0, value[2] & self.mask))
        if self.columns[6][at] != ALWAYS and state.registers.get(register) != value:
            state.registers.pop(register, None)
            return
        state.registers[register] = value

    def address(self, at: int, state: State) -> Value | None:
        """Return the address of the memory operand of row *at*."""
        base = self.columns[2][at]
        if base >= REGISTERS:
            return const(self.columns[4][at] & self.mask)
        value = state.registers.get(base)
        return value.moved(self.columns[4][at]) if value is not None else None

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
        return _made(Value, ("memory", (address, width), 0))


Action = Callable[[Machine, int, State], None]
"""What carries out one row, counted from the first, on a state."""


def _further(table: op.Listing, first: int, last: int) -> dict[int, list[int]]:
    """Return the further registers that each row overwrites, rows counted from *first*."""
    inside = (table.extra_index >= first) & (table.extra_index < last)
    found: dict[int, list[int]] = {}
    rows, registers = table.extra_index[inside] - first, table.extra_register[inside]
    for row, register in zip(rows.tolist(), registers.tolist(), strict=True):
        found.setdefault(row, []).append(register)
    return found


def _do_fixed(machine: Machine, at: int, state: State) -> None:
    state.registers[machine.columns[1][at]] = const(machine.values[at] & machine.mask)


def _do_other(machine: Machine, at: int, state: State) -> None:
    machine.assign(at, state, None)


def _do_const(machine: Machine, at: int, state: State) -> None:
    machine.assign(at, state, const(machine.columns[4][at]))


def _do_addi(machine: Machine, at: int, state: State) -> None:
    base = machine.register(state, machine.columns[2][at])
    machine.assign(at, state, base.moved(machine.columns[4][at]) if base else None)


def _do_add(machine: Machine, at: int, state: State) -> None:
    first = machine.register(state, machine.columns[2][at])
    second = machine.register(state, machine.columns[3][at])
    value = None
    if first is not None and second is not None:
        if second.kind == "const":
            value = first.moved(_signed(second.offset, machine.mask))
        elif first.kind == "const":
            value = second.moved(_signed(first.offset, machine.mask))
    machine.assign(at, state, value)


def _do_sub(machine: Machine, at: int, state: State) -> None:
    first = machine.register(state, machine.columns[2][at])
    second = machine.register(state, machine.columns[3][at])
    known = first is not None and second is not None and second.kind == "const"
    distance = _signed(second.offset, machine.mask) if known and second else 0
    machine.assign(at, state, first.moved(-distance) if known and first else None)


def _signed(number: int, mask: int) -> int:
    return number - (1 << 32) if mask > 0 and number >> 31 & 1 else number


def _do_load(machine: Machine, at: int, state: State) -> None:
    address = machine.address(at, state)
    value = machine.read(address, machine.columns[5][at], state)
    if machine.known[at]:
        value = None  # the constant, as for a slot of the global offset table
    machine.assign(at, state, value)


def _do_store(machine: Machine, at: int, state: State) -> None:
    address = machine.address(at, state)
    if address is None or address.kind != "stack":
        return
    value = machine.register(state, machine.columns[3][at])
    if machine.columns[0][at] == op.STOREI:
        value = const(machine.columns[7][at] & machine.mask)
    _keep(state, address.offset, value, machine.columns[5][at])


def _keep(state: State, place: int, value: Value | None, width: int) -> None:
    if value is None:
        state.slots.pop(place, None)
    else:
        state.slots[place] = value, width


def _do_push(machine: Machine, at: int, state: State) -> None:
    top = state.registers.get(machine.isa.stack)
    if top is None:
        return
    register, width = machine.columns[3][at], machine.columns[5][at]
    pushed: Value | None = const(machine.columns[4][at] & machine.mask)
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
    state.registers[machine.isa.stack] = top.moved(machine.columns[5][at])


def _do_extend(machine: Machine, at: int, state: State) -> None:
    value = machine.register(state, machine.columns[2][at])
    width = machine.columns[5][at]
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
    kind = machine.columns[0][at]
    left = machine.register(state, machine.columns[2][at])
    if kind == op.CMPI:
        state.flags = (left, const(machine.columns[4][at] & machine.mask))
    elif kind == op.CMP:
        state.flags = (left, machine.register(state, machine.columns[3][at]))
    else:
        content = machine.read(machine.address(at, state), machine.columns[5][at], state)
        register = machine.columns[3][at]
        other = const(machine.columns[7][at] & machine.mask)
        if register != NONE:
            state.flags = (content, machine.register(state, register))
        else:
            state.flags = (content, other)


_HANDLERS: dict[int, Action] = {
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
    op.EXTEND: _do_extend,
}
