"""ext volumes of mke2fs in their variants, damaged and hostile ones."""

import struct
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.filesystems import ext
from assay.unpack.formats.filesystems._ext_volume import Volume, has_backup, superblock
from assay.unpack.limits import Limits
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

VARIANTS = ["ext2-1k", "ext3", "ext4", "ext4-inline", "ext4-groups"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_reads_what_the_tool_wrote(
    variant: str,
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    data = fixture_bytes(f"filesystems/data/{variant}.bin")
    result = opened(ext, b"before" * 100 + data + b"after", 600)
    found = describe(result)
    assert found.pop("lost+found").kind == "directory"
    assert found == sample_tree
    assert not result.sink.problems
    assert result.extent.end == 600 + len(data)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_magic_announces_it(
    variant: str, announced: Callable[..., bool], fixture_bytes: Callable[[str], bytes]
) -> None:
    assert announced(ext, fixture_bytes(f"filesystems/data/{variant}.bin"))


@pytest.mark.parametrize("variant", VARIANTS)
def test_attributes_are_kept_wherever_they_stand(
    variant: str,
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    app_keeps: Callable[[Any], bool],
) -> None:
    assert app_keeps(opened(ext, fixture_bytes(f"filesystems/data/{variant}.bin")))


@pytest.mark.parametrize("variant", VARIANTS)
def test_free_blocks_are_padding_or_hold_data(
    variant: str, opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes(f"filesystems/data/{variant}.bin"))
    regions = opened(ext, bytes(data)).sink.regions
    assert {one.account for one in regions} == {"padding"}
    last = regions[-1]
    data[last.offset + last.length - 1] = 1
    again = opened(ext, bytes(data)).sink.regions
    assert (again[-1].account, again[-1].note) == ("unknown", "free blocks that hold data")


def test_indirect_blocks_of_three_levels(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    image = bytearray(fixture_bytes("filesystems/data/ext2-1k.bin"))
    result = opened(ext, bytes(image))
    at = result.entries["etc/passwd"].offset
    free = result.sink.regions[-1].offset // 1024 + 1
    chain = [free, free + 1, free + 2, free + 3]
    for above, below in pairwise(chain):
        struct.pack_into("<I", image, above * 1024, below)
    image[chain[3] * 1024 : chain[3] * 1024 + 4] = b"deep"
    first = 12 + 256 + 256 * 256
    struct.pack_into("<I", image, at + 4, first * 1024 + 4)
    struct.pack_into("<15I", image, at + 40, *[0] * 14, chain[0])
    again = opened(ext, bytes(image))
    content = again.content("etc/passwd")
    assert (len(content), content[-4:]) == (first * 1024 + 4, b"deep")
    assert not any(content[:-4])


def test_an_unreplayed_journal_is_said(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    image = bytearray(fixture_bytes("filesystems/data/ext3.bin"))
    image[1024 + 96] |= 4
    problems = opened(ext, bytes(image)).sink.problems
    assert [problem.kind for problem in problems] == ["unsupported"]
    assert "journal" in problems[0].says


def test_a_cut_volume_keeps_what_is_there(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    image = fixture_bytes("filesystems/data/ext4.bin")
    result = opened(ext, image[: len(image) // 2])
    assert result.extent.end == len(image) // 2
    assert "cut off" in result.sink.problems[0].says
    assert "etc/passwd" in result.entries


def test_a_directory_that_contains_itself_ends(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    image = bytearray(fixture_bytes("filesystems/data/ext2-1k.bin"))
    at = image.index(b"\x03\x01app")
    struct.pack_into("<I", image, at - 6, 2)
    result = opened(ext, bytes(image))
    assert "contains itself" in result.sink.problems[0].says


def test_a_damaged_extent_tree_costs_one_file(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    image = bytearray(fixture_bytes("filesystems/data/ext4.bin"))
    at = opened(ext, bytes(image)).entries["bin/app"].offset
    image[at + 40] ^= 1
    result = opened(ext, bytes(image))
    assert "etc/passwd" in result.entries
    first = result.sink.problems[0]
    assert (first.kind, first.path) == ("damage", "bin/app")


def test_a_huge_file_is_a_limit(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    image = fixture_bytes("filesystems/data/ext4.bin")
    result = opened(ext, image, limits=Limits(file=5000))
    assert result.entries["bin/app"].size == 5000
    assert ("limit", "bin/app") in {(one.kind, one.path) for one in result.sink.problems}


def test_backups_stand_in_groups_of_powers(fixture_bytes: Callable[[str], bytes]) -> None:
    info = superblock(View(fixture_bytes("filesystems/data/ext4-groups.bin")), 0)
    assert [group for group in range(130) if has_backup(info, group)] == [
        0, 1, 3, 5, 7, 9, 25, 27, 49, 81, 125,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("at", "layout", "value"),
    [(56, "<H", 0), (24, "<I", 9), (90, "<H", 1), (88, "<H", 100), (40, "<I", 0), (32, "<I", 0),
     (4, "<I", 1), (76, "<I", 7), (96, "<I", 8)],
)  # fmt: skip
def test_a_superblock_that_cannot_be_is_refused(
    at: int, layout: str, value: int, fixture_bytes: Callable[[str], bytes]
) -> None:
    image = bytearray(fixture_bytes("filesystems/data/ext4.bin"))
    struct.pack_into(layout, image, 1024 + at, value)
    with pytest.raises(NotThisFormat):
        ext.measure(View(bytes(image)), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_volumes_raise_nothing_else(
    fixture_bytes: Callable[[str], bytes], data: Any
) -> None:
    variant = data.draw(st.sampled_from(["ext2-1k", "ext4", "ext4-inline"]))
    image = bytearray(fixture_bytes(f"filesystems/data/{variant}.bin"))
    view = View(bytes(image))
    info = superblock(view, 0)
    table = Volume(view, info).inode(1).at
    places = [1024, (info.first + 1) * info.block, table, table + 10 * info.inode_size]
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.sampled_from(places)) + data.draw(st.integers(0, 300))
        image[at] = data.draw(st.integers(0, 255))
    view = View(bytes(image))
    with suppress(NotThisFormat):
        ext.unpack(view, ext.measure(view, 0), Sink(view.limits, "ext"))
