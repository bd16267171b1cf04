"""Padding between functions is told in runs, and marks are registers that nothing writes."""

import numpy as np
import pytest

from assay.code.definitions import _written
from assay.code.listing import CONST, NONE, ZERO, blank
from assay.code.values import padding_of


def plain_onward(idle: set[int], row: int) -> int:
    """Return the first row at or behind *row* that is not among *idle*."""
    while row in idle:
        row += 1
    return row


def plain_back(idle: set[int], row: int) -> int:
    """Return the last row before *row* that is not among *idle*."""
    row -= 1
    while row in idle:
        row -= 1
    return row


@pytest.mark.parametrize("idle", [(), (0, 1), (3,), (2, 3, 4, 8), (0, 1, 2, 7, 8, 9), range(10)])
def test_padding_is_skipped_both_ways(idle):
    padding = padding_of(np.array(idle, dtype=np.int64), 10)
    rows = np.arange(11, dtype=np.int64)
    held = set(idle)
    assert padding.onward(rows).tolist() == [plain_onward(held, row) for row in range(11)]
    assert padding.back(rows).tolist() == [plain_back(held, row) for row in range(11)]
    assert padding.whole == (len(held) == 10)


def test_only_registers_that_rows_or_calls_change_are_looked_for():
    listing = blank(4 * np.arange(3, dtype=np.int64), 4)
    listing.op[0], listing.rd[0] = CONST, 5
    listing.overwrite(np.array([1]), np.array([7]))
    clobbered = np.zeros(256, dtype=np.bool_)
    clobbered[2] = True
    written = _written(listing, clobbered)
    assert np.flatnonzero(written).tolist() == [2, 5, 7]
    assert not written[[NONE, ZERO]].any()
