"""Thumb: the 32-bit instructions, carried out.

Reference: Arm Architecture Reference Manual, ARMv7-A and ARMv7-R edition, section A6.3.
"""

from typing import Final

from assay.code.emulate.arithmetic import (
    extend,
    leading_zeros,
    rotate_right,
    signed,
)
from assay.code.emulate.flags import arm_condition
from assay.code.emulate.machine import Handler, Machine, Shape, do_nothing, shaped, unknown
from assay.code.emulate.processors.arm_data import (
    ADC,
    ADD,
    AND,
    BIC,
    CMN,
    CMP,
    EOR,
    LR,
    MOV,
    MVN,
    ORR,
    PC,
    RSB,
    SBC,
    SUB,
    TEQ,
    TST,
    M,
    add_extended,
    base,
    divide,
    extract_field,
    half,
    insert_field,
    load_into,
    load_many,
    move_exclusive,
    multiply_long,
    operate,
    read,
    reversed_in,
    shifted,
    shifted_by_constant,
    store_many,
    thread_pointer,
)
from assay.code.emulate.processors.arm_float import vector_operation

OPERATIONS: Final = {
    0: AND, 1: BIC, 2: ORR, 3: MVN, 4: EOR, 8: ADD, 10: ADC, 11: SBC, 13: SUB, 14: RSB,
}  # fmt: skip
TEST_OF: Final = {AND: TST, EOR: TEQ, ADD: CMN, SUB: CMP}


def constant_of(code: int) -> tuple[int, int | None]:
    """Return the constant that twelve bits of a Thumb instruction stand for, and the carry."""
    low = code & 0xFF
    kind = code >> 8
    if kind < 4:
        return (low, low << 16 | low, low << 24 | low << 8, low * 0x01010101)[kind], None
    value = rotate_right(0x80 | low & 0x7F, code >> 7, 32)
    return value, value >> 31


def _operate(m: Machine, w: int, right: int, carry: int | None) -> None:
    how = OPERATIONS.get(w >> 21 & 15)
    if how is None:
        raise unknown(w)
    source, target, sets = w >> 16 & 15, w >> 8 & 15, w >> 20 & 1
    if source == PC and how in (ORR, MVN):
        how = MOV if how == ORR else MVN
    elif how == MVN:
        how, right = ORR, ~right & M
    tests = target == PC and sets
    left = read(m, source) if how not in (MOV, MVN) else 0
    value, flags = operate(m, TEST_OF.get(how, how) if tests else how, left, right, carry)
    if sets:
        m.flags = flags
    if not tests:
        m.registers[target] = value


def _data_constant(m: Machine, w: int) -> None:
    _operate(m, w, *constant_of(w >> 15 & 0x800 | w >> 4 & 0x700 | w & 0xFF))


def _data_register(m: Machine, w: int) -> None:
    amount = w >> 10 & 0x1C | w >> 6 & 3
    _operate(m, w, *shifted_by_constant(m, m.registers[w & 15], w >> 4 & 3, amount))


def _plain_constant(m: Machine, w: int) -> None:
    """Add, subtract or move a constant of 12 or 16 bits, or work on a field of bits."""
    kind, target, source = w >> 20 & 31, w >> 8 & 15, w >> 16 & 15
    small = w >> 15 & 0x800 | w >> 4 & 0x700 | w & 0xFF
    if kind in (0, 10):
        start = base(m, PC) if source == PC else m.registers[source]
        m.registers[target] = (start + small if kind == 0 else start - small) & M
    elif kind == 4:
        m.registers[target] = source << 12 | small
    elif kind == 12:
        m.registers[target] = m.registers[target] & 0xFFFF | (source << 12 | small) << 16
    else:
        _field(m, w, kind)


def _field(m: Machine, w: int, kind: int) -> None:
    lowest, target, source = w >> 10 & 0x1C | w >> 6 & 3, w >> 8 & 15, w >> 16 & 15
    size = (w & 31) + 1
    if kind == 22:
        insert_field(m, target, source, (lowest, w & 31))
    elif kind in (20, 28):
        extract_field(m, target, source, (lowest, size if kind == 28 else -size))
    else:
        raise unknown(w)


