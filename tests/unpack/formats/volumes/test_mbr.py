import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.volumes import mbr
from assay.unpack.view import NotThisFormat, View


def record(*entries: tuple[int, int, int]) -> bytes:
    table = b"".join(struct.pack("<B3xB3xII", 0, *entry) for entry in entries)
    return bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa"


def sectors(count: int, filling: bytes) -> bytes:
    return filling * 512 * count


def disk() -> bytes:
    # boot record, partition of 2, extended from 3: (record, data) twice, linked
    first = record((0x83, 1, 1), (5, 2, 2)) + sectors(1, b"b")
    second = record((0x83, 1, 1)) + sectors(1, b"c")
    return record((0x0C, 1, 2), (5, 3, 4)) + sectors(2, b"a") + first + second


def test_partitions_are_parts(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(mbr, disk() + b"more" * 100)
    assert announces(mbr, disk())
    assert result.extent.end == len(disk())
    assert list(result.entries) == ["partition1", "partition5", "partition6"]
    assert result.content("partition1") == sectors(2, b"a")
    assert result.content("partition5") == sectors(1, b"b")
    assert result.content("partition6") == sectors(1, b"c")
    assert sum(region.length for region in result.sink.regions) == 3 * 512


def test_a_chain_that_returns_ends(opened: Callable[..., Any]) -> None:
    loop = record((0x83, 1, 1), (5, 0, 2)) + sectors(1, b"b")
    data = record((5, 1, 2)) + loop
    assert list(opened(mbr, data).entries) == ["partition5"]


CUT = record((0x83, 1, 2)) + sectors(1, b"a")


def test_a_cut_disk_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(mbr, CUT)
    assert [problem.kind for problem in result.sink.problems] == ["damage"]
    assert result.content("partition1") == sectors(1, b"a")


@pytest.mark.parametrize(
    "table", [record(), record((0x83, 1, 2), (0x83, 2, 2)), record((0xEE, 1, 2)), record((0, 1, 2))]
)
def test_unsound_tables_are_refused(table: bytes) -> None:
    with pytest.raises(NotThisFormat):
        mbr.measure(View(table + sectors(8, b"x")), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1600), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 1600),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(mbr, disk(), changes, cut)
