"""JFFS2 against images of mkfs.jffs2 and logs written node by node."""

import hashlib
import lzma
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.filesystems import jffs2
from assay.unpack.limits import Limits
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

DIRECTORY, FILE, LINK, CHARACTER = 0o040755, 0o100644, 0o120777, 0o020600


def crc(data: Any) -> Any:
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


class Log:
    """Writes JFFS2 nodes."""

    def __init__(self, order: str = "<", magic: int = 0x1985) -> None:
        self.order, self.magic, self.data = order, magic, bytearray()

    def node(self, kind: int, body: bytes, *, obsolete: bool = False) -> Any:
        head = struct.pack(self.order + "HHI", self.magic, kind, 12 + len(body))
        head += struct.pack(self.order + "I", crc(head))
        if obsolete:
            head = head[:2] + struct.pack(self.order + "H", kind & ~0x2000) + head[4:]
        self.data += head + body
        self.data += b"\xff" * (-len(self.data) % 4)
        return self

    def fix(self, kind: int, total: int, body: bytes) -> Any:
        """Return *body* after the CRC of the node's fields, which includes its header."""
        head = struct.pack(self.order + "HHI", self.magic, kind, total)
        return crc(head + struct.pack(self.order + "I", crc(head)) + body)

    def name(
        self, parent: int, name: str, inode: int, version: int = 1, kind: int = 8, **options: Any
    ) -> Any:
        body = struct.pack(
            self.order + "4IBB2x", parent, version, inode, 7, len(name), kind
        )  # fmt: skip
        own = self.fix(0xE001, 40 + len(name), body)
        body += struct.pack(self.order + "II", own, crc(name)) + name
        return self.node(0xE001, body, **options)

    def inode(
        self,
        number: int,
        data: Any = b"",
        *,
        version: int = 1,
        mode: int = FILE,
        offset: int = 0,
        size: int | None = None,
        codec: int = 0,
        stored: bytes | None = None,
        **options: Any,
    ) -> Any:
        stored = data if stored is None else stored
        size = offset + len(data) if size is None else size
        body = struct.pack(
            self.order + "IIIHHIIIIIIIBBH", number, version, mode, 7, 8, size, 1, 2, 3,
            offset, len(stored), len(data), codec, 0, 0,
        )  # fmt: skip
        body += struct.pack(self.order + "I", crc(stored))
        own = self.fix(0xE002, 68 + len(stored), body[:-4])
        return self.node(0xE002, body + struct.pack(self.order + "I", own) + stored, **options)


