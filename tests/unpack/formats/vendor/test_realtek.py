import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import realtek
from assay.unpack.view import NotThisFormat, View

KERNEL = bytes(range(1, 101))
ROOTFS = b"hsqs" + bytes(range(1, 97))


def section(name: bytes, load: int, burn: int, data: bytes) -> bytes:
    words = struct.unpack(f">{len(data) // 2}H", data)
    data += struct.pack(">H", -sum(words) & 0xFFFF)
    return name + struct.pack(">III", load, burn, len(data)) + data


def sample() -> bytes:
    kernel = section(b"cs6c", 0x80500000, 0x30000, KERNEL)
    return kernel + section(b"r6cr", 0x130000, 0x130000, ROOTFS)


def test_adjoining_sections_are_parts(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(realtek, sample() + bytes(100))
    assert announces(realtek, sample())
    assert announces(realtek, sample()[118:])
    assert result.extent.end == len(sample())
    assert result.content("cs6c") == KERNEL
    assert result.content("r6cr") == ROOTFS
    assert sum(region.length for region in result.sink.regions) == 36


def test_equal_signatures_get_numbers(opened: Callable[..., Any]) -> None:
    result = opened(realtek, sample() + section(b"r6cr", 0x200000, 0x200000, KERNEL))
    assert list(result.entries) == ["cs6c", "r6cr", "r6cr-2"]


def test_the_chain_ends_where_a_checksum_fails() -> None:
    data = bytearray(sample())
    data[-10] ^= 1
    assert realtek.measure(View(bytes(data)), 0).end == 16 + len(KERNEL) + 2
    data[40] ^= 1
    with pytest.raises(NotThisFormat):
        realtek.measure(View(bytes(data)), 0)


def test_zeros_are_no_section() -> None:
    empty = b"cs6c" + struct.pack(">III", 0x80500000, 0x30000, 100) + bytes(100)
    with pytest.raises(NotThisFormat):
        realtek.measure(View(empty), 0)


@pytest.mark.parametrize(
    ("image", "names"),
    [
        ("dlink-dir-600l-2.04.bin", ["F6LB", "Mlnk", "R6LB"]),
        ("netcore-fileid361.zip", ["cr6c", "r6cr"]),
    ],
)
def test_real_images(
    opened: Callable[..., Any], corpus: Path, image: str, names: list[str]
) -> None:
    data = (corpus / "images" / image).read_bytes()
    result = opened(realtek, data)
    assert result.extent.end == len(data)
    assert list(result.entries) == names


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 256), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 256),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(realtek, sample(), changes, cut)
