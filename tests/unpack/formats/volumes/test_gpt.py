import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.volumes import gpt
from assay.unpack.view import NotThisFormat, View


def disk(sector: int = 512) -> bytes:
    entries = b""
    for name, first, last in (("boot", 4, 5), ("rootfs", 6, 6), ("rootfs", 7, 7)):
        label = name.encode("utf-16-le").ljust(72, b"\0")
        entries += bytes(range(1, 33)) + struct.pack("<QQQ", first, last, 0) + label
    entries = entries.ljust(sector, b"\0")

    def header(crc: int) -> bytes:
        return struct.pack(
            "<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, crc, 0, 1, 8, 4, 7, bytes(16),
            2, 4, 128, zlib.crc32(entries[:512]),
        )  # fmt: skip

    head = header(zlib.crc32(header(0))).ljust(sector, b"\0")
    data = b"".join(bytes([0x40 + number]) * sector for number in range(4, 9))
    return bytes(sector) + head + entries + bytes(sector) + data


@pytest.mark.parametrize("sector", [512, 4096])
def test_partitions_by_name(
    opened: Callable[..., Any], announces: Callable[..., bool], sector: int
) -> None:
    result = opened(gpt, disk(sector) + b"more")
    assert announces(gpt, disk(sector))
    assert result.extent.end == len(disk(sector))
    assert result.content("boot") == b"D" * sector + b"E" * sector
    assert result.content("rootfs") == b"F" * sector
    assert result.content("rootfs-3") == b"G" * sector
    assert not result.sink.problems


def test_changed_entries_are_damage(opened: Callable[..., Any]) -> None:
    data = disk().replace(b"b\0o\0o\0t", b"B\0o\0o\0t")
    result = opened(gpt, data)
    assert [problem.kind for problem in result.sink.problems] == ["damage"]
    assert "Boot" in result.entries


def test_a_cut_disk_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(gpt, disk()[: 5 * 512])
    assert result.content("boot") == b"D" * 512
    assert {problem.kind for problem in result.sink.problems} == {"damage"}


def test_a_wrong_header_is_refused() -> None:
    data = bytearray(disk())
    data[512 + 40] ^= 1
    with pytest.raises(NotThisFormat):
        gpt.measure(View(bytes(data)), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 4600), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 4600),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(gpt, disk(), changes, cut)
