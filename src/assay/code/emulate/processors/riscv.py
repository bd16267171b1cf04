"""RISC-V (RV32 and RV64, IMAC): the integer instructions, carried out.

Reference: The RISC-V Instruction Set Manual, volume I. Compressed instructions are in
`riscv_compressed`, which turns each into the full one that it stands for.
"""

from typing import Final

from assay.code.emulate.arithmetic import arithmetic_right, extend, quotient, remainder, signed
from assay.code.emulate.machine import (
    THREAD,
    Ended,
    Handler,
    Machine,
    Operation,
    Processor,
    do_nothing,
    unknown,
)
from assay.code.emulate.processors.riscv_compressed import full_form

LINK, STACK, GLOBAL, THREAD_REGISTER = 1, 2, 3, 4
ORDINARY_LINKS: Final = (1, 5)


def _rs1(m: Machine, w: int) -> int:
    return m.registers[w >> 15 & 31]


def _rs2(m: Machine, w: int) -> int:
    return m.registers[w >> 20 & 31]


def _put(m: Machine, w: int, value: int) -> None:
    if w >> 7 & 31:
        m.registers[w >> 7 & 31] = value & m.mask


def _constant(w: int) -> int:
    return signed(w >> 20, 12)


def _bits(m: Machine) -> int:
    return 8 * m.size


def _load(m: Machine, w: int) -> None:
    kind = w >> 12 & 7
    size = 1 << (kind & 3)
    if size > m.size:
        raise unknown(w)
    value = m.space.load(int(_rs1(m, w) + _constant(w)) & m.mask, size)
    _put(m, w, value if kind & 4 else extend(value, 8 * size, _bits(m)))


def _store(m: Machine, w: int) -> None:
    distance = signed(w >> 20 & 0xFE0 | w >> 7 & 31, 12)
    m.space.store(int(_rs1(m, w) + distance) & m.mask, 1 << (w >> 12 & 3), _rs2(m, w))


def _operate(m: Machine, kind: int, left: int, right: int, *, other: bool) -> int:
    """Return what arithmetic *kind* makes of two numbers; *other* is the second of its kind."""
    bits = _bits(m)
    amount = int(right) & bits - 1
    if kind in (0, 1):
        value = left << amount if kind else left - right if other else left + right
    elif kind == 2:
        value = int(signed(left, bits) < signed(right, bits))
    elif kind == 3:
        value = int(left < right)
    elif kind == 5:
        value = arithmetic_right(left, amount, bits) if other else left >> amount
    else:
        value = left ^ right if kind == 4 else left | right if kind == 6 else left & right
    return value


def _with_constant(m: Machine, w: int) -> None:
    kind, value = w >> 12 & 7, _constant(w) & m.mask
    shifts = kind in (1, 5)
    right = w >> 20 & 63 if shifts else value
    _put(m, w, _operate(m, kind, _rs1(m, w), right, other=shifts and bool(w >> 30 & 1)))


def _with_register(m: Machine, w: int) -> None:
    kind, left, right = w >> 12 & 7, _rs1(m, w), _rs2(m, w)
    if w >> 25 == 1:
        _put(m, w, _multiply(m, kind, left, right))
    else:
        _put(m, w, _operate(m, kind, left, right, other=bool(w >> 30 & 1)))


def _multiply(m: Machine, kind: int, left: int, right: int) -> int:
    bits = _bits(m)
    if kind == 0:
        return left * right
    if kind < 4:
        one = signed(left, bits) if kind < 3 else left
        other = signed(right, bits) if kind == 1 else right
        return one * other >> bits
    if kind in (4, 6):
        left, right = signed(left, bits), signed(right, bits)
    if not int(right):
        return left if kind >= 6 else -1
    return quotient(left, right) if kind < 6 else remainder(left, right)


def _word_constant(m: Machine, w: int) -> None:
    """Carry out the arithmetic on words of 64-bit machines with a constant."""
    kind, left, amount = w >> 12 & 7, _rs1(m, w) & 0xFFFFFFFF, w >> 20 & 31
    if kind == 0:
        value = left + _constant(w)
    elif kind == 1:
        value = left << amount
    else:
        value = arithmetic_right(left, amount, 32) if w >> 30 & 1 else left >> amount
    _put(m, w, extend(value & 0xFFFFFFFF, 32, 64))


def _word_register(m: Machine, w: int) -> None:
    kind, left, right = w >> 12 & 7, _rs1(m, w) & 0xFFFFFFFF, _rs2(m, w) & 0xFFFFFFFF
    amount = int(right) & 31
    if w >> 25 == 1:
        if kind in (4, 6):
            left, right = signed(left, 32), signed(right, 32)
        if kind == 0:
            value = left * right
        elif not int(right):
            value = left if kind >= 6 else -1
        else:
            value = quotient(left, right) if kind < 6 else remainder(left, right)
    elif kind == 0:
        value = left - right if w >> 30 & 1 else left + right
    elif kind == 1:
        value = left << amount
    else:
        value = arithmetic_right(left, amount, 32) if w >> 30 & 1 else left >> amount
    _put(m, w, extend(value & 0xFFFFFFFF, 32, 64))


