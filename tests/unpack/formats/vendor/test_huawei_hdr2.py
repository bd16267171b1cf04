import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import huawei_hdr2
from assay.unpack.view import NotThisFormat, View

KERNEL, ROOTFS = b"kernel" * 30, b"rootfs" * 20


def sample() -> bytes:
    rest = KERNEL + ROOTFS
    lengths = struct.pack(">II", len(KERNEL), len(ROOTFS))
    head = b"2RDH" + struct.pack(">III", 256, 256 + len(rest), zlib.crc32(rest) ^ 0xFFFFFFFF)
    return (head.ljust(0x50, b"\0") + lengths).ljust(256, b"\0") + rest


def test_kernel_and_root(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(huawei_hdr2, sample() + b"more")
    assert announces(huawei_hdr2, sample())
    assert result.extent.end == len(sample())
    assert result.content("kernel") == KERNEL
    assert result.content("rootfs") == ROOTFS
    assert not result.sink.problems


def test_a_changed_byte_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(huawei_hdr2, sample()[:-1] + b"?")
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_a_cut_image_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        huawei_hdr2.measure(View(sample()[:-1]), 0)


def test_a_real_image(opened: Callable[..., Any], corpus: Path) -> None:
    data = (corpus / "images/huawei-hg532e-v100r001c01b020.bin").read_bytes()
    result = opened(huawei_hdr2, data, 0x11080)
    assert result.extent.end == len(data) - 4
    assert result.entries["rootfs"].offset == 970489
    assert not result.sink.problems


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 600),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(huawei_hdr2, sample(), changes, cut)
