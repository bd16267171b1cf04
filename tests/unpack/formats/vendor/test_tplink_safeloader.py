import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import tplink_safeloader
from assay.unpack.view import NotThisFormat, View

SALT = bytes.fromhex("7a2b15ed9b98596de504ab44ac2a9f4e")
PARTS = {"soft-version": b"version", "os-image": b"kernel" * 40, "file-system": b"rootfs" * 40}


def sample() -> bytes:
    table, data = b"", b""
    for name, content in PARTS.items():
        base = 0x800 + len(data)
        table += b"fwup-ptn %s base 0x%05x size 0x%05x\t\r\n" % (name.encode(), base, len(content))
        data += content
    vendor = b"\0\0\0\7support" + b"\xff" * (0x1014 - 20 - 11)
    rest = vendor + table.ljust(0x800, b"\xff") + data
    digest = hashlib.md5(SALT + rest, usedforsecurity=False).digest()
    return (len(rest) + 20).to_bytes(4, "big") + digest + rest


def test_parts_by_name(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(tplink_safeloader, sample() + b"more")
    assert announces(tplink_safeloader, sample())
    assert result.extent.end == len(sample())
    for name, data in PARTS.items():
        assert result.content(name) == data
    assert not result.sink.problems


def test_a_changed_byte_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(tplink_safeloader, sample()[:-1] + b"?")
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_cut_images_and_false_tables_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        tplink_safeloader.measure(View(sample()[:-1]), 0)
    with pytest.raises(NotThisFormat):
        tplink_safeloader.measure(View(sample().replace(b"size 0x000", b"size 0xfff")), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 7000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 7000),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(tplink_safeloader, sample(), changes, cut)
