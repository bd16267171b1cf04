import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import huawei_packet
from assay.unpack.view import NotThisFormat, View

SIGNATURE = b"".join(hashlib.sha512(bytes([number])).digest() for number in range(2))
FLASH = bytes.fromhex("0bf0000a00000000") + b"\x24\x02\x00\x01" * 400


def sample(flash: bytes = FLASH) -> bytes:
    register = zlib.crc32(flash, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return SIGNATURE + flash + register.to_bytes(4, "big")


def test_the_flash_lies_between_signature_and_crc(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(huawei_packet, sample())
    assert announces(huawei_packet, sample())
    assert result.content("flash") == FLASH
    assert [(r.offset, r.length) for r in result.sink.regions] == [(0, 128), (1736, 4)]


def test_without_its_crc_it_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        huawei_packet.measure(View(sample()[:-1] + b"?"), 0)


def test_a_plain_flash_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        huawei_packet.measure(View(bytes(128) + sample()[128:]), 0)


def test_a_real_image(opened: Callable[..., Any], corpus: Path) -> None:
    data = (corpus / "images/huawei-hg532e-v100r001c01b020.bin").read_bytes()
    result = opened(huawei_packet, data)
    assert result.extent.end == len(data)
    assert len(result.content("flash")) == len(data) - 132


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 2000),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(huawei_packet, sample(), changes, cut)
