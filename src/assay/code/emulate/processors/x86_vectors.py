"""x86's vector registers as far as they carry bytes along: moves, logic, interleaving.

Arithmetic on them ends a run. They are numbers of 128 bits in the machine's `extra`.
"""

from collections.abc import Callable
from typing import Final

from assay.code.emulate.machine import Machine, unknown
from assay.code.emulate.processors.x86_decode import Instruction
from assay.code.emulate.processors.x86_operands import (
    address_of,
    operand,
    register,
    set_operand,
    set_register,
)

WHOLE: Final = (1 << 128) - 1
HALF: Final = (1 << 64) - 1


def _get(m: Machine, number: int) -> int:
    return m.extra.get(f"x{number}", 0)


def _set(m: Machine, number: int, value: int) -> None:
    m.extra[f"x{number}"] = value


def _read(m: Machine, i: Instruction, size: int) -> int:
    """Return the second operand, *size* bytes of a vector register or of memory."""
    if i.mode == 3:
        return _get(m, i.rm) & (1 << 8 * size) - 1
    address = int(address_of(m, i))
    value = m.space.load(address, min(size, 8))
    return value | m.space.load(address + 8, 8) << 64 if size == 16 else value


def _write(m: Machine, i: Instruction, size: int, value: int) -> None:
    if i.mode == 3:
        mask = (1 << 8 * size) - 1
        _set(m, i.rm, _get(m, i.rm) & ~mask & WHOLE | value & mask)
        return
    address = int(address_of(m, i))
    for place in range(0, size, 8):
        m.space.store(address + place, min(8, size - place), value >> 8 * place)


def _move(m: Machine, i: Instruction) -> None:
    """Move a whole register, or a number of four or eight bytes."""
    size = {0xF3: 4, 0xF2: 8}.get(i.repeat, 16) if i.opcode in (0xF10, 0xF11) else 16
    if i.opcode in (0xF11, 0xF29, 0xF7F):
        _write(m, i, size, _get(m, i.reg))
    elif size < 16 and i.mode == 3:
        mask = (1 << 8 * size) - 1
        _set(m, i.reg, _get(m, i.reg) & ~mask & WHOLE | _read(m, i, size))
    else:
        _set(m, i.reg, _read(m, i, size))


def _from_integer(m: Machine, i: Instruction) -> None:
    _set(m, i.reg, operand(m, i, 8 if i.rex & 8 else 4))


def _to_integer(m: Machine, i: Instruction) -> None:
    if i.repeat == 0xF3:
        _set(m, i.reg, _read(m, i, 8))
        return
    size = 8 if i.rex & 8 else 4
    set_operand(m, i, size, _get(m, i.reg) & (1 << 8 * size) - 1)


def _store_low(m: Machine, i: Instruction) -> None:
    if i.mode == 3:
        _set(m, i.rm, _get(m, i.reg) & HALF)
    else:
        _write(m, i, 8, _get(m, i.reg))


def _half(m: Machine, i: Instruction) -> None:
    """Move the lower or the upper half."""
    upper = i.opcode >= 0xF16
    if i.opcode & 1:
        _write(m, i, 8, _get(m, i.reg) >> (64 if upper else 0) & HALF)
        return
    value = _read(m, i, 8) if i.mode != 3 or upper else _get(m, i.rm) >> 64
    before = _get(m, i.reg)
    _set(m, i.reg, value << 64 | before & HALF if upper else before >> 64 << 64 | value)


def _logic(m: Machine, i: Instruction) -> None:
    one, other = _get(m, i.reg), _read(m, i, 16)
    if i.mode == 3 and i.reg == i.rm and i.opcode in (0xFEF, 0xF57):
        value = 0
    elif i.opcode in (0xFEF, 0xF57):
        value = one ^ other
    elif i.opcode in (0xFEB, 0xF56):
        value = one | other
    elif i.opcode in (0xFDB, 0xF54):
        value = one & other
    else:
        value = ~one & WHOLE & other
    _set(m, i.reg, value)


def _interleave(m: Machine, i: Instruction) -> None:
    """Interleave the lower halves in parts of one, two, four or eight bytes."""
    size = {0xF60: 1, 0xF61: 2, 0xF62: 4, 0xF6C: 8, 0xF14: 4}[i.opcode]
    if i.opcode == 0xF14 and i.narrow:
        size = 8
    one, other, found, mask = _get(m, i.reg), _read(m, i, 16), 0, (1 << 8 * size) - 1
    for place in range(8 // size):
        found = found | (one >> 8 * size * place & mask) << 16 * size * place
        found = found | (other >> 8 * size * place & mask) << 16 * size * place + 8 * size
    _set(m, i.reg, found)


def _shuffle(m: Machine, i: Instruction) -> None:
    if not i.narrow:
        raise unknown(i.opcode)
    source, found = _read(m, i, 16), 0
    for place in range(4):
        part = source >> 32 * (i.constant >> 2 * place & 3) & 0xFFFFFFFF
        found = found | part << 32 * place
    _set(m, i.reg, found)


def _equal_bytes(m: Machine, i: Instruction) -> None:
    one, other, found = _get(m, i.reg), _read(m, i, 16), 0
    for place in range(0, 128, 8):
        if (one >> place & 0xFF) == (other >> place & 0xFF):
            found |= 0xFF << place
    _set(m, i.reg, found)


def _sign_bits(m: Machine, i: Instruction) -> None:
    value, found = int(_get(m, i.rm)), 0
    for place in range(16):
        found |= (value >> 8 * place + 7 & 1) << place
    set_register(m, i, i.reg, 4, found)


def _shift_bytes(m: Machine, i: Instruction) -> None:
    kind, value, amount = i.reg & 7, _get(m, i.rm), 8 * min(i.constant & 0xFF, 16)
    if kind == 3:
        _set(m, i.rm, value >> amount)
    elif kind == 7:
        _set(m, i.rm, value << amount & WHOLE)
    else:
        raise unknown(i.opcode)


def _insert(m: Machine, i: Instruction) -> None:
    value = register(m, i, i.rm, 4) if i.mode == 3 else m.space.load(address_of(m, i), 2)
    place = 16 * (i.constant & 7)
    _set(m, i.reg, _get(m, i.reg) & ~(0xFFFF << place) & WHOLE | (value & 0xFFFF) << place)


VECTORS: Final[dict[int, Callable[[Machine, Instruction], None]]] = {
    0xF6E: _from_integer,
    0xF7E: _to_integer,
    0xFD6: _store_low,
    0xF70: _shuffle,
    0xF74: _equal_bytes,
    0xFD7: _sign_bits,
    0xF73: _shift_bytes,
    0xFC4: _insert,
}
VECTORS.update(dict.fromkeys((0xF10, 0xF11, 0xF28, 0xF29, 0xF6F, 0xF7F), _move))
VECTORS.update(dict.fromkeys((0xF12, 0xF13, 0xF16, 0xF17), _half))
VECTORS.update(dict.fromkeys((0xFEF, 0xF57, 0xFEB, 0xF56, 0xFDB, 0xF54, 0xFDF, 0xF55), _logic))
VECTORS.update(dict.fromkeys((0xF60, 0xF61, 0xF62, 0xF6C, 0xF14), _interleave))
