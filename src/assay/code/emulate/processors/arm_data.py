"""What ARM and Thumb share: the data operations, shifts, and how the program counter is used.

Reference: Arm Architecture Reference Manual, ARMv7-A and ARMv7-R edition, chapter A8.
"""

from typing import Final

from assay.code.emulate.arithmetic import (
    arithmetic_right,
    byte_swap,
    extend,
    quotient,
    reverse_bits,
    rotate_right,
    signed,
)
from assay.code.emulate.flags import Flags, arm_carry
from assay.code.emulate.machine import THREAD, Ended, Machine

M: Final = 0xFFFFFFFF
SP, LR, PC = 13, 14, 15
AND, EOR, SUB, RSB, ADD, ADC, SBC, RSC = range(8)
TST, TEQ, CMP, CMN, ORR, MOV, BIC, MVN = range(8, 16)
TESTS: Final = (TST, TEQ, CMP, CMN)


def operate(m: Machine, how: int, left: int, right: int, carry: int | None) -> tuple[int, Flags]:
    """Return the result of data operation *how* and its flags; *carry* is the shifter's."""
    if how in (SUB, CMP):
        return left - right & M, Flags("sub", left, right, 32)
    if how == RSB:
        return right - left & M, Flags("sub", right, left, 32)
    if how in (ADD, CMN):
        return left + right & M, Flags("add", left, right, 32)
    if how in (ADC, SBC, RSC):
        return _with_carry(m, how, left, right)
    if how in (AND, TST):
        value = left & right
    elif how in (EOR, TEQ):
        value = left ^ right
    elif how == ORR:
        value = left | right
    elif how == BIC:
        value = left & ~right & M
    else:
        value = right if how == MOV else ~right & M
    kept = int(arm_carry(m.flags)) if carry is None else carry
    return value, Flags("logic", value, 0, 32, kept)


def _with_carry(m: Machine, how: int, left: int, right: int) -> tuple[int, Flags]:
    carry = int(arm_carry(m.flags))
    if how == ADC:
        return left + right + carry & M, Flags("add", left, right + carry, 32)
    if how == RSC:
        left, right = right, left
    return left - right - 1 + carry & M, Flags("sub", left, right + 1 - carry, 32)


def shifted(value: int, kind: int, amount: int) -> tuple[int, int | None]:
    """Return *value* shifted in the way *kind* (0 to 3) and the carry, None when unchanged."""
    if not amount:
        return value, None
    if kind == 0:
        carry = int(value) >> 32 - amount & 1 if amount <= 32 else 0
        return value << amount & M, carry
    if kind == 1:
        return value >> amount, int(value) >> amount - 1 & 1
    if kind == 2:
        amount = min(amount, 32)
        return arithmetic_right(value, amount, 32), int(value) >> amount - 1 & 1
    turned = rotate_right(value, amount % 32, 32)
    return turned, int(turned) >> 31


def shifted_by_constant(m: Machine, value: int, kind: int, amount: int) -> tuple[int, int | None]:
    """Return *value* shifted as an encoding with a constant says: zero stands for 32 or RRX."""
    if amount or not kind:
        return shifted(value, kind, amount)
    if kind == 3:
        carry = int(arm_carry(m.flags))
        return carry << 31 | value >> 1, int(value) & 1
    return shifted(value, kind, 32)


def thumb(m: Machine) -> bool:
    """Say whether the machine is in Thumb state."""
    return bool(m.pc & 1)


def read(m: Machine, register: int) -> int:
    """Return what an instruction reads from *register*."""
    if register == PC:
        return (m.pc & ~1) + 4 if thumb(m) else m.pc + 8
    return m.registers[register]


def base(m: Machine, register: int) -> int:
    """Return *register* as the base of an address: the program counter is aligned."""
    return read(m, register) & ~3 if register == PC else m.registers[register]


def write(m: Machine, register: int, value: int) -> None:
    """Put *value* into *register*; into the program counter it is a jump that keeps the state."""
    if register != PC:
        m.registers[register] = value & M
    elif thumb(m):
        m.back(int(value) | 1)
    else:
        m.back(int(value) & ~3)


