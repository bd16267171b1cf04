import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import alpha_wrgg
from assay.unpack.view import NotThisFormat, View

IMAGE = b"kernel and root" * 9


def sample(order: str) -> bytes:
    head = b"wapnd15_dlob_dap2690b".ljust(32, b"\0") + struct.pack(
        order + "II", 0x20080321, 0x20080321
    )
    head = head.ljust(104, b"\0") + struct.pack(order + "II", len(IMAGE), 0) + b"/dev/mtdblock/1"
    return head.ljust(160, b"\0") + IMAGE


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders(
    opened: Callable[..., Any], announces: Callable[..., bool], order: str
) -> None:
    result = opened(alpha_wrgg, sample(order) + b"more")
    assert announces(alpha_wrgg, sample(order))
    assert result.extent.end == len(sample(order))
    assert result.content("image") == IMAGE


def test_cut_images_and_binary_signatures_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        alpha_wrgg.measure(View(sample("<")[:-1]), 0)
    with pytest.raises(NotThisFormat):
        alpha_wrgg.measure(View(b"\xff" + sample("<")[1:]), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 300),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(alpha_wrgg, sample("<"), changes, cut)
