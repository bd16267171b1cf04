"""Address fields of MIPS32: jump targets and 16-bit constants.

Reference: MIPS32 Architecture for Programmers, volume II.
"""

import numpy as np

from assay.code.memory import Ints, Mask, among, without
from assay.compare.elf.fields import Fields, leaving, masked, words_of
from assay.compare.elf.half import Half

MACHINES = (8,)
_SUMS = (8, 9, 13, 15, 24, 25)
ZERO, GP, STACK, LUI = 0, 28, 29, 15
"""Registers that no address is added to, and the operation that reads none."""
WHOLE = 0xFFFFFFFF
CALL, TAIL, NEXT = 0x0411, 0x1000, 0x04110001
"""Upper halves of `bal` and `b`; the `bal` that only asks where it is."""
BY_REGISTER, TAIL_BY_REGISTER = 0x0320F809, (0x03200008, 0x03200009)
"""`jalr $t9` and `jr $t9`, which a linker makes `bal` and `b` of where the target is near."""


def is_call(words: Ints) -> Mask:
    """Return which words call what `$t9` holds, or something near in its stead."""
    return np.asarray((words == BY_REGISTER) | ((words >> 16 == CALL) & (words != NEXT)))


def is_jump(words: Ints) -> Mask:
    """Return which words jump to what `$t9` holds."""
    return among(words, TAIL_BY_REGISTER)


def fields(half: Half) -> Fields:
    """Return the address fields of the code of *half*."""
    words = words_of(half)
    primary = words >> 26
    rows, targets = leaving(half)
    masks = np.zeros(words.size, dtype=np.int64)
    base = words >> 21 & 31
    local = ((base == ZERO) & (primary != LUI)) | (base == STACK)
    masks[(among(primary, _SUMS) | (primary >= 32)) & ~local] = 0xFFFF
    far = (primary[rows] == 2) | (primary[rows] == 3) | (primary[rows] == 29)
    masks[rows] = np.where(far, 0x3FFFFFF, 0xFFFF)
    tail = rows[words[rows] >> 16 == TAIL]
    masks[tail] = WHOLE
    masks[is_call(words) | is_jump(words)] = WHOLE
    inner = (primary == 2) | (primary == 3)
    masks[inner] = 0x3FFFFFF
    # Jumps within a chunk name their target by its address: they are direct as well.
    listing = half.index.listing
    own = without(np.flatnonzero(inner), rows)
    rows = np.concatenate([rows, own])
    targets = np.concatenate([targets, listing.imm[half.code.rows[own]]])
    memory = np.flatnonzero(primary >= 32).astype(np.int64)
    offset = ((words[memory] & 0xFFFF) ^ 0x8000) - 0x8000
    # The decoder knows registers that hold the pointer to the table of addresses.
    pointer = listing.ra[half.code.rows[memory]] == GP
    return Fields(
        masked(half, masks), rows, targets, np.zeros(rows.size, dtype=np.bool_),
        memory, np.where(pointer, GP, words[memory] >> 21 & 31), offset,
    )  # fmt: skip
