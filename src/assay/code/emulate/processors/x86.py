"""x86 and x86-64: the integer instructions, carried out; strings and vectors have own modules.

Reference: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
"""

from collections.abc import Callable
from typing import Final

from assay.code.emulate.arithmetic import (
    arithmetic_right,
    byte_swap,
    extend,
    quotient,
    remainder,
    rotate_right,
    signed,
)
from assay.code.emulate.flags import Flags, carries, x86_condition
from assay.code.emulate.machine import Ended, Machine, Operation, Processor, unknown
from assay.code.emulate.processors.x86_decode import Instruction, read_instruction
from assay.code.emulate.processors.x86_operands import (
    address_of,
    operand,
    pop,
    push,
    register,
    set_operand,
    set_register,
)
from assay.code.emulate.processors.x86_strings import STRINGS
from assay.code.emulate.processors.x86_vectors import VECTORS

RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI = range(8)

Run = Callable[[Machine, Instruction], None]


def compute(m: Machine, kind: int, left: int, right: int, size: int) -> int:
    """Return what arithmetic *kind* (0 to 7) makes of two numbers, and set the flags."""
    bits = 8 * size
    mask = (1 << bits) - 1
    if kind in (2, 3):
        right = right + int(carries(m.flags))
    if kind in (0, 2):
        m.flags = Flags("add", left, right, bits)
        return left + right & mask
    if kind in (3, 5, 7):
        m.flags = Flags("sub", left, right, bits)
        return left - right & mask
    value = (left | right if kind == 1 else left & right if kind == 4 else left ^ right) & mask
    m.flags = Flags("logic", value, 0, bits)
    return value


def _arithmetic(m: Machine, i: Instruction) -> None:
    kind, form = i.opcode >> 3, i.opcode & 7
    size = i.size if form & 1 else 1
    if form >= 4:
        right = i.constant & (1 << 8 * size) - 1
        value = compute(m, kind, register(m, i, RAX, size), right, size)
        if kind != 7:
            set_register(m, i, RAX, size, value)
        return
    one, other = operand(m, i, size), register(m, i, i.reg, size)
    if kind in (5, 6) and i.mode == 3 and i.reg == i.rm:
        one = other = 0  # the usual way to make a zero
    left, right = (one, other) if form < 2 else (other, one)
    value = compute(m, kind, left, right, size)
    if kind == 7:
        return
    if form < 2:
        set_operand(m, i, size, value)
    else:
        set_register(m, i, i.reg, size, value)


def _with_constant(m: Machine, i: Instruction) -> None:
    size = i.size if i.opcode & 1 else 1
    right = i.constant & (1 << 8 * size) - 1
    value = compute(m, i.reg & 7, operand(m, i, size), right, size)
    if i.reg & 7 != 7:
        set_operand(m, i, size, value)


def _test(m: Machine, i: Instruction) -> None:
    size = i.size if i.opcode & 1 else 1
    if i.opcode >= 0xA8:
        left, right = register(m, i, RAX, size), i.constant & (1 << 8 * size) - 1
    else:
        left, right = operand(m, i, size), register(m, i, i.reg, size)
        if i.mode == 3 and i.reg == i.rm:
            right = (1 << 8 * size) - 1
    compute(m, 4, left, right, size)


def _exchange(m: Machine, i: Instruction) -> None:
    size = i.size if i.opcode & 1 else 1
    one, other = operand(m, i, size), register(m, i, i.reg, size)
    set_operand(m, i, size, other)
    set_register(m, i, i.reg, size, one)


def _exchange_first(m: Machine, i: Instruction) -> None:
    number = i.opcode & 7 | (i.rex & 1) << 3
    one, other = register(m, i, RAX, i.size), register(m, i, number, i.size)
    if number:
        set_register(m, i, RAX, i.size, other)
        set_register(m, i, number, i.size, one)


def _move(m: Machine, i: Instruction) -> None:
    size = i.size if i.opcode & 1 else 1
    if i.opcode & 2:
        set_register(m, i, i.reg, size, operand(m, i, size))
    else:
        set_operand(m, i, size, register(m, i, i.reg, size))


def _move_constant(m: Machine, i: Instruction) -> None:
    if i.opcode >= 0xC6:
        size = i.size if i.opcode & 1 else 1
        set_operand(m, i, size, i.constant & (1 << 8 * size) - 1)
        return
    size = i.size if i.opcode & 8 else 1
    set_register(m, i, i.opcode & 7 | (i.rex & 1) << 3, size, i.constant & (1 << 8 * size) - 1)


def _move_direct(m: Machine, i: Instruction) -> None:
    size, address = i.size if i.opcode & 1 else 1, i.constant & m.mask
    if i.opcode & 2:
        m.space.store(address, size, register(m, i, RAX, size))
    else:
        set_register(m, i, RAX, size, m.space.load(address, size))


