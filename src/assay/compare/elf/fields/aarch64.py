"""Address fields of AArch64: branches, ADR and ADRP, 12-bit constants.

Reference: Arm Architecture Reference Manual for A-profile (DDI 0487), chapter C4.
"""

import numpy as np

from assay.code.isa.streams import signed
from assay.compare.elf.fields import Fields, leaving, masked, words_of
from assay.compare.elf.half import Half

MACHINES = (183,)
STACK = 31
"""The register that sums and memory accesses take for the stack pointer: no address is in them."""


def fields(half: Half) -> Fields:
    """Return the address fields of the code of *half*."""
    words = words_of(half)
    if half.elf.order == ">":
        words = words.astype(np.uint32).byteswap().astype(np.int64)
    code = half.code
    rows, targets = leaving(half)
    masks = np.zeros(words.size, dtype=np.int64)
    out = words[rows]
    masks[rows] = np.where(
        out & 0x7C000000 == 0x14000000,
        0x3FFFFFF,
        np.where(out & 0x7E000000 == 0x36000000, 0x7FFE0, 0xFFFFE0),
    )
    near = np.flatnonzero(words & 0x1F000000 == 0x10000000)
    masks[near] = 0x60FFFFE0
    stack = words >> 5 & 31 == STACK
    masks[(words & 0x1F800000 == 0x11000000) & ~stack] = 0x3FFC00
    memory = words & 0x3B000000 == 0x39000000
    masks[memory & ~stack] = 0x3FFC00
    literal = np.flatnonzero(words & 0x3B000000 == 0x18000000)
    place = code.address[literal] + 4 * signed(words[literal] >> 5, 19)
    away = code.owner(place) != code.chunk[literal]
    literal, place = literal[away], place[away]
    masks[literal] = 0xFFFFE0
    adr = near[words[near] >> 31 & 1 == 0]
    offset = signed((words[adr] >> 3 & 0x1FFFFC) | (words[adr] >> 29 & 3), 21)
    reach = np.flatnonzero(memory)
    word = words[reach]
    vector = (word >> 26 & 1 == 1) & (word >> 23 & 1 == 1)
    scale = np.where(vector, 4, word >> 30)
    rows = np.concatenate([rows, literal, adr])
    targets = np.concatenate([targets, place, code.address[adr] + offset])
    return Fields(
        masked(half, masks), rows, targets, np.zeros(rows.size, dtype=np.bool_),
        reach, word >> 5 & 31, (word >> 10 & 0xFFF) << scale,
    )  # fmt: skip
