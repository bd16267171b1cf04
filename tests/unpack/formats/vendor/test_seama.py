import hashlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import seama
from assay.unpack.view import NotThisFormat, View

IMAGE = b"kernel and root" * 20


def entity(order: str, metadata: bytes, image: bytes = b"") -> bytes:
    metadata += bytes(-len(metadata) % 4)
    digest = hashlib.md5(image, usedforsecurity=False).digest() if image else b""
    header = struct.pack(order + "IHHI", 0x5EA3A417, 0, len(metadata), len(image))
    return header + digest + metadata + image


def sample(order: str) -> bytes:
    return entity(order, b"signature=board_a") + entity(order, b"dev=/dev/mtd2", IMAGE)


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders(
    opened: Callable[..., Any], announces: Callable[..., bool], order: str
) -> None:
    data = sample(order)
    result = opened(seama, data + bytes(64))
    assert announces(seama, data)
    assert result.extent.end == len(data)
    assert result.content("image") == IMAGE
    assert "signature=board_a" in result.sink.regions[0].note
    assert sum(region.length for region in result.sink.regions) == len(data) - len(IMAGE)
    assert not result.sink.problems


def test_several_images_are_numbered(opened: Callable[..., Any]) -> None:
    data = sample(">") + entity(">", b"type=second", b"second" * 8)
    assert opened(seama, data).content("image1") == b"second" * 8


def test_a_changed_image_is_damage(opened: Callable[..., Any]) -> None:
    data = sample(">")
    result = opened(seama, data[:-1] + b"?")
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_a_cut_image_ends_before_it() -> None:
    first = entity(">", b"signature=board_a")
    assert seama.measure(View(sample(">")[:-1]), 0).end == len(first)


def test_binary_metadata_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        seama.measure(View(entity(">", b"\x01\x02=\xff")), 0)


def test_a_real_image(opened: Callable[..., Any], corpus: Path) -> None:
    data = (corpus / "images/dlink-dir-600l-2.17.bin").read_bytes()
    result = opened(seama, data)
    assert result.extent.end == len(data)
    assert result.entries["image"].offset == 0x6C
    assert not result.sink.problems


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 512), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 512),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(seama, sample(">"), changes, cut)
