"""Thumb: the 16-bit instructions, carried out, and the blocks that IT makes conditional.

Reference: Arm Architecture Reference Manual, ARMv7-A and ARMv7-R edition, section A6.2.
"""

from typing import Final

from assay.code.emulate.arithmetic import extend, signed
from assay.code.emulate.flags import Flags, arm_condition
from assay.code.emulate.machine import (
    Handler,
    Machine,
    Operation,
    Shape,
    call_system,
    do_nothing,
    shaped,
    trap,
    unknown,
)
from assay.code.emulate.processors.arm_data import (
    ADD,
    CMP,
    LR,
    MOV,
    MVN,
    PC,
    RSB,
    SP,
    SUB,
    TESTS,
    M,
    base,
    exchange,
    load_many,
    operate,
    read,
    reversed_in,
    shifted,
    shifted_by_constant,
    store_many,
    write,
)

LOW_OPERATIONS: Final = (0, 1, -1, -2, -3, 5, 6, -4, 8, RSB, 10, 11, 12, -5, 14, MVN)
"""The data operations of the 16-bit encoding; negative ones are shifts and the product."""


def _set(m: Machine, flags: Flags) -> None:
    """Set the flags, which 16-bit instructions inside an IT block leave alone."""
    if not m.memo.get("it", 0):
        m.flags = flags


def _shift_constant(m: Machine, w: int) -> None:
    value, carry = shifted_by_constant(m, m.registers[w >> 3 & 7], w >> 11 & 3, w >> 6 & 31)
    m.registers[w & 7] = value
    _set(m, operate(m, MOV, 0, value, carry)[1])


def _add_small(m: Machine, w: int) -> None:
    right = w >> 6 & 7 if w >> 10 & 1 else m.registers[w >> 6 & 7]
    value, flags = operate(m, SUB if w >> 9 & 1 else ADD, m.registers[w >> 3 & 7], right, None)
    m.registers[w & 7] = value
    _set(m, flags)


def _constant(m: Machine, w: int) -> None:
    how = (MOV, CMP, ADD, SUB)[w >> 11 & 3]
    register = w >> 8 & 7
    value, flags = operate(m, how, m.registers[register], w & 0xFF, None)
    if how == CMP:
        m.flags = flags
    else:
        m.registers[register] = value
        _set(m, flags)


def _data(m: Machine, w: int) -> None:
    how, target = LOW_OPERATIONS[w >> 6 & 15], w & 7
    left, right = m.registers[target], m.registers[w >> 3 & 7]
    if how == -5:
        value = left * right & M
        flags = operate(m, MOV, 0, value, None)[1]
    elif how < 0:
        value, carry = shifted(left, -how - 1, int(right) & 0xFF)
        flags = operate(m, MOV, 0, value, carry)[1]
    elif how == RSB:
        value, flags = operate(m, RSB, right, 0, None)
    else:
        value, flags = operate(m, how, left, right, None)
    if how in TESTS:
        m.flags = flags
    else:
        m.registers[target] = value
        _set(m, flags)


def _high(m: Machine, w: int) -> None:
    """Add, compare or move with the high registers, or exchange."""
    kind, source, target = w >> 8 & 3, w >> 3 & 15, w >> 4 & 8 | w & 7
    if kind == 0:
        write(m, target, read(m, target) + read(m, source))
    elif kind == 1:
        m.flags = Flags("sub", read(m, target), read(m, source), 32)
    elif kind == 2:
        write(m, target, read(m, source))
    elif w >> 7 & 1:
        goal = int(m.registers[source])
        m.registers[LR] = m.next | 1
        m.call(goal, m.next | 1)
    else:
        exchange(m, read(m, source))


def _literal(m: Machine, w: int) -> None:
    m.registers[w >> 8 & 7] = m.space.load(base(m, PC) + 4 * (w & 0xFF), 4)


_BY_REGISTER: Final = (
    (4, False, False), (2, False, False), (1, False, False), (1, True, True),
    (4, True, False), (2, True, False), (1, True, False), (2, True, True),
)  # fmt: skip


def _move_by_register(m: Machine, w: int) -> None:
    size, loads, sign = _BY_REGISTER[w >> 9 & 7]
    address = int(m.registers[w >> 3 & 7] + m.registers[w >> 6 & 7]) & M
    if not loads:
        m.space.store(address, size, m.registers[w & 7])
        return
    value = m.space.load(address, size)
    m.registers[w & 7] = extend(value, 8 * size, 32) if sign else value


def _move_by_constant(m: Machine, w: int) -> None:
    size = {6: 4, 7: 1, 8: 2}[w >> 12]
    address = int(m.registers[w >> 3 & 7]) + size * (w >> 6 & 31) & M
    if w >> 11 & 1:
        m.registers[w & 7] = m.space.load(address, size)
    else:
        m.space.store(address, size, m.registers[w & 7])


def _move_on_stack(m: Machine, w: int) -> None:
    address = int(m.registers[SP]) + 4 * (w & 0xFF)
    if w >> 11 & 1:
        m.registers[w >> 8 & 7] = m.space.load(address, 4)
    else:
        m.space.store(address, 4, m.registers[w >> 8 & 7])


