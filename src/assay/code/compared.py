"""The numbers that the instructions of a program compare with, from the fast pass."""

import numpy as np

from assay.code import listing as op
from assay.code.index import CodeIndex
from assay.code.listing import NONE, ZERO
from assay.code.memory import Ints, Mask, where


def compared_numbers(index: CodeIndex) -> tuple[Ints, Ints]:
    """Return the rows that compare with a constant, and the constants."""
    listing, flow = index.listing, index.flow
    rows = [where(listing.op == op.CMPI), where((listing.op == op.CMPM) & (listing.rb == NONE))]
    values = [listing.imm[rows[0]], listing.second[rows[1]].astype(np.int64)]
    if flow is None:
        return rows[0][:0], values[0][:0]
    # Beside zero, what is known would be zero, or both are.
    sides = (listing.ra != NONE) & (listing.ra != ZERO) & (listing.rb != ZERO)
    branches = (listing.op == op.BRANCH) & sides
    for chosen in (where(listing.op == op.CMP), where(branches)):
        first, known = flow.value_of(listing.ra[chosen], chosen, chosen)
        second, sure = flow.value_of(listing.rb[chosen], chosen, chosen)
        # Two constants are the start files' own question whether there is anything to do.
        for held, good in ((first, known & ~sure), (second, sure & ~known)):
            rows.append(chosen[good])
            values.append(held[good])
    return np.concatenate(rows), np.concatenate(values)


def drawn(values: Ints) -> Mask:
    """Return which *values* have four bytes that all differ, and none that is empty or full."""
    parts = [values >> shift & 0xFF for shift in (0, 8, 16, 24)]
    good = np.ones(values.size, dtype=np.bool_)
    for place, part in enumerate(parts):
        good &= (part != 0) & (part != 0xFF)
        for other in parts[:place]:
            good &= part != other
    return good
