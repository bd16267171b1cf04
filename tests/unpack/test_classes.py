"""Magics as classes of bytes: what the expressions match, in every place."""

import random
import re

import pytest
from hypothesis import given, settings, strategies as st

from assay import _native
from assay.unpack import classes, scan
from assay.unpack.classes import Classes, classes_of, patterns
from assay.unpack.limits import Limits
from assay.unpack.registry import formats
from assay.unpack.scan import Scanner, scanner
from assay.unpack.view import View

COMPILED = pytest.mark.skipif(_native.library() is None, reason="no compiled kernels here")
EXPRESSIONS = (rb"[a-c].\x00{2}(?:xy|[0-9]\xff)", rb"..b", rb"\x00[\x00-\x07]a", rb"z{9}")
COMMON = [magic for one in formats() for magic in one.FORMAT.magic if magic.common]


def plain(expressions: tuple[bytes, ...], data: bytes) -> set[tuple[int, int]]:
    return {
        (match.start(), number)
        for number, one in enumerate(expressions)
        for match in re.finditer(rb"(?=%s)" % one, data, re.DOTALL)
    }


_PIECES = st.one_of(
    st.sampled_from([b"a", b"b", b"c", b"\0\0", b"xy", b"\xff", b"7", b"z" * 8, b"\0"]),
    st.binary(max_size=4),
)


@COMPILED
@settings(max_examples=300)
@given(st.lists(_PIECES, max_size=30).map(b"".join))
def test_all_matches_are_found(data: bytes) -> None:
    found = Classes(EXPRESSIONS).find(memoryview(data))
    assert found is not None
    assert set(found) == plain(EXPRESSIONS, data)
    assert len(found) == len(set(found))


@COMPILED
def test_common_magics_are_found_in_noise() -> None:
    expressions = tuple(magic.expression for magic in COMMON)
    noise = random.Random(4)
    data = b"".join(
        noise.choice(
            [
                b"\0",
                b"\0\0\0\0",
                b"]\0\0\x80\0",
                b"A1b2",
                b"MINIFS",
                b"\xff",
                b"0000000 ",
                noise.randbytes(2),
            ]
        )
        for _ in range(40_000)
    )
    found = Classes(expressions).find(memoryview(data))
    assert found is not None
    assert set(found) == plain(expressions, data)
    assert len(found) > 20


@COMPILED
def test_too_many_matches_are_for_another_search() -> None:
    assert Classes((b"a",)).find(memoryview(b"a" * (classes.ROOM + 1))) is None


def test_what_is_no_row_of_classes() -> None:
    for expression in (b"a+", b"a|b*", b"^a", rb"\ba", b"[^a]"):
        with pytest.raises(ValueError, match="no class of bytes"):
            patterns(expression)
    with pytest.raises(ValueError, match="alternatives"):
        patterns(b"(?:ab|cde){7}")
    assert classes_of(()) is None
    assert len(patterns(COMMON[0].expression)) >= 1


@COMPILED
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(_PIECES, st.integers(0, 300)), max_size=40),
    st.sampled_from([5, 100_000]),
)
def test_both_searches_give_the_same_candidates(pieces: list[tuple[bytes, int]], most: int) -> None:
    heads = [b"]\0\0\x80\0" + b"\xff" * 8 + b"\0\x11", b"cr6c\x80\0\0\0\0\x01\0\0\0\0\x10\0"]
    data = b"".join(piece + bytes(gap) + heads[gap % 2] for piece, gap in pieces)
    view = View(data, Limits(candidates=most))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_is_plain", lambda _: True)
        apart = scanner().candidates(view)
        patch.setattr(scan, "_is_plain", lambda _: False)
        assert scanner().candidates(view) == apart


def test_without_the_compiled_form_there_is_one_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "_kernel", lambda: None)
    classes_of.cache_clear()
    plain_one = Scanner(formats())
    classes_of.cache_clear()
    data = bytes(5000) + b"]\0\0\x80\0" + b"\xff" * 8 + b"\0\x11" + bytes(3000)
    assert plain_one.candidates(View(data)) == scanner().candidates(View(data))
    assert plain_one.candidates(View(data))[0]


def test_images_give_the_same_candidates(corpus) -> None:
    data = (corpus / "images" / "openwrt-ar71xx-tiny-vmlinux.bin").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        found = scanner().candidates(View(data))
        patch.setattr(scan, "_is_plain", lambda _: False)
        assert scanner().candidates(View(data)) == found


@COMPILED
def test_tables_are_made_once_for_an_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[tuple[str, str], bytes] = {}
    monkeypatch.setattr(classes, "kept", lambda name, key: known.get((name, key)))
    monkeypatch.setattr(
        classes, "keep", lambda name, key, value: known.update({(name, key): value})
    )
    data = memoryview(bytes(range(256)) + b"a.\0\0xy" + b"z" * 9)
    fresh = Classes(EXPRESSIONS, "some").find(data)
    monkeypatch.setattr(classes, "tables_of", lambda _: pytest.fail("made again"))
    assert (
        Classes(EXPRESSIONS, "some").find(data) == fresh == Classes(EXPRESSIONS, "some").find(data)
    )
    assert fresh
    monkeypatch.undo()
    monkeypatch.setattr(classes, "kept", lambda name, key: known.get((name, key)))
    assert Classes(EXPRESSIONS[:2], "some").find(data) == Classes(EXPRESSIONS[:2]).find(data)
