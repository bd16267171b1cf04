"""MIPS32 (up to release 2, both byte orders): the integer instructions, carried out.

Reference: MIPS32 Architecture for Programmers, volume II. A branch carries out the instruction
in its delay slot itself.
"""

from collections.abc import Callable
from typing import Final

from assay.code.emulate.arithmetic import (
    arithmetic_right,
    extend,
    leading_zeros,
    quotient,
    remainder,
    rotate_right,
    signed,
)
from assay.code.emulate.machine import (
    THREAD,
    Ended,
    Handler,
    Machine,
    Operation,
    Processor,
    call_system,
    do_nothing,
    trap,
    unknown,
)

M: Final = 0xFFFFFFFF
LINK: Final = 31
CALLED: Final = 25

Three = Callable[[int, int], int]


def _put(m: Machine, register: int, value: int) -> None:
    if register:
        m.registers[register] = value & M


def _signed16(w: int) -> int:
    return (w & 0xFFFF ^ 0x8000) - 0x8000


def _delayed(m: Machine) -> None:
    """Carry out the instruction in the delay slot of the branch at the present address."""
    slot = m.pc + 4
    if m.memo.get("delayed"):
        raise Ended("a branch in a delay slot")
    operations = m.operations
    operation = operations.get(slot) or operations.get(~slot)
    if operation is None:
        operation = operations[~slot] = m.processor.decode(m, slot)
    handler, word, _ = operation
    m.visited.add(slot)
    m.steps += 1
    m.memo["delayed"] = 1
    handler(m, word)
    m.memo["delayed"] = 0


def _branch(m: Machine, w: int, *, taken: bool) -> None:
    target = m.pc + 4 + 4 * _signed16(w)
    _delayed(m)
    m.next = target if taken else m.pc + 8


def _likely(m: Machine, w: int, *, taken: bool) -> None:
    """Branch; the delay slot counts only when the branch is taken."""
    if taken:
        _branch(m, w, taken=True)
    else:
        m.next = m.pc + 8


def _rs(m: Machine, w: int) -> int:
    return m.registers[w >> 21 & 31]


def _rt(m: Machine, w: int) -> int:
    return m.registers[w >> 16 & 31]


def _compare_branch(test: Callable[[int, int], bool], way: Callable[..., None]) -> Handler:
    def run(m: Machine, w: int) -> None:
        registers = m.registers
        way(m, w, taken=test(registers[w >> 21 & 31], registers[w >> 16 & 31]))

    return run


def _zero_branch(test: Callable[[int], bool], way: Callable[..., None], *, link: bool) -> Handler:
    def run(m: Machine, w: int) -> None:
        taken = test(signed(_rs(m, w), 32))
        if link:
            m.registers[LINK] = m.pc + 8
        way(m, w, taken=taken)
        if link and taken and m.next != m.pc + 8:
            m.call(m.next, m.pc + 8)

    return run


def _three(compute: Three) -> Handler:
    def run(m: Machine, w: int) -> None:
        registers, place = m.registers, w >> 11 & 31
        value = compute(registers[w >> 21 & 31], registers[w >> 16 & 31])
        if place:
            registers[place] = value & M

    return run


def _immediate(compute: Three, *, wide: bool) -> Handler:
    """Return a register with a constant, sign-extended when *wide*."""

    def run(m: Machine, w: int) -> None:
        registers, place = m.registers, w >> 16 & 31
        number = (w & 0xFFFF ^ 0x8000) - 0x8000 if wide else w & 0xFFFF
        value = compute(registers[w >> 21 & 31], number)
        if place:
            registers[place] = value & M

    return run


def _shift(compute: Three, *, by_register: bool) -> Handler:
    def run(m: Machine, w: int) -> None:
        amount = int(_rs(m, w)) & 31 if by_register else w >> 6 & 31
        # One bit, in another place of each encoding, turns a shift to the right into a rotation.
        turns = compute is _right and w >> (6 if by_register else 21) & 1
        value = rotate_right(_rt(m, w), amount, 32) if turns else compute(_rt(m, w), amount)
        _put(m, w >> 11 & 31, value)

    return run


