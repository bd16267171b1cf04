"""Sequences are paired in order, whatever was inserted, removed or repeated."""

from itertools import pairwise

from hypothesis import given, strategies as st

from assay.compare.alignment import align, opcodes

SEQUENCES = st.lists(st.integers(0, 8), max_size=60)


@given(SEQUENCES, SEQUENCES)
def test_pairs_are_equal_and_ascend(a, b):
    pairs = align(a, b)
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))


@given(SEQUENCES)
def test_the_same_is_paired_throughout(a):
    assert align(a, a) == [(i, i) for i in range(len(a))]


def test_an_insertion_is_found():
    a = list(range(3000))
    b = [*a[:1500], -1, -2, *a[1500:]]
    pairs = align(a, b)
    assert len(pairs) == 3000
    assert opcodes(pairs, len(a), len(b)) == [(1500, 1500, 1500, 1502)]


def test_repetition_ends():
    a, b = [1, 2] * 40_000, [2, 1, 1] * 30_000
    assert all(a[i] == b[j] for i, j in align(a, b))
