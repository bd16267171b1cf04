import hashlib
import re
import zlib as library
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.compression import zlib
from assay.unpack.limits import Limits
from assay.unpack.view import NotThisFormat, View

TEXT = b"".join(b"line %d of the sample text\n" % number for number in range(400))


@pytest.mark.parametrize("level", [6, 9])
def test_the_end_is_found(
    opened: Callable[..., Any], announces: Callable[..., bool], level: int
) -> None:
    stream = library.compress(TEXT, level)
    result = opened(zlib, b"<<" + stream + b">>", 2)
    assert announces(zlib, stream)
    assert result.extent.end == 2 + len(stream)
    assert result.content("zlib.content") == TEXT


def test_a_wrong_adler_is_refused() -> None:
    stream = library.compress(TEXT)
    with pytest.raises(NotThisFormat):
        zlib.measure(View(stream[:-1] + bytes([stream[-1] ^ 1])), 0)
    with pytest.raises(NotThisFormat):
        zlib.measure(View(stream[:-1]), 0)


def test_short_contents_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        zlib.measure(View(library.compress(b"short")), 0)


@pytest.mark.parametrize("before", [b"\x89PNG\r\n\x1a\n....iCCP", b"\0\0\0\1IDAT"])
def test_pictures_are_left_alone(before: bytes) -> None:
    with pytest.raises(NotThisFormat):
        zlib.measure(View(before + library.compress(TEXT)), len(before))


def test_a_bomb_is_a_limit(opened: Callable[..., Any]) -> None:
    result = opened(zlib, library.compress(bytes(4 << 20)), 0, Limits(stream=1 << 20))
    assert [problem.kind for problem in result.sink.problems] == ["limit"]


def test_random_data_rarely_look_like_a_stream() -> None:
    noise = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(1 << 15))
    expression = re.compile(zlib.FORMAT.magic[0].expression, re.DOTALL)
    assert len(expression.findall(noise)) <= 16


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 600),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(zlib, library.compress(TEXT), changes, cut)
