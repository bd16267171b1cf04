"""Relocations of relocatable files, applied to instruction fields and data words.

Formulas: the System V ABI supplements of MIPS (chapter 4), Arm, AArch64, Power, i386, AMD64
and the RISC-V psABI. Types that no analysis needs are left unapplied.
"""

from collections.abc import Callable

import numpy as np

from assay.code.memory import Ints, Memory, where
from assay.code.program import Program
from assay.code.relocations import Entries, address_of, write

Formula = Callable[[Ints, Ints, Ints], Ints]
"""(old word, symbol plus addend, place) → new word."""


def _low16(old: Ints, value: Ints, _: Ints) -> Ints:
    return np.asarray((old & ~0xFFFF) | (value & 0xFFFF))


def _high16(old: Ints, value: Ints, _: Ints) -> Ints:
    return np.asarray((old & ~0xFFFF) | ((value + 0x8000 >> 16) & 0xFFFF))


def _arm_branch(old: Ints, value: Ints, place: Ints) -> Ints:
    return np.asarray((old & 0xFF000000) | ((value - place) >> 2 & 0xFFFFFF))


def _arm_move(shift: int) -> Formula:
    def formula(old: Ints, value: Ints, _: Ints) -> Ints:
        half = value >> shift & 0xFFFF
        return np.asarray((old & 0xFFF0F000) | (half & 0xFFF) | (half >> 12) << 16)

    return formula


def _thumb_branch(old: Ints, value: Ints, place: Ints) -> Ints:
    """Fill BL/B.W; *old* is read little-endian: the first half-word is the low one."""
    distance = value - place
    sign = distance >> 24 & 1
    first = ~(distance >> 23 ^ sign) & 1
    second = ~(distance >> 22 ^ sign) & 1
    low = (old & 0xF800) | sign << 10 | (distance >> 12 & 0x3FF)
    high = (old >> 16 & 0xD000) | first << 13 | second << 11 | (distance >> 1 & 0x7FF)
    return np.asarray(low | high << 16)


def _thumb_move(shift: int) -> Formula:
    def formula(old: Ints, value: Ints, _: Ints) -> Ints:
        half = value >> shift & 0xFFFF
        low = (old & 0xFBF0) | half >> 12 | (half >> 11 & 1) << 10
        high = (old >> 16 & 0x8F00) | (half >> 8 & 7) << 12 | (half & 0xFF)
        return np.asarray(low | high << 16)

    return formula


def _field(mask: int, shift: int, *, relative: bool) -> Formula:
    """Return the formula of a field at bit 0 that holds the value, or distance, shifted right."""

    def formula(old: Ints, value: Ints, place: Ints) -> Ints:
        amount = value - place if relative else value
        return np.asarray((old & ~mask) | (amount >> shift & mask))

    return formula


def _page(old: Ints, value: Ints, place: Ints) -> Ints:
    pages = (value >> 12) - (place >> 12)
    return np.asarray((old & 0x9F00001F) | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5)


def _offset12(scale: int) -> Formula:
    def formula(old: Ints, value: Ints, _: Ints) -> Ints:
        return np.asarray((old & ~(0xFFF << 10)) | ((value & 0xFFF) >> scale) << 10)

    return formula


def _power_branch(old: Ints, value: Ints, place: Ints) -> Ints:
    return np.asarray((old & 0xFC000003) | ((value - place) & 0x03FFFFFC))


_WORD = _field(0xFFFFFFFF, 0, relative=False)
_DISTANCE = _field(0xFFFFFFFF, 0, relative=True)
FORMULAS: dict[int, dict[int, Formula]] = {
    3: {1: _WORD, 2: _DISTANCE, 4: _DISTANCE},
    8: {2: _WORD, 4: _field(0x3FFFFFF, 2, relative=False), 5: _high16, 6: _low16},
    20: {1: _WORD, 4: _low16, 5: lambda o, v, p: _high16(o, v - 0x8000, p), 6: _high16}
    | {10: _power_branch, 26: _DISTANCE},
    40: {2: _WORD, 3: _DISTANCE, 1: _arm_branch, 28: _arm_branch, 29: _arm_branch}
    | {10: _thumb_branch, 30: _thumb_branch, 43: _arm_move(0), 44: _arm_move(16)}
    | {47: _thumb_move(0), 48: _thumb_move(16)},
    62: {2: _DISTANCE, 4: _DISTANCE, 10: _WORD, 11: _WORD},
    183: {258: _WORD, 261: _DISTANCE, 275: _page, 277: _offset12(0), 278: _offset12(0)}
    | {284: _offset12(1), 285: _offset12(2), 286: _offset12(3), 299: _offset12(4)}
    | {kind: _field(0x3FFFFFF, 2, relative=True) for kind in (282, 283)},
}
FEW = 4096
"""Entries whose types are collected before they are applied one type after the other."""
DOUBLE_WORDS = {62: 1, 183: 257, 243: 2}
ARM, MIPS = 40, 8


