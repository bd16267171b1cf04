from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.compression import lzop
from assay.unpack.view import NotThisFormat, View

DATA = Path(__file__).resolve().parent / "data"
TEXT = b"".join(b"line %d of the sample text\n" % number for number in range(400))

ADLER = (DATA / "lzo1x.lzop").read_bytes()
CRC = (DATA / "crc.lzop").read_bytes()


@pytest.mark.parametrize("stream", [ADLER, CRC])
def test_the_end_is_found(
    opened: Callable[..., Any], announces: Callable[..., bool], stream: bytes
) -> None:
    result = opened(lzop, b"<<" + stream + b">>", 2)
    assert announces(lzop, stream)
    assert result.extent.end == 2 + len(stream)
    assert result.content("lzop.content") == TEXT
    assert not result.sink.problems


def test_a_changed_block_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(lzop, ADLER[:-30] + b"?" + ADLER[-29:])
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


@pytest.mark.parametrize("damaged", [ADLER[:-5], ADLER[:20] + b"?" + ADLER[21:]])
def test_cut_files_and_wrong_headers_are_refused(damaged: bytes) -> None:
    with pytest.raises(NotThisFormat):
        lzop.measure(View(damaged), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1700), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 1700),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(lzop, ADLER, changes, cut)
