import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import trx
from assay.unpack.view import NotThisFormat, View

KERNEL = b"kernel" * 50
ROOTFS = b"rootfs" * 70


def image(version: int, *parts: bytes) -> bytes:
    header = 28 if version == 1 else 32
    offsets, at = [], header
    for part in parts:
        offsets.append(at)
        at += len(part)
    offsets += [0] * ((header - 16) // 4 - len(offsets))
    after = struct.pack(f"<HH{len(offsets)}I", 0, version, *offsets) + b"".join(parts)
    return b"HDR0" + struct.pack("<II", at, zlib.crc32(after) ^ 0xFFFFFFFF) + after


@pytest.mark.parametrize("version", [1, 2])
def test_partitions_become_parts(
    opened: Callable[..., Any], announces: Callable[..., bool], version: int
) -> None:
    data = image(version, KERNEL, ROOTFS)
    result = opened(trx, b"\xff" * 5 + data + b"\xff" * 9, 5)
    assert announces(trx, data)
    assert (result.extent.start, result.extent.end) == (5, 5 + len(data))
    assert result.content("kernel") == KERNEL
    assert result.content("rootfs") == ROOTFS
    assert [(r.offset, r.length) for r in result.sink.regions] == [(5, 24 + 4 * version)]
    assert not result.sink.problems


def test_three_partitions_start_with_a_loader(opened: Callable[..., Any]) -> None:
    result = opened(trx, image(1, b"loader" * 9, KERNEL, ROOTFS))
    assert list(result.entries) == ["loader", "kernel", "rootfs"]
    assert result.content("loader") == b"loader" * 9


def test_a_changed_byte_is_damage(opened: Callable[..., Any]) -> None:
    data = bytearray(image(1, KERNEL, ROOTFS))
    data[100] ^= 1
    result = opened(trx, bytes(data))
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_a_cut_image_is_refused() -> None:
    data = image(1, KERNEL, ROOTFS)
    with pytest.raises(NotThisFormat):
        trx.measure(View(data[:-1]), 0)


def test_descending_offsets_are_refused() -> None:
    data = bytearray(image(1, KERNEL, ROOTFS))
    data[16:24] = data[20:24] + data[16:20]
    with pytest.raises(NotThisFormat):
        trx.measure(View(bytes(data)), 0)


def test_a_real_image(opened: Callable[..., Any], corpus: Path) -> None:
    data = (corpus / "images/linksys-wrt54gv4-4.21.5.bin").read_bytes()
    result = opened(trx, data, 32)
    assert result.extent.end == 3362848
    assert list(result.entries) == ["kernel", "rootfs"]
    assert result.content("rootfs")[:4] in {b"hsqs", b"sqsh"}
    assert not result.sink.problems


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1024), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 1024),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(trx, image(1, KERNEL, ROOTFS), changes, cut)
