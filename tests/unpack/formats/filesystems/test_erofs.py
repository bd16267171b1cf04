"""EROFS volumes of mkfs.erofs in all layouts of data, damaged and hostile ones."""

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.filesystems import erofs
from assay.unpack.formats.filesystems._erofs_inodes import inode, superblock
from assay.unpack.limits import Limits
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

VARIANTS = ["plain", "lz4", "big", "full", "chunks", "tail", "tailfull"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_reads_what_the_tool_wrote(
    variant: str,
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    data = fixture_bytes(f"filesystems/data/erofs-{variant}.bin")
    result = opened(erofs, b"before" + data + b"after", 6)
    assert describe(result) == sample_tree
    assert not result.sink.problems
    assert result.extent.end == 6 + len(data)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_magic_announces_it(
    variant: str, announced: Callable[..., bool], fixture_bytes: Callable[[str], bytes]
) -> None:
    assert announced(erofs, fixture_bytes(f"filesystems/data/erofs-{variant}.bin"))


@pytest.mark.parametrize("variant", VARIANTS)
def test_attributes_and_times_are_kept(
    variant: str,
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    app_keeps: Callable[[Any], bool],
) -> None:
    assert app_keeps(opened(erofs, fixture_bytes(f"filesystems/data/erofs-{variant}.bin")))


def test_the_compressed_variants_are_compressed(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    for variant in ("lz4", "big", "full"):
        result = opened(erofs, fixture_bytes(f"filesystems/data/erofs-{variant}.bin"))
        codecs = {piece.codec for piece in result.entries["var/sparse"].pieces}
        assert "erofs:lz4" in codecs


def test_a_cut_volume_keeps_what_is_there(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = fixture_bytes("filesystems/data/erofs-plain.bin")
    result = opened(erofs, data[: len(data) // 2])
    assert "cut off" in result.sink.problems[0].says
    assert result.entries


def test_a_directory_that_contains_itself_ends(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/erofs-plain.bin"))
    info = superblock(View(bytes(data)), 0)
    root = inode(View(bytes(data)), info, info.root)
    second_entry = root.tail + 12
    for at in range(second_entry, root.tail + 12 * 7, 12):
        struct.pack_into("<Q", data, at, info.root)
    result = opened(erofs, bytes(data))
    assert any("contains itself" in problem.says for problem in result.sink.problems)


def test_packed_fragments_are_named_as_not_read(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/erofs-lz4.bin"))
    view = View(bytes(data))
    info = superblock(view, 0)
    entry = opened(erofs, bytes(data)).entries["bin/app"]
    one = inode(view, info, (entry.offset - info.meta) // 32)
    data[(one.tail + 7 & ~7) + 4] |= 0x20
    result = opened(erofs, bytes(data))
    assert "bin/app" not in result.entries
    assert ("bin/app", "unsupported") in {(one.path, one.kind) for one in result.sink.problems}


def test_a_huge_file_is_a_limit(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = fixture_bytes("filesystems/data/erofs-plain.bin")
    problems = opened(erofs, data, limits=Limits(file=5000)).sink.problems
    assert ("limit", "bin/app") in {(one.kind, one.path) for one in problems}


@pytest.mark.parametrize(("at", "value"), [(0, 0), (12, 5), (12, 40), (40, 0xFF), (14, 0)])
def test_a_superblock_that_cannot_be_is_refused(
    at: int, value: int, fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/erofs-plain.bin"))
    data[1024 + at : 1024 + at + 2] = bytes([value, value])
    with pytest.raises(NotThisFormat):
        erofs.measure(View(bytes(data)), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_volumes_raise_nothing_else(
    fixture_bytes: Callable[[str], bytes], data: Any
) -> None:
    variant = data.draw(st.sampled_from(VARIANTS))
    image = bytearray(fixture_bytes(f"filesystems/data/erofs-{variant}.bin"))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(1024, 6000))
        image[at] = data.draw(st.integers(0, 255))
    view = View(bytes(image))
    with suppress(NotThisFormat):
        erofs.unpack(view, erofs.measure(view, 0), Sink(view.limits, "erofs"))
