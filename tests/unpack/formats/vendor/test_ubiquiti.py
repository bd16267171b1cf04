import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import ubiquiti
from assay.unpack.view import NotThisFormat, View

PARTS = {"u-boot": b"boot" * 30, "kernel": b"kernel" * 40, "rootfs": b"rootfs" * 40}


def sample(magic: bytes = b"UBNT", end: bytes = b"ENDS" + b"s" * 256 + bytes(4)) -> bytes:
    data = magic + b"XM.ar7240.v5.6.15".ljust(256, b"\0")
    data += zlib.crc32(data).to_bytes(4, "big") + bytes(4)
    for number, (name, content) in enumerate(PARTS.items()):
        part = b"PART" + name.encode().ljust(28, b"\0")
        part += struct.pack(">6I", 0, number, 0x9F000000, 0, len(content), 0x40000) + content
        data += part + zlib.crc32(part).to_bytes(4, "big") + bytes(4)
    return data + end


@pytest.mark.parametrize("magic", [b"UBNT", b"GEOS", b"OPEN"])
def test_parts_by_name(
    opened: Callable[..., Any], announces: Callable[..., bool], magic: bytes
) -> None:
    data = sample(magic)
    result = opened(ubiquiti, data + b"more")
    assert announces(ubiquiti, data)
    assert result.extent.end == len(data)
    for name, content in PARTS.items():
        assert result.content(name) == content
    covered = sum(region.length for region in result.sink.regions)
    assert covered + sum(map(len, PARTS.values())) == len(data)
    assert not result.sink.problems


def test_an_end_mark_without_signature(opened: Callable[..., Any]) -> None:
    data = sample(end=b"END." + bytes(8))
    assert opened(ubiquiti, data).extent.end == len(data)


def test_a_missing_end_and_a_changed_part_are_damage(opened: Callable[..., Any]) -> None:
    data = sample(end=b"").replace(b"bootboot", b"bootboat", 1)
    assert len(opened(ubiquiti, data).sink.problems) == 2


def test_unsound_headers_and_cut_parts_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        ubiquiti.measure(View(sample().replace(b"v5.6", b"v5.7")), 0)
    with pytest.raises(NotThisFormat):
        ubiquiti.measure(View(sample()[:400]), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1300), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 1300),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(ubiquiti, sample(), changes, cut)