def _right(value: int, amount: int) -> int:
    return value >> amount


def _load(size: int, *, sign: bool) -> Handler:
    def run(m: Machine, w: int) -> None:
        registers, place = m.registers, w >> 16 & 31
        at = int(registers[w >> 21 & 31]) + (w & 0xFFFF ^ 0x8000) - 0x8000
        value = m.space.load(at & M, size)
        if sign:
            value = extend(value, 8 * size, 32)
        if place:
            registers[place] = value & M

    return run


def _store(size: int) -> Handler:
    def run(m: Machine, w: int) -> None:
        registers = m.registers
        at = int(registers[w >> 21 & 31]) + (w & 0xFFFF ^ 0x8000) - 0x8000
        m.space.store(at & M, size, registers[w >> 16 & 31])

    return run


def _partial(*, left: bool, store: bool) -> Handler:
    """Return the handler of an unaligned load or store: the part of a word up to a boundary."""

    def run(m: Machine, w: int) -> None:
        address = int(_rs(m, w) + _signed16(w)) & M
        big = m.space.order == "big"
        begin = address & ~3
        # Which bytes of memory, and where they belong in the register (0 is the lowest byte).
        places = range(address, begin + 4) if left == big else range(begin, address + 1)
        for place in places:
            distance = place - address
            if big:
                at = 3 - distance if left else -distance
            else:
                at = 3 + distance if left else distance
            _move_byte(m, w, (place, at), store=store)

    return run


def _move_byte(m: Machine, w: int, where: tuple[int, int], *, store: bool) -> None:
    place, at = where
    register = w >> 16 & 31
    if store:
        m.space.store(place, 1, m.registers[register] >> 8 * at & 0xFF)
    else:
        kept = m.registers[register] & ~(0xFF << 8 * at) & M
        _put(m, register, kept | m.space.load(place, 1) << 8 * at)


def _jump(m: Machine, w: int) -> None:
    target = (m.pc + 4) & 0xF0000000 | (w & 0x3FFFFFF) << 2
    _delayed(m)
    m.next = target


def _jump_link(m: Machine, w: int) -> None:
    m.registers[LINK] = m.pc + 8
    _jump(m, w)
    m.call(m.next, m.pc + 8)


def _jump_register(m: Machine, w: int) -> None:
    target = int(_rs(m, w))
    _delayed(m)
    m.back(target)


def _jump_link_register(m: Machine, w: int) -> None:
    target = int(_rs(m, w))
    _put(m, w >> 11 & 31, m.pc + 8)
    _delayed(m)
    m.call(target, m.pc + 8)


def _multiply(*, sign: bool, add: int = 0) -> Handler:
    def run(m: Machine, w: int) -> None:
        one, other = _rs(m, w), _rt(m, w)
        product = signed(one, 32) * signed(other, 32) if sign else one * other
        if add:
            before = m.extra.get("hi", 0) << 32 | m.extra.get("lo", 0)
            product = before + product if add > 0 else before - product
        m.extra["lo"], m.extra["hi"] = product & M, product >> 32 & M

    return run


def _divide(*, sign: bool) -> Handler:
    def run(m: Machine, w: int) -> None:
        one, other = _rs(m, w), _rt(m, w)
        if sign:
            one, other = signed(one, 32), signed(other, 32)
        if not int(other):
            return
        m.extra["lo"], m.extra["hi"] = quotient(one, other) & M, remainder(one, other) & M

    return run


def _from(name: str) -> Handler:
    def run(m: Machine, w: int) -> None:
        _put(m, w >> 11 & 31, m.extra.get(name, 0))

    return run


def _into(name: str) -> Handler:
    def run(m: Machine, w: int) -> None:
        m.extra[name] = _rs(m, w)

    return run


def _move_if(*, zero: bool) -> Handler:
    def run(m: Machine, w: int) -> None:
        if (_rt(m, w) == 0) == zero:
            _put(m, w >> 11 & 31, _rs(m, w))

    return run


def _trap_if(m: Machine, w: int) -> None:
    if int(_rs(m, w)) == int(_rt(m, w)):
        trap(m, w)