def _branch(m: Machine, w: int) -> None:
    """Branch, with a condition or without, with a link or without."""
    sign = w >> 26 & 1
    if not w >> 14 & 1 and not w >> 12 & 1:
        condition = w >> 22 & 15
        if condition >= 14:
            if w & 0xFFF0_0000 == 0xF3A0_0000 or w & 0xFFF0_0000 == 0xF3B0_0000:
                return
            raise unknown(w)
        distance = sign << 20 | (w >> 11 & 1) << 19 | (w >> 13 & 1) << 18
        distance = signed(distance | (w >> 16 & 0x3F) << 12 | (w & 0x7FF) << 1, 21)
        if arm_condition(m.flags, condition):
            m.next = m.pc + 4 + distance & M
        return
    first, second = ~(w >> 13 ^ sign) & 1, ~(w >> 11 ^ sign) & 1
    distance = sign << 24 | first << 23 | second << 22 | (w >> 16 & 0x3FF) << 12 | (w & 0x7FF) << 1
    target = m.pc + 4 + signed(distance, 25) & M
    if not w >> 14 & 1:
        m.next = target
        return
    m.registers[LR] = m.next | 1
    if not w >> 12 & 1:
        target = (target & ~3) & M
    m.call(target, m.next | 1)


_SIZES: Final = {0: 1, 1: 2, 2: 4}


def _single(m: Machine, w: int) -> None:
    """Load or store one register."""
    size, loads, sign = _SIZES.get(w >> 21 & 3), w >> 20 & 1, w >> 24 & 1
    register, target = w >> 16 & 15, w >> 12 & 15
    if size is None:
        raise unknown(w)
    if loads and target == PC and size < 4:
        return  # a hint to fetch memory
    address = _address_of(m, w, register)
    if not loads:
        m.space.store(address, size, m.registers[target])
        return
    value = m.space.load(address, size)
    load_into(m, target, extend(value, 8 * size, 32) if sign and size < 4 else value)


def _address_of(m: Machine, w: int, register: int) -> int:
    if register == PC:
        return int(base(m, PC)) + (w & 0xFFF if w >> 23 & 1 else -(w & 0xFFF)) & M
    start = m.registers[register]
    if w >> 23 & 1:
        return int(start) + (w & 0xFFF) & M
    if not w >> 11 & 1:
        return int(start + (m.registers[w & 15] << (w >> 4 & 3))) & M
    moved = start + (w & 0xFF) if w >> 9 & 1 else start - (w & 0xFF)
    if w >> 8 & 1:
        m.registers[register] = moved & M
    return int(moved if w >> 10 & 1 else start) & M


def _double(m: Machine, w: int) -> None:
    """Load or store two registers, jump through a table, or access exclusively."""
    before, up, back, loads = w >> 24 & 1, w >> 23 & 1, w >> 21 & 1, w >> 20 & 1
    register, first, second = w >> 16 & 15, w >> 12 & 15, w >> 8 & 15
    if not before and not back:
        _special(m, w)
        return
    start, offset = (
        int(base(m, register) if register == PC else m.registers[register]),
        4 * (w & 0xFF),
    )
    moved = start + offset if up else start - offset
    place = moved if before else start
    for number, one in enumerate((first, second)):
        if loads:
            m.registers[one] = m.space.load(place + 4 * number & M, 4)
        else:
            m.space.store(place + 4 * number & M, 4, m.registers[one])
    if back:
        m.registers[register] = moved & M


def _special(m: Machine, w: int) -> None:
    register, kind = w >> 16 & 15, w >> 4 & 15
    if not w >> 23 & 1:
        address = int(m.registers[register]) + 4 * (w & 0xFF)
        _exclusive(m, w, address, 4, w >> 8 & 15)
    elif kind in (0, 1) and w >> 20 & 1:
        size = kind + 1
        start = int(read(m, register))
        distance = m.space.load(start + size * int(m.registers[w & 15]) & M, size)
        m.next = m.pc + 4 + 2 * int(distance) & M
    elif kind in (4, 5):
        _exclusive(m, w, int(m.registers[register]), kind - 3, w & 15)
    else:
        raise unknown(w)


def _exclusive(m: Machine, w: int, address: int, size: int, status: int) -> None:
    move_exclusive(m, address, size, w >> 12 & 15, None if w >> 20 & 1 else status)


