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


def fields(half: Half) -> Fields:
    """Return the address fields of the code of *half*."""
    words = words_of(half)
    code = half.code
    size = half.index.listing.size[code.rows]
    thumb = _thumb(half)
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
    # The lowest bit of a call that changes to A32 has to be zero: BLX, encoding T2.
    changing = wide[out] & (words[out] >> (16 if low == 0xFFFF else 0) & 0xD000 == 0xC000)
    masks[out[changing]] = _halves(half, 0x07FF, 0x2FFE)
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


def _thumb(half: Half) -> "np.typing.NDArray[np.bool_]":
    """Return which rows are Thumb, by the spans that the decoder told apart."""
    address, spans = half.code.address, half.index.program.spans
    bounds = np.array([edge for start, end, _ in spans for edge in (start, end)], dtype=np.int64)
    modes = np.array([mode for *_, thumb in spans for mode in (thumb, False)], dtype=np.bool_)
    if not address.size or not modes.size:
        return np.zeros(address.size, dtype=np.bool_)
    place = np.searchsorted(bounds, address, side="right") - 1
    return np.asarray((place >= 0) & modes[np.maximum(place, 0)])


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
