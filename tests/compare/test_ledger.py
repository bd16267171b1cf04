"""The account of bytes: every byte is counted once, wherever labels begin and end."""

import numpy as np
import pytest

from assay.compare.ledger import STEP, Ledger


@pytest.mark.parametrize("size", [0, 1, STEP, STEP + 1, 3 * STEP - 1])
def test_the_sums_are_those_of_each_label(size: int) -> None:
    ledger = Ledger(size, size // 2)
    ledger.equal(0, 0, size // 3)
    ledger.explain(0, size // 3, size // 2, "N7", "a proof")
    ledger.differ(1, size // 3, size // 3 + 5)
    counted = {(one.account, one.cause): (one.bytes_a, one.bytes_b) for one in ledger.sums()}
    expected = {
        ("equal", ""): 1, ("explained", "N7"): 16 + 7, ("differing", ""): 2, ("unexplained", ""): 0,
    }  # fmt: skip
    for key, label in expected.items():
        both = tuple(int(np.count_nonzero(side == label)) for side in ledger.labels)
        assert counted.get(key, (0, 0)) == both
    totals = [sum(one[side] for one in counted.values()) for side in (0, 1)]
    assert totals == [size, size // 2]
