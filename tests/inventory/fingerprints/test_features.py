"""Features over arrays against the same features computed one by one."""

import re
from itertools import pairwise

import numpy as np
from hypothesis import given, settings, strategies as st

from assay.inventory.fingerprints.features import (
    CHUNK,
    LEAST_NUMBER,
    LEAST_STRING,
    MOST_HASHED,
    NAME,
    STRING,
    TABLE,
    batched,
    hash_texts,
    joined,
    names_of,
    runs_in,
    string_runs,
    strings_of,
    tables_of,
)

_RUN = re.compile(rb"[\x20-\x7e\t\n\r\x1b]{%d,}(?=\0)" % LEAST_STRING)
_NUMBER = re.compile(rb"[0-9A-Fa-f]{%d,}" % LEAST_NUMBER)


def array(content: bytes) -> np.ndarray:
    return np.frombuffer(content, np.uint8)


def strings_in(content: bytes):
    return joined(strings_of(array(content), runs_in(array(content), [(0, len(content))])))


def plainly(content: bytes) -> set[int]:
    """Return the string features the slow way: runs that begin behind what does not print."""
    runs = [one[0] for one in _RUN.finditer(content) if not _NUMBER.fullmatch(one[0][:MOST_HASHED])]
    return {int(hash_texts([run], STRING)[0]) for run in runs}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([b"abc", b"message %d\n", b"\0", b"\xff", b"x" * 130]), max_size=40)
)
def test_arrays_find_what_a_scan_finds(parts):
    content = b"".join(parts)
    found = strings_in(content)
    assert set(found.numbers.tolist()) == plainly(content)


def test_offsets_and_lengths_name_the_bytes():
    content = b"\1\2first string\0\3second one\0"
    found = strings_in(content)
    texts = {content[at : at + size] for at, size in zip(found.offsets, found.lengths, strict=True)}
    assert texts == {b"first string", b"second one"}


def test_long_hexadecimal_numbers_belong_to_nobody():
    curve = b"64210519E59C80E70FA7E9AB72243049FEB8DEECC146B9B1"
    content = b"\0".join([b"", curve, curve + b"!", b"0123456789abcde", b""])
    found = strings_in(content)
    assert sorted(found.lengths.tolist()) == [15, len(curve) + 1]


def test_ranges_near_each_other_are_read_as_one():
    content = b"\0first string\0\xff\xffsecond one\0" + b"\xff" * CHUNK + b"\0third string\0"
    ranges = [(0, 14), (16, 27), (27 + CHUNK, len(content))]
    runs = list(runs_in(array(content), ranges))
    joined_runs = batched(runs)
    assert (len(runs), len(joined_runs)) == (3, 2)
    apart, together = (joined(strings_of(array(content), one)) for one in (runs, joined_runs))
    assert len(together) == 3
    assert together.numbers.tolist() == apart.numbers.tolist()
    assert together.offsets.tolist() == apart.offsets.tolist()


def test_a_string_without_an_end_is_none():
    content = b"\0no zero byte behind this"
    assert len(strings_in(content)) == 0


def test_strings_across_chunks_are_found_once():
    content = b"\0" + b"some message of a program\0" * (CHUNK // 20)
    found = strings_in(content)
    assert found.numbers.tolist() == hash_texts([b"some message of a program"], STRING).tolist()


def test_classes_do_not_mix():
    assert hash_texts([b"ssl_connect"], NAME) != hash_texts([b"ssl_connect"], STRING)


def test_long_strings_differ_by_length():
    texts = [b"y" * 200, b"y" * 201]
    assert len(set(hash_texts(texts, STRING).tolist())) == 2


def test_names():
    content = b"\0alpha_one\0b\0gamma_three\0cut off"
    found = names_of(array(content), np.array([1, 11, 13, 25]), len(content))
    texts = sorted(content[a : a + n] for a, n in zip(found.offsets, found.lengths, strict=True))
    assert texts == [b"alpha_one", b"gamma_three"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([b"abc", b"some words", b"\0", b"\xff", b"\1"]), max_size=30),
    st.lists(st.integers(0, 200), max_size=12),
)
def test_ranges_are_searched_as_if_one_by_one(parts, bounds):
    content = b"".join(parts)
    data = array(content)
    ends = sorted({min(bound, len(content)) for bound in bounds})
    ranges = list(pairwise(ends))[::2]
    found = [(b.tolist(), n.tolist()) for b, n in runs_in(data, ranges)]
    alone = [string_runs(data, *one) for one in ranges]
    assert found == [(b.tolist(), n.tolist()) for b, n in alone]


def table(seed: int, words: int = 4000) -> bytes:
    return (
        np.random.default_rng(seed).integers(0, 1 << 32, words, np.uint32).astype("<u4").tobytes()
    )


def test_tables_are_found_wherever_they_lie():
    one = joined(tables_of(array(table(1)), [(0, 16000)]))
    moved = joined(tables_of(array(bytes(148) + table(1)), [(0, 16148)]))
    assert len(one) > 20
    assert set(one.numbers.tolist()) <= set(moved.numbers.tolist())
    assert set(one.classes.tolist()) == {TABLE}


def test_tables_in_the_other_order_of_bytes():
    swapped = np.frombuffer(table(1), "<u4").astype(">u4").tobytes()
    one, other = (
        joined(tables_of(array(table(1)), [(0, 16000)])),
        joined(tables_of(array(swapped), [(0, 16000)], swap=True)),
    )
    assert one.numbers.tolist() == other.numbers.tolist()


def test_runs_and_text_are_no_tables():
    assert len(joined(tables_of(array(bytes(1 << 16)), [(0, 1 << 16)]))) == 0
    assert len(joined(tables_of(array(b"abcdefghijklmnop" * 4096), [(0, 1 << 16)]))) == 0


def test_joined_keeps_the_first_place():
    content = b"\0repeated text\0repeated text\0"
    found = joined([strings_in(content)] * 2)
    assert found.offsets.tolist() == [1]
