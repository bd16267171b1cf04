"""Address fields of ARM: branches and halves of addresses, in A32 and Thumb; literal pools.

Literals lie in the code and are no instructions: all of their bits count as an address.
Reference: Arm Architecture Reference Manual for A-profile, AArch32, chapters F3 and F4.
"""

import numpy as np

from assay.code.memory import Ints
from assay.compare.elf.fields import Fields, leaving, masked, words_of
from assay.compare.elf.half import Half

MACHINES = (40,)
PC = 15
_WIDE, _ALWAYS = 0xE800, 0xE
"""Least first half of a wide Thumb instruction; the condition of nearly every A32 word."""


def fields(half: Half) -> Fields:
    """Return the address fields of the code of *half*."""
    words = words_of(half)
    code = half.code
    size = half.index.listing.size[code.rows]
    thumb = _thumb(half, words)
    rows, targets = leaving(half)
    masks = np.zeros(words.size, dtype=np.int64)
    plain = ~thumb
    masks[plain & (words & 0x0FB00000 == 0x03000000)] = 0x000F0FFF
    wide = thumb & (size == 4)
    # In memory a wide instruction is two half-words: as a little-endian word the first is low.
    low = 0xFFFF if half.elf.order == "<" else 0xFFFF0000
    first = words & 0xFFFF if low == 0xFFFF else words >> 16
    masks[wide & (first & 0xFB70 == 0xF240)] = _halves(half, 0x040F, 0x70FF)
    out = rows
    masks[out[plain[out]]] = 0xFFFFFF
    conditional = wide[out] & (words[out] >> (28 if low == 0xFFFF else 12) & 1 == 0)
    masks[out[wide[out]]] = _halves(half, 0x07FF, 0x2FFF)
    masks[out[conditional]] = _halves(half, 0x043F, 0x2FFF)
    short = out[thumb[out] & (size[out] == 2)]
    masks[short] = 0x07FF if half.elf.order == "<" else 0x07FF0000
    reach, base, offset = _memory(half, words, plain)
    return Fields(
        masked(half, masks), rows, targets, np.zeros(rows.size, dtype=np.bool_),
        reach, base, offset,
    )  # fmt: skip


def _halves(half: Half, first: int, second: int) -> int:
    """Return the mask of a wide Thumb instruction as a word in the program's byte order."""
    return first | second << 16 if half.elf.order == "<" else first << 16 | second


def _thumb(half: Half, words: Ints) -> "np.typing.NDArray[np.bool_]":
    """Return which rows are Thumb, told by runs of rows of one mode.

    The mode changes between ranges of code, which may be inside a chunk: `bx pc` in a veneer. A
    run of wide instructions only is Thumb when all begin as those do and not as A32 words do.
    """
    code, listing = half.code, half.index.listing
    if not words.size:
        return np.zeros(0, dtype=np.bool_)
    begins = np.zeros(words.size, dtype=np.bool_)
    begins[1:] = np.diff(code.chunk) != 0
    place = np.searchsorted(code.rows, listing.breaks)
    begins[place[place < begins.size]] = True
    run = np.cumsum(begins)
    first, second = words & 0xFFFF, words >> 16
    if half.elf.order != "<":
        first, second = second, first
    short = listing.size[code.rows] == 2
    narrow = np.zeros(int(run[-1]) + 1, dtype=np.bool_)
    other, sometimes = narrow.copy(), narrow.copy()
    narrow[run[short]] = True
    other[run[first < _WIDE]] = True
    sometimes[run[second >> 12 != _ALWAYS]] = True
    return np.asarray((narrow | (~other & sometimes))[run])


def _memory(
    half: Half, words: Ints, plain: "np.typing.NDArray[np.bool_]"
) -> tuple[Ints, Ints, Ints]:
    """Return loads and stores of A32 with a constant, but for those of the literal pool."""
    del half
    chosen = plain & (words & 0x0F000000 == 0x05000000) & (words >> 16 & 15 != PC)
    rows = np.flatnonzero(chosen)
    word = words[rows]
    offset = np.where(word >> 23 & 1 == 1, word & 0xFFF, -(word & 0xFFF))
    return rows, word >> 16 & 15, offset
