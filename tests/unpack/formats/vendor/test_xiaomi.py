import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import xiaomi
from assay.unpack.view import NotThisFormat, View

BLOBS = {"firmware.bin": b"firmware" * 20, "xiaoqiang_version": b"version"}


def sample(magic: bytes = b"HDR1") -> bytes:
    after = bytes(36) if magic == b"HDR2" else bytes(4)
    start = 12 + len(after) + 32
    offsets, body = [], b""
    for name, data in BLOBS.items():
        offsets.append(start + len(body))
        body += struct.pack("<IIIHH", 0xBABE, 0x160000, len(data), 7, 0) + name.encode().ljust(
            32, b"\0"
        )
        body += data + bytes(-len(data) % 4)
    after += struct.pack("<8I", *offsets, *[0] * 6) + body
    signature = 12 + len(after)
    after += struct.pack("<IIII", 256, 0, 0, 0) + b"s" * 256
    head = struct.pack("<4sII", magic, signature, zlib.crc32(after) ^ 0xFFFFFFFF)
    return head + after


@pytest.mark.parametrize("magic", [b"HDR1", b"HDR2"])
def test_blobs_by_name(
    opened: Callable[..., Any], announces: Callable[..., bool], magic: bytes
) -> None:
    result = opened(xiaomi, sample(magic) + b"more")
    assert announces(xiaomi, sample(magic))
    assert result.extent.end == len(sample(magic))
    for name, data in BLOBS.items():
        assert result.content(name) == data
    assert not result.sink.problems


def test_a_changed_byte_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(xiaomi, sample()[:-1] + b"?")
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_cut_and_unsound_images_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        xiaomi.measure(View(sample()[:-1]), 0)
    with pytest.raises(NotThisFormat):
        xiaomi.measure(View(sample().replace(b"\xbe\xba", b"\xbe\xbe")), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 600),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(xiaomi, sample(), changes, cut)
