"""ARM (A32): the integer instructions, carried out; Thumb is in `thumb` and `thumb_wide`.

Reference: Arm Architecture Reference Manual, ARMv7-A and ARMv7-R edition, chapter A5.
"""

from typing import Final

from assay.code.emulate.arithmetic import (
    extend,
    leading_zeros,
    rotate_right,
    signed,
)
from assay.code.emulate.flags import arm_condition
from assay.code.emulate.machine import (
    Handler,
    Machine,
    Operation,
    Processor,
    Shape,
    call_system,
    do_nothing,
    shaped,
    unknown,
)
from assay.code.emulate.processors.arm_data import (
    LR,
    MOV,
    MVN,
    SP,
    TESTS,
    M,
    add_extended,
    base,
    divide,
    exchange,
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
    write,
)
from assay.code.emulate.processors.arm_float import vector_operation
from assay.code.emulate.processors.thumb import decode_thumb


def _conditional(run: Handler) -> Handler:
    def checked(m: Machine, w: int) -> None:
        if arm_condition(m.flags, w >> 28):
            run(m, w)
        else:
            m.visited.discard(m.pc)

    return checked


def _operand(m: Machine, w: int) -> tuple[int, int | None]:
    if w >> 25 & 1:
        turn = (w >> 8 & 15) * 2
        value = rotate_right(w & 0xFF, turn, 32)
        return value, value >> 31 if turn else None
    value, kind = read(m, w & 15), w >> 5 & 3
    if w >> 4 & 1:
        return shifted(value, kind, int(m.registers[w >> 8 & 15]) & 0xFF)
    return shifted_by_constant(m, value, kind, w >> 7 & 31)


def _data(m: Machine, w: int) -> None:
    how = w >> 21 & 15
    right, carry = _operand(m, w)
    left = read(m, w >> 16 & 15) if how not in (MOV, MVN) else 0
    value, flags = operate(m, how, left, right, carry)
    if w >> 20 & 1:
        m.flags = flags
    if how not in TESTS:
        write(m, w >> 12 & 15, value)


def _address(m: Machine, w: int, offset: int) -> int:
    """Return the address of a load or store, and write the base back where that is asked."""
    register = w >> 16 & 15
    start = base(m, register)
    moved = start + offset if w >> 23 & 1 else start - offset
    before, back = w >> 24 & 1, w >> 21 & 1
    if back or not before:
        m.registers[register] = moved & M
    return int(moved if before else start) & M


def _move_word(m: Machine, w: int) -> None:
    offset = w & 0xFFF
    if w >> 25 & 1:
        offset, _ = shifted_by_constant(m, read(m, w & 15), w >> 5 & 3, w >> 7 & 31)
    size = 1 if w >> 22 & 1 else 4
    stored = read(m, w >> 12 & 15)
    address = _address(m, w, offset)
    if w >> 20 & 1:
        load_into(m, w >> 12 & 15, m.space.load(address, size))
    else:
        m.space.store(address, size, stored)


def _move_half(m: Machine, w: int) -> None:
    offset = w >> 4 & 0xF0 | w & 15 if w >> 22 & 1 else read(m, w & 15)
    kind, loads, register = w >> 5 & 3, w >> 20 & 1, w >> 12 & 15
    address = _address(m, w, offset)
    if not loads and kind >= 2:
        if register & 1:
            raise unknown(w)
        for place in (0, 1):
            if kind == 2:
                m.registers[register + place] = m.space.load(address + 4 * place, 4)
            else:
                m.space.store(address + 4 * place, 4, m.registers[register + place])
    elif not loads:
        m.space.store(address, 2, read(m, register))
    else:
        size = 1 if kind == 2 else 2
        value = m.space.load(address, size)
        m.registers[register] = extend(value, 8 * size, 32) if kind >= 2 else value


