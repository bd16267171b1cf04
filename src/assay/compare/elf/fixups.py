"""Relocations of object files: what each field will hold once a linker or a kernel placed it.

Layouts: the processor supplements of the System V ABI for i386, MIPS and ARM, whose addends lie
in the fields; elsewhere they are in the entries.
"""

from collections.abc import Iterator

import numpy as np

from assay._kernel.value import Value
from assay.code.elf import Elf, Section
from assay.code.relocations import parse
from assay.code.symbols import SHT_REL, SHT_RELA

I386, MIPS, ARM, X86_64 = 3, 8, 40, 62
HIGH, LOW = 5, 6
RELATIVE = {(X86_64, 2), (X86_64, 4)}
"""Fields of x86-64 that count from behind themselves."""
AHEAD = 4


class Fixup(Value):
    """A field to fill: its place in the section, its type, the symbol and what is added to it.

    `mask` are the bits of its word that hold the addend, none where the entry has it. `addend`
    is None where the layout of the field is not known.
    """

    place: int
    kind: int
    symbol: int
    mask: int
    addend: int | None


class Field(Value):
    """Which bits of a word hold a number of *bits* bits, how far it is shifted, if it is split."""

    mask: int
    bits: int
    shift: int = 0
    split: bool = False


_WORD = Field(0xFFFFFFFF, 32)
FIELDS = {
    I386: {1: _WORD, 2: _WORD, 4: _WORD},
    MIPS: {
        2: _WORD, 4: Field(0x03FFFFFF, 26, 2), HIGH: Field(0xFFFF, 16), LOW: Field(0xFFFF, 16),
        10: Field(0xFFFF, 16, 2),
    },
    ARM: {
        1: Field(0x00FFFFFF, 24, 2), 2: _WORD, 3: _WORD, 28: Field(0x00FFFFFF, 24, 2),
        29: Field(0x00FFFFFF, 24, 2), 38: _WORD, 42: Field(0x7FFFFFFF, 31),
        43: Field(0x000F0FFF, 16, split=True), 44: Field(0x000F0FFF, 16, split=True),
    },
}  # fmt: skip


def sections_of(elf: Elf) -> dict[int, list[Section]]:
    """Return the relocation sections of *elf* by the section that they are for."""
    found: dict[int, list[Section]] = {}
    for section in elf.sections:
        if section.kind in {SHT_REL, SHT_RELA}:
            found.setdefault(section.info, []).append(section)
    return found


def fixups(elf: Elf, target: Section, tables: list[Section]) -> list[Fixup]:
    """Return what *tables* ask for in the section *target*, in order of place."""
    found: list[Fixup] = []
    for table in tables:
        found += _read(elf, target, table)
    return sorted(found, key=lambda one: (one.place, one.kind))


def _read(elf: Elf, target: Section, table: Section) -> list[Fixup]:
    rela = table.kind == SHT_RELA
    entries = parse(elf.body(table), elf, rela=rela)
    rows = zip(
        entries.place.tolist(), entries.kind.tolist(), entries.symbol.tolist(),
        entries.addend.tolist(), strict=True,
    )  # fmt: skip
    if rela:
        return [Fixup(place, kind, symbol, 0, addend) for place, kind, symbol, addend in rows]
    body = bytes(elf.body(target))
    fields = FIELDS.get(elf.machine, {})
    plain = [
        _from_field(body, elf, (place, kind, symbol), fields.get(kind))
        for place, kind, symbol, _ in rows
    ]
    return list(_halves(plain)) if elf.machine == MIPS else plain


def _from_field(body: bytes, elf: Elf, entry: tuple[int, int, int], field: Field | None) -> Fixup:
    place, kind, symbol = entry
    if field is None or place + 4 > len(body):
        return Fixup(place, kind, symbol, 0, None)
    word = int.from_bytes(body[place : place + 4], "little" if elf.order == "<" else "big")
    value = word & field.mask
    if field.split:
        value = (value >> 4 & 0xF000) | (value & 0xFFF)
    top = 1 << (field.bits - 1)
    return Fixup(place, kind, symbol, field.mask, ((value ^ top) - top) << field.shift)


def _halves(found: list[Fixup]) -> Iterator[Fixup]:
    """Yield MIPS fixups with the halves of an address joined: a high one waits for its low one.

    A low half of a symbol with several high ones keeps its bytes: which it belongs to is not said.
    """
    tops: dict[int, set[int | None]] = {}
    for one in found:
        if one.kind == HIGH:
            tops.setdefault(one.symbol, set()).add(one.addend)
    waiting: dict[int, list[Fixup]] = {}
    for one in found:
        if one.kind == HIGH:
            waiting.setdefault(one.symbol, []).append(one)
            continue
        if one.kind != LOW or one.addend is None:
            yield one
            continue
        for high in waiting.pop(one.symbol, ()):
            yield _joined(high, high.addend, one.addend)
        known = tops.get(one.symbol, set())
        yield _joined(one, next(iter(known)) if len(known) == 1 else None, one.addend)
    for rest in waiting.values():
        yield from (_joined(one, None, 0) for one in rest)


def _joined(one: Fixup, high: int | None, low: int) -> Fixup:
    """Return *one* with the addend of both halves; with none, its bytes have to be the same."""
    if high is None:
        return Fixup(one.place, one.kind, one.symbol, 0, None)
    addend = (((high << 16) + low & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
    return Fixup(one.place, one.kind, one.symbol, one.mask, addend)


def mask_of(size: int, order: str, found: list[Fixup]) -> "np.typing.NDArray[np.uint8]":
    """Return the bits of a section of *size* bytes that fixups fill."""
    mask = np.zeros(size, dtype=np.uint8)
    for one in found:
        if one.mask and one.place + 4 <= size:
            word = one.mask.to_bytes(4, "little" if order == "<" else "big")
            mask[one.place : one.place + 4] |= np.frombuffer(word, np.uint8)
    return mask
