"""PowerPC (32 bits, big-endian): the integer instructions, carried out.

Reference: Power ISA, Book I (branch, fixed-point); System V ABI, PowerPC supplement.
Condition fields keep what was compared, so that a branch asks about the numbers.
"""

from typing import Final

from assay.code.emulate.arithmetic import (
    arithmetic_right,
    byte_swap,
    extend,
    leading_zeros,
    quotient,
    rotate_right,
    signed,
)
from assay.code.emulate.machine import (
    THREAD,
    Compared,
    Handler,
    Machine,
    Operation,
    Processor,
    call_system,
    do_nothing,
    trap,
    unknown,
)
from assay.code.emulate.processors.ppc_conditions import (
    M,
    comparison,
    condition_bits,
    displacement,
    first,
    from_conditions,
    or_zero,
    second,
    source,
    taken,
    to_conditions,
    to_second,
    to_target,
)

STACK: Final = 1
THREAD_REGISTER: Final = 2


def _go(m: Machine, w: int, target: int) -> None:
    if w & 1:
        m.extra["lr"] = m.pc + 4
        m.call(target, m.pc + 4)
    else:
        m.back(target)


def _branch(m: Machine, w: int) -> None:
    distance = signed(w & 0x3FFFFFC, 26)
    _go(m, w, (distance if w & 2 else m.pc + distance) & M)


def _branch_if(m: Machine, w: int) -> None:
    distance = signed(w & 0xFFFC, 16)
    if taken(m, w):
        target = (distance if w & 2 else m.pc + distance) & M
        # The usual way to learn one's own address is no call.
        if w & 1 and target == m.pc + 4:
            m.extra["lr"] = target
        else:
            _go(m, w, target)


def _branch_register(m: Machine, w: int) -> None:
    kind = w >> 1 & 0x3FF
    if kind == 150:
        return
    if kind not in (16, 528):
        condition_bits(m, w)
        return
    target = int(m.extra.get("lr" if kind == 16 else "ctr", 0)) & ~3
    if taken(m, w):
        _go(m, w, target)


def _load(size: int, *, sign: bool = False, back: bool = False, indexed: bool = False) -> Handler:
    def run(m: Machine, w: int) -> None:
        address = int(or_zero(m, w) + (second(m, w) if indexed else displacement(w))) & M
        value = m.space.load(address, size)
        m.registers[w >> 21 & 31] = extend(value, 8 * size, 32) if sign else value
        if back:
            m.registers[w >> 16 & 31] = address

    return run


def _store(size: int, *, back: bool = False, indexed: bool = False) -> Handler:
    def run(m: Machine, w: int) -> None:
        address = int(or_zero(m, w) + (second(m, w) if indexed else displacement(w))) & M
        m.space.store(address, size, source(m, w))
        if back:
            m.registers[w >> 16 & 31] = address

    return run


def _reversed(size: int, *, store: bool) -> Handler:
    def run(m: Machine, w: int) -> None:
        address = int(or_zero(m, w) + second(m, w)) & M
        if store:
            m.space.store(address, size, byte_swap(source(m, w), size))
        else:
            m.registers[w >> 21 & 31] = byte_swap(m.space.load(address, size), size)

    return run


def _many(m: Machine, w: int) -> None:
    address = int(or_zero(m, w) + displacement(w)) & M
    for place, register in enumerate(range(w >> 21 & 31, 32)):
        if w >> 26 == 46:
            m.registers[register] = m.space.load(address + 4 * place, 4)
        else:
            m.space.store(address + 4 * place, 4, m.registers[register])


def _floating(m: Machine, w: int) -> None:
    """Move a floating register to or from memory as it is."""
    size = 8 if w >> 26 in (50, 51, 54, 55) else 4
    address, name = int(or_zero(m, w) + displacement(w)) & M, f"f{w >> 21 & 31}"
    if w >> 26 >= 52:
        m.space.store(address, size, m.extra.get(name, 0))
    else:
        m.extra[name] = m.space.load(address, size)


def _add_constant(m: Machine, w: int) -> None:
    kind = w >> 26
    if kind in (14, 15):
        m.registers[w >> 21 & 31] = (
            or_zero(m, w) + (displacement(w) << (16 if kind == 15 else 0)) & M
        )
        return
    left = first(m, w)
    if kind == 8:
        right = displacement(w) & M
        m.registers[w >> 21 & 31] = right - left & M
        m.extra["ca"] = int(right >= left)
        return
    value = left + (displacement(w) & M)
    m.extra["ca"] = int(value > M)
    m.registers[w >> 21 & 31] = value & M
    if kind == 13:
        m.conditions[0] = Compared(signed(value & M, 32), 0)


