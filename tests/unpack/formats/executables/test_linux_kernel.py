import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.executables import linux_kernel
from assay.unpack.view import NotThisFormat, View

CODE = b"code" * 2048


def arm(order: str) -> bytes:
    size = 0x30 + len(CODE)
    return bytes(0x24) + struct.pack(order + "III", 0x016F2818, 0, size) + CODE


def x86() -> bytes:
    setup = bytearray(2 * 512)
    struct.pack_into("<BHI", setup, 0x1F1, 1, 0, len(CODE) // 16)
    struct.pack_into("<H", setup, 0x1FE, 0xAA55)
    setup[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", setup, 0x206, 0x20D)
    struct.pack_into("<II", setup, 0x248, 4096, 1000)
    return bytes(setup) + CODE


def arm64(size: int) -> bytes:
    head = struct.pack("<IIQQQ", 0, 0, 0x80000, size, 2) + bytes(24) + b"ARM\x64" + bytes(4)
    return head + CODE


def riscv() -> bytes:
    head = struct.pack("<IIQQQII", 0, 0, 0x200000, 64 + len(CODE), 0, 2, 0) + bytes(8)
    return head + b"RISCV\0\0\0RSC\x05" + bytes(4) + CODE


@pytest.mark.parametrize(
    "image", [arm("<"), arm(">"), arm64(64 + len(CODE)), riscv()], ids=["arm", "armeb", "64", "rv"]
)
def test_the_code_is_a_part(
    opened: Callable[..., Any], announces: Callable[..., bool], image: bytes
) -> None:
    result = opened(linux_kernel, image + b"rest")
    assert announces(linux_kernel, image)
    assert result.extent.end == len(image)
    assert result.content("code") == CODE


def test_a_bz_image_names_its_payload(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(linux_kernel, x86() + b"rest")
    assert announces(linux_kernel, x86())
    assert result.extent.end == len(x86())
    assert result.entries["payload"].offset == 1024 + 4096
    assert len(result.content("payload")) == 1000


def test_memory_beyond_the_file_is_no_damage(opened: Callable[..., Any]) -> None:
    result = opened(linux_kernel, arm64(1 << 20))
    assert result.content("code") == CODE
    assert not result.sink.problems


@pytest.mark.parametrize("damaged", [arm("<")[:-1], x86()[:-1], arm64(0), riscv()[:60]])
def test_impossible_sizes_are_refused(damaged: bytes) -> None:
    with pytest.raises(NotThisFormat):
        linux_kernel.measure(View(damaged), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 900),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(linux_kernel, x86(), changes, cut)
