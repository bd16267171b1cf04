import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import openwrt_metadata
from assay.unpack.view import NotThisFormat, View

IMAGE = b"kernel and root file system" * 9
METADATA = b'{  "metadata_version": "1.1", "supported_devices": ["maker,board"] }'
SIGNATURE = b"untrusted comment: signed\nRWQ=\n"


def trailer(before: bytes, kind: int, size: int) -> bytes:
    crc = zlib.crc32(before) ^ 0xFFFFFFFF
    return b"FWx0" + struct.pack(">IB3xI", crc, kind, size + 16)


def sample() -> bytes:
    data = IMAGE + bytes(8) + METADATA
    data += trailer(data, 1, 8 + len(METADATA))
    data += SIGNATURE
    return data + trailer(data, 0, len(SIGNATURE))


def test_metadata_and_signature(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(openwrt_metadata, sample(), len(IMAGE))
    assert announces(openwrt_metadata, sample()[len(IMAGE) :])
    assert result.extent.end == len(sample())
    assert result.content("metadata.json") == METADATA
    assert result.content("signature") == SIGNATURE
    assert sum(region.length for region in result.sink.regions) == 8 + 16 + 16
    assert not result.sink.problems


def test_a_changed_image_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(openwrt_metadata, b"K" + sample()[1:], len(IMAGE))
    assert {problem.kind for problem in result.sink.problems} == {"damage"}


def test_without_a_trailer_it_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        openwrt_metadata.measure(View(bytes(8) + METADATA + bytes(50)), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 170), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 170),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(openwrt_metadata, sample()[len(IMAGE) :], changes, cut)
