import hashlib
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import dlink_encrypted
from assay.unpack.view import NotThisFormat, View

SECRET = bytes(range(256)) * 4


def shrs() -> bytes:
    head = struct.pack(">4sII", b"SHRS", len(SECRET), len(SECRET)) + bytes(16) + bytes(128)
    return (head + hashlib.sha512(SECRET).digest()).ljust(0x6DC, b"\0") + SECRET


SIMPLE = b"encrpted_img" + struct.pack(">I", len(SECRET)) + SECRET


@pytest.mark.parametrize("data", [shrs(), SIMPLE])
def test_the_contents_count_as_encrypted(
    opened: Callable[..., Any], announces: Callable[..., bool], data: bytes
) -> None:
    result = opened(dlink_encrypted, data + b"more")
    assert announces(dlink_encrypted, data)
    assert result.extent.end == len(data)
    assert [region.account for region in result.sink.regions] == ["parsed", "encrypted"]
    assert result.sink.regions[1].length == len(SECRET)
    assert [problem.kind for problem in result.sink.problems] == ["unsupported"]
    assert not result.entries


def test_a_changed_byte_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(dlink_encrypted, shrs()[:-1] + b"?")
    assert [problem.kind for problem in result.sink.problems] == ["unsupported", "damage"]


def test_a_cut_image_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        dlink_encrypted.measure(View(SIMPLE[:-1]), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 2900), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 2900),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(dlink_encrypted, shrs(), changes, cut)
