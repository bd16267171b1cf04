"""The decoder of `mips` as compiled kernels: same listing, one pass over the words.

Used by `mips.decode` where the kernels are there; see `assay._native`.
"""

from ctypes import c_int64, c_void_p
from functools import cache

import numpy as np

from assay._native import kernel
from assay.code.isa.native import Columns, Kernel, area_table, word_count
from assay.code.listing import Listing, Small
from assay.code.memory import Ints, distinct
from assay.code.native import address_of
from assay.code.program import Program

Sums = tuple[Ints, Ints, Ints]


@cache
def _kernels() -> tuple[Kernel, Kernel, Kernel] | None:
    """Return the kernels that decode, set `$gp` and find its copies; None without them."""
    p, n = c_void_p, c_int64
    found = (
        kernel("mips_words", p, n, p, n, n, p, p, p, n, p),
        kernel("mips_pointer", p, p, n, n, p),
        kernel("mips_elsewhere", p, p, n, n, p),
    )
    return None if found[0] is None else found


def decode_natively(
    program: Program, opcodes: Small, usual: int | None
) -> tuple[Listing, Sums] | None:
    """Return the rows of all code of *program*, None where only numpy can tell.

    *opcodes* has operation, written field and width of each opcode, in rows of four. *usual* is
    the program's `$gp`, if one is known: then the second part are the `usual_sums` of it.
    """
    found, areas = _kernels(), area_table(program)
    rows = word_count(program)
    if found is None or areas is None or not rows:
        return None
    spans, columns = np.array(program.code, dtype=np.int64), Columns(rows)
    breaks, openings = np.empty(len(spans), dtype=np.int64), np.empty(rows, dtype=np.int64)
    broken = found[0](
        address_of(areas), len(areas), address_of(spans), len(spans), program.order == ">",
        address_of(opcodes), *columns.passed, address_of(breaks),
    )  # fmt: skip
    known = -1 if usual is None else usual
    opened = found[1](*columns.passed, known, address_of(openings)) if broken >= 0 else -1
    if opened < 0:
        return None
    listing = columns.listing(breaks[:broken], openings=distinct(openings[:opened]))
    return listing, _sums(found[2], columns.passed, usual)


def _sums(find: Kernel, columns: tuple[int, int, int], usual: int | None) -> Sums:
    """Return what `mips_pointer.usual_sums` does."""
    places = np.empty((3, columns[2]), dtype=np.int64)
    count = 0 if usual is None else find(*columns, usual, address_of(places))
    ends, high, low = places[:, :count].copy()
    return ends, high, low
