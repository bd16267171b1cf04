"""AArch64's loads and stores, of integer and of vector registers.

Reference: Arm Architecture Reference Manual for A-profile, section C4.1 (loads and stores).
Vector registers are numbers of 128 bits in the machine's `extra`.
"""

from typing import Final

from assay.code.emulate.arithmetic import extend, signed
from assay.code.emulate.machine import Machine, unknown

M: Final = 0xFFFFFFFF_FFFFFFFF
SP: Final = 31


def memory_operation(m: Machine, w: int) -> None:
    """Carry out one load or store; raises `Ended` for what is not followed."""
    kind = w >> 27 & 7
    if kind == 1 and not w >> 26 & 1:
        _exclusive(m, w)
    elif kind == 3:
        _literal(m, w)
    elif kind == 5:
        _pair(m, w)
    elif kind == 7:
        _single(m, w)
    else:
        raise unknown(w)


def _load(m: Machine, register: int, address: int, size: int, *, vector: bool) -> None:
    value = _wide_load(m, address, size)
    if vector:
        m.extra[f"v{register}"] = value
    elif register != 31:
        m.registers[register] = value


def _store(m: Machine, register: int, address: int, size: int, *, vector: bool) -> None:
    if vector:
        value = m.extra.get(f"v{register}", 0)
    else:
        value = m.registers[register] if register != 31 else 0
    for place in range(0, size, 8):
        m.space.store(address + place, min(8, size - place), value >> 8 * place)


def _wide_load(m: Machine, address: int, size: int) -> int:
    value = m.space.load(address, min(size, 8))
    return value | m.space.load(address + 8, 8) << 64 if size == 16 else value


def _pair(m: Machine, w: int) -> None:
    vector, kind = bool(w >> 26 & 1), w >> 30
    if kind == 3:
        raise unknown(w)
    size = 4 << kind if vector else 8 if kind == 2 else 4
    mode, loads, base = w >> 23 & 3, w >> 22 & 1, w >> 5 & 31
    start = m.registers[base]
    moved = start + size * signed(w >> 15 & 0x7F, 7)
    address = int(start if mode == 1 else moved) & M
    for number, register in enumerate((w & 31, w >> 10 & 31)):
        place = address + number * size
        if loads:
            _load(m, register, place, size, vector=vector)
            if kind == 1 and not vector and register != 31:
                m.registers[register] = extend(m.registers[register], 32, 64)
        else:
            _store(m, register, place, size, vector=vector)
    if mode in (1, 3):
        m.registers[base] = moved & M


def _single(m: Machine, w: int) -> None:
    vector, how = bool(w >> 26 & 1), w >> 22 & 3
    size = 1 << (w >> 30)
    if vector and how & 2:
        size, how = 16, how & 1
    address = _address(m, w, size)
    register = w & 31
    if how == 0:
        _store(m, register, address, size, vector=vector)
        return
    if not vector and size == 8 and how == 2:
        return  # a hint to fetch memory
    _load(m, register, address, size, vector=vector)
    if not vector and how >= 2 and register != 31:
        wide = extend(m.registers[register], 8 * size, 64)
        m.registers[register] = wide if how == 2 else wide & 0xFFFFFFFF


def _address(m: Machine, w: int, size: int) -> int:
    base = w >> 5 & 31
    start = m.registers[base]
    if w >> 24 & 1:
        return int(start) + size * (w >> 10 & 0xFFF) & M
    if w >> 21 & 1:
        if w >> 10 & 3 != 2:
            raise unknown(w)
        return int(start + _index(m, w, size)) & M
    moved, mode = start + signed(w >> 12 & 0x1FF, 9), w >> 10 & 3
    if mode in (1, 3):
        m.registers[base] = moved & M
    return int(start if mode == 1 else moved) & M


def _index(m: Machine, w: int, size: int) -> int:
    register, kind = w >> 16 & 31, w >> 13 & 7
    value = m.registers[register] if register != 31 else 0
    if kind & 3 == 2:
        value = value & 0xFFFFFFFF
        value = extend(value, 32, 64) if kind & 4 else value
    return value << (size.bit_length() - 1) if w >> 12 & 1 else value


def _literal(m: Machine, w: int) -> None:
    address = m.pc + 4 * signed(w >> 5 & 0x7FFFF, 19) & M
    vector, kind = bool(w >> 26 & 1), w >> 30
    if kind == 3:
        return
    size = 4 << kind if vector else (4, 8, 4)[kind]
    _load(m, w & 31, address, size, vector=vector)
    if kind == 2 and not vector and w & 31 != 31:
        m.registers[w & 31] = extend(m.registers[w & 31], 32, 64)


def _exclusive(m: Machine, w: int) -> None:
    """Load or store exclusively or in order: nobody else is there, so it always works."""
    if w >> 21 & 1:
        raise unknown(w)
    size, address = 1 << (w >> 30), int(m.registers[w >> 5 & 31])
    if w >> 22 & 1:
        _load(m, w & 31, address, size, vector=False)
        return
    _store(m, w & 31, address, size, vector=False)
    if not w >> 23 & 1 and w >> 16 & 31 != 31:
        m.registers[w >> 16 & 31] = 0
