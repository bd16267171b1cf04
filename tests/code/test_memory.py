"""Words and members: the vectorised look-ups behind the index."""

import numpy as np
from hypothesis import given, strategies as st

from assay.code.memory import distinct, gather, listed, within

NUMBERS = st.lists(st.integers(0, 40), max_size=30)


@given(st.binary(min_size=1, max_size=40), st.sampled_from([1, 2, 4, 8]), st.sampled_from("<>"))
def test_gather_reads_words_at_any_byte(data, size, order):
    count = max(len(data) - size + 1, 0)
    found = gather(np.frombuffer(data, dtype=np.uint8), np.arange(count), size, order)
    side = "little" if order == "<" else "big"
    words = [int.from_bytes(data[at : at + size], side) for at in range(count)]
    assert found.tolist() == [word - (1 << 64) if word >> 63 else word for word in words]


@given(NUMBERS, NUMBERS)
def test_listed_is_membership(values, options):
    found = listed(np.array(values, dtype=np.int64), np.array(sorted(options), dtype=np.int64))
    assert found.tolist() == [value in options for value in values]


@given(NUMBERS)
def test_distinct_sorts_and_drops(values):
    assert distinct(np.array(values, dtype=np.int64)).tolist() == sorted(set(values))


@given(NUMBERS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4))
def test_within_is_any_range(values, ranges):
    ordered = sorted(ranges)
    found = within(np.array(values, dtype=np.int64), ordered)
    wanted = [any(start <= value < end for start, end in ordered) for value in values]
    assert found.tolist() == wanted
