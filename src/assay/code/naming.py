"""Names and starts of functions from symbol tables, mapping symbols included."""

import numpy as np

from assay.code.memory import Ints, union, where
from assay.code.program import Program
from assay.code.symbols import SymbolTable

ARM, MIPS = 40, 8


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
    sizes = symbols.rows["size"][functions].astype(np.int64)
    rows = zip(symbols.names(functions), starts.tolist(), sizes.tolist(), strict=True)
    for name, address, size in rows:
        program.names.setdefault(address, name)
        if size:
            program.sizes.setdefault(address, size)
    program.starts = union(program.starts, starts)
    bound = defined & (symbols.rows["info"] >> 4 != 0)
    if program.stripped or program.dynamic.tags:
        program.exports |= frozenset(symbols.names(where(bound & (kind == 2))))


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
