"""What the native decoders are handed, and the listings that they fill; see `assay._native`."""

from collections.abc import Callable
from ctypes import c_int64, c_void_p
from functools import cache

import numpy as np

from assay._native import kernel
from assay.code.listing import Listing, Small
from assay.code.memory import Ints
from assay.code.native import MOST_ROWS, Rows, address_of, keeping, kernels
from assay.code.program import Program

Kernel = Callable[..., int]
_NONE, _NO_REGISTERS = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint8)


def area_table(program: Program) -> Ints | None:
    """Return (start, address of the bytes, size) of each area; None where they overlap."""
    found = program.memory.parts()
    if found is None:
        return None
    starts, sizes, places = found[0].tolist()
    return np.array([*zip(starts, places, sizes, strict=True)], dtype=np.int64)


def mapped_size(program: Program) -> int:
    """Return how many bytes are mapped: code that is larger lies partly outside."""
    return sum([area.data.size for area in program.memory.areas])


def word_count(program: Program) -> int:
    """Return how many words of four bytes the code has, 0 when they cannot all be mapped."""
    sizes = [(end >> 2) - (start + 3 >> 2) for start, end in program.code]
    count = sum([size for size in sizes if size > 0])
    return 0 if 4 * count > mapped_size(program) else count


class Columns:
    """The columns of a listing to be: `wide` are address and imm, `small` size to cond."""

    def __init__(self, rows: int) -> None:
        """Make columns of *rows* rows, whose contents are to be written."""
        self.wide, self.small = np.empty((2, rows), np.int64), np.empty((7, rows), np.uint8)
        self.passed = address_of(self.wide), address_of(self.small), rows
        """What a kernel takes."""

    def listing(
        self, breaks: Ints, extra: tuple[Ints, Small] | None = None, openings: Ints | None = None
    ) -> Listing:
        """Return the listing; *extra* are rows that overwrite further registers, and these."""
        address, imm = self.wide
        size, *small = self.small
        op, rd, ra, rb, width, cond = small
        index, register = extra or (_NONE, _NO_REGISTERS)
        wide, first, rows = self.passed
        listing = Listing(
            address, size, op, rd, ra, rb, imm, width, cond, index, register, breaks,
            np.zeros(rows, dtype=np.int32), _NONE if openings is None else openings,
        )  # fmt: skip
        if 0 < rows < MOST_ROWS and kernels():
            places = range(first + rows, first + 7 * rows, rows)
            record = Rows(rows, wide, wide + 8 * rows, *places)
            listing.native = keeping(record, [address, imm, *small])
        return listing


@cache
def _word_kernel(name: str) -> Kernel | None:
    p, n = c_void_p, c_int64
    found: Kernel | None = kernel(name, p, n, p, n, n, p, p, n, p, p, p, n, p)
    return found


def decode_words(program: Program, name: str) -> tuple[Listing, int] | None:
    """Return the words of all code of *program* decoded by the kernel *name*.

    And how many words it noted. None without kernels, and where only their twin can tell: without
    words, or where ranges do not ascend or leave what is mapped.
    """
    decode, areas, rows = _word_kernel(name), area_table(program), word_count(program)
    if decode is None or areas is None or not rows:
        return None
    spans, room = np.array(program.code, dtype=np.int64), rows // 2 + 64
    columns, breaks = Columns(rows), np.empty(len(spans), dtype=np.int64)
    counts = np.zeros(3, dtype=np.int64)
    while True:
        index, registers = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.uint8)
        done = decode(
            address_of(areas), len(areas), address_of(spans), len(spans), program.order == ">",
            *columns.passed, address_of(breaks), address_of(index), address_of(registers), room,
            address_of(counts),
        )  # fmt: skip
        extras, broken, noted = counts.tolist()
        if done:
            return None
        if extras <= room:
            break
        room = extras
    extra = index[:extras].copy(), registers[:extras].copy()
    return columns.listing(breaks[:broken], extra), noted
