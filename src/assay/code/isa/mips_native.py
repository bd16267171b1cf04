"""The decoder of `mips` as compiled kernels: same listing, one pass over the words.

Used by `mips.decode` where the kernels are there; see `assay._native`.
"""

from ctypes import c_int64, c_void_p
from functools import cache

import numpy as np

from assay._native import kernel
from assay.code.isa.native import Kernel, address_of, area_table, mapped_size
from assay.code.listing import Listing, Small
from assay.code.memory import Ints, distinct
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
    sizes = [(end >> 2) - (start + 3 >> 2) for start, end in program.code]
    rows = sum([size for size in sizes if size > 0])
    if found is None or areas is None or not rows or 4 * rows > mapped_size(program):
        return None
    spans = np.array(program.code, dtype=np.int64)
    breaks, openings = np.empty(len(spans), dtype=np.int64), np.empty(rows, dtype=np.int64)
    wide, small = np.empty((2, rows), dtype=np.int64), np.empty((7, rows), dtype=np.uint8)
    columns = address_of(wide), address_of(small), rows
    broken = found[0](
        address_of(areas), len(areas), address_of(spans), len(spans), program.order == ">",
        address_of(opcodes), *columns, address_of(breaks),
    )  # fmt: skip
    known = -1 if usual is None else usual
    opened = found[1](*columns, known, address_of(openings)) if broken >= 0 else -1
    if opened < 0:
        return None
    listing = _listing(wide, small, breaks[:broken], distinct(openings[:opened]))
    return listing, _sums(found[2], columns, usual)


def _listing(wide: Ints, small: Small, breaks: Ints, openings: Ints) -> Listing:
    """Return a listing of the columns *wide* (address, imm) and *small* (size to cond)."""
    address, imm = wide
    size, op, rd, ra, rb, width, cond = small
    none, second = np.zeros(0, dtype=np.int64), np.zeros(address.size, dtype=np.int32)
    return Listing(
        address, size, op, rd, ra, rb, imm, width, cond, none, none.astype(np.uint8), breaks,
        second, openings,
    )  # fmt: skip


def _sums(find: Kernel, columns: tuple[int, int, int], usual: int | None) -> Sums:
    """Return what `mips_pointer.usual_sums` does."""
    places = np.empty((3, columns[2]), dtype=np.int64)
    count = 0 if usual is None else find(*columns, usual, address_of(places))
    ends, high, low = places[:, :count].copy()
    return ends, high, low
