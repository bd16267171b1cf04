import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.volumes import android_sparse
from assay.unpack.view import NotThisFormat, View

BLOCK = 512


def chunk(kind: int, blocks: int, data: bytes = b"") -> bytes:
    return struct.pack("<HHII", kind, 0, blocks, 12 + len(data)) + data


def sample() -> bytes:
    chunks = [
        chunk(0xCAC1, 2, b"raw!" * 256),
        chunk(0xCAC3, 3),
        chunk(0xCAC2, 1, b"\xde\xad\xbe\xef"),
        chunk(0xCAC2, 1, bytes(4)),
        chunk(0xCAC4, 0, b"crc!"),
    ]
    head = struct.pack("<IHHHHIIII", 0xED26FF3A, 1, 0, 28, 12, BLOCK, 7, len(chunks), 0)
    return head + b"".join(chunks)


def test_the_disk_is_put_together(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(android_sparse, b"<<" + sample() + b">>", 2)
    assert announces(android_sparse, sample())
    assert result.extent.end == 2 + len(sample())
    expected = b"raw!" * 256 + bytes(3 * BLOCK) + b"\xde\xad\xbe\xef" * 128 + bytes(BLOCK)
    assert result.content("disk") == expected


def test_a_huge_disk_is_a_limit(opened: Callable[..., Any]) -> None:
    head = struct.pack("<IHHHHIIII", 0xED26FF3A, 1, 0, 28, 12, 1 << 20, 1 << 20, 1, 0)
    result = opened(android_sparse, head + chunk(0xCAC3, 1 << 20))
    assert [problem.kind for problem in result.sink.problems] == ["limit"]


@pytest.mark.parametrize("damaged", [sample()[:-1], sample().replace(b"\xc1\xca", b"\xc9\xca")])
def test_unsound_chunks_are_refused(damaged: bytes) -> None:
    with pytest.raises(NotThisFormat):
        android_sparse.measure(View(damaged), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1130), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 1130),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(android_sparse, sample(), changes, cut)
