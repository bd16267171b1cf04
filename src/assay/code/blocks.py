"""Blocks of memory that the instructions themselves compare, without a call: x86 `repe cmps`.

Compilers write `memcmp` and `strcmp` of a constant like that, above all at -Os. For detectors
that look for comparisons with constants; the decoder marks the rows (CMPS in `listing`).
"""

import numpy as np

from assay._kernel.value import Value
from assay.code.index import CodeIndex
from assay.code.listing import CMPS
from assay.code.memory import Ints, where


class BlockComparison(Value):
    """The instruction at `row` compares the bytes at `first` and `second`, up to `size` of them.

    What is no constant is -1: then the register that `Listing` names for it (`ra`, `rb`, and
    `rd` for the count) holds it. The flags say afterwards whether all were equal.
    """

    row: int
    first: int
    second: int
    size: int

    @property
    def constant(self) -> int:
        """The address of the one block that is at a constant address, -1 if none or both."""
        known = [one for one in (self.first, self.second) if one >= 0]
        return known[0] if len(known) == 1 else -1


def block_comparisons(index: CodeIndex) -> list[BlockComparison]:
    """Return the comparisons of blocks in *index*, in order of address."""
    if index.flow is None:
        return []
    table = index.listing
    rows = where(table.op == CMPS)
    first, second = (_held(index, column[rows], rows) for column in (table.ra, table.rb))
    count = _held(index, table.rd[rows], rows)
    size = np.where(count >= 0, count * table.width[rows], -1)
    pairs = zip(rows.tolist(), first.tolist(), second.tolist(), size.tolist(), strict=True)
    return [BlockComparison(*pair) for pair in pairs]


def _held(index: CodeIndex, registers: "np.typing.NDArray[np.uint8]", rows: Ints) -> Ints:
    """Return what each register holds at its row, -1 where that is no constant."""
    if index.flow is None or not rows.size:
        return np.zeros(0, dtype=np.int64)
    values, known = index.flow.value_of(registers, rows)
    return np.where(known, values, -1)
