"""AArch64: the integer instructions, carried out; memory and vectors are in `a64_memory`.

Reference: Arm Architecture Reference Manual for A-profile, chapter C4.
"""

from typing import Final

from assay.code.emulate.arithmetic import (
    arithmetic_right,
    byte_swap,
    extend,
    leading_zeros,
    quotient,
    reverse_bits,
    rotate_right,
    signed,
)
from assay.code.emulate.flags import Flags, arm_carry, arm_condition
from assay.code.emulate.machine import (
    THREAD,
    Ended,
    Machine,
    Operation,
    Processor,
    Shape,
    call_system,
    shaped,
    trap,
    unknown,
)
from assay.code.emulate.processors.a64_memory import memory_operation
from assay.code.emulate.processors.a64_vectors import vector_operation

M: Final = 0xFFFFFFFF_FFFFFFFF
SP, LINK = 31, 30
FULL: Final = {0: 0xFFFFFFFF, 1: M}


def _get(m: Machine, number: int, wide: int) -> int:
    """Return register *number*, where 31 is zero; its lower half when not *wide*."""
    if number == 31:
        return 0
    return m.registers[number] if wide else m.registers[number] & 0xFFFFFFFF


def _put(m: Machine, number: int, value: int, wide: int) -> None:
    if number != 31:
        m.registers[number] = value & FULL[wide]


def _shifted(value: int, kind: int, amount: int, bits: int) -> int:
    mask = (1 << bits) - 1
    if kind == 0:
        return value << amount & mask
    if kind == 1:
        return value >> amount
    if kind == 2:
        return arithmetic_right(value, amount, bits)
    return rotate_right(value, amount, bits)


def _sum(m: Machine, w: int, left: int, right: int, *, to_stack: bool) -> None:
    """Add or subtract, as bits 30 and 29 say, into the target."""
    wide = w >> 31
    bits = 64 if wide else 32
    kind = "sub" if w >> 30 & 1 else "add"
    value = left - right if kind == "sub" else left + right
    target = w & 31
    if w >> 29 & 1:
        m.flags = Flags("sub" if kind == "sub" else "add", left, right, bits)
    elif to_stack and target == SP:
        m.registers[SP] = value & FULL[wide]
        return
    _put(m, target, value, wide)


def _stack_or(m: Machine, number: int, wide: int) -> int:
    value = m.registers[number]
    return value if wide else value & 0xFFFFFFFF


def _sum_constant(m: Machine, w: int) -> None:
    right = (w >> 10 & 0xFFF) << (12 if w >> 22 & 1 else 0)
    _sum(m, w, _stack_or(m, w >> 5 & 31, w >> 31), right, to_stack=True)


def _sum_register(m: Machine, w: int) -> None:
    wide = w >> 31
    right = _get(m, w >> 16 & 31, wide)
    right = _shifted(right, w >> 22 & 3, w >> 10 & 63, 64 if wide else 32)
    _sum(m, w, _get(m, w >> 5 & 31, wide), right, to_stack=False)


def extended(value: int, kind: int, amount: int) -> int:
    """Return *value* extended in the way *kind* (0 to 7) and shifted left."""
    bits = 8 << (kind & 3)
    value = value & (1 << bits) - 1
    if kind & 4:
        value = extend(value, bits, 64)
    return value << amount & M


def _sum_extended(m: Machine, w: int) -> None:
    right = extended(_get(m, w >> 16 & 31, 1), w >> 13 & 7, w >> 10 & 7)
    right = right & FULL[w >> 31]
    _sum(m, w, _stack_or(m, w >> 5 & 31, w >> 31), right, to_stack=True)


