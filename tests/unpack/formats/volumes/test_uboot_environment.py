import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.volumes import uboot_environment
from assay.unpack.view import NotThisFormat, View

VARIABLES = {
    "bootargs": b"console=ttyS0,115200 root=/dev/mtdblock3",
    "bootcmd": b"bootm 0x9f020000",
    "empty": b"",
    "ethaddr": b"00:11:22:33:44:55",
}


def environment(size: int = 8192, order: str = "big", flags: bytes = b"") -> bytes:
    text = b"".join(name.encode() + b"=" + value + b"\0" for name, value in VARIABLES.items())
    text = (text + b"\0").ljust(size - 4 - len(flags), b"\xff")
    return zlib.crc32(text).to_bytes(4, order) + flags + text  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [
    environment(), environment(0x20000, "little"), environment(0x3000, "little", b"\1"),
])  # fmt: skip
def test_variables_are_files(
    opened: Callable[..., Any], announces: Callable[..., bool], data: bytes
) -> None:
    result = opened(uboot_environment, data + b"\xff" * 512)
    assert announces(uboot_environment, data)
    assert result.extent.end == len(data)
    assert {name: result.content(name) for name in result.entries} == VARIABLES
    assert [region.account for region in result.sink.regions] == ["padding"]


def test_text_without_a_crc_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        uboot_environment.measure(View(b"\0\0\0\1" + environment()[4:]), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 300),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(uboot_environment, environment(), changes, cut)
