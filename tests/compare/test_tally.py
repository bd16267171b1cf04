"""The account by ranges says what labels byte by byte would say."""

import numpy as np
from hypothesis import given, strategies as st

from assay.compare.ledger import EQUAL, FIRST_CAUSE, Ledger
from assay.compare.tally import Tally, covered, painted

RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(2, 9)), max_size=12)


@given(st.integers(0, 50), RANGES)
def test_the_last_range_over_a_byte_decides(size, ranges):
    labels = np.full(size, 1, np.uint8)
    for start, end, label in ranges:
        labels[start : max(start, end)] = label
    counted = {label: int(np.count_nonzero(labels == label)) for label in range(10)}
    assert {label: painted(size, ranges, 1)[label] for label in range(10)} == counted


@given(RANGES, st.integers(0, 60), st.integers(0, 60))
def test_what_ranges_cover_is_counted_once(ranges, start, end):
    places = {place for first, after, _ in ranges for place in range(first, after)}
    expected = len(places & set(range(start, end)))
    assert covered([(first, after) for first, after, _ in ranges], start, end) == expected


def test_sums_are_those_of_a_ledger():
    ledger, tally = Ledger(30, 20), Tally()
    ledger.equal(0, 0, 10)
    ledger.explain(0, 10, 25, "N7", "why")
    ledger.explain(1, 10, 15, "N7", "why")
    tally.add(0, EQUAL, 10)
    tally.add(1, EQUAL, 10)
    tally.paint(0, 20, [(0, 15, FIRST_CAUSE + 7)], 0)
    tally.paint(1, 10, [(0, 5, FIRST_CAUSE + 7)], 0)
    tally.proofs["N7"] = "why"
    assert tally.sums() == ledger.sums()
