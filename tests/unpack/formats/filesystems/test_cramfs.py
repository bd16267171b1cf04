"""cramfs images of mkfs.cramfs in both byte orders, damaged and hostile ones."""

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.filesystems import cramfs
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

ORDERS = ["le", "be"]


def without_hard_links(tree: dict[str, Any]) -> Any:
    return {path: tree[row.holds] if row.kind == "hardlink" else row for path, row in tree.items()}


@pytest.mark.parametrize("order", ORDERS)
def test_reads_what_the_tool_wrote(
    order: str,
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    data = fixture_bytes(f"filesystems/data/cramfs-{order}.bin")
    result = opened(cramfs, b"before" + data + b"after", 6)
    assert describe(result) == without_hard_links(sample_tree)
    assert not result.sink.problems
    assert result.extent.end == 6 + len(data)


@pytest.mark.parametrize("order", ORDERS)
def test_the_magic_announces_it(
    order: str, announced: Callable[..., bool], fixture_bytes: Callable[[str], bytes]
) -> None:
    assert announced(cramfs, fixture_bytes(f"filesystems/data/cramfs-{order}.bin"))


def test_room_for_a_boot_sector(
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    data = fixture_bytes("filesystems/data/cramfs-boot.bin")
    result = opened(cramfs, data, 512)
    assert describe(result) == without_hard_links(sample_tree)
    assert not result.sink.problems
    assert result.extent.end == len(data)


def test_holes_take_no_space(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    result = opened(cramfs, fixture_bytes("filesystems/data/cramfs-be.bin"))
    codecs = [piece.codec for piece in result.entries["var/sparse"].pieces]
    assert codecs == ["hole"] * 7 + ["zlib"]


def test_a_wrong_crc_is_damage_and_all_is_read(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/cramfs-le.bin"))
    data[48] ^= 1
    result = opened(cramfs, bytes(data))
    assert [problem.kind for problem in result.sink.problems] == ["damage"]
    assert len(result.entries) == 61


def test_a_cut_image_keeps_what_is_there(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = fixture_bytes("filesystems/data/cramfs-le.bin")
    result = opened(cramfs, data[:5000])
    assert "cut off" in result.sink.problems[0].says
    assert "dev/console" in result.entries
    assert "etc/passwd" in {problem.path for problem in result.sink.problems}


def test_a_directory_that_contains_itself_ends(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/cramfs-le.bin"))
    bin_inode = opened(cramfs, bytes(data)).entries["bin"].offset
    own_list = struct.unpack_from("<I", data, 72)[0] >> 6
    name_length = struct.unpack_from("<I", data, bin_inode + 8)[0] & 0x3F
    struct.pack_into("<I", data, bin_inode + 8, own_list << 6 | name_length)
    result = opened(cramfs, bytes(data))
    assert any("share their list" in problem.says for problem in result.sink.problems)


def extended(pointer: int, data: Any) -> Any:
    """Return an image with one file of one block, found by an extended pointer."""
    root, file = (0o040755, 20, 76 >> 2), (0o100644, len(data), 96 >> 2)
    image = struct.pack("<4I16s", 0x28CD3D45, 512, 0x803, 0, b"Compressed ROMFS") + bytes(32)
    image += struct.pack("<III", root[0], root[1], root[2] << 6)
    image += struct.pack("<III", file[0], file[1], file[2] << 6 | 1) + b"file" + bytes(4)
    image += struct.pack("<I", pointer) + bytes(28) + data
    return image.ljust(512, b"\0")


def test_blocks_that_are_pointed_at_directly(opened: Callable[..., Any]) -> None:
    result = opened(cramfs, extended(1 << 31 | 1 << 30 | 128 >> 2, b"plain bytes"))
    assert result.content("file") == b"plain bytes"


def test_plain_blocks_by_their_end(opened: Callable[..., Any]) -> None:
    image = extended(1 << 31 | 111, b"plain bytes")
    image = image[:100] + b"plain bytes" + image[111:]
    assert opened(cramfs, image).content("file") == b"plain bytes"


@pytest.mark.parametrize("at", [0, 16, 9, 65])
def test_what_is_no_file_system_is_refused(at: int, fixture_bytes: Callable[[str], bytes]) -> None:
    data = bytearray(fixture_bytes("filesystems/data/cramfs-le.bin"))
    data[at] ^= 0xFF
    with pytest.raises(NotThisFormat):
        cramfs.measure(View(bytes(data)), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_images_raise_nothing_else(
    fixture_bytes: Callable[[str], bytes], data: Any
) -> None:
    order = data.draw(st.sampled_from(ORDERS))
    image = bytearray(fixture_bytes(f"filesystems/data/cramfs-{order}.bin"))
    for _ in range(data.draw(st.integers(1, 10))):
        image[data.draw(st.integers(32, 1200))] = data.draw(st.integers(0, 255))
    view = View(bytes(image))
    with suppress(NotThisFormat):
        cramfs.unpack(view, cramfs.measure(view, 0), Sink(view.limits, "cramfs"))
