import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import huawei_hwnp
from assay.unpack.view import NotThisFormat, View

ITEMS = {"file:/var/UpgradeCheck.xml": b"<xml/>" * 9, "flash:rootfs": b"rootfs" * 20, "": b""}


def sample() -> bytes:
    products = b"120|130|;COMMON|".ljust(32, b"\0")
    after = 36 + len(products) + 360 * len(ITEMS)
    table, data = b"", b""
    for number, (path, content) in enumerate(ITEMS.items()):
        offset = after + len(data)
        table += struct.pack("<4I", number, zlib.crc32(content), offset, len(content))
        table += path.encode().ljust(256, b"\0") + b"SECTION".ljust(88, b"\0")
        data += content
    rest = struct.pack("<IBBHII", len(ITEMS), 0, 0, len(products), 360, 0) + products + table
    head = struct.pack("<II", after, zlib.crc32(rest))
    return b"HWNP" + bytes(8) + head + rest + data


def test_items_by_path(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(huawei_hwnp, sample() + b"more")
    assert announces(huawei_hwnp, sample())
    assert result.extent.end == len(sample())
    assert list(result.entries) == ["00-file__var_UpgradeCheck.xml", "01-flash_rootfs"]
    assert result.content("01-flash_rootfs") == b"rootfs" * 20
    assert not result.sink.problems


def test_changed_bytes_are_damage(opened: Callable[..., Any]) -> None:
    data = sample()[:-1] + b"?"
    assert len(opened(huawei_hwnp, data).sink.problems) == 1
    assert len(opened(huawei_hwnp, data.replace(b"COMMON", b"COMMAN")).sink.problems) == 2


def test_a_cut_packet_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        huawei_hwnp.measure(View(sample()[:-1]), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1300), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 1300),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(huawei_hwnp, sample(), changes, cut)
