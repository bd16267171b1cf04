"""Where control arrives from elsewhere: rows that a branch, a jump or a table leads to."""

import numpy as np
import numpy.typing as npt

from assay.code.listing import BRANCH, JUMP
from assay.code.memory import Ints
from assay.compare.elf.half import Half
from assay.compare.elf.jumps import jumps_of

Mask = npt.NDArray[np.bool_]


def leaders(half: Half) -> Ints:
    """Return, for each row, the last row at or before it that a branch leads to."""
    tables = jumps_of(half)
    known = half.__dict__.get("leaders")
    # Tables that were cut otherwise lead elsewhere.
    if known is None or known[0] is not half.code or known[1] is not tables:
        known = half.__dict__["leaders"] = half.code, tables, _leaders(half)
    found: Ints = known[2]
    return found


def _leaders(half: Half) -> Ints:
    code, listing = half.code, half.index.listing
    marks = np.zeros(code.rows.size, dtype=np.int64)
    targets = listing.imm[code.rows][is_transfer(half)]
    for _, leads in jumps_of(half):
        targets = np.concatenate([targets, leads])
    place = np.minimum(np.searchsorted(code.address, targets), max(code.rows.size - 1, 0))
    exact = code.address[place] == targets
    marks[place[exact]] = place[exact]
    return np.asarray(np.maximum.accumulate(marks))


def is_transfer(half: Half) -> Mask:
    """Return which rows of the code are branches or jumps to an address they name."""
    op = half.index.listing.op[half.code.rows]
    return np.asarray((op == BRANCH) | (op == JUMP))