def bit_mask(w: int) -> int:
    """Return the constant that a logical instruction encodes; raises `Ended`."""
    wide, turn, ones = w >> 22 & 1, w >> 16 & 63, w >> 10 & 63
    length = (wide << 6 | ~ones & 63).bit_length() - 1
    if length < 1:
        raise unknown(w)
    size = 1 << length
    levels = size - 1
    pattern = rotate_right((1 << (ones & levels) + 1) - 1, turn & levels, size)
    value = 0
    for place in range(0, 64, size):
        value |= pattern << place
    return value


def _logic(m: Machine, w: int, right: int, *, to_stack: bool) -> None:
    wide, kind = w >> 31, w >> 29 & 3
    left = _get(m, w >> 5 & 31, wide)
    if kind == 1:
        value = left | right
    elif kind == 2:
        value = left ^ right
    else:
        value = left & right
    value = value & FULL[wide]
    if kind == 3:
        m.flags = Flags("logic", value, 0, 64 if wide else 32)
    elif to_stack and w & 31 == SP:
        m.registers[SP] = value
        return
    _put(m, w & 31, value, wide)


def _logic_constant(m: Machine, w: int) -> None:
    _logic(m, w, bit_mask(w) & FULL[w >> 31], to_stack=True)


def _logic_register(m: Machine, w: int) -> None:
    wide = w >> 31
    right = _get(m, w >> 16 & 31, wide)
    right = _shifted(right, w >> 22 & 3, w >> 10 & 63, 64 if wide else 32)
    if w >> 21 & 1:
        right = ~right & FULL[wide]
    _logic(m, w, right, to_stack=False)


def _move_constant(m: Machine, w: int) -> None:
    kind, place, value = w >> 29 & 3, 16 * (w >> 21 & 3), (w >> 5 & 0xFFFF)
    if kind == 3:
        before = _get(m, w & 31, w >> 31) & ~(0xFFFF << place)
        _put(m, w & 31, before | value << place, w >> 31)
    else:
        _put(m, w & 31, ~(value << place) if kind == 0 else value << place, w >> 31)


def _form_address(m: Machine, w: int) -> None:
    distance = signed((w >> 5 & 0x7FFFF) << 2 | w >> 29 & 3, 21)
    if w >> 31:
        _put(m, w & 31, (m.pc & ~0xFFF) + (distance << 12), 1)
    else:
        _put(m, w & 31, m.pc + distance, 1)


def _field(m: Machine, w: int) -> None:
    """Carry out SBFM, BFM and UBFM, of which shifts and extensions are cases."""
    wide, kind, first, last = w >> 31, w >> 29 & 3, w >> 16 & 63, w >> 10 & 63
    bits = 64 if wide else 32
    if not wide and (first | last) & 32:
        raise unknown(w)
    source = _get(m, w >> 5 & 31, wide)
    if last >= first:
        size, place = last - first + 1, 0
        part = source >> first & (1 << size) - 1
    else:
        size, place = last + 1, bits - first
        part = source & (1 << size) - 1
    if kind == 0:
        part = extend(part, size, bits) << place & FULL[wide]
    elif kind == 2:
        part = part << place & FULL[wide]
    else:
        mask = ((1 << size) - 1) << place
        part = _get(m, w & 31, wide) & ~mask | part << place
    _put(m, w & 31, part, wide)


def _extract(m: Machine, w: int) -> None:
    wide, place = w >> 31, w >> 10 & 63
    bits = 64 if wide else 32
    if place >= bits:
        raise unknown(w)
    high, low = _get(m, w >> 5 & 31, wide), _get(m, w >> 16 & 31, wide)
    _put(m, w & 31, low >> place | high << bits - place if place else low, wide)


def _with_carry(m: Machine, w: int) -> None:
    wide = w >> 31
    left, right = _get(m, w >> 5 & 31, wide), _get(m, w >> 16 & 31, wide)
    carry = int(arm_carry(m.flags))
    if w >> 30 & 1:
        _sum(m, w, left, right + 1 - carry, to_stack=False)
    else:
        _sum(m, w, left, right + carry, to_stack=False)


