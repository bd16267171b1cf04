"""UBIFS against images of mkfs.ubifs and volumes written node by node."""

import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.filesystems import ubifs
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

BLOCK = 8192
DIRECTORY, FILE, LINK, CHARACTER = 0o040755, 0o100644, 0o120777, 0o020600


class Volume:
    """Writes a volume: superblock, two masters, one log block, journal and index after it."""

    def __init__(self, blocks: int = 8) -> None:
        self.data = bytearray(b"\xff" * (BLOCK * blocks))
        self.at = 5 * BLOCK
        self.sqnum = 100
        self.index: list[tuple[tuple[int, int, int], int, int]] = []
        self.blocks = blocks

    def put(self, at: int, kind: int, body: bytes) -> Any:
        self.sqnum += 1
        length = 24 + len(body)
        head = struct.pack("<QIBBH", self.sqnum, length, kind, 0, 0)
        check = zlib.crc32(head + body) ^ 0xFFFFFFFF
        self.data[at : at + length] = struct.pack("<II", 0x06101831, check) + head + body
        return length

    def leaf(
        self, kind: int, key: tuple[int, int, int], body: bytes, *, indexed: bool = True
    ) -> Any:
        """Append a leaf node; key is (inode, type, hash or block)."""
        packed = struct.pack("<II", key[0], key[1] << 29 | key[2]) + bytes(8)
        at, length = self.at, self.put(self.at, kind, packed + body)
        if indexed:
            self.index.append((key, at, length))
        self.at = (at + length + 7) & ~7
        return self

    def inode(
        self,
        number: int,
        mode: int = FILE,
        *,
        size: int | None = 0,
        data: Any = b"",
        links: int = 1,
        flags: int = 0,
        **options: Any,
    ) -> Any:
        body = struct.pack(
            "<QQQQQIIIIIIIIIII", 1, size, 9, 9, 1234, 0, 0, 0, links, 5, 6, mode, flags, len(data),
            0, 0,
        ) + bytes(160 - 124)  # fmt: skip
        return self.leaf(0, (number, 0, 0), body + data, **options)

    def name(
        self, parent: int, name: str, number: int, *, attribute: bool = False, **options: Any
    ) -> Any:
        body = struct.pack("<QBBHI", number, 0, 0, len(name), 0) + name + b"\0"
        kind = 3 if attribute else 2
        key = (parent, kind, zlib.crc32(name) & 0x1FFFFFFF)
        return self.leaf(kind, key, body, **options)

    def block(
        self,
        number: int,
        index: int,
        plain: bytes,
        *,
        stored: bytes | None = None,
        codec: int = 0,
        **options: Any,
    ) -> Any:
        stored = plain if stored is None else stored
        body = struct.pack("<IHH", len(plain), codec, len(stored)) + stored
        return self.leaf(1, (number, 1, index), body, **options)

    def truncate(self, number: int, new: int) -> Any:
        self.put(self.at, 4, struct.pack("<I12xQQ", number, 1 << 20, new))
        self.at += 56
        return self

    def journal(self) -> Any:
        """Let what follows be written to the journal, in a block of its own."""
        self.at = 6 * BLOCK
        return self

    def finish(self, *, journal: bool = False, root_length: int | None = None) -> Any:
        index = b""
        for key, at, length in sorted(self.index):
            branch = (at // BLOCK, at % BLOCK, length, key[0], key[1] << 29 | key[2])
            index += struct.pack("<5I", *branch)
        size = self.put(4 * BLOCK, 9, struct.pack("<HH", len(self.index), 0) + index)
        superblock = bytearray(4096 - 24)
        struct.pack_into("<4I", superblock, 4, 0, 8, BLOCK, self.blocks)
        struct.pack_into("<I", superblock, 32, 1)
        struct.pack_into("<I", superblock, 56, 5)
        self.put(0, 6, bytes(superblock))
        master = bytearray(512 - 24)
        root_length = size if root_length is None else root_length
        struct.pack_into("<QQI5I", master, 0, 99, 7, 0, 3, 4, 0, root_length, 0)
        for block in (1, 2):
            self.put(block * BLOCK, 7, bytes(master))
        log = self.put(3 * BLOCK, 10, struct.pack("<Q", 7))
        if journal:
            self.put(3 * BLOCK + log, 8, struct.pack("<III", 6, 0, 0) + bytes(28))
        return bytes(self.data)


def small() -> Any:
    return Volume().name(1, b"f", 2).inode(2, size=3).block(2, 0, b"abc")


@pytest.mark.parametrize("codec", ["lzo", "zlib", "zstd", "none"])
def test_reads_what_the_tool_wrote(
    codec: int,
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    data = fixture_bytes(f"filesystems/data/ubifs-{codec}.bin")
    result = opened(ubifs, data)
    assert describe(result) == sample_tree
    assert not result.sink.problems
    assert {entry.mtime for entry in result.sink.entries} == {1_500_000_000}


@pytest.mark.parametrize("codec", ["lzo", "zlib", "zstd", "none"])
def test_the_magic_announces_it(
    codec: str, announced: Callable[..., bool], fixture_bytes: Callable[[str], bytes]
) -> None:
    assert announced(ubifs, fixture_bytes(f"filesystems/data/ubifs-{codec}.bin"))


def test_a_damaged_index_is_made_good_from_all_nodes(
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/ubifs-lzo.bin"))
    at = data.find(b"\x31\x18\x10\x06")
    while at >= 0:
        if data[at + 20] == 9:
            data[at + 30] ^= 1
        at = data.find(b"\x31\x18\x10\x06", at + 1)
    result = opened(ubifs, bytes(data))
    assert describe(result) == sample_tree
    assert any("order of writing" in problem.says for problem in result.sink.problems)


def test_holes_attributes_and_devices(opened: Callable[..., Any]) -> None:
    volume = Volume().name(1, b"f", 2).inode(2, size=9000).block(2, 1, b"B" * 4096)
    volume.name(2, b"user.note", 3, attribute=True).inode(3, data=b"kept", flags=0x20)
    volume.name(1, b"c", 4).inode(4, CHARACTER, data=struct.pack("<I", 0x501))
    volume.name(1, b"h", 5).inode(5, CHARACTER, data=struct.pack("<Q", 0x503))
    volume.name(1, b"l", 6).inode(6, LINK, data=b"../f")
    result = opened(ubifs, volume.finish())
    assert result.content("f") == bytes(4096) + b"B" * 4096 + bytes(808)
    entry = result.entries["f"]
    assert [(one.name, one.value) for one in entry.attributes] == [("user.note", b"kept".hex())]
    assert (entry.uid, entry.gid, entry.mtime, entry.mode) == (5, 6, 1234, 0o644)
    assert (result.entries["c"].device, result.entries["h"].device) == ("c5:1", "c5:3")
    assert result.entries["l"].target == "../f"


def test_the_journal_is_applied(opened: Callable[..., Any]) -> None:
    volume = small().name(1, b"gone", 8).inode(8, size=1).block(8, 0, b"x")
    volume.name(1, b"long", 9).inode(9, size=8192).block(9, 0, b"1" * 4096).block(9, 1, b"2" * 4096)
    volume.journal()
    volume.name(1, b"new", 3, indexed=False).inode(3, size=2, indexed=False)
    volume.block(3, 0, b"hi", indexed=False).block(2, 0, b"ABC", indexed=False)
    volume.name(1, b"gone", 0, indexed=False).inode(8, links=0, indexed=False)
    volume.truncate(9, 100).inode(9, size=100, indexed=False)
    result = opened(ubifs, volume.finish(journal=True))
    assert sorted(result.entries) == ["f", "long", "new"]
    assert (result.content("new"), result.content("f")) == (b"hi", b"ABC")
    assert result.content("long") == b"1" * 100


def test_without_a_reference_in_the_log_nothing_is_replayed(opened: Callable[..., Any]) -> None:
    volume = small().journal().block(2, 0, b"ABC", indexed=False)
    assert opened(ubifs, volume.finish()).content("f") == b"abc"


def test_a_data_node_with_a_wrong_crc_is_damage(opened: Callable[..., Any]) -> None:
    data = bytearray(small().finish())
    data[data.index(b"abc")] = 0
    result = opened(ubifs, bytes(data))
    assert [problem.kind for problem in result.sink.problems][:1] == ["damage"]
    assert result.entries["f"].size == 3


def test_an_index_that_contains_itself_ends(opened: Callable[..., Any]) -> None:
    volume = small()
    volume.index.append(((9, 0, 0), 4 * BLOCK, 28 + 4 * 20))
    result = opened(ubifs, volume.finish())
    assert result.content("f") == b"abc"
    assert any("index is damaged" in problem.says for problem in result.sink.problems)


def test_erased_ends_of_blocks_are_padding(opened: Callable[..., Any]) -> None:
    result = opened(ubifs, small().finish())
    covered = sum(one.length for one in result.sink.regions if one.account == "padding")
    assert covered > 7 * BLOCK - 8192


@pytest.mark.parametrize("cut", [0, 24, 4095])
def test_what_is_no_volume_is_refused(cut: int) -> None:
    with pytest.raises(NotThisFormat):
        ubifs.measure(View(small().finish()[:cut]), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_volumes_raise_nothing_else(data: Any) -> None:
    volume = small().journal().block(2, 0, b"ABC", indexed=False)
    image = bytearray(volume.finish(journal=True))
    for _ in range(data.draw(st.integers(1, 4))):
        node = data.draw(st.sampled_from([1, 2, 3, 4, 5, 6])) * BLOCK
        image[node + data.draw(st.integers(8, 120))] = data.draw(st.integers(0, 255))
        length = struct.unpack_from("<I", image, node + 16)[0]
        if length < BLOCK:  # Some mutations shall pass the CRC.
            check = zlib.crc32(bytes(image[node + 8 : node + length])) ^ 0xFFFFFFFF
            struct.pack_into("<I", image, node + 4, check)
    view = View(bytes(image))
    with suppress(NotThisFormat):
        ubifs.unpack(view, ubifs.measure(view, 0), Sink(view.limits, "ubifs"))