def _multiply_constant(m: Machine, w: int) -> None:
    m.registers[w >> 21 & 31] = first(m, w) * displacement(w) & M


def _logic_constant(m: Machine, w: int) -> None:
    kind, value = w >> 26, w & 0xFFFF
    right = value << 16 if kind & 1 else value
    if kind in (24, 25):
        found = source(m, w) | right
    elif kind in (26, 27):
        found = source(m, w) ^ right
    else:
        found = source(m, w) & right
        m.conditions[0] = Compared(signed(found, 32), 0)
    m.registers[w >> 16 & 31] = found


def _mask(first: int, last: int) -> int:
    """Return the bits from *first* to *last*, counted from the highest, around the end too."""
    low = M >> first
    high = M << 31 - last & M
    return low & high if first <= last else low | high


def _rotate(m: Machine, w: int) -> None:
    kind = w >> 26
    amount = int(second(m, w)) & 31 if kind == 23 else w >> 11 & 31
    mask = _mask(w >> 6 & 31, w >> 1 & 31)
    turned = rotate_right(source(m, w), 32 - amount, 32) & mask
    if kind == 20:
        turned = first(m, w) & ~mask & M | turned
    to_second(m, w, turned)


def _sum(m: Machine, w: int, left: int, right: int, *, carry: bool) -> None:
    value = left + right
    if carry:
        m.extra["ca"] = int(value > M)
    to_target(m, w, value)


def _difference(m: Machine, w: int, *, carry: bool) -> None:
    left, right = second(m, w), first(m, w)
    if carry:
        m.extra["ca"] = int(left >= right)
    to_target(m, w, left - right)


def _divide(*, sign: bool) -> Handler:
    def run(m: Machine, w: int) -> None:
        one, other = first(m, w), second(m, w)
        if sign:
            one, other = signed(one, 32), signed(other, 32)
        to_target(m, w, quotient(one, other) if int(other) else 0)

    return run


def _multiply_high(m: Machine, w: int) -> None:
    one, other = first(m, w), second(m, w)
    if w >> 1 & 0x1FF == 75:
        one, other = signed(one, 32), signed(other, 32)
    to_target(m, w, one * other >> 32)


def _shift(m: Machine, w: int) -> None:
    kind, value = w >> 1 & 0x3FF, source(m, w)
    amount = w >> 11 & 31 if kind == 824 else int(second(m, w)) & 63
    if kind == 24:
        found = value << amount & M
    elif kind == 536:
        found = value >> amount
    else:
        found = arithmetic_right(value, min(amount, 31), 32)
        lost = int(value) & (1 << min(amount, 31)) - 1
        m.extra["ca"] = int(bool(int(value) >> 31 and lost))
    to_second(m, w, found)


def _special(m: Machine, w: int) -> None:
    """Move to or from the link and count registers."""
    number = w >> 16 & 31 | w >> 6 & 0x3E0
    name = {8: "lr", 9: "ctr", 1: "xer", 268: "time", 269: "time"}.get(number)
    if name is None:
        raise unknown(w)
    if w >> 1 & 0x3FF == 467:
        m.extra[name] = source(m, w)
    else:
        m.registers[w >> 21 & 31] = m.extra.get(name, 0)


def _trap(m: Machine, w: int) -> None:
    if w >> 21 & 31 == 31:
        trap(m, w)


def _logic(m: Machine, w: int) -> None:
    kind, left, right = w >> 1 & 0x3FF, source(m, w), second(m, w)
    if kind in (28, 60):
        found = left & (right if kind == 28 else ~right)
    elif kind in (444, 412):
        found = left | (right if kind == 444 else ~right)
    elif kind in (316, 284):
        found = left ^ right if kind == 316 else ~(left ^ right)
    elif kind == 124:
        found = ~(left | right)
    else:
        found = ~(left & right)
    to_second(m, w, found & M)


def _negate(m: Machine, w: int) -> None:
    to_target(m, w, -first(m, w))


def _count_zeros(m: Machine, w: int) -> None:
    to_second(m, w, leading_zeros(source(m, w), 32))


def _extend(m: Machine, w: int) -> None:
    bits = 8 if w >> 1 & 0x3FF == 954 else 16
    to_second(m, w, extend(source(m, w) & (1 << bits) - 1, bits, 32))


def _carried(m: Machine, w: int) -> None:
    """Carry out the sums that take the carry in."""
    kind, carry = w >> 1 & 0x1FF, m.extra.get("ca", 0)
    left = first(m, w) if kind in (138, 202, 234) else ~first(m, w) & M
    right = {138: 1, 136: 1, 202: 0, 200: 0}.get(kind, 2)
    added = second(m, w) if right == 1 else (0 if right == 0 else M)
    value = left + added + carry
    m.extra["ca"] = int(value > M)
    to_target(m, w, value)


