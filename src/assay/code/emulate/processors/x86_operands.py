"""How x86 instructions reach registers of all sizes, memory and the stack."""

from typing import Final

from assay.code.emulate.machine import THREAD, Machine
from assay.code.emulate.processors.x86_decode import Instruction

STACK: Final = 4


def register(m: Machine, i: Instruction, number: int, size: int) -> int:
    """Return register *number* in *size* bytes; without REX four to seven are upper bytes."""
    if size == 1 and not i.rex and 4 <= number < 8:
        return m.registers[number - 4] >> 8 & 0xFF
    value = m.registers[number]
    return value if size == m.size else value & (1 << 8 * size) - 1


def set_register(m: Machine, i: Instruction, number: int, size: int, value: int) -> None:
    """Put *value* of *size* bytes into register *number*; four bytes clear the upper half."""
    if size >= 4:
        m.registers[number] = value
        return
    if size == 1 and not i.rex and 4 <= number < 8:
        m.registers[number - 4] = m.registers[number - 4] & ~0xFF00 | value << 8
        return
    mask = (1 << 8 * size) - 1
    m.registers[number] = m.registers[number] & ~mask & m.mask | value


def address_of(m: Machine, i: Instruction, *, segment: bool = True) -> int:
    """Return the address of the memory operand, with its segment where that is asked for."""
    value = i.place
    if i.base >= 0:
        value = m.registers[i.base] + value
    if i.index >= 0:
        value = value + m.registers[i.index] * i.scale
    if segment and i.segment:
        value = value + m.base + THREAD
    return value & m.mask


def operand(m: Machine, i: Instruction, size: int) -> int:
    """Return the operand that is a register or memory."""
    if i.mode == 3:
        return register(m, i, i.rm, size)
    return m.space.load(address_of(m, i), size)


def set_operand(m: Machine, i: Instruction, size: int, value: int) -> None:
    """Put *value* into the operand that is a register or memory."""
    if i.mode == 3:
        set_register(m, i, i.rm, size, value)
    else:
        m.space.store(address_of(m, i), size, value)


def push(m: Machine, value: int) -> None:
    """Put *value* on the stack."""
    m.registers[STACK] = int(m.registers[STACK]) - m.size & m.mask
    m.space.store(m.registers[STACK], m.size, value)


def pop(m: Machine) -> int:
    """Take a value from the stack."""
    value = m.space.load(m.registers[STACK], m.size)
    m.registers[STACK] = int(m.registers[STACK]) + m.size & m.mask
    return value