def _compare_if(m: Machine, w: int) -> None:
    wide = w >> 31
    if not arm_condition(m.flags, w >> 12 & 15):
        m.flags = _given_flags(w & 15)
        return
    left = _get(m, w >> 5 & 31, wide)
    right = w >> 16 & 31 if w >> 11 & 1 else _get(m, w >> 16 & 31, wide)
    m.flags = Flags("sub" if w >> 30 & 1 else "add", left, right, 64 if wide else 32)


def _given_flags(bits: int) -> Flags:
    """Return flags that read as the four *bits* N, Z, C and V say."""
    negative, zero, carry, over = (bool(bits & bit) for bit in (8, 4, 2, 1))
    if zero:
        # Equal numbers carry in a subtraction; zero without a carry is a logical result.
        return Flags("sub", 0, 0, 32) if carry else Flags("logic", 0, 0, 32, 0)
    if over:
        left, right = (0x7FFFFFFF, 0xFFFFFFFF) if negative else (0x80000000, 1)
        return Flags("sub", left, right, 32)
    return Flags("logic", 0x80000000 if negative else 1, 0, 32, int(carry))


def _select(m: Machine, w: int) -> None:
    wide, kind = w >> 31, w >> 29 & 2 | w >> 10 & 1
    if arm_condition(m.flags, w >> 12 & 15):
        _put(m, w & 31, _get(m, w >> 5 & 31, wide), wide)
        return
    value = _get(m, w >> 16 & 31, wide)
    _put(m, w & 31, (value, value + 1, ~value, -value)[kind], wide)


def _of_two(m: Machine, w: int) -> None:
    """Divide, or shift by a register."""
    wide, kind = w >> 31, w >> 10 & 63
    bits = 64 if wide else 32
    one, other = _get(m, w >> 5 & 31, wide), _get(m, w >> 16 & 31, wide)
    if kind in (2, 3):
        if kind == 3:
            one, other = signed(one, bits), signed(other, bits)
        value = quotient(one, other) if int(other) else 0
    elif 8 <= kind < 12:
        value = _shifted(one, kind - 8, int(other) % bits, bits)
    else:
        raise unknown(w)
    _put(m, w & 31, value, wide)