def _upper(m: Machine, w: int) -> None:
    value = extend(w & 0xFFFFF000, 32, _bits(m))
    _put(m, w, value if w & 0x20 else m.pc + value)


def _branch(m: Machine, w: int) -> None:
    kind, left, right = w >> 12 & 7, _rs1(m, w), _rs2(m, w)
    if kind & 4 and not kind & 2:
        left, right = signed(left, _bits(m)), signed(right, _bits(m))
    holds = left < right if kind & 4 else left == right
    if holds != bool(kind & 1):
        distance = (w >> 31) << 12 | (w >> 7 & 1) << 11 | (w >> 25 & 63) << 5 | (w >> 8 & 15) << 1
        m.next = m.pc + signed(distance, 13) & m.mask


def _jump(m: Machine, w: int) -> None:
    distance = (w >> 31) << 20 | w & 0xFF000 | (w >> 20 & 1) << 11 | (w >> 21 & 0x3FF) << 1
    _go(m, w, m.pc + signed(distance, 21) & m.mask)


def _jump_register(m: Machine, w: int) -> None:
    _go(m, w, int(_rs1(m, w) + _constant(w)) & m.mask & ~1)


def _go(m: Machine, w: int, target: int) -> None:
    link, back = w >> 7 & 31, m.next
    if link in ORDINARY_LINKS:
        m.registers[link] = back
        m.call(target, back)
    else:
        _put(m, w, back)
        m.back(target)


def _system(_m: Machine, w: int) -> None:
    raise Ended("a system call" if w >> 20 == 0 else "the program traps")


def _atomic(m: Machine, w: int) -> None:
    """Carry out an atomic operation: nobody else is there."""
    size, kind, address = 1 << (w >> 12 & 7), w >> 27, int(_rs1(m, w))
    value, right = m.space.load(address, size), _rs2(m, w)
    if kind == 3:
        m.space.store(address, size, right)
        _put(m, w, 0)
        return
    made = {0: value + right, 1: right, 4: value ^ right, 8: value | right, 12: value & right}
    if kind != 2:
        if kind not in made:
            raise unknown(w)
        m.space.store(address, size, made[kind])
    _put(m, w, extend(value, 8 * size, _bits(m)))


def _floating(m: Machine, w: int) -> None:
    """Move a floating register to or from memory as it is."""
    size = 1 << (w >> 12 & 7)
    if w & 0x7F == 0x07:
        address = int(_rs1(m, w) + _constant(w)) & m.mask
        m.extra[f"f{w >> 7 & 31}"] = m.space.load(address, size)
    else:
        address = int(_rs1(m, w) + signed(w >> 20 & 0xFE0 | w >> 7 & 31, 12)) & m.mask
        m.space.store(address, size, m.extra.get(f"f{w >> 20 & 31}", 0))


MAIN: Final[dict[int, Handler]] = {
    0x03: _load,
    0x07: _floating,
    0x0F: do_nothing,
    0x13: _with_constant,
    0x17: _upper,
    0x1B: _word_constant,
    0x23: _store,
    0x27: _floating,
    0x2F: _atomic,
    0x33: _with_register,
    0x37: _upper,
    0x3B: _word_register,
    0x63: _branch,
    0x67: _jump_register,
    0x6F: _jump,
    0x73: _system,
}


class RiscV(Processor):
    """64-bit RISC-V with the standard calling convention."""

    machines = (243,)
    bits = 64
    arguments = (10, 11, 12, 13, 14, 15, 16, 17)
    result = 10
    stack = STACK
    link = LINK

    def decode(self, machine: Machine, address: int) -> Operation:
        """Return the operation at *address*."""
        word, size = int(machine.space.load(address, 2)), 2
        if word & 3 == 3:
            word, size = word | int(machine.space.load(address + 2, 2)) << 16, 4
        else:
            word = full_form(word, self.bits)
        found = MAIN.get(word & 0x7F)
        if found is None:
            raise unknown(word)
        return found, word, size

    def enter(self, machine: Machine, back: int) -> None:
        """Set the return address, the thread pointer and the pointer to small data."""
        super().enter(machine, back)
        registers = machine.registers
        registers[THREAD_REGISTER] = machine.base + THREAD
        if machine.index.isa is not None:
            for register, value in machine.index.isa.ambient(machine.index.program).items():
                registers[register] = value & machine.mask


class RiscVNarrow(RiscV):
    """32-bit RISC-V."""

    bits = 32


PROCESSORS = (RiscV(), RiscVNarrow())