def _upper(m: Machine, w: int) -> None:
    _put(m, w >> 16 & 31, (w & 0xFFFF) << 16)


def _extract(m: Machine, w: int) -> None:
    size, lowest = (w >> 11 & 31) + 1, w >> 6 & 31
    _put(m, w >> 16 & 31, _rs(m, w) >> lowest & (1 << size) - 1)


def _insert(m: Machine, w: int) -> None:
    lowest = w >> 6 & 31
    size = (w >> 11 & 31) - lowest + 1
    if size < 1:
        raise unknown(w)
    mask = ((1 << size) - 1) << lowest
    _put(m, w >> 16 & 31, _rt(m, w) & ~mask & M | _rs(m, w) << lowest & mask)


def _shuffle(m: Machine, w: int) -> None:
    value, how = _rt(m, w), w >> 6 & 31
    if how == 2:
        swapped = (value & 0x00FF00FF) << 8 | value >> 8 & 0x00FF00FF
        _put(m, w >> 11 & 31, swapped)
    elif how in (0x10, 0x18):
        _put(
            m,
            w >> 11 & 31,
            extend(value & (0xFF if how == 0x10 else 0xFFFF), 8 if how == 0x10 else 16, 32),
        )
    else:
        raise unknown(w)


def _hardware(m: Machine, w: int) -> None:
    _put(m, w >> 16 & 31, m.base + THREAD + 0x7000 if w >> 11 & 31 == 29 else 0)


def _double(*, store: bool, size: int) -> Handler:
    """Return the handler of a move between memory and floating registers, as they are."""

    def run(m: Machine, w: int) -> None:
        address = int(_rs(m, w) + _signed16(w)) & M
        name = f"f{w >> 16 & 31}"
        if store:
            m.space.store(address, size, m.extra.get(name, 0))
        else:
            m.extra[name] = m.space.load(address, size)

    return run


def _floating(m: Machine, w: int) -> None:
    name, how = f"f{w >> 11 & 31}", w >> 21 & 31
    if how == 0:
        _put(m, w >> 16 & 31, m.extra.get(name, 0))
    elif how == 4:
        m.extra[name] = _rt(m, w)
    else:
        raise unknown(w)


def _less_signed(a: int, b: int) -> int:
    return int(signed(a, 32) < signed(b, 32))


