"""Names and starts of functions from symbol tables, mapping symbols included."""

from typing import TypeVar

import numpy as np

from assay.code.memory import Ints, union, where
from assay.code.program import Program
from assay.code.symbols import SymbolTable

ARM, MIPS = 40, 8
_Known = TypeVar("_Known", str, int)


def name_symbols(program: Program, symbols: SymbolTable, shift: Ints | None = None) -> None:
    """Add the functions that *symbols* defines to the names and starts of *program*.

    *shift* is added to each value: the address of the symbol's section in a relocatable file.
    """
    values = symbols.value if shift is None else symbols.value + shift
    kind = symbols.kind
    defined = ~symbols.undefined & (symbols.rows["section"] < 0xFF00)
    if program.machine == ARM:
        _mapping_symbols(program, symbols, values)
    functions = where(defined & ((kind == 2) | (kind == 10)) & (values != 0))
    starts = values[functions]
    if program.machine == ARM:
        program.thumb |= frozenset((starts[starts & 1 == 1] & ~1).tolist())
        starts &= ~1
    elif program.machine == MIPS:
        starts &= ~1
    names = symbols.names(functions)
    _add(program.names, starts.tolist(), names)
    sizes = symbols.rows["size"][functions].astype(np.int64)
    sized = where(sizes != 0)
    _add(program.sizes, starts[sized].tolist(), sizes[sized].tolist())
    program.starts = union(program.starts, starts)
    if program.stripped or program.dynamic.tags:
        bound = defined & (symbols.rows["info"] >> 4 != 0) & (kind == 2)
        own = bound[functions].tolist()
        exports = [name for name, exported in zip(names, own, strict=True) if exported]
        exports += symbols.names(where(bound & (values == 0)))
        program.exports |= frozenset(exports)


def _add(known: dict[int, _Known], places: list[int], values: list[_Known]) -> None:
    """Add to *known* what it does not know yet; of several values for a place the first counts."""
    if not known:
        known.update(zip(places, values, strict=True))
        if len(known) == len(places):
            return
        known.clear()
    for place, value in zip(places, values, strict=True):
        known.setdefault(place, value)


def _mapping_symbols(program: Program, symbols: SymbolTable, values: Ints) -> None:
    """Read the ARM mapping symbols `$a`, `$t`, `$d` (ELF for the Arm architecture, 4.5.5)."""
    names = symbols.rows["name"].astype(np.int64)
    strings = np.frombuffer(symbols.strings, dtype=np.uint8)
    inside = where((names > 0) & (names < strings.size - 2) & (symbols.kind == 0))
    marked = inside[strings[names[inside]] == ord("$")]
    letters = strings[names[marked] + 1].tolist()
    pairs = zip((values[marked] & ~1).tolist(), map(chr, letters), strict=True)
    found = {(at, letter) for at, letter in pairs if letter in "atd"}
    program.modes = sorted(found.union(program.modes))
