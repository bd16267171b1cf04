import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import engenius
from assay.unpack.view import NotThisFormat, View

IMAGE = b"the image" * 20 + bytes(40) + b"its end" * 9
KEY = bytes.fromhex("ac783c9ecf67b359")


def sample(shift: int = 3) -> bytes:
    masked = bytes(byte ^ KEY[(at + shift) % 8] for at, byte in enumerate(IMAGE))
    head = struct.pack(">III20sII", 0, 0x101, 75, b"1.0.0", len(masked), 0).ljust(0x5C, b"\0")
    head += b"\x12\x34\x56\x78all\0" + bytes(8)
    return head.ljust(128, b"\0") + struct.pack(">I", 6) + b"EAP600" + masked


@pytest.mark.parametrize("shift", range(8))
def test_the_mask_is_taken_off(
    opened: Callable[..., Any], announces: Callable[..., bool], shift: int
) -> None:
    data = sample(shift)
    result = opened(engenius, data)
    assert announces(engenius, data)
    assert result.extent.end == len(data)
    assert result.content("image") == IMAGE


def test_without_the_key_it_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        engenius.measure(View(sample().replace(KEY[:4], b"????")), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 420), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 420),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(engenius, sample(), changes, cut)
