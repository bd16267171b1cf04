"""FAT volumes of mkfs.fat and mtools in three widths, damaged and hostile ones."""

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.filesystems import fat
from assay.unpack.formats.filesystems._fat_names import items
from assay.unpack.limits import Limits
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

WIDTHS = [12, 16, 32]


def storable(tree: dict[str, Any]) -> Any:
    """Return what FAT can hold of the sample tree, in the words of kind and content."""
    out = {path: tree[row.holds] if row.kind == "hardlink" else row for path, row in tree.items()}
    return {
        path: (row.kind, row.holds)
        for path, row in out.items()
        if row.kind in {"file", "directory"}
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_reads_what_the_tool_wrote(
    width: int,
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    data = fixture_bytes(f"filesystems/data/fat{width}.bin")
    result = opened(fat, b"before" + data + b"after", 6)
    found = {path: (row.kind, row.holds) for path, row in describe(result).items()}
    assert found == storable(sample_tree)
    assert not result.sink.problems
    # mkfs.fat rounds the volume down to whole tracks of the file.
    assert 0 <= 6 + len(data) - result.extent.end < 1 << 14


@pytest.mark.parametrize("width", WIDTHS)
def test_the_magic_announces_it(
    width: int, announced: Callable[..., bool], fixture_bytes: Callable[[str], bytes]
) -> None:
    assert announced(fat, fixture_bytes(f"filesystems/data/fat{width}.bin"))


def test_times_are_kept_and_modes_are_not_invented(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    entry = opened(fat, fixture_bytes("filesystems/data/fat12.bin")).entries["bin/app"]
    assert (entry.mtime, entry.mode, entry.uid) == (1_500_000_000, -1, -1)


def test_chains_may_be_scattered(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/fat16.bin"))
    result = opened(fat, bytes(data))
    table, first = result.extent.detail.tables, result.extent.detail.data
    at = result.entries["etc/passwd"].offset
    cluster, free = struct.unpack_from("<H", data, at + 26)[0], 9000
    struct.pack_into("<H", data, table + 2 * cluster, free)
    struct.pack_into("<H", data, table + 2 * free, 0xFFFF)
    struct.pack_into("<I", data, at + 28, 515)
    data[first + (free - 2) * 512 : first + (free - 2) * 512 + 3] = b"end"
    again = opened(fat, bytes(data))
    content = again.content("etc/passwd")
    assert (content[:5], content[-3:], len(content)) == (b"root:", b"end", 515)
    assert len(again.entries["etc/passwd"].pieces) == 2


def test_free_clusters_that_hold_data_are_unknown(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/fat12.bin"))
    last = opened(fat, bytes(data)).sink.regions[-1]
    data[last.offset + last.length - 1] = 7
    regions = opened(fat, bytes(data)).sink.regions
    assert regions[-1].account == "unknown"


def test_a_short_chain_and_an_endless_one_are_damage(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/fat16.bin"))
    result = opened(fat, bytes(data))
    table = result.extent.detail.tables
    for path, target in (("etc/passwd", None), ("etc/shadow", 0)):
        at = result.entries[path].offset
        cluster = struct.unpack_from("<H", data, at + 26)[0]
        struct.pack_into("<I", data, at + 28, 100 << 20)
        struct.pack_into("<H", data, table + 2 * cluster, cluster if target is None else 0)
    says = {one.path: one.says for one in opened(fat, bytes(data)).sink.problems}
    assert "too short" in says["etc/shadow"]
    assert set(says) == {"etc/passwd", "etc/shadow"}


def test_a_directory_that_contains_itself_ends(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/fat16.bin"))
    entries = opened(fat, bytes(data)).entries
    own = data[entries["var"].offset + 26 : entries["var"].offset + 28]
    data[entries["var/run"].offset + 26 : entries["var/run"].offset + 28] = own
    assert "contains itself" in opened(fat, bytes(data)).sink.problems[0].says


def test_a_huge_file_is_a_limit(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    data = fixture_bytes("filesystems/data/fat12.bin")
    result = opened(fat, data, limits=Limits(file=1000))
    assert result.entries["bin/app"].size == 1000


def test_deleted_entries_labels_and_orphaned_long_names_are_no_files() -> None:
    plain = b"README  TXT\x20\x18" + bytes(13) + struct.pack("<HI", 5, 9)
    label = b"VOLUME     \x08" + bytes(20)
    deleted = b"\xe5" + plain[1:]
    orphan = b"\x41" + "lost".encode("utf-16-le") + b"\0\0\x0f\0\x99" + b"\xff" * 18
    found = list(items(label + deleted + orphan.ljust(32, b"\0")[:32] + plain + bytes(32) + plain))
    assert [(item.name, item.cluster, item.size) for item in found] == [(b"readme.txt", 5, 9)]


@pytest.mark.parametrize(
    ("at", "value"), [(12, 3), (13, 0), (14, 0), (17, 0), (22, 0), (19, 3), (512, 7)]
)
def test_a_geometry_that_cannot_be_is_refused(
    at: int, value: int, fixture_bytes: Callable[[str], bytes]
) -> None:
    data = bytearray(fixture_bytes("filesystems/data/fat12.bin"))
    data[at : at + 2] = bytes([value, 0])
    with pytest.raises(NotThisFormat):
        fat.measure(View(bytes(data)), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_volumes_raise_nothing_else(
    fixture_bytes: Callable[[str], bytes], data: Any
) -> None:
    image = bytearray(fixture_bytes("filesystems/data/fat12.bin"))
    root = 512 + 2 * 512 * struct.unpack_from("<H", image, 22)[0]
    for _ in range(data.draw(st.integers(1, 10))):
        place = data.draw(st.sampled_from([11, 512, root]))
        at = place + data.draw(st.integers(0, 30 if place == 11 else 400))
        image[at] = data.draw(st.integers(0, 255))
    view = View(bytes(image))
    with suppress(NotThisFormat):
        fat.unpack(view, fat.measure(view, 0), Sink(view.limits, "fat"))
