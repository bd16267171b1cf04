"""cpio archives of GNU cpio in all its forms, damaged and hostile ones."""

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.archives import cpio
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View


def newc(
    name: str,
    data: Any = b"",
    *,
    mode: int = 0o100644,
    inode: int = 1,
    links: int = 1,
    magic: bytes = b"070701",
    check: int = 0,
    rdev: tuple[int, int] = (0, 0),
) -> Any:
    fields = (inode, mode, 0, 0, links, 9, len(data), 0, 0, *rdev, len(name) + 1, check)
    out = magic + b"".join(b"%08X" % field for field in fields) + name + b"\0"
    out += bytes(-len(out) % 4) + data
    return out + bytes(-len(out) % 4)


END = newc(b"TRAILER!!!")


def by_first_name(table: dict[str, Any]) -> Any:
    """Name each hard link after the first of its names: forms differ in which one has the data."""
    holder = {path: row for path, row in table.items() if row.kind == "hardlink"}
    out = dict(table)
    for path, row in holder.items():
        if path < row.holds:
            out[path], out[row.holds] = table[row.holds], row._replace(holds=path)
    return out


@pytest.mark.parametrize("form", ["newc", "crc", "odc", "bin"])
def test_reads_what_the_tool_wrote(
    form: str,
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    data = fixture_bytes(f"archives/data/cpio-{form}.bin")
    result = opened(cpio, data + b"after")
    assert by_first_name(describe(result)) == sample_tree
    assert not result.sink.problems
    assert result.extent.end == len(data)


@pytest.mark.parametrize("form", ["newc", "crc", "odc", "bin"])
def test_the_magic_announces_it(
    form: str, announced: Callable[..., bool], fixture_bytes: Callable[[str], bytes]
) -> None:
    assert announced(cpio, fixture_bytes(f"archives/data/cpio-{form}.bin"))


def swapped(data: bytes) -> bytes:
    """Return the old binary archive *data* with the other byte order in its headers."""
    out, at = bytearray(data), 0
    while data[at : at + 2] == b"\xc7\x71":
        words = struct.unpack_from("<13H", data, at)
        struct.pack_into(">13H", out, at, *words)
        at += 26 + (words[10] + 1 & ~1) + (words[11] << 16 | words[12]) + 1 & ~1
    return bytes(out)


def test_old_archives_of_the_other_byte_order(
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    describe: Callable[[Any], dict[str, Any]],
    announced: Callable[..., bool],
) -> None:
    data = fixture_bytes("archives/data/cpio-bin.bin")
    assert announced(cpio, swapped(data))
    assert describe(opened(cpio, swapped(data))) == describe(opened(cpio, data))


def test_an_archive_in_the_middle(opened: Callable[..., Any]) -> None:
    result = opened(cpio, b"abc" + newc(b"f", b"data") + END, 3)
    assert result.content("f") == b"data"


def test_devices_and_links(opened: Callable[..., Any]) -> None:
    data = newc(b"c", mode=0o020600, rdev=(5, 1)) + newc(b"l", b"../x", mode=0o120777)
    entries = opened(cpio, data + END).entries
    assert (entries["c"].device, entries["l"].target) == ("c5:1", "../x")


def test_names_of_one_inode_with_other_data_are_files(opened: Callable[..., Any]) -> None:
    data = newc(b"a", b"1", links=2) + newc(b"b", b"2", links=2) + newc(b"c", links=3)
    result = opened(cpio, data + END)
    assert (result.content("a"), result.content("b")) == (b"1", b"2")
    assert result.entries["c"].kind == "hardlink"


def test_a_wrong_sum_is_damage(opened: Callable[..., Any]) -> None:
    data = newc(b"f", b"ab", magic=b"070702", check=1) + newc(
        b"g", b"ab", magic=b"070702", check=195
    )
    problems = opened(cpio, data + END).sink.problems
    assert [(one.kind, one.path) for one in problems] == [("damage", "f")]


def test_a_cut_archive_keeps_what_is_whole(opened: Callable[..., Any]) -> None:
    data = newc(b"a", b"1") + newc(b"b", b"2") + newc(b"c", b"3" * 99)
    result = opened(cpio, data[:-50])
    assert sorted(result.entries) == ["a", "b"]
    assert result.sink.problems[0].kind == "damage"


@pytest.mark.parametrize("data", [b"", b"070701", newc(b"only"), END, b"070701" + b"g" * 200])
def test_what_is_no_archive_is_refused(data: Any) -> None:
    with pytest.raises(NotThisFormat):
        cpio.measure(View(data), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_archives_raise_nothing_else(
    fixture_bytes: Callable[[str], bytes], data: Any
) -> None:
    form = data.draw(st.sampled_from(["newc", "crc", "odc", "bin"]))
    image = bytearray(fixture_bytes(f"archives/data/cpio-{form}.bin")[:3000])
    for _ in range(data.draw(st.integers(1, 8))):
        image[data.draw(st.integers(0, 400))] = data.draw(st.integers(0, 255))
    view = View(bytes(image))
    with suppress(NotThisFormat):
        cpio.unpack(view, cpio.measure(view, 0), Sink(view.limits, "cpio"))
