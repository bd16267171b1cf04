from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.archives import ar
from assay.unpack.view import NotThisFormat, View


def member(name: bytes, data: bytes) -> bytes:
    header = b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 1700000000, 10, 20, 0o100644, len(data))
    return header + data + b"\n" * (len(data) % 2)


GNU = (
    b"!<arch>\n"
    + member(b"//", b"a-name-longer-than-16.o/\nanother/\n")
    + member(b"debian-binary", b"2.0\n")
    + member(b"/0", b"long")
    + member(b"short.o/", b"odd")
    + member(b"empty/", b"")
)
BSD = b"!<arch>\n" + member(b"#1/20", b"a name of the data\0\0content")


def test_members_and_long_names(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(ar, b"." + GNU + b"rest", 1)
    assert announces(ar, GNU)
    assert result.extent.end == 1 + len(GNU)
    assert list(result.entries) == ["debian-binary", "a-name-longer-than-16.o", "short.o", "empty"]
    assert result.content("a-name-longer-than-16.o") == b"long"
    assert result.content("short.o") == b"odd"
    assert result.content("empty") == b""
    entry = result.entries["short.o"]
    assert (entry.mode, entry.uid, entry.gid, entry.mtime) == (0o644, 10, 20, 1700000000)


def test_names_in_front_of_data(opened: Callable[..., Any]) -> None:
    assert opened(ar, BSD).content("a name of the data") == b"content"


def test_a_cut_member_is_left_out(opened: Callable[..., Any]) -> None:
    result = opened(ar, GNU[:-62])
    assert "short.o" not in result.entries
    assert "debian-binary" in result.entries


def test_no_member_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        ar.measure(View(b"!<arch>\n" + bytes(60)), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 420), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 420),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(ar, GNU, changes, cut)
