import io
import stat
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.archives import zip as archive_format
from assay.unpack.view import NotThisFormat, View

TEXT = b"content of a member " * 40
METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflate": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


def archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as writer:
        for name, method in METHODS.items():
            info = zipfile.ZipInfo(f"dir/{name}")
            info.external_attr = (stat.S_IFREG | 0o4755) << 16
            info.create_system, info.compress_type = 3, method
            writer.writestr(info, TEXT)
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        writer.writestr(link, "dir/stored")
        writer.writestr("../escape", b"x")
        writer.writestr("empty/", b"")
        writer.comment = b"a comment"
    return target.getvalue()


DATA = archive()


def test_every_method_and_mode(opened: Callable[..., Any], announces: Callable[..., bool]) -> None:
    result = opened(archive_format, b"<<" + DATA + b">>", 2)
    assert announces(archive_format, DATA)
    assert result.extent.end == 2 + len(DATA)
    for name in METHODS:
        assert result.content(f"dir/{name}") == TEXT
        assert result.entries[f"dir/{name}"].mode == 0o4755
    assert (result.entries["link"].kind, result.entries["link"].target) == ("symlink", "dir/stored")
    assert result.content(r"\x2e\x2e/escape") == b"x"
    assert result.entries["empty"].kind == "directory"
    assert not result.sink.problems


def test_zip64(opened: Callable[..., Any]) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as writer, writer.open("big", "w", force_zip64=True) as file:
        file.write(TEXT)
    plain = target.getvalue()
    end = plain.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HII", plain, end + 10)
    record = struct.pack(
        "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset
    )
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    last = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    result = opened(archive_format, plain[:end] + record + locator + last)
    assert result.content("big") == TEXT


def test_encrypted_members_are_named_not_read(opened: Callable[..., Any]) -> None:
    data = bytearray(DATA)
    first = data.index(b"PK\x01\x02")
    data[first + 8] |= 1
    result = opened(archive_format, bytes(data))
    assert "dir/stored" not in result.entries
    assert [(p.kind, p.path) for p in result.sink.problems] == [("unsupported", "dir/stored")]
    assert [region.account for region in result.sink.regions] == ["encrypted"]


def test_a_damaged_directory_keeps_what_came_before(opened: Callable[..., Any]) -> None:
    data = bytearray(DATA)
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second] = 0
    result = opened(archive_format, bytes(data))
    assert list(result.entries) == ["dir/stored"]
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_without_its_directory_it_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        archive_format.measure(View(DATA[:-40]), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 2600), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 2600),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(archive_format, DATA, changes, cut)