def _address(m: Machine, i: Instruction) -> None:
    set_register(m, i, i.reg, i.size, address_of(m, i, segment=False) & (1 << 8 * i.size) - 1)


def _move_wider(m: Machine, i: Instruction) -> None:
    """Move with zeros or copies of the sign in front."""
    size = 4 if i.opcode == 0x63 else 2 if i.opcode & 1 else 1
    value = operand(m, i, size)
    if i.opcode == 0x63 or i.opcode >= 0xFBE:
        value = extend(value, 8 * size, 8 * i.size)
    set_register(m, i, i.reg, i.size, value)


def _widen_first(m: Machine, i: Instruction) -> None:
    """Extend the accumulator: within itself, or into the register for the upper half."""
    bits = 8 * i.size
    if i.opcode == 0x98:
        half = register(m, i, RAX, i.size // 2)
        set_register(m, i, RAX, i.size, extend(half, bits // 2, bits))
    else:
        value = register(m, i, RAX, i.size)
        set_register(m, i, RDX, i.size, arithmetic_right(value, bits - 1, bits))


def _push(m: Machine, i: Instruction) -> None:
    if i.opcode in (0x68, 0x6A):
        push(m, i.constant & m.mask)
    else:
        push(m, m.registers[i.opcode & 7 | (i.rex & 1) << 3])


def _pop(m: Machine, i: Instruction) -> None:
    if i.opcode == 0x8F:
        set_operand(m, i, m.size, pop(m))
    else:
        m.registers[i.opcode & 7 | (i.rex & 1) << 3] = pop(m)


def _leave(m: Machine, _i: Instruction) -> None:
    m.registers[RSP] = m.registers[RBP]
    m.registers[RBP] = pop(m)


def _call(m: Machine, i: Instruction) -> None:
    target = i.following + i.constant & m.mask
    push(m, i.following)
    if not i.constant:
        m.next = target  # 32-bit code learns its own address so
        return
    m.call(target, i.following)


def _jump(m: Machine, i: Instruction) -> None:
    m.next = i.following + i.constant & m.mask


def _jump_if(m: Machine, i: Instruction) -> None:
    if x86_condition(m.flags, i.opcode & 15):
        m.next = i.following + i.constant & m.mask


def _return(m: Machine, i: Instruction) -> None:
    target = int(pop(m))
    m.registers[RSP] = m.registers[RSP] + (i.constant if i.opcode == 0xC2 else 0) & m.mask
    m.back(target)


def _set_if(m: Machine, i: Instruction) -> None:
    set_operand(m, i, 1, int(x86_condition(m.flags, i.opcode & 15)))


def _move_if(m: Machine, i: Instruction) -> None:
    value = operand(m, i, i.size)
    if not x86_condition(m.flags, i.opcode & 15):
        value = register(m, i, i.reg, i.size)
    set_register(m, i, i.reg, i.size, value)


def _shift(m: Machine, i: Instruction) -> None:
    size, kind = i.size if i.opcode & 1 else 1, i.reg & 7
    bits = 8 * size
    if i.opcode in (0xC0, 0xC1):
        amount = i.constant
    else:
        amount = int(m.registers[RCX]) if i.opcode >= 0xD2 else 1
    amount &= 63 if size == 8 else 31
    if not amount:
        return
    value = operand(m, i, size)
    mask = (1 << bits) - 1
    if kind in (0, 1):
        found = rotate_right(value, amount if kind else bits - amount % bits, bits)
        carry = 0
    elif kind in (4, 6):
        found, carry = value << amount & mask, int(value) >> max(bits - amount, 0) & 1
    elif kind == 5:
        found, carry = value >> amount, int(value) >> amount - 1 & 1
    elif kind == 7:
        found, carry = (
            arithmetic_right(value, min(amount, bits), bits),
            int(value) >> amount - 1 & 1,
        )
    else:
        raise unknown(i.opcode)
    if kind >= 4:
        m.flags = Flags("logic", found, 0, bits, carry)
    set_operand(m, i, size, found)


def _shift_double(m: Machine, i: Instruction) -> None:
    amount = i.constant if not i.opcode & 1 else int(m.registers[RCX])
    bits, one, other = 8 * i.size, operand(m, i, i.size), register(m, i, i.reg, i.size)
    amount = amount & (63 if i.size == 8 else 31)
    if not amount:
        return
    if amount > bits:
        raise unknown(i.opcode)  # what 16 bits are then is not defined
    if i.opcode & 8:
        value = one >> amount | other << bits - amount
    else:
        value = one << amount | other >> bits - amount
    set_operand(m, i, i.size, value & (1 << bits) - 1)
    m.flags = Flags("logic", value & (1 << bits) - 1, 0, bits)


def _third_group(m: Machine, i: Instruction) -> None:
    size, kind = i.size if i.opcode & 1 else 1, i.reg & 7
    bits = 8 * size
    value, mask = operand(m, i, size), (1 << bits) - 1
    if kind < 2:
        compute(m, 4, value, i.constant & mask, size)
    elif kind == 2:
        set_operand(m, i, size, ~value & mask)
    elif kind == 3:
        m.flags = Flags("sub", 0, value, bits)
        set_operand(m, i, size, -value & mask)
    elif size == 1:
        _narrow_product(m, i, kind, value)
    elif kind < 6:
        _product(m, i, kind, value)
    else:
        _quotient(m, i, kind, value)


def _narrow_product(m: Machine, i: Instruction, kind: int, value: int) -> None:
    first = register(m, i, RAX, 1)
    if kind in (4, 5):
        product = first * value if kind == 4 else signed(first, 8) * signed(value, 8)
        set_register(m, i, RAX, 2, product & 0xFFFF)
        return
    whole = register(m, i, RAX, 2)
    if kind == 7:
        whole, value = signed(whole, 16), signed(value, 8)
    if not int(value):
        raise Ended("a division by zero")
    found = quotient(whole, value) & 0xFF | (remainder(whole, value) & 0xFF) << 8
    set_register(m, i, RAX, 2, found)


def _product(m: Machine, i: Instruction, kind: int, value: int) -> None:
    bits, first = 8 * i.size, register(m, i, RAX, i.size)
    product = first * value if kind == 4 else signed(first, bits) * signed(value, bits)
    mask = (1 << bits) - 1
    set_register(m, i, RAX, i.size, product & mask)
    set_register(m, i, RDX, i.size, product >> bits & mask)
    m.flags = Flags("logic", 1, 0, 32, int(int(product) >> bits not in (0, -1)))


def _quotient(m: Machine, i: Instruction, kind: int, value: int) -> None:
    bits = 8 * i.size
    mask = (1 << bits) - 1
    high, low = register(m, i, RDX, i.size), register(m, i, RAX, i.size)
    whole = high << bits | low
    if kind == 7:
        whole, value = signed(whole, 2 * bits), signed(value, bits)
    if not int(value):
        raise Ended("a division by zero")
    set_register(m, i, RAX, i.size, quotient(whole, value) & mask)
    set_register(m, i, RDX, i.size, remainder(whole, value) & mask)


def _multiply(m: Machine, i: Instruction) -> None:
    bits = 8 * i.size
    right = register(m, i, i.reg, i.size) if i.opcode == 0xFAF else i.constant
    value = signed(operand(m, i, i.size), bits) * (signed(right, bits) if right >= 0 else right)
    set_register(m, i, i.reg, i.size, value & (1 << bits) - 1)


def _fifth_group(m: Machine, i: Instruction) -> None:
    size, kind = i.size if i.opcode & 1 else 1, i.reg & 7
    if kind < 2:
        value = compute(m, 5 if kind else 0, operand(m, i, size), 1, size)
        set_operand(m, i, size, value)
        return
    if i.opcode == 0xFE or kind in (3, 5, 7):
        raise unknown(i.opcode)
    target = operand(m, i, m.size)
    if kind == 6:
        push(m, target)
    elif kind == 2:
        push(m, i.following)
        m.call(int(target), i.following)
    else:
        m.back(int(target))


def _one_more_or_less(m: Machine, i: Instruction) -> None:
    number = i.opcode & 7
    kind = 5 if i.opcode & 8 else 0
    set_register(m, i, number, i.size, compute(m, kind, register(m, i, number, i.size), 1, i.size))


def _bit(m: Machine, i: Instruction) -> None:
    """Test a bit, and set, clear or change it."""
    kind = i.reg & 3 if i.opcode == 0xFBA else i.opcode >> 3 & 3
    number = i.constant if i.opcode == 0xFBA else register(m, i, i.reg, i.size)
    if i.mode != 3 and i.opcode != 0xFBA:
        raise unknown(i.opcode)
    place = int(number) % (8 * i.size)
    value = operand(m, i, i.size)
    m.flags = Flags("logic", 1, 0, 32, value >> place & 1)
    if kind:
        changed = (value, value | 1 << place, value & ~(1 << place), value ^ 1 << place)[kind]
        set_operand(m, i, i.size, changed)


def _scan_bits(m: Machine, i: Instruction) -> None:
    value = operand(m, i, i.size)
    m.flags = Flags("logic", value, 0, 8 * i.size)
    plain = int(value)
    if plain:
        found = plain.bit_length() - 1 if i.opcode & 1 else (plain & -plain).bit_length() - 1
        set_register(m, i, i.reg, i.size, found)


def _swap_bytes(m: Machine, i: Instruction) -> None:
    number = i.opcode & 7 | (i.rex & 1) << 3
    set_register(m, i, number, i.size, byte_swap(register(m, i, number, i.size), i.size))


def _exchange_if_equal(m: Machine, i: Instruction) -> None:
    size = i.size if i.opcode & 1 else 1
    value, first = operand(m, i, size), register(m, i, RAX, size)
    m.flags = Flags("sub", first, value, 8 * size)
    if first == value:
        set_operand(m, i, size, register(m, i, i.reg, size))
    else:
        set_register(m, i, RAX, size, value)


def _exchange_and_add(m: Machine, i: Instruction) -> None:
    size = i.size if i.opcode & 1 else 1
    before, added = operand(m, i, size), register(m, i, i.reg, size)
    set_register(m, i, i.reg, size, before)
    set_operand(m, i, size, compute(m, 0, before, added, size))


def _nothing(_m: Machine, _i: Instruction) -> None:
    pass


def _stop(_m: Machine, i: Instruction) -> None:
    raise Ended("a system call" if i.opcode in (0xF05, 0xCD, 0xF34) else "the program traps")


def _table() -> dict[int, Run]:
    found: dict[int, Run] = dict.fromkeys(
        (code for code in range(0x40) if code & 7 < 6), _arithmetic
    )
    ways: tuple[tuple[range | tuple[int, ...], Run], ...] = (
        (range(0x50, 0x58), _push), (range(0x58, 0x60), _pop), ((0x68, 0x6A), _push),
        ((0x8F,), _pop), ((0x63,), _move_wider), ((0x69, 0x6B, 0xFAF), _multiply),
        (range(0x70, 0x80), _jump_if), (range(0xF80, 0xF90), _jump_if),
        ((0x80, 0x81, 0x83), _with_constant), ((0x84, 0x85, 0xA8, 0xA9), _test),
        ((0x86, 0x87), _exchange), (range(0x88, 0x8C), _move), ((0x8D,), _address),
        (range(0x90, 0x98), _exchange_first), ((0x98, 0x99), _widen_first),
        (range(0xA0, 0xA4), _move_direct), (range(0xB0, 0xC0), _move_constant),
        ((0xC6, 0xC7), _move_constant), ((0xC0, 0xC1, 0xD0, 0xD1, 0xD2, 0xD3), _shift),
        ((0xC2, 0xC3), _return), ((0xC9,), _leave), ((0xE8,), _call), ((0xE9, 0xEB), _jump),
        ((0xF6, 0xF7), _third_group), ((0xFE, 0xFF), _fifth_group),
        (range(0xF40, 0xF50), _move_if), (range(0xF90, 0xFA0), _set_if),
        ((0xFA3, 0xFAB, 0xFB3, 0xFBB, 0xFBA), _bit), ((0xFA4, 0xFA5, 0xFAC, 0xFAD), _shift_double),
        ((0xFB0, 0xFB1), _exchange_if_equal), ((0xFC0, 0xFC1), _exchange_and_add),
        ((0xFB6, 0xFB7, 0xFBE, 0xFBF), _move_wider), ((0xFBC, 0xFBD), _scan_bits),
        (range(0xFC8, 0xFD0), _swap_bytes), (range(0xF18, 0xF20), _nothing),
        ((0xF05, 0xCD, 0xF0B, 0xCC, 0xF4, 0xF34), _stop), ((0xFC, 0x9B), _nothing),
    )  # fmt: skip
    for codes, run in ways:
        found |= dict.fromkeys(codes, run)
    return found | STRINGS | VECTORS


TABLE: Final = _table()


class X86(Processor):
    """64-bit x86 with the System V calling convention."""

    machines: tuple[int, ...] = (62,)
    bits = 64
    registers = 16
    arguments: tuple[int, ...] = (RDI, RSI, RDX, RCX, 8, 9)
    result = RAX
    stack = RSP
    spilled = 8
    pushed = 8

    def decode(self, machine: Machine, address: int) -> Operation:
        """Return the operation at *address*."""
        found = read_instruction(machine, address)
        run = TABLE.get(found.opcode)
        if not found.wide and 0x40 <= found.opcode < 0x50:
            run = _one_more_or_less
        if run is None:
            raise unknown(found.opcode)
        carry_out = run
        return lambda m, _: carry_out(m, found), 0, found.length

    def enter(self, machine: Machine, back: int) -> None:
        """Push the return address."""
        push(machine, back)

    def leave(self, machine: Machine) -> int:
        """Pop the return address."""
        return int(pop(machine))


class X86Narrow(X86):
    """32-bit x86, where all arguments lie on the stack."""

    machines = (3,)
    bits = 32
    registers = 8
    arguments = ()
    spilled = 4
    pushed = 4


PROCESSORS = (X86(), X86Narrow())