SPECIAL: Final[dict[int, Handler]] = {
    0x00: _shift(lambda a, n: a << n, by_register=False),
    0x02: _shift(_right, by_register=False),
    0x03: _shift(lambda a, n: arithmetic_right(a, n, 32), by_register=False),
    0x04: _shift(lambda a, n: a << n, by_register=True),
    0x06: _shift(_right, by_register=True),
    0x07: _shift(lambda a, n: arithmetic_right(a, n, 32), by_register=True),
    0x08: _jump_register,
    0x09: _jump_link_register,
    0x0A: _move_if(zero=True),
    0x0B: _move_if(zero=False),
    0x0C: call_system,
    0x0D: trap,
    0x0F: do_nothing,
    0x10: _from("hi"),
    0x11: _into("hi"),
    0x12: _from("lo"),
    0x13: _into("lo"),
    0x18: _multiply(sign=True),
    0x19: _multiply(sign=False),
    0x1A: _divide(sign=True),
    0x1B: _divide(sign=False),
    0x20: _three(lambda a, b: a + b),
    0x21: _three(lambda a, b: a + b),
    0x22: _three(lambda a, b: a - b),
    0x23: _three(lambda a, b: a - b),
    0x24: _three(lambda a, b: a & b),
    0x25: _three(lambda a, b: a | b),
    0x26: _three(lambda a, b: a ^ b),
    0x27: _three(lambda a, b: ~(a | b)),
    0x2A: _three(_less_signed),
    0x2B: _three(lambda a, b: int(a < b)),
    0x34: _trap_if,
}
SPECIAL2: Final[dict[int, Handler]] = {
    0x00: _multiply(sign=True, add=1),
    0x01: _multiply(sign=False, add=1),
    0x02: _three(lambda a, b: a * b),
    0x04: _multiply(sign=True, add=-1),
    0x05: _multiply(sign=False, add=-1),
    0x20: _three(lambda a, _: leading_zeros(a, 32)),
}
SPECIAL3: Final[dict[int, Handler]] = {
    0x00: _extract,
    0x04: _insert,
    0x20: _shuffle,
    0x3B: _hardware,
}
REGIMM: Final[dict[int, Handler]] = {
    0x00: _zero_branch(lambda a: a < 0, _branch, link=False),
    0x01: _zero_branch(lambda a: a >= 0, _branch, link=False),
    0x02: _zero_branch(lambda a: a < 0, _likely, link=False),
    0x03: _zero_branch(lambda a: a >= 0, _likely, link=False),
    0x10: _zero_branch(lambda a: a < 0, _branch, link=True),
    0x11: _zero_branch(lambda a: a >= 0, _branch, link=True),
}
MAIN: Final[dict[int, Handler]] = {
    0x02: _jump,
    0x03: _jump_link,
    0x04: _compare_branch(lambda a, b: a == b, _branch),
    0x05: _compare_branch(lambda a, b: a != b, _branch),
    0x06: _zero_branch(lambda a: a <= 0, _branch, link=False),
    0x07: _zero_branch(lambda a: a > 0, _branch, link=False),
    0x08: _immediate(lambda a, b: a + b, wide=True),
    0x09: _immediate(lambda a, b: a + b, wide=True),
    0x0A: _immediate(lambda a, b: int(signed(a, 32) < b), wide=True),
    0x0B: _immediate(lambda a, b: int(a < b & M), wide=True),
    0x0C: _immediate(lambda a, b: a & b, wide=False),
    0x0D: _immediate(lambda a, b: a | b, wide=False),
    0x0E: _immediate(lambda a, b: a ^ b, wide=False),
    0x0F: _upper,
    0x11: _floating,
    0x14: _compare_branch(lambda a, b: a == b, _likely),
    0x15: _compare_branch(lambda a, b: a != b, _likely),
    0x16: _zero_branch(lambda a: a <= 0, _likely, link=False),
    0x17: _zero_branch(lambda a: a > 0, _likely, link=False),
    0x20: _load(1, sign=True),
    0x21: _load(2, sign=True),
    0x22: _partial(left=True, store=False),
    0x23: _load(4, sign=False),
    0x24: _load(1, sign=False),
    0x25: _load(2, sign=False),
    0x26: _partial(left=False, store=False),
    0x28: _store(1),
    0x29: _store(2),
    0x2A: _partial(left=True, store=True),
    0x2B: _store(4),
    0x2E: _partial(left=False, store=True),
    0x30: _load(4, sign=False),
    0x31: _double(store=False, size=4),
    0x33: do_nothing,
    0x35: _double(store=False, size=8),
    0x39: _double(store=True, size=4),
    0x3D: _double(store=True, size=8),
}


class Mips(Processor):
    """MIPS32 with the o32 calling convention."""

    machines = (8,)
    bits = 32
    arguments = (4, 5, 6, 7)
    result = 2
    stack = 29
    link = LINK
    spilled = 16

    def decode(self, machine: Machine, address: int) -> Operation:
        """Return the operation at *address*."""
        if address & 3:
            raise Ended("a compressed encoding")
        word = int(machine.space.load(address, 4))
        kind = word >> 26
        tables = {0: (SPECIAL, 0), 0x1C: (SPECIAL2, 0), 0x1F: (SPECIAL3, 0), 1: (REGIMM, 16)}
        table, shift = tables.get(kind, (MAIN, 26))
        found = table.get(word >> shift & (0x3F if shift != 16 else 0x1F))
        if found is None:
            raise unknown(word)
        return found, word, 4

    def enter(self, machine: Machine, back: int) -> None:
        """Set the return address and the pointer to the global table."""
        super().enter(machine, back)
        registers = machine.registers
        if machine.index.isa is not None:
            for register, value in machine.index.isa.ambient(machine.index.program).items():
                registers[register] = value & M

    def marked(self, machine: Machine, address: int) -> int:
        """Return *address*, which the register for calls holds as well."""
        machine.registers[CALLED] = address
        return address


PROCESSORS = (Mips(),)