def _many(m: Machine, w: int) -> None:
    register, listed = w >> 16 & 15, w & 0xFFFF
    count, start = 4 * listed.bit_count(), int(m.registers[register])
    down = w >> 24 & 1
    lowest = start - count if down else start
    moved = start - count if down else start + count
    if w >> 20 & 1:
        if w >> 21 & 1:
            m.registers[register] = moved & M
        load_many(m, listed, lowest)
        return
    store_many(m, listed, lowest)
    if w >> 21 & 1:
        m.registers[register] = moved & M


def _by_register(m: Machine, w: int) -> None:
    """Shift by a register, extend, reverse, count zeros."""
    kind, target, source, other = w >> 20 & 15, w >> 8 & 15, w >> 16 & 15, w & 15
    if kind < 8 and not w >> 4 & 15:
        amount = int(m.registers[other]) & 0xFF
        value, carry = shifted(m.registers[source], kind >> 1, amount)
        m.registers[target] = value
        if kind & 1:
            m.flags = operate(m, MOV, 0, value, carry)[1]
    elif kind < 6 and w >> 7 & 1:
        bits = 8 if kind & 4 else 16
        add_extended(m, (target, source, other), w >> 4 & 3, bits if kind & 1 else -bits)
    elif kind == 9:
        m.registers[target] = reversed_in(m.registers[other], w >> 4 & 3)
    elif kind == 11:
        m.registers[target] = leading_zeros(m.registers[other], 32)
    else:
        raise unknown(w)


def _multiply(m: Machine, w: int) -> None:
    kind, how = w >> 20 & 7, w >> 4 & 15
    one, other, added = m.registers[w >> 16 & 15], m.registers[w & 15], w >> 12 & 15
    if kind == 0 and how in (0, 1):
        value = one * other
        if how:
            value = m.registers[added] - value
        elif added != PC:
            value = m.registers[added] + value
    elif kind == 1 and how < 4:
        one, other = half(one, how >> 1), half(other, how & 1)
        value = one * other + (m.registers[added] if added != PC else 0)
    else:
        raise unknown(w)
    m.registers[w >> 8 & 15] = value & M


def _long(m: Machine, w: int) -> None:
    kind, low, high = w >> 20 & 7, w >> 12 & 15, w >> 8 & 15
    one, other = m.registers[w >> 16 & 15], m.registers[w & 15]
    if kind in (1, 3):
        divide(m, high, one, other, sign=kind == 1)
        return
    if kind in (0, 4):
        one, other = signed(one, 32), signed(other, 32)
    elif kind not in (2, 6):
        raise unknown(w)
    multiply_long(m, low, high, one * other, add=kind >= 4)


def _structure(m: Machine, w: int) -> None:
    if w >> 20 & 15 in (0, 2, 4, 6):
        vector_operation(m, 0xF4000000 | w & 0xFFFFFF)
        return
    _single(m, w)


def _vector(m: Machine, w: int) -> None:
    """Carry out a vector instruction in the form that A32 gives it."""
    if w >> 24 in (0xEF, 0xFF):
        w = 0xF2000000 | (w >> 28 & 1) << 24 | w & 0xFFFFFF
    vector_operation(m, w)


SHAPES: Final[tuple[Shape, ...]] = (
    (0xFE400000, 0xE8400000, _double),
    (0xFE400000, 0xE8000000, _many),
    (0xFE000000, 0xEA000000, _data_register),
    (0xFFFF0FFF, 0xEE1D0F70, thread_pointer),
    (0xFA008000, 0xF0000000, _data_constant),
    (0xFA008000, 0xF2000000, _plain_constant),
    (0xFFF0F000, 0xF3B08000, do_nothing),
    (0xFFF0F000, 0xF3A08000, do_nothing),
    (0xF8008000, 0xF0008000, _branch),
    (0xFF800000, 0xFA000000, _by_register),
    (0xFF800000, 0xFA800000, _by_register),
    (0xFF800000, 0xFB000000, _multiply),
    (0xFF800000, 0xFB800000, _long),
    (0xFF100000, 0xF9000000, _structure),
    (0xFE000000, 0xF8000000, _single),
    (0xEC000000, 0xEC000000, _vector),
)


def wide(word: int) -> Handler:
    """Return what carries out the 32-bit instruction *word*; raises `Ended`."""
    return shaped(SHAPES, word)
