import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import broadcom_tag
from assay.unpack.view import NotThisFormat, View

KERNEL, ROOTFS, BOOT = b"kernel" * 30, b"rootfs" * 25, b"boot" * 20


def register(data: bytes) -> bytes:
    return (zlib.crc32(data) ^ 0xFFFFFFFF).to_bytes(4, "big")


def sample(boot: bytes = BOOT) -> bytes:
    body = boot + ROOTFS + KERNEL
    texts = [
        (b"6", 4), (b"Broadcom Corporation", 20), (b"ver. 2.0", 14), (b"6358", 6),
        (b"96358VW", 16), (b"1", 2), (b"%d" % len(body), 10),
        (b"3217031168" if boot else b"0", 12), (b"%d" % len(boot), 10),
        (b"3217096960", 12), (b"%d" % len(ROOTFS), 10),
        (b"%d" % (3217096960 + len(ROOTFS)), 12), (b"%d" % len(KERNEL), 10),
    ]  # fmt: skip
    tag = b"".join(text.ljust(size, b"\0") for text, size in texts).ljust(216, b"\0")
    tag = (tag + register(body)).ljust(236, b"\0")
    return (tag + register(tag)).ljust(256, b"\0") + body


@pytest.mark.parametrize("boot", [b"", BOOT])
def test_parts_by_address(
    opened: Callable[..., Any], announces: Callable[..., bool], boot: bytes
) -> None:
    result = opened(broadcom_tag, sample(boot) + b"more")
    assert announces(broadcom_tag, sample(boot))
    assert result.extent.end == len(sample(boot))
    assert result.content("kernel") == KERNEL
    assert result.content("rootfs") == ROOTFS
    assert ("bootloader" in result.entries) == bool(boot)
    assert not result.sink.problems


def test_a_changed_byte_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(broadcom_tag, sample()[:-1] + b"?")
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_cut_and_unsound_images_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        broadcom_tag.measure(View(sample()[:-1]), 0)
    with pytest.raises(NotThisFormat):
        broadcom_tag.measure(View(sample().replace(b"%d" % len(ROOTFS), b"x50")), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 680), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 680),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(broadcom_tag, sample(), changes, cut)
