import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import netgear_chk
from assay.unpack.view import NotThisFormat, View

KERNEL, ROOTFS = b"kernel" * 30, b"rootfs" * 25
BOARD = b"U12H000T00_NETGEAR"


def netgear_sum(data: bytes) -> int:
    # as mkchkimg computes it, byte by byte
    first = second = 0
    for byte in data:
        first = (first + byte) & 0xFFFFFFFF
        second = (second + first) & 0xFFFFFFFF
    folded = []
    for total in (first, second):
        half = (total & 0xFFFF) + (total >> 16)
        folded.append(((half >> 16) + half) & 0xFFFF)
    return folded[1] << 16 | folded[0]


def sample() -> bytes:
    def header(own: int) -> bytes:
        return struct.pack(
            ">4sI8sIIIIII", b"*#$^", 40 + len(BOARD), b"\1\1\0\0\0\0\0\0", netgear_sum(KERNEL),
            netgear_sum(ROOTFS), len(KERNEL), len(ROOTFS), netgear_sum(KERNEL + ROOTFS), own,
        ) + BOARD  # fmt: skip

    return header(netgear_sum(header(0))) + KERNEL + ROOTFS


def test_kernel_and_root(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(netgear_chk, sample() + b"more")
    assert announces(netgear_chk, sample())
    assert result.extent.end == len(sample())
    assert result.content("kernel") == KERNEL
    assert result.content("rootfs") == ROOTFS
    assert not result.sink.problems


def test_a_changed_byte_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(netgear_chk, sample()[:-1] + b"?")
    assert [problem.says for problem in result.sink.problems] == [
        "the checksum of the rootfs does not match"
    ]


def test_cut_and_unsound_headers_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        netgear_chk.measure(View(sample()[:-1]), 0)
    with pytest.raises(NotThisFormat):
        netgear_chk.measure(View(sample().replace(BOARD, b"\xff" * len(BOARD))), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 420), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 420),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(netgear_chk, sample(), changes, cut)