def _form_address(m: Machine, w: int) -> None:
    start = m.registers[SP] if w >> 11 & 1 else base(m, PC)
    m.registers[w >> 8 & 7] = start + 4 * (w & 0xFF) & M


def _move_stack(m: Machine, w: int) -> None:
    distance = 4 * (w & 0x7F)
    m.registers[SP] = m.registers[SP] + (-distance if w >> 7 & 1 else distance) & M


def _compare_zero(m: Machine, w: int) -> None:
    wanted = not w >> 11 & 1
    if (m.registers[w & 7] == 0) == wanted:
        m.next = m.pc + 4 + (w >> 3 & 0x40 | w >> 2 & 0x3E) & M


def _extend(m: Machine, w: int) -> None:
    value, kind = m.registers[w >> 3 & 7], w >> 6 & 3
    bits = 8 if kind & 1 else 16
    value = value & (1 << bits) - 1
    m.registers[w & 7] = value if kind >= 2 else extend(value, bits, 32)


def _push(m: Machine, w: int) -> None:
    listed = w & 0xFF | (w >> 8 & 1) << LR
    start = int(m.registers[SP]) - 4 * listed.bit_count()
    store_many(m, listed, start)
    m.registers[SP] = start & M


def _pop(m: Machine, w: int) -> None:
    listed = w & 0xFF | (w >> 8 & 1) << PC
    start = int(m.registers[SP])
    m.registers[SP] = start + 4 * listed.bit_count() & M
    load_many(m, listed, start)


def _reverse(m: Machine, w: int) -> None:
    if w >> 6 & 3 == 2:
        raise unknown(w)
    m.registers[w & 7] = reversed_in(m.registers[w >> 3 & 7], w >> 6 & 3)


def _many(m: Machine, w: int) -> None:
    register, listed = w >> 8 & 7, w & 0xFF
    start = int(m.registers[register])
    moved = start + 4 * listed.bit_count() & M
    if w >> 11 & 1:
        m.registers[register] = moved
        load_many(m, listed, start)
    else:
        store_many(m, listed, start)
        m.registers[register] = moved


def _branch_if(m: Machine, w: int) -> None:
    if arm_condition(m.flags, w >> 8 & 15):
        m.next = m.pc + 4 + 2 * signed(w & 0xFF, 8) & M


def _branch(m: Machine, w: int) -> None:
    m.next = m.pc + 4 + 2 * signed(w & 0x7FF, 11) & M


def _begin_block(m: Machine, w: int) -> None:
    """Begin an IT block: the state is kept as the encoding has it, condition and mask."""
    m.memo["it"] = w & 0xFF


SHAPES: Final[tuple[Shape, ...]] = (
    (0xF800, 0x1800, _add_small),
    (0xE000, 0x0000, _shift_constant),
    (0xE000, 0x2000, _constant),
    (0xFC00, 0x4000, _data),
    (0xFC00, 0x4400, _high),
    (0xF800, 0x4800, _literal),
    (0xF000, 0x5000, _move_by_register),
    (0xE000, 0x6000, _move_by_constant),
    (0xF000, 0x8000, _move_by_constant),
    (0xF000, 0x9000, _move_on_stack),
    (0xF000, 0xA000, _form_address),
    (0xFF00, 0xB000, _move_stack),
    (0xF500, 0xB100, _compare_zero),
    (0xFF00, 0xB200, _extend),
    (0xFE00, 0xB400, _push),
    (0xFF00, 0xBA00, _reverse),
    (0xFE00, 0xBC00, _pop),
    (0xFF0F, 0xBF00, do_nothing),
    (0xFF00, 0xBF00, _begin_block),
    (0xF000, 0xC000, _many),
    (0xFF00, 0xDF00, call_system),
    (0xFF00, 0xDE00, trap),
    (0xF000, 0xD000, _branch_if),
    (0xF800, 0xE000, _branch),
)


def _in_block(run: Handler) -> Handler:
    """Return *run* for an instruction that an IT block may make conditional."""

    def checked(m: Machine, w: int) -> None:
        state = m.memo.get("it", 0)
        if not state:
            run(m, w)
            return
        condition = state >> 4
        if arm_condition(m.flags, condition):
            run(m, w)
        else:
            m.visited.discard(m.pc)
        m.memo["it"] = state & 0xE0 | state << 1 & 0x1F if state & 7 else 0

    return checked


def decode_thumb(machine: Machine, address: int) -> Operation:
    """Return the operation of the Thumb instruction at *address*."""
    from assay.code.emulate.processors.thumb_wide import wide  # noqa: PLC0415 - a cycle

    first = int(machine.space.load(address, 2))
    if first >> 11 in (0b11101, 0b11110, 0b11111):
        word = first << 16 | int(machine.space.load(address + 2, 2))
        return _in_block(wide(word)), word, 4
    found = shaped(SHAPES, first)
    return (found if found is _begin_block else _in_block(found)), first, 2
