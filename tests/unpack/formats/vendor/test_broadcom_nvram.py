import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import broadcom_nvram
from assay.unpack.view import NotThisFormat, View

SETTINGS = {"lan_ipaddr": b"192.168.1.1", "http_passwd": b"admin", "wl0_key1": b""}


def crc8(data: bytes) -> int:
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xAB if crc & 1 else 0)
    return crc


def sample() -> bytes:
    text = b"".join(name.encode() + b"=" + value + b"\0" for name, value in SETTINGS.items())
    text += bytes(4 - len(text) % 4)
    rest = struct.pack("<BHII", 1, 0x0104, 0, 0) + text
    return b"FLSH" + struct.pack("<IB", 9 + len(rest), crc8(rest)) + rest


def test_settings_are_files(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(broadcom_nvram, b"<<" + sample() + b"\xff" * 9, 2)
    assert announces(broadcom_nvram, sample())
    assert result.extent.end == 2 + len(sample())
    assert {name: result.content(name) for name in result.entries} == SETTINGS


def test_a_wrong_crc_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        broadcom_nvram.measure(View(sample().replace(b"admin", b"edmin")), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 90),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(broadcom_nvram, sample(), changes, cut)