def _move_many(m: Machine, w: int) -> None:
    register, listed = w >> 16 & 15, w & 0xFFFF
    count = 4 * listed.bit_count()
    start = int(m.registers[register])
    up, before = w >> 23 & 1, w >> 24 & 1
    lowest = start if up else start - count
    if before == up:
        lowest += 4
    moved = start + count if up else start - count
    if not w >> 20 & 1:
        store_many(m, listed, lowest)
    if w >> 21 & 1:
        m.registers[register] = moved & M
    if w >> 20 & 1:
        load_many(m, listed, lowest)


def _branch(m: Machine, w: int) -> None:
    target = m.pc + 8 + 4 * signed(w & 0xFFFFFF, 24) & M
    if w >> 24 & 1:
        m.registers[LR] = m.pc + 4
        m.call(target, m.pc + 4)
    else:
        m.next = target


def _branch_exchange(m: Machine, w: int) -> None:
    target = int(read(m, w & 15))
    if w >> 5 & 1:
        m.registers[LR] = m.pc + 4
        m.call(target if target & 1 else target & ~3, m.pc + 4)
    else:
        exchange(m, target)


def _branch_to_thumb(m: Machine, w: int) -> None:
    target = m.pc + 8 + 4 * signed(w & 0xFFFFFF, 24) + (w >> 23 & 2) & M
    m.registers[LR] = m.pc + 4
    m.call(target | 1, m.pc + 4)


def _multiply(m: Machine, w: int) -> None:
    kind, target = w >> 21 & 7, w >> 16 & 15
    one, other = m.registers[w & 15], m.registers[w >> 8 & 15]
    if kind in (0, 1, 3):
        value = one * other
        if kind:
            added = m.registers[w >> 12 & 15]
            value = added + value if kind == 1 else added - value
        m.registers[target] = value & M
        if w >> 20 & 1:
            m.flags = operate(m, MOV, 0, value & M, None)[1]
    elif kind >= 4:
        product = signed(one, 32) * signed(other, 32) if kind >= 6 else one * other
        multiply_long(m, w >> 12 & 15, target, product, add=bool(kind & 1))
    else:
        raise unknown(w)


def _multiply_halves(m: Machine, w: int) -> None:
    """Multiply halves of registers, and add where the encoding says so."""
    one, other = m.registers[w & 15], m.registers[w >> 8 & 15]
    right = half(other, w >> 6 & 1)
    kind = w >> 21 & 3
    if kind == 2:
        raise unknown(w)
    if kind == 1:
        value = signed(one, 32) * right >> 16
        adds = not w >> 5 & 1
    else:
        value = half(one, w >> 5 & 1) * right
        adds = kind == 0
    m.registers[w >> 16 & 15] = value + (m.registers[w >> 12 & 15] if adds else 0) & M


def _wide_constant(m: Machine, w: int) -> None:
    value = w >> 4 & 0xF000 | w & 0xFFF
    register = w >> 12 & 15
    m.registers[register] = m.registers[register] & 0xFFFF | value << 16 if w >> 22 & 1 else value


def _leading_zeros(m: Machine, w: int) -> None:
    m.registers[w >> 12 & 15] = leading_zeros(m.registers[w & 15], 32)


def _extend(m: Machine, w: int) -> None:
    bits = 16 if w >> 20 & 1 else 8
    registers = (w >> 12 & 15, w >> 16 & 15, w & 15)
    add_extended(m, registers, w >> 10 & 3, bits if w >> 22 & 1 else -bits)


def _insert_field(m: Machine, w: int) -> None:
    insert_field(m, w >> 12 & 15, w & 15, (w >> 7 & 31, w >> 16 & 31))


def _extract_field(m: Machine, w: int) -> None:
    size = (w >> 16 & 31) + 1
    extract_field(m, w >> 12 & 15, w & 15, (w >> 7 & 31, size if w >> 22 & 1 else -size))


