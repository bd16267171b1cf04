"""PowerPC's operands and condition fields, which keep what was compared.

So a branch asks about the numbers. Reference: Power ISA, Book I, chapters 2 and 3.
"""

from typing import Final

from assay.code.emulate.arithmetic import signed
from assay.code.emulate.machine import Compared, Handler, Machine, unknown

M: Final = 0xFFFFFFFF


def displacement(w: int) -> int:
    """Return the signed constant of an instruction."""
    return (w & 0xFFFF ^ 0x8000) - 0x8000


def first(m: Machine, w: int) -> int:
    """Return what register A holds."""
    return m.registers[w >> 16 & 31]


def second(m: Machine, w: int) -> int:
    """Return what register B holds."""
    return m.registers[w >> 11 & 31]


def source(m: Machine, w: int) -> int:
    """Return what register S holds."""
    return m.registers[w >> 21 & 31]


def or_zero(m: Machine, w: int) -> int:
    """Return what register A holds as a base, zero for register 0."""
    register = w >> 16 & 31
    return m.registers[register] if register else 0


def record(m: Machine, w: int, value: int) -> None:
    """Compare *value* with zero where the instruction asks for that."""
    if w & 1:
        m.conditions[0] = Compared(signed(value, 32), 0)


def to_target(m: Machine, w: int, value: int) -> None:
    """Put *value* into register D."""
    m.registers[w >> 21 & 31] = value & M
    record(m, w, value & M)


def to_second(m: Machine, w: int, value: int) -> None:
    """Put *value* into register A."""
    m.registers[w >> 16 & 31] = value & M
    record(m, w, value & M)


def bit(m: Machine, number: int) -> bool:
    """Return condition bit *number*: less, greater, equal or overflow of its field."""
    field = m.conditions.get(number >> 2, Compared(0, 0))
    kind = number & 3
    if kind == 0:
        return field.left < field.right
    if kind == 1:
        return field.left > field.right
    return kind == 2 and field.left == field.right


def taken(m: Machine, w: int) -> bool:
    """Say whether a conditional branch is taken; counts down where it asks for that."""
    how, number = w >> 21 & 31, w >> 16 & 31
    counted = True
    if not how & 4:
        count = m.extra.get("ctr", 0) - 1 & M
        m.extra["ctr"] = count
        counted = (count == 0) == bool(how & 2)
    return counted and (bool(how & 16) or bit(m, number) == bool(how & 8))


def condition_bits(m: Machine, w: int) -> None:
    """Combine two condition bits into one, of which the field keeps no other."""
    kind, target = w >> 1 & 0x3FF, w >> 21 & 31
    if kind == 0:
        m.conditions[target >> 2] = m.conditions.get(w >> 18 & 7, Compared(0, 0))
        return
    one, other = bit(m, w >> 16 & 31), bit(m, w >> 11 & 31)
    tables = {
        257: one and other, 449: one or other, 193: one != other, 289: one == other,
        225: not (one and other), 33: not (one or other), 129: one and not other,
        417: one or not other,
    }  # fmt: skip
    if kind not in tables:
        raise unknown(w)
    wanted = tables[kind]
    position = target & 3
    true = (Compared(0, 1), Compared(1, 0), Compared(0, 0))[min(position, 2)]
    false = (Compared(1, 0), Compared(0, 1), Compared(0, 1))[min(position, 2)]
    m.conditions[target >> 2] = true if wanted else false


def comparison(*, sign: bool, constant: bool) -> Handler:
    """Return the handler of a comparison."""

    def run(m: Machine, w: int) -> None:
        left = first(m, w)
        if constant:
            right = displacement(w) if sign else w & 0xFFFF
        else:
            right = signed(second(m, w), 32) if sign else second(m, w)
        m.conditions[w >> 23 & 7] = Compared(signed(left, 32) if sign else left, right)

    return run


def from_conditions(m: Machine, w: int) -> None:
    """Put all condition bits into a register."""
    value = 0
    for number in range(32):
        value = value << 1 | int(bit(m, number))
    m.registers[w >> 21 & 31] = value


def to_conditions(m: Machine, w: int) -> None:
    """Set condition fields from a register."""
    value = int(source(m, w))
    for field in range(8):
        if w >> 19 - field & 1:
            bits = value >> 28 - 4 * field & 15
            m.conditions[field] = Compared(
                *((0, 1) if bits & 8 else (1, 0) if bits & 4 else (0, 0))
            )
