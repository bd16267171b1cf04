import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.volumes import vmdk
from assay.unpack.limits import Limits
from assay.unpack.view import NotThisFormat, View

HERE = Path(__file__).resolve().parent


def image(name: str) -> bytes:
    return gzip.decompress((HERE / f"data/{name}.gz").read_bytes())


@pytest.mark.parametrize("name", ["sparse.vmdk", "stream.vmdk"])
def test_the_disk_is_put_together(
    opened: Callable[..., Any], announces: Callable[..., bool], disk: bytes, name: str
) -> None:
    result = opened(vmdk, image(name))
    assert announces(vmdk, image(name))
    content = result.content("disk")
    assert len(content) >= 302_048
    assert content.ljust(1 << 20, b"\0") == disk
    assert b"createType" in result.content("descriptor")
    assert not result.sink.problems


def test_a_huge_disk_is_a_limit(opened: Callable[..., Any]) -> None:
    result = opened(vmdk, image("sparse.vmdk"), 0, Limits(file=1 << 16))
    assert [problem.kind for problem in result.sink.problems] == ["limit"]


def test_impossible_headers_are_refused() -> None:
    data = bytearray(image("sparse.vmdk"))
    data[20] = 3
    with pytest.raises(NotThisFormat):
        vmdk.measure(View(bytes(data)), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 512), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 512),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(vmdk, image("sparse.vmdk"), changes, cut)
