import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import zynos
from assay.unpack.view import NotThisFormat, View

CODE = b"BZh1" + b"compressed code" * 30
BASE = 0xB0020000


def ones_sum(data: bytes) -> int:
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def header(kind: int, body: bytes, flags: int, map_address: int = 0) -> bytes:
    stored = len(body) if flags & 0x80 else 0
    plain_sum, stored_sum = (0, ones_sum(body)) if stored else (ones_sum(body), 0)
    front = bytes(6) + b"SIG" + struct.pack(">BII", kind, len(body) + 999 * bool(stored), stored)
    front += struct.pack(">BBHH", flags, 0, plain_sum, stored_sum) + b"V1.0".ljust(15, b"\0")
    return front + struct.pack(">I", map_address) + bytes(5) + body


def memory_map(address: int, objects: list[tuple[str, int, int]]) -> bytes:
    table = struct.pack(">HI", len(objects), address + 24 * (len(objects) + 1)).ljust(24, b"\0")
    for name, at, size in objects:
        table += struct.pack(">B8sBIHII", 4, name.encode(), 0, at, 0, size, 0)
    return table


def flash() -> bytes:
    packed = header(4, CODE, 0xA0)
    map_at = 0x400
    objects = [
        ("RamOnly", 0x94000000, 500),
        ("BootExt", BASE + 48, 0x3D0),
        ("MemMapT", BASE + map_at, 0x100),
        ("RasCode", BASE + 0x500, len(packed)),
    ]
    table = memory_map(BASE + map_at, objects).ljust(0x100, b"\0")
    body = b"boot" * (0x3D0 // 4) + table + packed
    return header(3, body, 0x40, BASE + map_at)


def test_the_map_names_the_objects(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(zynos, flash())
    assert announces(zynos, flash())
    assert result.extent.end == len(flash())
    assert list(result.entries) == ["BootExt", "MemMapT", "RasCode"]
    assert result.content("BootExt") == b"boot" * (0x3D0 // 4)
    assert result.content("RasCode") == header(4, CODE, 0xA0)
    assert not result.sink.problems


def test_an_object_holds_its_compressed_data(opened: Callable[..., Any]) -> None:
    result = opened(zynos, header(4, CODE, 0xA0) + bytes(20))
    assert result.content("data") == CODE
    assert result.extent.end == 48 + len(CODE)


def test_a_changed_object_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        zynos.measure(View(header(4, CODE, 0xA0)[:-1] + b"?"), 0)


def test_a_changed_flash_with_its_map_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(zynos, flash()[:-1] + b"?")
    assert [problem.kind for problem in result.sink.problems] == ["damage"]
    assert "RasCode" in result.entries


@pytest.mark.parametrize(
    ("image", "count"),
    [
        ("zyxel-zynos-2602hw-d1a-340ajz2d0.bin", 10),
        ("zyxel-zynos-340mf3c0.bin", 10),
        ("zyxel-zynos-340ut5c0.bin", 8),
    ],
)
def test_real_images(opened: Callable[..., Any], corpus: Path, image: str, count: int) -> None:
    data = (corpus / "images" / image).read_bytes()
    result = opened(zynos, data)
    assert len(result.entries) == count
    assert not result.sink.problems
    inner = opened(zynos, data, result.entries["RasCode"].offset)
    assert inner.content("data")[:3] == b"BZh"


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1800), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 1800),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(zynos, flash(), changes, cut)
