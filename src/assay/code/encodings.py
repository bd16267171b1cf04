"""Code in an encoding that no decoder reads: MIPS16e, microMIPS and PowerPC VLE.

It is told from the rest and left out, so that it is not taken for ordinary instructions.
References: MIPS32 Architecture volume IV-a (MIPS16e) and II-B (microMIPS); System V ABI MIPS
and Power supplements for the flags of files, sections, segments and symbols.
"""

from itertools import pairwise

import numpy as np

from assay.code.elf import PT_LOAD, Elf
from assay.code.memory import Ints, as_words, where
from assay.code.program import Program
from assay.code.symbols import SymbolTable

MIPS, PPC = 8, 20
FLAG_MIPS16, FLAG_MICROMIPS = 0x04000000, 0x02000000
OTHER_MIPS16, OTHER_MICROMIPS = 0xF0, 0x80
VLE = 0x10000000
"""The flag of sections and of segments that hold VLE instructions."""
RETURN = 0x03E00008
MIPS16_RETURNS = (0xE820, 0xE8A0)
MICROMIPS_RETURNS = (0x459F, 0x45BF, *range(0x4700, 0x4720))
"""`jr ra` and `jrc ra`; in microMIPS also those that release the stack frame."""
RESTORE, RESTORE_MASK = 0x6400, 0xFF80
"""MIPS16e's `restore`: no ordinary instruction has it and a short return behind it."""

FEWEST_RETURNS = 8


def leave_out(program: Program, elf: Elf, tables: tuple[SymbolTable | None, ...]) -> None:
    """Take code in another encoding out of *program* and say so in its problems."""
    if program.machine == PPC:
        _leave_out_vle(program, elf)
    elif program.machine == MIPS and program.bits == 32:
        _leave_out_short(program, tables)


def _leave_out_vle(program: Program, elf: Elf) -> None:
    marked = [(one.address, one.address + one.size) for one in elf.sections if one.flags & VLE]
    marked += [
        (one.address, one.address + one.file_size)
        for one in elf.segments
        if one.kind == PT_LOAD and one.flags & VLE and not marked
    ]
    if marked:
        _take_out(program, marked, "PowerPC VLE")


def _leave_out_short(program: Program, tables: tuple[SymbolTable | None, ...]) -> None:
    named = [span for one in tables if one is not None for span in _short_symbols(one)]
    flagged = program.flags & (FLAG_MIPS16 | FLAG_MICROMIPS)
    if not named and not flagged:
        return
    kind = "microMIPS" if program.flags & FLAG_MICROMIPS else "MIPS16e"
    _take_out(program, named + _short_ranges(program), kind)


def _short_symbols(table: SymbolTable) -> list[tuple[int, int]]:
    """Return the ranges of the functions that symbols mark as MIPS16e or microMIPS."""
    other = table.rows["other"]
    marked = ((other & OTHER_MIPS16) == OTHER_MIPS16) | ((other & 0xC0) == OTHER_MICROMIPS)
    chosen = where((table.kind == 2) & marked & ~table.undefined)
    starts = (table.value[chosen] & ~1).tolist()
    sizes = table.rows["size"][chosen].astype(np.int64).tolist()
    return [(start, start + size) for start, size in zip(starts, sizes, strict=True)]


def _short_ranges(program: Program) -> list[tuple[int, int]]:
    """Return the stretches of code whose returns are those of the short encodings."""
    micro = program.flags & FLAG_MICROMIPS
    returns = MICROMIPS_RETURNS if micro else MIPS16_RETURNS
    found: list[tuple[int, int]] = []
    for start, end in program.code:
        area = program.memory.area(start)
        if area is None:
            continue
        data = area.data[start - area.start : end - area.start]
        halves = as_words(data, 2, program.order)
        short = where(np.isin(halves, returns))
        before = halves[np.maximum(short - 1, 0)]
        sure = 2 * short[(before & RESTORE_MASK == RESTORE) & (short > 0) & (not micro)]
        short = 2 * short if short.size >= FEWEST_RETURNS else sure
        plain = 4 * where(as_words(data, 4, program.order) == RETURN)
        stretches = _stretches(short, sure, plain, data.size) if short.size else []
        found += [(start + low, start + high) for low, high in stretches]
    return found


def _stretches(short: Ints, sure: Ints, plain: Ints, size: int) -> list[tuple[int, int]]:
    """Return from where to where only short returns stand, between plain ones.

    One that is *sure* is enough, of others it takes two.
    """
    bounds = [0, *np.minimum(plain + 8, size).tolist(), size + 1]
    found = []
    for low, high in pairwise(bounds):
        first, last = short.searchsorted((low, high))
        certain = sure.searchsorted(low) < sure.searchsorted(high)
        # The function that ends in the plain return at *high* begins behind the last short one.
        if last - first >= 2 or certain:
            end = size if high > size else int(short[last - 1]) + 4 & ~3
            found.append((low, min(end, size)))
    return found


def _take_out(program: Program, spans: list[tuple[int, int]], kind: str) -> None:
    """Move *spans* from the code of *program* to what is not decoded, and say so."""
    whole = program.code
    program.code = _without(whole, spans)
    program.undecoded = _without(whole, program.code)
    gone = sum(end - start for start, end in program.undecoded)
    total = sum(end - start for start, end in whole)
    program.problems.append(
        f"holds {kind} code, which is not decoded: at least {gone} of {total} bytes of code"
    )


def _without(ranges: list[tuple[int, int]], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the disjoint *ranges* without *spans*."""
    marks = [(at, step) for low, high in spans if high > low for at, step in ((low, 1), (high, -1))]
    marks += [(at, step) for low, high in ranges for at, step in ((low, 1 << 32), (high, -1 << 32))]
    kept: list[tuple[int, int]] = []
    depth, since = 0, 0
    # What is kept is where exactly one range is open and no span is.
    for at, step in sorted(marks):
        if depth == 1 << 32 and at > since:
            kept.append((since, at))
        depth, since = depth + step, at
    return kept
