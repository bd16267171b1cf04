import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import linksys_pattern
from assay.unpack.view import NotThisFormat, View

BODY = struct.pack("<HH3I", 0, 1, 28, 0, 0) + b"kernel" * 60
TRX = b"HDR0" + struct.pack("<II", len(BODY) + 12, zlib.crc32(BODY) ^ 0xFFFFFFFF) + BODY
DATA = b"W54G" + bytes(4) + bytes([12, 2, 8, 4, 21, 5]) + b"U2ND" + bytes(14) + TRX


def test_the_image_follows_the_header(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(linksys_pattern, DATA + b"\xff" * 100)
    assert announces(linksys_pattern, DATA)
    assert result.extent.end == len(DATA)
    assert result.content("image") == TRX


def test_an_impossible_date_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        linksys_pattern.measure(View(DATA[:9] + b"\x0d" + DATA[10:]), 0)


def test_a_cut_image_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        linksys_pattern.measure(View(DATA[:-1]), 0)


def test_a_real_image(opened: Callable[..., Any], corpus: Path) -> None:
    data = (corpus / "images/linksys-wrt54gv4-4.21.5.bin").read_bytes()
    result = opened(linksys_pattern, data)
    assert result.extent.end == 3362848
    assert result.content("image")[:4] == b"HDR0"


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 600),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(linksys_pattern, DATA, changes, cut)
