import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.compression import zstd
from assay.unpack.limits import Limits
from assay.unpack.view import NotThisFormat, View

DATA = Path(__file__).resolve().parent / "data"
TEXT = b"".join(b"line %d of the sample text\n" % number for number in range(400))

CHECKED = (DATA / "checked.zst").read_bytes()
PLAIN = (DATA / "plain.zst").read_bytes()


@pytest.mark.parametrize("stream", [CHECKED, PLAIN])
def test_the_end_is_found(
    opened: Callable[..., Any], announces: Callable[..., bool], stream: bytes
) -> None:
    result = opened(zstd, b"<<" + stream + b">>", 2)
    assert announces(zstd, stream)
    assert result.extent.end == 2 + len(stream)
    assert result.content("zstd.content") == TEXT


def test_frames_that_follow_one_another_are_one(opened: Callable[..., Any]) -> None:
    skipped = struct.pack("<II", 0x184D2A55, 5) + b"notes"
    result = opened(zstd, CHECKED + skipped + PLAIN + b"rest")
    assert result.content("zstd.content") == TEXT * 2
    assert result.extent.end == len(CHECKED + skipped + PLAIN)


@pytest.mark.parametrize("damaged", [CHECKED[:-1], CHECKED[:-1] + b"?", PLAIN[:-3]])
def test_damaged_streams_are_refused(damaged: bytes) -> None:
    with pytest.raises(NotThisFormat):
        zstd.measure(View(damaged), 0)


def test_a_bomb_is_a_limit(opened: Callable[..., Any]) -> None:
    # one RLE block of 128 KiB after another
    bomb = bytes.fromhex("28b52ffd0058") + bytes.fromhex("02001041") * 16 + bytes.fromhex("010000")
    result = opened(zstd, bomb, 0, Limits(stream=1 << 20))
    assert [problem.kind for problem in result.sink.problems] == ["limit"]
    assert opened(zstd, bomb).content("zstd.content") == b"A" * (2 << 20)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 420), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 420),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(zstd, CHECKED, changes, cut)