def _reverse(m: Machine, w: int) -> None:
    kind = (2 if w >> 22 & 1 else 0) | w >> 7 & 1
    m.registers[w >> 12 & 15] = reversed_in(m.registers[w & 15], kind)


def _divide(m: Machine, w: int) -> None:
    one, other = m.registers[w & 15], m.registers[w >> 8 & 15]
    divide(m, w >> 16 & 15, one, other, sign=not w >> 21 & 1)


def _exclusive(m: Machine, w: int) -> None:
    size = {0: 4, 2: 1, 3: 2}.get(w >> 21 & 3)
    if size is None:
        raise unknown(w)
    address = int(m.registers[w >> 16 & 15])
    if w >> 20 & 1:
        move_exclusive(m, address, size, w >> 12 & 15, None)
    else:
        move_exclusive(m, address, size, w & 15, w >> 12 & 15)


SHAPES: Final[tuple[Shape, ...]] = (
    (0x0FFFFFD0, 0x012FFF10, _branch_exchange),
    (0x0FFF0FF0, 0x016F0F10, _leading_zeros),
    (0x0F900090, 0x01000080, _multiply_halves),
    (0x0FB00000, 0x03000000, _wide_constant),
    (0x0FFFF000, 0x0320F000, do_nothing),
    (0x0F0000F0, 0x00000090, _multiply),
    (0x0F800FF0, 0x01800F90, _exclusive),
    (0x0E000090, 0x00000090, _move_half),
    (0x0FD000F0, 0x07100010, _divide),
    (0x0F8000F0, 0x06800070, _extend),
    (0x0FF000F0, 0x06B00030, _reverse),
    (0x0FF000F0, 0x06B000B0, _reverse),
    (0x0FF000F0, 0x06F00030, _reverse),
    (0x0FF000F0, 0x06F000B0, _reverse),
    (0x0FA00070, 0x07A00050, _extract_field),
    (0x0FE00070, 0x07C00010, _insert_field),
    (0x0C000000, 0x00000000, _data),
    (0x0C000000, 0x04000000, _move_word),
    (0x0E000000, 0x08000000, _move_many),
    (0x0E000000, 0x0A000000, _branch),
    (0x0FFF0FFF, 0x0E1D0F70, thread_pointer),
    (0x0F000000, 0x0F000000, call_system),
    (0x0C000000, 0x0C000000, vector_operation),
)


def _without_condition(w: int) -> Handler:
    if w & 0xFE000000 == 0xFA000000:
        return _branch_to_thumb
    if w & 0xFC30F000 == 0xF410F000 or w & 0xFFFFFF00 == 0xF57FF000:
        return do_nothing
    if w & 0xFE000000 == 0xF2000000 or w & 0xFF000000 == 0xF4000000:
        return vector_operation
    raise unknown(w)


class Arm(Processor):
    """32-bit ARM with both encodings; an odd address is Thumb's."""

    machines = (40,)
    bits = 32
    registers = 16
    arguments = (0, 1, 2, 3)
    result = 0
    stack = SP
    link = LR

    def decode(self, machine: Machine, address: int) -> Operation:
        """Return the operation at *address*."""
        if address & 1:
            return decode_thumb(machine, address & ~1)
        word = int(machine.space.load(address, 4))
        if word >> 28 == 15:
            return _without_condition(word), word, 4
        handler = shaped(SHAPES, word)
        return (handler if word >> 28 == 14 else _conditional(handler)), word, 4

    def clean(self, address: int) -> int:
        """Return *address* without the mark of Thumb."""
        return address & ~1

    def marked(self, machine: Machine, address: int) -> int:
        """Return *address*, marked as Thumb where the function has short instructions."""
        functions, listing = machine.index.functions, machine.index.listing
        number = machine.index.network.function_at(address)
        if functions is None or number < 0:
            return address
        first, last = int(functions.first[number]), int(functions.last[number])
        return address | int(bool((listing.size[first:last] == 2).any()))


PROCESSORS = (Arm(),)
