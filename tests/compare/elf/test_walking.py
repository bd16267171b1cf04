"""Walks backwards over all paths: what they find, and that C and Python find the same."""

from itertools import pairwise
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, strategies as st

from assay._native import library
from assay.compare.elf.half import read_half
from assay.compare.elf.walking import (
    MOST_STEPS,
    CompiledWalk,
    PlainWalk,
    Steps,
    steps_of,
    walk_over,
)

HERE = Path(__file__).resolve().parent / "programs"
NOTHING = 255
WALKS = [PlainWalk, *([CompiledWalk] if library() is not None else [])]


def steps(written, jumps=(), *, chunk=None, falls=None, lost=None, extra=()):
    """Return steps over rows that write *written*, with jumps (source, target)."""
    count = len(written)
    jumps = sorted(jumps, key=lambda one: one[1])
    targets = np.array([target for _, target in jumps], dtype=np.int64)
    falls = np.array(falls or [True] * count, dtype=np.bool_)
    falls[:1] = False
    return Steps(
        written=np.array(written, dtype=np.uint8),
        chunk=np.array(chunk or [0] * count, dtype=np.int64),
        falls=falls,
        lost=np.array(lost or [0] * count, dtype=np.uint64),
        first=np.searchsorted(targets, np.arange(count + 1)).astype(np.int64),
        sources=np.array([source for source, _ in jumps], dtype=np.int64),
        extra_rows=np.array(sorted(row for row, _ in extra), dtype=np.int64),
        extra_registers=np.array([one for _, one in sorted(extra)], dtype=np.uint8),
    )


@pytest.mark.parametrize("walk", WALKS)
def test_all_paths_are_followed_to_the_rows_that_set_a_register(walk):
    # Rows 0 and 2 set register 7; row 1 jumps over row 2 to row 3.
    found = walk(steps([7, NOTHING, 7, NOTHING], [(1, 3)]))
    assert found.definitions(3, 7) == {0, 2}
    assert found.definitions(2, 7) == {0}
    assert found.definitions(3, 8) == set()


@pytest.mark.parametrize("walk", WALKS)
def test_what_a_call_leaves_empty_ends_a_path(walk):
    found = walk(steps([7, NOTHING, NOTHING], lost=[0, 1 << 7, 0]))
    assert found.definitions(2, 7) == set()
    assert found.definitions(2, 6) == set()


@pytest.mark.parametrize("walk", WALKS)
def test_a_path_from_another_function_or_past_a_second_write_is_unknown(walk):
    found = walk(steps([7, NOTHING, NOTHING], chunk=[0, 1, 1]))
    assert found.definitions(2, 7) is None
    assert found.nearest(2, [0]) is None
    found = walk(steps([7, NOTHING, NOTHING], extra=[(1, 7), (1, 9)]))
    assert found.definitions(2, 7) is None
    assert found.definitions(2, 8) == set()


@pytest.mark.parametrize("walk", WALKS)
def test_the_rows_met_last_are_found_and_no_others(walk):
    found = walk(steps([NOTHING] * 5, [(1, 4)]))
    assert found.nearest(4, [0, 2]) == {0, 2}
    assert found.nearest(4, [3, 1, 0]) == {3, 1}
    assert found.nearest(4, []) == set()


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_of_too_many_rows_says_nothing(walk):
    fits = walk(steps([7, *[NOTHING] * MOST_STEPS]))
    assert fits.definitions(MOST_STEPS, 7) == {0}
    far = walk(steps([7, *[NOTHING] * (MOST_STEPS + 1)]))
    assert far.definitions(MOST_STEPS + 1, 7) is None
    assert far.nearest(MOST_STEPS + 1, [0]) is None


small = st.integers(0, 3)


@st.composite
def any_steps(draw):
    """Draw steps of a few rows with any jumps."""
    written = draw(st.lists(small, min_size=1, max_size=24))
    rows = st.integers(0, len(written) - 1)
    many = {"min_size": len(written), "max_size": len(written)}
    return steps(
        written,
        draw(st.lists(st.tuples(rows, rows), max_size=12)),
        chunk=sorted(draw(st.lists(st.integers(0, 2), **many))),
        falls=draw(st.lists(st.booleans(), **many)),
        lost=draw(st.lists(st.sampled_from([0, 0, 0, 1, 6]), **many)),
        extra=draw(st.lists(st.tuples(rows, small), max_size=3)),
    )


@pytest.mark.skipif(library() is None, reason="no compiled kernels")
@given(any_steps(), st.lists(st.integers(0, 23), max_size=4))
def test_both_walks_find_the_same(one, wanted):
    plain, compiled = PlainWalk(one), CompiledWalk(one)
    for row in range(one.written.size):
        for register in range(5):
            assert plain.definitions(row, register) == compiled.definitions(row, register)
        assert plain.nearest(row, wanted) == compiled.nearest(row, wanted)


@pytest.mark.skipif(library() is None, reason="no compiled kernels")
@given(any_steps(), st.lists(st.integers(0, 23), max_size=4), st.integers(1, 9))
def test_both_walks_give_up_after_as_many_rows(one, wanted, most):
    with mock.patch("assay.compare.elf.walking.MOST_STEPS", most):
        plain, compiled = PlainWalk(one), CompiledWalk(one)
        for row in range(one.written.size):
            for register in range(5):
                assert plain.definitions(row, register) == compiled.definitions(row, register)
            assert plain.nearest(row, wanted) == compiled.nearest(row, wanted)


@pytest.mark.skipif(library() is None, reason="no compiled kernels")
@given(any_steps(), st.integers(0, 4))
def test_both_walks_find_the_same_sources(one, register):
    users = np.arange(one.written.size)
    registers = np.full(users.size, register, dtype=np.uint8)
    plain, compiled = (walk(one).sources(users, registers) for walk in (PlainWalk, CompiledWalk))
    assert np.array_equal(plain.offsets, compiled.offsets)
    for start, end in pairwise(plain.offsets.tolist()):
        assert set(plain.rows[start:end].tolist()) == set(compiled.rows[start:end].tolist())


@pytest.mark.skipif(library() is None, reason="no compiled kernels")
@pytest.mark.parametrize("target", ["aarch64", "mipsel"])
def test_both_walks_find_the_same_in_a_program(target):
    one = steps_of(read_half((HERE / f"base-paths-{target}").read_bytes()))
    plain, compiled = PlainWalk(one), CompiledWalk(one)
    for row in range(0, one.written.size, 3):
        for register in (2, 4, 28, 31):
            assert plain.definitions(row, register) == compiled.definitions(row, register)
        wanted = range(row % 7, row, 11)
        assert plain.nearest(row, wanted) == compiled.nearest(row, wanted)


def test_the_compiled_walk_is_used_where_there_is_one():
    chosen = walk_over(steps([1, 2]))
    assert isinstance(chosen, CompiledWalk if library() is not None else PlainWalk)
