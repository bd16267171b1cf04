"""Relocatable files (kernel modules, objects) laid out as a linker would.

One section goes behind another, so that the rest of the index need not know of them.

Calls and pointers that a relocation names become addresses of the symbol; the instruction
fields are patched per machine by the rules of its ABI supplement.
"""

import numpy as np

from assay.code.elf import SHF_ALLOC, SHF_EXECINSTR, SHT_NOBITS, Elf, Section
from assay.code.memory import Area, Ints, Memory, distinct, where, within
from assay.code.naming import name_symbols
from assay.code.patching import patch
from assay.code.program import Program
from assay.code.relocations import MAX_RELOCATIONS, Entries, parse
from assay.code.symbols import SHT_REL, SHT_RELA, SymbolTable, static_symbols

BASE = 0x10000
EXTERN_AREA = 0x00E0_0000
"""Imports lie here: in reach of the shortest direct call (Thumb, 16 MiB) from BASE."""


def lay_out(elf: Elf) -> Program:
    """Return the program of the relocatable file *elf*."""
    places = _places(elf)
    memory = _memory(elf, places)
    code = [(one.start, one.end) for one in memory.areas if one.code]
    program = Program(
        elf.machine, elf.bits, elf.order, elf.flags, 0, memory, code, problems=elf.problems
    )
    program.relocatable = True
    symbols = static_symbols(elf)
    if symbols is None:
        program.stripped = True
        program.problems.append("a relocatable file without symbols: references stay unknown")
        return program
    shift = _shift(symbols, places)
    name_symbols(program, symbols, shift)
    program.starts = program.starts[within(program.starts, program.code)]
    _relocate(program, elf, symbols, shift, places)
    return program


def _places(elf: Elf) -> dict[int, int]:
    """Give every section of the program an address; uninitialised data only takes room."""
    places: dict[int, int] = {}
    at, left = BASE, 0
    for one in elf.sections:
        if one.flags & SHF_ALLOC and one.size:
            align = one.align if 0 < one.align <= 4096 else 16
            at = -(-at // max(align, 4)) * max(align, 4)
            if at + one.size > EXTERN_AREA:
                left += 1
                continue
            places[one.index] = at
            at += one.size
    if left:
        elf.problems.append(f"{left} sections are left out: the object is too large")
    return places


def _memory(elf: Elf, places: dict[int, int]) -> Memory:
    """Return the sections side by side in one block, each of them an area of it."""
    held = [one for one in elf.sections if one.index in places and one.kind != SHT_NOBITS]
    end = max((places[one.index] + one.size for one in held), default=BASE)
    block, raw = bytearray(end - BASE), elf.data.data
    data = np.frombuffer(block, dtype=np.uint8)
    areas = []
    for one in held:
        start = places[one.index] - BASE
        block[start : start + one.size] = raw[one.offset : one.offset + one.size]
        code, fixed = bool(one.flags & SHF_EXECINSTR), not one.flags & 1
        part = data[start : start + one.size]
        areas.append(Area(places[one.index], part, one.offset, code, fixed))
    whole = Area(BASE, data, 0, code=False, fixed=False)
    return Memory(areas, elf.order, elf.bits, blocks=[whole])


def _shift(symbols: SymbolTable, places: dict[int, int]) -> Ints:
    # The last place is that of all sections without an address.
    bases = np.zeros(max(places, default=0) + 2, dtype=np.int64)
    bases[list(places)] = list(places.values())
    return bases.take(symbols.rows["section"], mode="clip")


def _relocate(
    program: Program, elf: Elf, symbols: SymbolTable, shift: Ints, places: dict[int, int]
) -> None:
    program.extern_base = EXTERN_AREA
    values = symbols.value + shift
    undefined = where(symbols.undefined & (symbols.rows["name"] != 0))
    values[undefined] = EXTERN_AREA + 16 * np.arange(undefined.size)
    program.externs.update(zip(values[undefined].tolist(), symbols.names(undefined), strict=True))
    held = []
    for kind in (SHT_RELA, SHT_REL):
        several = [one for one in elf.sections if one.kind == kind and one.info in places]
        if several:
            held.append(patch(program, _entries(elf, several, places), values))
    program.pointers = distinct(np.concatenate(held)) if held else program.pointers


def _entries(elf: Elf, sections: list[Section], places: dict[int, int]) -> Entries:
    """Return the relocations of *sections*, which are of one kind, as one table."""
    rela = sections[0].kind == SHT_RELA
    size = elf.bits // 8 * (3 if rela else 2)
    blocks = [elf.body(one) for one in sections]
    counts = [min(block.size // size, MAX_RELOCATIONS) for block in blocks]
    whole = [block[: count * size] for block, count in zip(blocks, counts, strict=True)]
    entries = parse(np.concatenate(whole), elf, rela=rela)
    shift = np.repeat(np.array([places[one.info] for one in sections]), counts)
    entries.place += shift[: entries.place.size]
    return entries