def _exclusive(m: Machine, w: int) -> None:
    address = int(or_zero(m, w) + second(m, w)) & M
    if w >> 1 & 0x3FF == 20:
        m.registers[w >> 21 & 31] = m.space.load(address, 4)
    else:
        m.space.store(address, 4, source(m, w))
        m.conditions[0] = Compared(0, 0)


EXTENDED: Final[dict[int, Handler]] = {
    0: comparison(sign=True, constant=False),
    32: comparison(sign=False, constant=False),
    4: _trap,
    19: from_conditions,
    144: to_conditions,
    20: _exclusive,
    150: _exclusive,
    23: _load(4, indexed=True),
    55: _load(4, indexed=True, back=True),
    87: _load(1, indexed=True),
    119: _load(1, indexed=True, back=True),
    279: _load(2, indexed=True),
    343: _load(2, indexed=True, sign=True),
    151: _store(4, indexed=True),
    183: _store(4, indexed=True, back=True),
    215: _store(1, indexed=True),
    247: _store(1, indexed=True, back=True),
    407: _store(2, indexed=True),
    534: _reversed(4, store=False),
    790: _reversed(2, store=False),
    662: _reversed(4, store=True),
    918: _reversed(2, store=True),
    339: _special,
    371: _special,
    467: _special,
    24: _shift,
    536: _shift,
    792: _shift,
    824: _shift,
    26: _count_zeros,
    922: _extend,
    954: _extend,
    598: do_nothing,
    854: do_nothing,
    86: do_nothing,
    54: do_nothing,
    278: do_nothing,
    246: do_nothing,
    982: do_nothing,
} | dict.fromkeys((28, 60, 444, 412, 316, 284, 124, 476), _logic)
SUMS: Final[dict[int, Handler]] = {
    266: lambda m, w: _sum(m, w, first(m, w), second(m, w), carry=False),
    10: lambda m, w: _sum(m, w, first(m, w), second(m, w), carry=True),
    40: lambda m, w: _difference(m, w, carry=False),
    8: lambda m, w: _difference(m, w, carry=True),
    104: _negate,
    235: lambda m, w: to_target(m, w, first(m, w) * second(m, w)),
    75: _multiply_high,
    11: _multiply_high,
    491: _divide(sign=True),
    459: _divide(sign=False),
} | dict.fromkeys((138, 136, 202, 200, 234, 232), _carried)
MAIN: Final[dict[int, Handler]] = (
    {
        7: _multiply_constant,
        8: _add_constant,
        10: comparison(sign=False, constant=True),
        11: comparison(sign=True, constant=True),
        12: _add_constant,
        13: _add_constant,
        14: _add_constant,
        15: _add_constant,
        16: _branch_if,
        17: call_system,
        18: _branch,
        19: _branch_register,
        20: _rotate,
        21: _rotate,
        23: _rotate,
        32: _load(4),
        33: _load(4, back=True),
        34: _load(1),
        35: _load(1, back=True),
        36: _store(4),
        37: _store(4, back=True),
        38: _store(1),
        39: _store(1, back=True),
        40: _load(2),
        41: _load(2, back=True),
        42: _load(2, sign=True),
        43: _load(2, sign=True, back=True),
        44: _store(2),
        45: _store(2, back=True),
        46: _many,
        47: _many,
    }
    | dict.fromkeys((24, 25, 26, 27, 28, 29), _logic_constant)
    | dict.fromkeys((48, 50, 52, 54), _floating)
)


class PowerPc(Processor):
    """32-bit PowerPC with the System V calling convention."""

    machines = (20,)
    bits = 32
    arguments = (3, 4, 5, 6, 7, 8, 9, 10)
    result = 3
    stack = STACK
    spilled = 8

    def decode(self, machine: Machine, address: int) -> Operation:
        """Return the operation at *address*."""
        word = int(machine.space.load(address, 4))
        kind = word >> 26
        if kind != 31:
            found = MAIN.get(kind)
        else:
            found = EXTENDED.get(word >> 1 & 0x3FF) or SUMS.get(word >> 1 & 0x1FF)
        if found is None:
            raise unknown(word)
        return found, word, 4

    def enter(self, machine: Machine, back: int) -> None:
        """Set the return address and the thread register."""
        machine.extra["lr"] = back
        machine.registers[THREAD_REGISTER] = machine.base + THREAD + 0x7000

    def leave(self, machine: Machine) -> int:
        """Return what the link register holds."""
        return int(machine.extra.get("lr", 0))


PROCESSORS = (PowerPc(),)