def exchange(m: Machine, target: int) -> None:
    """Jump to *target*, whose lowest bit says the state."""
    m.back(int(target) if int(target) & 1 else int(target) & ~3)


def load_into(m: Machine, register: int, value: int) -> None:
    """Put what was loaded into *register*; into the program counter it is an exchange."""
    if register == PC:
        exchange(m, value)
    else:
        m.registers[register] = value & M


def load_many(m: Machine, registers: int, start: int) -> None:
    """Load the *registers* (a mask) from *start* on."""
    place = start
    for register in range(16):
        if registers >> register & 1:
            value = m.space.load(place & M, 4)
            place += 4
            load_into(m, register, value)


def store_many(m: Machine, registers: int, start: int) -> None:
    """Store the *registers* (a mask) from *start* on."""
    place = start
    for register in range(16):
        if registers >> register & 1:
            m.space.store(place & M, 4, read(m, register))
            place += 4


def multiply_long(m: Machine, low: int, high: int, product: int, *, add: bool) -> None:
    """Put the 64 bits of *product* into two registers, or *add* them to what is there."""
    if add:
        product = product + (m.registers[high] << 32 | m.registers[low])
    m.registers[low], m.registers[high] = product & M, product >> 32 & M


def reversed_in(value: int, kind: int) -> int:
    """Return *value* reversed by *kind*: its bytes, those of its halves, its bits, its low half."""
    if kind == 0:
        return byte_swap(value, 4)
    if kind == 1:
        return byte_swap(value >> 16, 2) << 16 | byte_swap(value & 0xFFFF, 2)
    if kind == 2:
        return reverse_bits(value, 32)
    return extend(byte_swap(value & 0xFFFF, 2), 16, 32)


def half(value: int, high: int) -> int:
    """Return the *high* or low half of *value*, with its sign."""
    return signed(value >> 16 if high else value & 0xFFFF, 16)


def divide(m: Machine, target: int, one: int, other: int, *, sign: bool) -> None:
    """Put *one* divided by *other* into register *target*, zero where *other* is zero."""
    if sign:
        one, other = signed(one, 32), signed(other, 32)
    m.registers[target] = quotient(one, other) & M if int(other) else 0


def add_extended(m: Machine, registers: tuple[int, int, int], turn: int, bits: int) -> None:
    """Put into the first of *registers* the second plus *bits* of the third.

    They are sign-extended where *bits* is negative, and taken *turn* bytes further up; the
    program counter as the second stands for nothing.
    """
    target, added, source = registers
    value = rotate_right(m.registers[source], 8 * turn, 32) & (1 << abs(bits)) - 1
    value = extend(value, -bits, 32) if bits < 0 else value
    m.registers[target] = (value if added == PC else m.registers[added] + value) & M


def insert_field(m: Machine, target: int, source: int, bits: tuple[int, int]) -> None:
    """Put the low bits of *source* where *bits*, a lowest and a highest place, are in *target*.

    The program counter as *source* stands for zero. Raises `Ended` where the places are swapped.
    """
    lowest, highest = bits
    if highest < lowest:
        raise Ended("a field of no bits")
    mask = (2 << highest - lowest) - 1 << lowest
    put = m.registers[source] << lowest & mask if source != PC else 0
    m.registers[target] = m.registers[target] & ~mask & M | put


def extract_field(m: Machine, target: int, source: int, bits: tuple[int, int]) -> None:
    """Put a field of *source* into *target*: from the first of *bits* on, as many as the second.

    It is sign-extended where that number is negative.
    """
    lowest, size = bits
    value = m.registers[source] >> lowest & (1 << abs(size)) - 1
    m.registers[target] = extend(value, -size, 32) if size < 0 else value


def move_exclusive(m: Machine, address: int, size: int, register: int, status: int | None) -> None:
    """Load *register* exclusively, or store it and set *status*: nobody else is there."""
    if status is None:
        m.registers[register] = m.space.load(address, size)
    else:
        m.space.store(address, size, m.registers[register])
        m.registers[status] = 0


def thread_pointer(m: Machine, w: int) -> None:
    """Read the thread pointer."""
    m.registers[w >> 12 & 15] = m.base + THREAD
