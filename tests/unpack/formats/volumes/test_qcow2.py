import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.volumes import qcow2
from assay.unpack.limits import Limits
from assay.unpack.view import NotThisFormat, View

HERE = Path(__file__).resolve().parent


def image(name: str) -> bytes:
    return gzip.decompress((HERE / f"data/{name}.gz").read_bytes())


@pytest.mark.parametrize("name", ["plain.qcow2", "deflate.qcow2", "zstd.qcow2", "old.qcow2"])
def test_the_disk_is_put_together(
    opened: Callable[..., Any], announces: Callable[..., bool], disk: bytes, name: str
) -> None:
    result = opened(qcow2, image(name))
    assert announces(qcow2, image(name))
    content = result.content("disk")
    assert len(content) >= 302_048
    assert content.ljust(1 << 20, b"\0") == disk
    assert not result.sink.problems


def test_a_backing_file_is_refused() -> None:
    data = bytearray(image("old.qcow2"))
    data[15] = 72
    with pytest.raises(NotThisFormat):
        qcow2.measure(View(bytes(data)), 0)


def test_a_huge_disk_is_a_limit(opened: Callable[..., Any]) -> None:
    result = opened(qcow2, image("plain.qcow2"), 0, Limits(file=1 << 16))
    assert [problem.kind for problem in result.sink.problems] == ["limit"]


def test_a_table_outside_is_damage(opened: Callable[..., Any]) -> None:
    data = bytearray(image("old.qcow2"))
    table = int.from_bytes(data[40:48], "big")
    data[table : table + 8] = (1 << 40).to_bytes(8, "big")
    result = opened(qcow2, bytes(data))
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 400),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(qcow2, image("plain.qcow2"), changes, cut)
