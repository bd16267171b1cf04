import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import alpha_section
from assay.unpack.view import NotThisFormat, View

CONTENT = b"root file system" * 8


def section(order: str) -> bytes:
    mark = b"--PaCkImGs--" + bytes(4)
    return mark + struct.pack(order + "I", len(CONTENT)) + bytes(12) + CONTENT


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders(
    opened: Callable[..., Any], announces: Callable[..., bool], order: str
) -> None:
    result = opened(alpha_section, section(order) + b"rest")
    assert announces(alpha_section, section(order))
    assert result.extent.end == 32 + len(CONTENT)
    assert result.content("section") == CONTENT


def test_a_cut_section_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        alpha_section.measure(View(section(">")[:-1]), 0)


def test_a_real_image(opened: Callable[..., Any], corpus: Path) -> None:
    data = (corpus / "images/dlink-dir-600l-2.17.bin").read_bytes()
    result = opened(alpha_section, data, 0x12006C)
    assert result.extent.end == len(data)
    assert result.content("section")[:4] == b"hsqs"


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 256), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 256),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(alpha_section, section(">"), changes, cut)
