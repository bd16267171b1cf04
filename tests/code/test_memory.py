"""Words and members: the vectorised look-ups behind the index."""

import numpy as np
from hypothesis import given, strategies as st

from assay.code.memory import Area, Memory, distinct, gather, listed, within

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


@given(NUMBERS, st.sampled_from([1, 2, 4, 8]), st.sampled_from("<>"))
def test_words_are_read_from_the_area_that_holds_all_of_them(places, size, order):
    areas = [
        Area(start, np.arange(start, end, dtype=np.uint8), 0, code=False, fixed=True)
        for start, end in ((4, 7), (7, 20), (24, 36))
    ]
    values, good = Memory(areas, order, 32).words(np.array(places, dtype=np.int64), size)
    held = [any(4 <= one.start <= at and at + size <= one.end for one in areas) for at in places]
    side = "little" if order == "<" else "big"
    wanted = [int.from_bytes(bytes(range(at, at + size)), side) for at in places]
    assert good.tolist() == held
    pairs = zip(values.tolist(), wanted, held, strict=True)
    assert all(value == (word if inside else 0) for value, word, inside in pairs)