@pytest.mark.parametrize("name", ["jffs2-le.bin", "jffs2-be-rtime.bin", "jffs2-le-lzo.bin"])
def test_reads_what_the_tool_wrote(
    name: str,
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    data = fixture_bytes(f"filesystems/data/{name}")
    result = opened(jffs2, data)
    assert describe(result) == sample_tree
    assert not result.sink.problems


@pytest.mark.parametrize("name", ["jffs2-le.bin", "jffs2-be-rtime.bin", "jffs2-le-lzo.bin"])
def test_the_magic_announces_it(
    name: str, announced: Callable[..., bool], fixture_bytes: Callable[[str], bytes]
) -> None:
    assert announced(jffs2, fixture_bytes(f"filesystems/data/{name}"))


def test_attributes_and_times_are_kept(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    entry = opened(jffs2, fixture_bytes("filesystems/data/jffs2-le.bin")).entries["bin/app"]
    assert entry.mtime == 1_500_000_000
    assert [(one.name, one.value[:8]) for one in entry.attributes] == [
        ("security.capability", "01000002"),
        ("user.note", b"kept".hex()),
    ]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [0x1984, 0x1985])
def test_newest_version_wins_wherever_it_stands(
    opened: Callable[..., Any], order: str, magic: int
) -> None:
    log = Log(order, magic)
    log.name(1, b"a", 3, version=2).inode(3, b"new", version=9).inode(3, b"old", version=4)
    log.name(1, b"a", 2, version=1).inode(2, b"other")
    result = opened(jffs2, bytes(log.data))
    assert list(result.entries) == ["a"]
    assert result.content("a") == b"new"


def test_writes_overlay_truncate_and_leave_holes(opened: Callable[..., Any]) -> None:
    log = Log().name(1, b"f", 2)
    log.inode(2, b"A" * 10, version=1).inode(2, b"BB", version=2, offset=3, size=10)
    log.inode(2, version=3, size=6).inode(2, b"C", version=4, offset=8, size=9)
    assert opened(jffs2, bytes(log.data)).content("f") == b"AAABBA\0\0C"


def test_deleted_names_and_obsolete_nodes_are_gone(opened: Callable[..., Any]) -> None:
    log = Log().name(1, b"gone", 2).inode(2, b"x").name(1, b"gone", 0, version=2)
    log.name(1, b"kept", 3).inode(3, b"y").inode(3, b"obsolete", version=5, obsolete=True)
    result = opened(jffs2, bytes(log.data))
    assert list(result.entries) == ["kept"]
    assert result.content("kept") == b"y"


def test_lzma_with_the_parameters_that_openwrt_fixed(opened: Callable[..., Any]) -> None:
    plain = b"lzma in flash " * 50
    filters = [{"id": lzma.FILTER_LZMA1, "lc": 0, "lp": 0, "pb": 0, "dict_size": 8192}]
    stored = lzma.compress(plain, lzma.FORMAT_RAW, filters=filters)
    log = Log().name(1, b"f", 2).inode(2, plain, codec=8, stored=stored)
    assert opened(jffs2, bytes(log.data)).content("f") == plain


def test_unknown_compression_is_said(opened: Callable[..., Any]) -> None:
    log = Log().name(1, b"f", 2).inode(2, b"x" * 9, codec=5, stored=b"abc")
    result = opened(jffs2, bytes(log.data))
    assert [problem.kind for problem in result.sink.problems] == ["unsupported"]


def test_short_and_long_device_numbers(opened: Callable[..., Any]) -> None:
    log = Log(">").name(1, b"s", 2, kind=2).inode(2, b"\x05\x01", mode=CHARACTER, size=0)
    log.name(1, b"l", 3, kind=2).inode(3, struct.pack(">I", 0x00A00B0C), mode=CHARACTER, size=0)
    entries = opened(jffs2, bytes(log.data)).entries
    assert (entries["s"].device, entries["l"].device) == ("c5:1", f"c11:{0xA0C}")


def test_damage_is_reported_and_the_rest_is_read(opened: Callable[..., Any]) -> None:
    log = Log().name(1, b"good", 2).inode(2, b"good data").name(1, b"bad", 3)
    at = len(log.data) + 70
    log.inode(3, b"bad data").name(1, b"last", 4).inode(4, b"last data")
    log.data[at] ^= 0xFF
    result = opened(jffs2, bytes(log.data))
    assert result.content("good") == b"good data"
    assert result.content("last") == b"last data"
    assert "wrong CRC" in result.sink.problems[0].says


def test_gaps_are_accounted_for(opened: Callable[..., Any]) -> None:
    log = Log().name(1, b"f", 2)
    first = len(log.data)
    log.data += b"\xff" * 1000 + b"JUNK" * 8
    log.inode(2, b"x")
    log.data += b"\xff" * 5000
    result = opened(jffs2, bytes(log.data))
    found = [(one.offset, one.length, one.account) for one in result.sink.regions]
    assert found == [(first, 1000, "padding"), (first + 1000, 32, "unknown")]
    assert result.extent.end == first + 1032 + 72


def test_a_second_file_system_after_a_gap_is_not_mixed_in(opened: Callable[..., Any]) -> None:
    first = Log().name(1, b"a", 2).inode(2, b"first").data
    second = Log().name(1, b"b", 2).inode(2, b"second").data
    data = bytes(first) + b"\xff" * 8192 + bytes(second)
    result = opened(jffs2, data)
    assert (list(result.entries), result.extent.end) == (["a"], len(first))
    assert list(opened(jffs2, data, len(first) + 8192).entries) == ["b"]


def test_directories_in_a_circle_end(opened: Callable[..., Any]) -> None:
    log = Log().name(1, b"d", 2, kind=4).inode(2, mode=DIRECTORY)
    log.name(2, b"up", 2, kind=4).name(2, b"f", 3).inode(3, b"x")
    result = opened(jffs2, bytes(log.data))
    assert result.content("d/f") == b"x"
    assert "contains itself" in result.sink.problems[0].says


def test_names_below_a_lost_directory_are_kept(opened: Callable[..., Any]) -> None:
    log = Log().name(9, b"orphan", 3).inode(3, b"x")
    assert opened(jffs2, bytes(log.data)).content("lost+found/9/orphan") == b"x"


def test_names_cannot_leave_the_container(opened: Callable[..., Any]) -> None:
    log = Log().name(1, b"../../x", 2).inode(2, b"x")
    assert list(opened(jffs2, bytes(log.data)).entries) == [r"..\\..\\x"]


def test_a_huge_size_is_a_limit(opened: Callable[..., Any]) -> None:
    log = Log().name(1, b"f", 2).inode(2, b"x", size=0xFFFFFFFF)
    result = opened(jffs2, bytes(log.data), limits=Limits(file=1000))
    assert [problem.kind for problem in result.sink.problems] == ["limit"]
    assert result.entries["f"].size == 1000


@pytest.mark.parametrize(
    "data",
    [b"", b"\x85\x19", Log().node(0x2003, b"").data, b"\x85\x19\x01\xe0" + b"\x44\0\0\0" * 30],
)
def test_what_is_no_file_system_is_refused(data: Any) -> None:
    with pytest.raises(NotThisFormat):
        jffs2.measure(View(bytes(data)), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_images_raise_nothing_else(data: Any) -> None:
    log = Log().name(1, b"d", 2, kind=4).inode(2, mode=DIRECTORY).name(2, b"f", 3)
    log.inode(3, b"x" * 50).inode(3, zlib.compress(b"y" * 99), codec=6, version=2)
    image = bytearray(log.data)
    for _ in range(data.draw(st.integers(1, 8))):
        image[data.draw(st.integers(0, len(image) - 1))] = data.draw(st.integers(0, 255))
    view = View(bytes(image[: data.draw(st.integers(0, len(image)))]))
    with suppress(NotThisFormat):
        jffs2.unpack(view, jffs2.measure(view, 0), Sink(view.limits, "jffs2"))


def test_the_benchmark_image_agrees_with_another_reader(
    opened: Callable[..., Any], corpus: Path
) -> None:
    image = corpus.parent / "bench" / "router.bin"
    if not image.is_file():
        pytest.skip("no benchmark image")
    table = (corpus / "unblob-reference/router.bin.sum").read_text(encoding="utf-8")
    expected = {
        line.split(".jffs2_new_extract/")[1]: line.split()[0]
        for line in table.splitlines()
        if ".jffs2_new_extract/" in line
    }
    result = opened(jffs2, image.read_bytes(), 0x1D00000)
    found = {
        path: hashlib.sha256(result.content(path)).hexdigest()
        for path, entry in result.entries.items()
        if entry.kind == "file"
    }
    assert found == expected
