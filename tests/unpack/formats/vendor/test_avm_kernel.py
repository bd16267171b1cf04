import lzma
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import avm_kernel
from assay.unpack.view import NotThisFormat, View

KERNEL = b"".join(b"line %d of the kernel\n" % number for number in range(900))


def sample(magic: int = 0xFEED1281) -> bytes:
    alone = lzma.compress(KERNEL, lzma.FORMAT_ALONE, filters=[
        {"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 23}
    ])  # fmt: skip
    data = alone[13:]
    record = struct.pack("<4I", 0x075A0201, len(data), len(KERNEL), zlib.crc32(data))
    record += alone[:5] + bytes(3) + data
    head = struct.pack("<II", len(record), 0x94000000)
    total = -sum(head + record) & 0xFFFFFFFF
    return struct.pack("<I", magic) + head + record + struct.pack("<III", total, 0, 0x94215000)


@pytest.mark.parametrize("magic", [0xFEED1281, 0xFEEDB007])
def test_the_kernel_is_decompressed(
    opened: Callable[..., Any], announces: Callable[..., bool], magic: int
) -> None:
    result = opened(avm_kernel, b"<<" + sample(magic) + bytes(99), 2)
    assert announces(avm_kernel, sample(magic))
    assert result.extent.end == 2 + len(sample(magic))
    assert result.content("kernel") == KERNEL
    assert not result.sink.problems


def test_a_changed_byte_is_damage(opened: Callable[..., Any]) -> None:
    data = bytearray(sample())
    data[8] ^= 1
    result = opened(avm_kernel, bytes(data))
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_a_bomb_is_a_limit(opened: Callable[..., Any]) -> None:
    data = bytearray(sample())
    data[20:24] = b"\xff" * 4
    result = opened(avm_kernel, bytes(data))
    assert [problem.kind for problem in result.sink.problems] == ["limit"]


def test_cut_records_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        avm_kernel.measure(View(sample()[:-1]), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 3000),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(avm_kernel, sample(), changes, cut)
