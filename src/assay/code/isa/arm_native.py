"""The decoder of `arm` as compiled kernels: same listing, one pass over words and half-words.

Used by `arm.decode` where the kernels are there; see `assay._native`.
"""

from ctypes import c_int64, c_void_p
from functools import cache
from typing import Any

import numpy as np

from assay._kernel.value import Value
from assay._native import kernel
from assay.code.isa.arm_shapes import shapes
from assay.code.isa.native import Columns, Kernel, area_table, mapped_size
from assay.code.isa.thumb import narrow_table
from assay.code.listing import Listing, Small
from assay.code.memory import Ints
from assay.code.native import address_of, lent
from assay.code.program import Program

FIELDS = 5
"""Numbers that describe a stretch of code of one mode: see `arm_layout.h`."""


@cache
def _kernels() -> tuple[Kernel, Kernel, Kernel] | None:
    """Return the kernels that tell rows and decode A32 and Thumb; None without them."""
    p, n = c_void_p, c_int64
    found = (
        kernel("arm_rows", p, n, p, n, p, n, p, n, p, p, n, n, p, p, p, p, p, n, p),
        kernel("arm_words", p, p, p, n, p, p, p, n, p, p, n),
        kernel("thumb_halves", p, n, p, p, n, p, p, p, n, p, p, n),
    )
    return None if found[0] is None else found


def decode_natively(program: Program) -> Listing | None:
    """Return what `arm.decode` returns, None where only that can tell."""
    found = _kernels()
    if found is None or not program.code:
        return None
    size = sum([end - start for start, end in program.code])
    if size > mapped_size(program):
        return None
    rows = _find_rows(program, size, found[0])
    return None if rows is None else _listing(rows, found[1], found[2])


class _Rows(Value):
    """The code of a program by mode, and which of its words and half-words are rows.

    `counts` are words, half-words, A32 rows, Thumb rows, stretches and breaks. The rest are
    addresses in `kept`.
    """

    counts: list[int]
    breaks: Ints
    words: int
    halves: int
    marks: int
    stretches: int
    kept: tuple[Small, Ints]


def _find_rows(program: Program, size: int, find: Kernel) -> _Rows | None:
    """Tell where instructions begin in the *size* bytes of code; None when the kernel cannot."""
    areas = area_table(program)
    modes = [mode[:1] for _, mode in program.modes]
    if areas is None or "" in modes:
        return None
    spans = np.array(program.code, dtype=np.int64)
    starts = np.ascontiguousarray(program.starts, dtype=np.int64)
    marked = np.array(sorted(program.thumb), dtype=np.int64)
    symbols = np.array([at for at, _ in program.modes], dtype=np.int64)
    letters = "".join(modes).encode()
    room = size // 64 + starts.size + symbols.size + 4 * len(program.code) + 16
    rounded = (size + 7) // 8 * 8
    code = np.empty(3 * rounded, dtype=np.uint8)
    table = np.empty(room * (FIELDS + 1) + 8, dtype=np.int64)
    words, stretches = address_of(code), address_of(table)
    halves, breaks = words + rounded, stretches + 8 * FIELDS * room
    counts = stretches + 8 * (FIELDS + 1) * room
    done = find(
        address_of(areas), len(areas), address_of(spans), len(program.code),
        address_of(starts), starts.size, address_of(marked), marked.size,
        address_of(symbols), letters, symbols.size, program.order == ">",
        words, halves, halves + rounded, stretches, breaks, room, counts,
    )  # fmt: skip
    if done:
        return None
    number = table[-8:].tolist()
    first = room * FIELDS
    broken = table[first : first + number[5]].copy()
    return _Rows(number, broken, words, halves, halves + rounded, stretches, (code, table))


def _listing(found: _Rows, decode_words: Kernel, decode_halves: Kernel) -> Listing:
    """Return the listing of all rows that were *found*."""
    words, halves, long, short, stretches, _ = found.counts[:6]
    rows = long + short
    columns = Columns(rows)
    extras = []
    if long:
        places = found.words, found.marks, found.stretches, stretches
        table = address_of(_words_table())
        extras.append(_extras(decode_words, (*places, table, *columns.passed), rows))
    if short:
        starts = found.halves, halves, found.marks + words, found.stretches, stretches
        table = address_of(_halves_table())
        extras.append(_extras(decode_halves, (*starts, table, *columns.passed), rows))
    return columns.listing(found.breaks, _in_order(extras))


def _extras(fill: Kernel, arguments: tuple[Any, ...], rows: int) -> tuple[Ints, Small]:
    """Let *fill* write columns; return rows that overwrite further registers, and the registers."""
    room = rows
    while True:
        block = lent(room + room // 8 + 1)
        place = address_of(block)
        count = fill(*arguments, place, place + block.itemsize * room, room)
        if count <= room:
            return block[:count].copy(), block[room:].view(np.uint8)[:count].copy()
        room = count


def _in_order(extras: list[tuple[Ints, Small]]) -> tuple[Ints, Small]:
    """Return the further overwrites of both modes in order of row."""
    if not extras:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint8)
    if len(extras) == 1:
        return extras[0]
    index = np.concatenate([one for one, _ in extras])
    order = index.argsort(kind="stable")
    return index[order], np.concatenate([one for _, one in extras])[order]


@cache
def _words_table() -> Small:
    """Return what A32 keys look like, in rows of eight bytes."""
    found = shapes()
    names = ("op", "rd", "ra", "rb", "width", "constant", "family", "back")
    return np.stack([getattr(found, name).astype(np.uint8) for name in names], axis=1)


@cache
def _halves_table() -> Small:
    """Return what half-words look like, in rows of eight bytes."""
    listing, constants, kinds = narrow_table()
    columns = [listing.op, listing.rd, listing.ra, listing.rb, listing.width]
    both = constants.view(np.uint8).reshape(-1, 2)
    return np.column_stack([*columns, listing.cond | kinds << 4, both])
