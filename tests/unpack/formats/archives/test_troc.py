import gzip
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.archives import troc
from assay.unpack.view import NotThisFormat, View

FILES = {b"apply.htm": gzip.compress(b"<html>", mtime=0), b"a-long-name.x": b"plain", b"empty": b""}


def archive() -> bytes:
    at = 13 + 24 * len(FILES)
    head, data = b"TROC" + struct.pack(">IIB", len(FILES), at, 1), b""
    for name, content in FILES.items():
        head += struct.pack(">B13sIIH", 1, name, len(content), at + len(data), 0xABCD)
        data += content
    return head + data


def test_files_by_name(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(troc, b"<<" + archive() + b">>", 2)
    assert announces(troc, archive())
    assert result.extent.end == 2 + len(archive())
    for name, content in FILES.items():
        assert result.content(name.decode()) == content


@pytest.mark.parametrize(
    "damaged", [archive()[:-1], archive().replace(b"TROC\0\0\0\3", b"TROC\0\0\0\4")]
)
def test_damaged_archives_are_refused(damaged: bytes) -> None:
    with pytest.raises(NotThisFormat):
        troc.measure(View(damaged), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 130), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 130),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(troc, archive(), changes, cut)