def _of_one(m: Machine, w: int) -> None:
    """Reverse bits or bytes, or count zeros."""
    wide, kind, value = w >> 31, w >> 10 & 0x3FF, _get(m, w >> 5 & 31, w >> 31)
    bits = 64 if wide else 32
    if kind == 0:
        found = reverse_bits(value, bits)
    elif kind in (1, 2) and not (kind == 2 and not wide):
        step = 2 << kind - 1
        found = 0
        for place in range(0, bits, 8 * step):
            found = found | byte_swap(value >> place & (1 << 8 * step) - 1, step) << place
    elif kind in (2, 3):
        found = byte_swap(value, bits // 8)
    elif kind == 4:
        found = leading_zeros(value, bits)
    else:
        raise unknown(w)
    _put(m, w & 31, found, wide)


def _of_three(m: Machine, w: int) -> None:
    """Multiply, and add or subtract."""
    wide, kind = w >> 31, w >> 21 & 7
    one, other, added = (w >> 5 & 31), (w >> 16 & 31), _get(m, w >> 10 & 31, wide)
    if kind == 0:
        product = _get(m, one, wide) * _get(m, other, wide)
    elif kind in (1, 5):
        product = _get(m, one, 0) * _get(m, other, 0)
        if kind == 1:
            product = signed(_get(m, one, 0), 32) * signed(_get(m, other, 0), 32)
    elif kind in (2, 6):
        left, right = _get(m, one, 1), _get(m, other, 1)
        product = signed(left, 64) * signed(right, 64) if kind == 2 else left * right
        _put(m, w & 31, product >> 64, 1)
        return
    else:
        raise unknown(w)
    _put(m, w & 31, added - product if w >> 15 & 1 else added + product, wide)


def _branch(m: Machine, w: int) -> None:
    target = m.pc + 4 * signed(w & 0x3FFFFFF, 26) & M
    if w >> 31:
        m.registers[LINK] = m.pc + 4
        m.call(target, m.pc + 4)
    else:
        m.next = target


def _branch_if(m: Machine, w: int) -> None:
    if arm_condition(m.flags, w & 15):
        m.next = m.pc + 4 * signed(w >> 5 & 0x7FFFF, 19) & M


def _branch_zero(m: Machine, w: int) -> None:
    if (_get(m, w & 31, w >> 31) == 0) != bool(w >> 24 & 1):
        m.next = m.pc + 4 * signed(w >> 5 & 0x7FFFF, 19) & M


def _branch_bit(m: Machine, w: int) -> None:
    place = w >> 26 & 32 | w >> 19 & 31
    if (_get(m, w & 31, 1) >> place & 1 == 0) != bool(w >> 24 & 1):
        m.next = m.pc + 4 * signed(w >> 5 & 0x3FFF, 14) & M


def _branch_register(m: Machine, w: int) -> None:
    kind, target = w >> 21 & 15, int(m.registers[w >> 5 & 31])
    if kind == 1:
        m.registers[LINK] = m.pc + 4
        m.call(target, m.pc + 4)
    elif kind in (0, 2):
        m.back(target)
    else:
        raise unknown(w)


def _system(m: Machine, w: int) -> None:
    """Read the thread pointer; hints and barriers do nothing."""
    if w & 0xFFFFFFE0 == 0xD53BD040:
        _put(m, w & 31, m.base + THREAD, 1)
    elif w & 0xFFF00000 == 0xD5300000:
        _put(m, w & 31, 0, 1)


SHAPES: Final[tuple[Shape, ...]] = (
    (0x1F000000, 0x11000000, _sum_constant),
    (0x1F200000, 0x0B000000, _sum_register),
    (0x1FE00000, 0x0B200000, _sum_extended),
    (0x1F800000, 0x12000000, _logic_constant),
    (0x1F000000, 0x0A000000, _logic_register),
    (0x1F800000, 0x12800000, _move_constant),
    (0x1F000000, 0x10000000, _form_address),
    (0x1F800000, 0x13000000, _field),
    (0x7FA00000, 0x13800000, _extract),
    (0x1FE0FC00, 0x1A000000, _with_carry),
    (0x3FE00410, 0x3A400000, _compare_if),
    (0x3FE00800, 0x1A800000, _select),
    (0x7FE00000, 0x1AC00000, _of_two),
    (0x7FE00000, 0x5AC00000, _of_one),
    (0x1F000000, 0x1B000000, _of_three),
    (0x7C000000, 0x14000000, _branch),
    (0xFF000010, 0x54000000, _branch_if),
    (0x7E000000, 0x34000000, _branch_zero),
    (0x7E000000, 0x36000000, _branch_bit),
    (0xFE000000, 0xD6000000, _branch_register),
    (0xFFC00000, 0xD5000000, _system),
    (0xFF000003, 0xD4000001, call_system),
    (0xFF000000, 0xD4000000, trap),
    (0x0A000000, 0x08000000, memory_operation),
    (0x0E000000, 0x0E000000, vector_operation),
)


class Aarch64(Processor):
    """AArch64 with the procedure call standard of its Linux; 31 is the stack pointer."""

    machines = (183,)
    bits = 64
    registers = 32
    arguments = (0, 1, 2, 3, 4, 5, 6, 7)
    result = 0
    stack = SP
    link = LINK

    def decode(self, machine: Machine, address: int) -> Operation:
        """Return the operation at *address*."""
        if machine.space.order == "big" or address & 3:
            raise Ended("an encoding that is not followed")
        word = int(machine.space.load(address, 4))
        return shaped(SHAPES, word), word, 4


PROCESSORS = (Aarch64(),)
