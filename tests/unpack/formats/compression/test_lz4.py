from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.compression import lz4
from assay.unpack.view import NotThisFormat, View

DATA = Path(__file__).resolve().parent / "data"
TEXT = b"".join(b"line %d of the sample text\n" % number for number in range(400))

FRAME = (DATA / "frame.lz4").read_bytes()
LEGACY = (DATA / "legacy.lz4").read_bytes()


@pytest.mark.parametrize("stream", [FRAME, LEGACY])
def test_the_end_is_found(
    opened: Callable[..., Any], announces: Callable[..., bool], stream: bytes
) -> None:
    result = opened(lz4, b"<<" + stream + b">>>>>", 2)
    assert announces(lz4, stream)
    assert result.extent.end == 2 + len(stream)
    assert result.content("lz4.content") == TEXT


@pytest.mark.parametrize("damaged", [FRAME[:-1], FRAME[:-2] + b"??", LEGACY[:-9], LEGACY[:9]])
def test_damaged_streams_are_refused(damaged: bytes) -> None:
    with pytest.raises(NotThisFormat):
        lz4.measure(View(damaged), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 2000),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(lz4, FRAME, changes, cut)
