import bz2
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.compression import bzip2
from assay.unpack.limits import Limits
from assay.unpack.view import NotThisFormat, View

TEXT = b"".join(b"line %d of the sample text\n" % number for number in range(4000))
STREAM = bz2.compress(TEXT)


def test_the_end_is_found(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(bzip2, b"<<" + STREAM + b">>", 2)
    assert announces(bzip2, STREAM)
    assert result.extent.end == 2 + len(STREAM)
    assert result.content("bzip2.content") == TEXT


def test_streams_that_follow_one_another_are_one(opened: Callable[..., Any]) -> None:
    result = opened(bzip2, STREAM + bz2.compress(b"the end") + b"BZh9 no more")
    assert result.content("bzip2.content") == TEXT + b"the end"
    assert result.extent.end == len(STREAM + bz2.compress(b"the end"))


@pytest.mark.parametrize("damaged", [STREAM[:-1], STREAM[:90] + b"?" + STREAM[91:]])
def test_damaged_streams_are_refused(damaged: bytes) -> None:
    with pytest.raises(NotThisFormat):
        bzip2.measure(View(damaged), 0)


def test_a_bomb_is_a_limit(opened: Callable[..., Any]) -> None:
    bomb = bz2.compress(bytes(2 << 20))
    result = opened(bzip2, bomb, 0, Limits(stream=1 << 20))
    assert [problem.kind for problem in result.sink.problems] == ["limit"]
    assert not result.entries


def test_real_streams(opened: Callable[..., Any], corpus: Path) -> None:
    data = (corpus / "images/zyxel-zynos-340ut5c0.bin").read_bytes()
    assert opened(bzip2, data, 0x7C330).extent.end == 2190833


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 900),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(bzip2, STREAM, changes, cut)