def patch(program: Program, entries: Entries, symbols: Ints) -> Ints:
    """Apply *entries* to *program*; return the addresses that data words now hold."""
    memory = program.memory
    known = entries.symbol < symbols.size
    target = address_of(entries, symbols)
    held = [np.zeros(0, dtype=np.int64)]
    formulas = FORMULAS.get(program.machine, {})
    for kind in _present(entries.kind, formulas):
        formula = formulas.get(kind)
        chosen = where((entries.kind == kind) & known)
        if formula is None or not chosen.size:
            continue
        # PowerPC names the 16-bit field itself, the lower half of a big-endian word.
        halves = program.machine == 20 and kind in (4, 5, 6)
        place = entries.place[chosen] - (2 if halves else 0)
        old, good = memory.words(place, 4)
        value = target[chosen]
        value += _addend(program.machine, kind, entries, chosen, old=old, memory=memory)
        new = formula(old, value, place)
        if not good.all():
            place, value, new = place[good], value[good], new[good]
        write(memory, place, new, 4)
        if formula is _WORD:
            held.append(value)
    wide = where((entries.kind == DOUBLE_WORDS.get(program.machine, -1)) & known)
    values = target[wide] + entries.addend[wide]
    write(memory, entries.place[wide], values, 8)
    held.append(values)
    return np.concatenate(held)


def _present(kinds: Ints, formulas: dict[int, Formula]) -> list[int]:
    """Return the types that have *formulas*, ascending: of a few entries those that are there."""
    if kinds.size > FEW:
        return sorted(formulas)
    return sorted(formulas.keys() & set(kinds.tolist()))


def _addend(
    machine: int, kind: int, entries: Entries, chosen: Ints, *, old: Ints, memory: Memory
) -> Ints:
    """Return the addend of each entry: stated (RELA) or in the instruction field (REL)."""
    if entries.has_addend:
        return np.asarray(entries.addend[chosen])
    if machine == MIPS and kind == 5:
        return np.asarray((old & 0xFFFF) << 16) + _following_low(entries, chosen, memory)
    held = _HELD.get((machine, kind))
    return held(old) if held else _signed(old, 32)


def _following_low(entries: Entries, chosen: Ints, memory: Memory) -> Ints:
    """Return the low half that the next R_MIPS_LO16 after each high entry holds."""
    lows = where(entries.kind == 6)
    if not lows.size:
        return np.zeros(chosen.size, dtype=np.int64)
    following = lows[np.minimum(lows.searchsorted(chosen), lows.size - 1)]
    words, _ = memory.words(entries.place[following], 4)
    return _signed(words & 0xFFFF, 16)


def _signed(value: Ints, bits: int) -> Ints:
    sign = 1 << (bits - 1)
    return np.asarray(((value & ((1 << bits) - 1)) ^ sign) - sign)


_HELD: dict[tuple[int, int], Callable[[Ints], Ints]] = {
    (MIPS, 4): lambda old: np.asarray((old & 0x3FFFFFF) << 2),
    (MIPS, 6): lambda old: _signed(old & 0xFFFF, 16),
    **{(ARM, kind): lambda old: _signed((old & 0xFFFFFF) << 2, 26) for kind in (1, 28, 29)},
    **{(ARM, kind): lambda old: np.full(old.size, -4, dtype=np.int64) for kind in (10, 30)},
    **{(ARM, kind): np.zeros_like for kind in (43, 44, 47, 48)},
}
"""What the field of a REL entry says of the addend, by machine and type."""
