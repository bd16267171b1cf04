"""AArch64's vector registers as far as they carry bytes along: constants, moves, logic.

Arithmetic on them ends a run. Reference: Arm Architecture Reference Manual, section C4.1.
"""

from typing import Final

from assay.code.emulate.machine import Machine, unknown
from assay.code.emulate.processors.vector_constants import HALF, vector_constant

WHOLE: Final = (1 << 128) - 1


def vector_operation(m: Machine, w: int) -> None:
    """Carry out one move or logical operation; raises `Ended` for all else."""
    if w & 0x9FF80C00 == 0x0F000400:
        _constant(m, w)
    elif w & 0xBFE0FC00 == 0x0E000C00:
        _repeat(m, w)
    elif w & 0x9F20FC00 == 0x0E201C00:
        _logic(m, w)
    elif w & 0x7F20FC00 == 0x1E200000:
        _between(m, w)
    elif w & 0xBFE0FC00 == 0x0E003C00:
        _element(m, w)
    elif w & 0xBFFFFC00 in (0x0E205800, 0x0E31B800):
        _count(m, w)
    else:
        raise unknown(w)


def _put(m: Machine, w: int, value: int) -> None:
    m.extra[f"v{w & 31}"] = value & (WHOLE if w >> 30 & 1 else HALF)


def _constant(m: Machine, w: int) -> None:
    """Fill a register with a small constant (MOVI, MVNI)."""
    kind, value = w >> 12 & 15, w >> 11 & 0xE0 | w >> 5 & 31
    found = vector_constant(kind, value, inverted=bool(w >> 29 & 1))
    if found is None:
        raise unknown(w)
    _put(m, w, found << 64 | found)


def _size(w: int) -> int:
    """Return the size of an element in bytes, told by the lowest set bit."""
    field = w >> 16 & 31
    if not field & 15:
        raise unknown(w)
    return field & -field


def _repeat(m: Machine, w: int) -> None:
    """Fill a register with copies of an integer register."""
    size, register = _size(w), w >> 5 & 31
    value = (m.registers[register] if register != 31 else 0) & (1 << 8 * size) - 1
    word = 0
    for place in range(0, 16, size):
        word = word | value << 8 * place
    _put(m, w, word)


def _logic(m: Machine, w: int) -> None:
    one, other = (m.extra.get(f"v{w >> place & 31}", 0) for place in (5, 16))
    kind = w >> 29 & 1, w >> 22 & 3
    if kind == (0, 0):
        value = one & other
    elif kind == (0, 1):
        value = one & ~other
    elif kind == (0, 2):
        value = one | other
    elif kind == (1, 0):
        value = one ^ other
    else:
        raise unknown(w)
    _put(m, w, value)


def _between(m: Machine, w: int) -> None:
    """Move between an integer and a vector register as it is."""
    kind, bits = w >> 16 & 31, HALF if w >> 31 else 0xFFFFFFFF
    if kind == 6 and w & 31 != 31:
        m.registers[w & 31] = m.extra.get(f"v{w >> 5 & 31}", 0) & bits
    elif kind == 7:
        register = w >> 5 & 31
        m.extra[f"v{w & 31}"] = (m.registers[register] if register != 31 else 0) & bits
    else:
        raise unknown(w)


def _element(m: Machine, w: int) -> None:
    """Move one element to an integer register (UMOV)."""
    size = _size(w)
    place = (w >> 16 & 31) // (2 * size)
    value = m.extra.get(f"v{w >> 5 & 31}", 0) >> 8 * size * place & (1 << 8 * size) - 1
    if w & 31 != 31:
        m.registers[w & 31] = value


def _count(m: Machine, w: int) -> None:
    """Count the bits of each byte (CNT), or add all bytes up (ADDV)."""
    value = int(m.extra.get(f"v{w >> 5 & 31}", 0)) & (WHOLE if w >> 30 & 1 else HALF)
    parts = value.to_bytes(16, "little")
    if w >> 16 & 1:
        m.extra[f"v{w & 31}"] = sum(parts) & 0xFF
    else:
        _put(m, w, int.from_bytes(bytes(one.bit_count() for one in parts), "little"))
