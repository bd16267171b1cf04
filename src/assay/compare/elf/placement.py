"""What relocations of two object files lead to, and which sections belong together.

Strings of mergeable sections are what they say, wherever they lie; everything else is a section
and a place in it, which has to be the same on both sides, or the name of a symbol from outside.
Reference: System V gABI 4.1, chapter 4 (sections, symbol table).
"""

import msgspec
import numpy as np

from assay.code.elf import Section
from assay.code.symbols import SymbolTable, static_symbols
from assay.compare.elf.fixups import AHEAD, RELATIVE, Fixup
from assay.compare.elf.half import Half

MERGED_STRINGS, RESERVED = 0x20, 0xFF00
LONGEST = 1 << 16
FUNCTION = 2

Pairs = list[tuple[Section, Section]]
Symbol = tuple[int, int, str]
"""Section, value, and the name where it counts."""


def is_strings(section: Section) -> bool:
    """Say whether a section holds strings and nothing else."""
    return bool(section.flags & MERGED_STRINGS) or section.name == ".modinfo"


def pair_sections(a: Half, b: Half) -> tuple[Pairs, list[Section], list[Section]]:
    """Return sections of one name, in order where there are several, and the rest of each side."""
    rest: dict[str, list[Section]] = {}
    for section in reversed(_real(b)):
        rest.setdefault(section.name, []).append(section)
    pairs: Pairs = []
    alone = []
    for section in _real(a):
        others = rest.get(section.name)
        if others:
            pairs.append((section, others.pop()))
        else:
            alone.append(section)
    return pairs, alone, [one for others in rest.values() for one in reversed(others)]


def _real(half: Half) -> list[Section]:
    return [one for one in half.elf.sections if one.kind]


class Names(msgspec.Struct):
    """The symbols of one object file: sections, values, and names by number."""

    table: SymbolTable | None
    section: list[int]
    value: list[int]
    name: list[str]
    local: list[bool]

    def owner(self, section: int, at: int) -> str:
        """Return the function at a place of a section, empty for none."""
        if self.table is None:
            return ""
        rows = self.table.rows
        start = self.table.value
        inside = (rows["section"] == section) & (self.table.kind == FUNCTION)
        inside &= (start <= at) & (at < start + rows["size"].astype("i8"))
        found = inside.nonzero()[0]
        return self.name[int(found[0])] if found.size else ""


def names_in(half: Half) -> Names:
    """Return the symbols of *half*."""
    table = static_symbols(half.elf)
    if table is None:
        return Names(None, [], [], [], [])
    names = table.names(np.arange(len(table)))
    local = (table.rows["info"] >> 4 == 0).tolist()
    return Names(table, table.rows["section"].tolist(), table.value.tolist(), names, local)


class Placement:
    """Two object files: sections that belong together, symbols, strings that stand for others.

    `numbers` are the indexes of sections of the second file by those of the first. `stands` are
    sections and places of strings of the first file, and of those that they became.
    """

    def __init__(self, a: Half, b: Half, pairs: Pairs) -> None:
        self.a, self.b, self.pairs = a, b, pairs
        self.names: tuple[Names, Names] = names_in(a), names_in(b)
        self.numbers: dict[int, int] = {one.index: two.index for one, two in pairs}
        self.stands: dict[tuple[int, int], tuple[int, int]] = {}

    def same(self, one: Fixup, two: Fixup) -> bool:
        """Say whether two relocations lead to the same."""
        if one.kind != two.kind or (one.addend is None) != (two.addend is None):
            return False
        first, second = self._symbol(0, one), self._symbol(1, two)
        return first is not None and second is not None and self._meet((one, first), (two, second))

    def _meet(self, left: tuple[Fixup, Symbol], right: tuple[Fixup, Symbol]) -> bool:
        (one, (section, value, name)), (two, (other, place, label)) = left, right
        added = one.addend or 0, two.addend or 0
        if name != label:
            return False
        if not section or section >= RESERVED:
            return (section, value) == (other, place) and added[0] == added[1]
        kept = self.a.elf.sections[section], self.b.elf.sections[other]
        if all(map(is_strings, kept)) and one.addend is not None:
            ahead = AHEAD if (self.a.elf.machine, one.kind) in RELATIVE else 0
            return self._same_string(kept, value + added[0] + ahead, place + added[1] + ahead)
        # Sections of other sizes are a difference already; what leads into them is not shown.
        same = value + added[0] == place + added[1] or kept[0].size != kept[1].size
        return same and self.numbers.get(section) == other

    def _symbol(self, side: int, fixup: Fixup) -> Symbol | None:
        """Return section, value and name of the symbol; local ones have no name that counts."""
        names = self.names[side]
        if not 0 <= fixup.symbol < len(names.section):
            return (0, 0, "") if fixup.symbol == 0 else None
        section = names.section[fixup.symbol]
        sections = (self.a, self.b)[side].elf.sections
        if section == RESERVED + 0xFF or RESERVED > section >= len(sections):
            return None
        name = "" if names.local[fixup.symbol] and section else names.name[fixup.symbol]
        return section, names.value[fixup.symbol], name

    def _same_string(self, sections: tuple[Section, Section], first: int, second: int) -> bool:
        if self.stands.get((sections[0].index, first)) == (sections[1].index, second):
            return True
        one = self._string(self.a, sections[0], first)
        two = self._string(self.b, sections[1], second)
        return one is not None and one == two

    @staticmethod
    def _string(half: Half, section: Section, at: int) -> bytes | None:
        """Return the string at a place of a section, None where none ends."""
        if not 0 <= at < section.size:
            return None
        start = section.offset + at
        last = min(start + LONGEST, section.offset + section.size)
        end = half.data.find(b"\0", start, last)
        return half.data[start:end] if end >= 0 else None
