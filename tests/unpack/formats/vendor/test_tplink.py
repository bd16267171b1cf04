import hashlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import tplink
from assay.unpack.view import NotThisFormat, View

KERNEL, ROOTFS, BOOT = b"kernel" * 30, b"rootfs" * 50, b"boot" * 40
PLAIN = bytes.fromhex("dcd73aa5c39598fbddf9e7f40eae4738")
BOOTED = bytes.fromhex("8cef335bd5c5cefaa79c28dab2e90f42")


def sealed(numbers: tuple[int, ...], body: bytes, salt: bytes = PLAIN) -> bytes:
    head = b"\x01\0\0\0" + b"Maker".ljust(24, b"\0") + b"ver. 1.0".ljust(36, b"\0")
    head = (head + struct.pack(">III", 0x07400005, 1, 0) + salt).ljust(0x7C, b"\0")
    whole = (head + struct.pack(">7I", *numbers)).ljust(512, b"\0") + body
    digest = hashlib.md5(whole, usedforsecurity=False).digest()
    return whole[:0x4C] + digest + whole[0x5C:]


def plain(rootfs_at: int = 0x400) -> bytes:
    body = KERNEL.ljust(0x200, b"\xff") + ROOTFS.ljust(0x200, b"\xff")
    if rootfs_at < 0x200 + len(KERNEL):
        body = KERNEL + ROOTFS
    numbers = (512 + len(body), 512, len(KERNEL), rootfs_at, len(ROOTFS), 0, 0)
    return sealed(numbers, body)


def newer() -> bytes:
    head = b"\x02\0\0\0" + b"ver. 2.0".ljust(48, b"\0") + struct.pack(">III", 0xC2000001, 1, 0)
    head = (head + PLAIN + bytes(20)).ljust(0x64, b"\0") + b"\xff" * 4 + bytes(8)
    body = KERNEL.ljust(0x200, b"\xff") + ROOTFS
    numbers = struct.pack(">7I", 512 + len(body), 512, len(KERNEL), 0x400, len(ROOTFS), 0, 0)
    whole = (head + numbers).ljust(512, b"\0") + body
    digest = hashlib.md5(whole, usedforsecurity=False).digest()
    return whole[:0x40] + digest + whole[0x50:]


def with_boot_loader() -> bytes:
    inner = plain()
    body = BOOT.ljust(0x20000, b"\xff") + inner
    numbers = (512 + len(body), 512, len(KERNEL), 0x400, len(ROOTFS), 0, len(BOOT))
    return sealed(numbers, body, BOOTED)


def test_kernel_and_root(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(tplink, plain() + b"\xff" * 50)
    assert announces(tplink, plain())
    assert result.extent.end == len(plain())
    assert result.content("kernel") == KERNEL
    assert result.content("rootfs") == ROOTFS
    assert not result.sink.problems


def test_a_root_file_system_appended_to_the_kernel(opened: Callable[..., Any]) -> None:
    result = opened(tplink, plain(rootfs_at=0x100))
    assert result.content("rootfs") == ROOTFS


def test_the_newer_header(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(tplink, newer() + b"more")
    assert announces(tplink, newer())
    assert result.extent.end == len(newer())
    assert result.content("kernel") == KERNEL
    assert result.content("rootfs") == ROOTFS
    assert not result.sink.problems


def test_an_image_with_boot_loader_holds_one_without(opened: Callable[..., Any]) -> None:
    result = opened(tplink, with_boot_loader())
    assert result.content("bootloader") == BOOT
    assert result.content("firmware") == plain()
    assert not result.sink.problems


def test_end_marks_are_accounted_for(opened: Callable[..., Any]) -> None:
    body = (KERNEL + ROOTFS).ljust(0xE00, b"\xff") + b"\xde\xad\xc0\xde"
    data = sealed((512 + len(body), 512, len(KERNEL), 0, len(ROOTFS), 0, 0), body)
    regions = opened(tplink, data).sink.regions
    assert [(region.offset, region.length) for region in regions] == [(0, 512), (0x1000, 4)]


def test_a_changed_byte_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(tplink, plain()[:-1] + b"?")
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_a_cut_root_file_system_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(tplink, plain()[:0x450])
    assert len(result.content("rootfs")) == 0x50
    assert len(result.sink.problems) == 2


def test_a_cut_kernel_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        tplink.measure(View(plain()[:540]), 0)


@pytest.mark.parametrize(
    ("image", "names"),
    [
        ("lede-17.01.7-tl-wr703n-sysupgrade.bin", ["kernel", "rootfs"]),
        ("openwrt-18.06.9-tl-wr740n-v5-factory.bin", ["kernel", "rootfs"]),
        ("tplink-tl-wr841n-v7-3.13.7.bin", ["kernel", "rootfs"]),
        ("tplink-tl-wr740n-v5-180328.bin", ["bootloader", "firmware"]),
        ("tplink-tl-wr841n-v9-3.16.9-150104.bin", ["bootloader", "firmware"]),
        ("tplink-tl-wr841n-v11-160325.bin", ["bootloader", "firmware"]),
    ],
)
def test_real_images(
    opened: Callable[..., Any], corpus: Path, image: str, names: list[str]
) -> None:
    data = (corpus / "images" / image).read_bytes()
    result = opened(tplink, data)
    assert result.extent.end == len(data)
    assert list(result.entries) == names
    assert not result.sink.problems


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1600), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 1600),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(tplink, plain(), changes, cut)
