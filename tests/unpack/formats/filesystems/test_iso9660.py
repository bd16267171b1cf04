"""ISO 9660 volumes of genisoimage with Rock Ridge, with Joliet and plain; damaged ones."""

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.filesystems import iso9660
from assay.unpack.formats.filesystems._rock_ridge import extras
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

FORMS = ["rock", "joliet", "plain"]


@pytest.fixture(scope="module")
def image(fixture_bytes: Callable[[str], bytes]) -> Any:
    return fixture_bytes("filesystems/data/iso-rock.bin")


def test_rock_ridge_gives_the_whole_tree(
    opened: Callable[..., Any],
    image: bytes,
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    result = opened(iso9660, b"before" + image + b"after", 6)
    assert describe(result) == sample_tree
    assert not result.sink.problems
    assert result.extent.end == 6 + len(image)
    assert {entry.mtime for entry in result.sink.entries} == {1_500_000_000}


def test_joliet_gives_names_and_contents(
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    found = describe(opened(iso9660, fixture_bytes("filesystems/data/iso-joliet.bin")))
    expected = {
        path: sample_tree[row.holds] if row.kind == "hardlink" else row
        for path, row in sample_tree.items()
        if row.kind in {"file", "directory", "hardlink"}
    }
    assert {path: (found[path].kind, found[path].holds) for path in expected} == {
        path: (row.kind, row.holds) for path, row in expected.items()
    }


def test_plain_names_are_shown_as_systems_show_them(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    result = opened(iso9660, fixture_bytes("filesystems/data/iso-plain.bin"))
    assert result.content("etc/passwd") == b"root:x:0:0:root:/:/bin/sh\n"
    assert "var/long_lon/name_nam" in result.entries
    assert result.entries["etc/passwd"].mode == -1


@pytest.mark.parametrize("form", FORMS)
def test_the_magic_announces_it(
    form: str, announced: Callable[..., bool], fixture_bytes: Callable[[str], bytes]
) -> None:
    assert announced(iso9660, fixture_bytes(f"filesystems/data/iso-{form}.bin"))


@pytest.mark.parametrize("form", FORMS)
def test_every_sector_is_accounted_for(
    form: str, opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    result = opened(iso9660, fixture_bytes(f"filesystems/data/iso-{form}.bin"))
    assert {region.account for region in result.sink.regions} == {"padding"}
    assert "part" not in {entry.kind for entry in result.sink.entries}


def test_data_that_no_directory_refers_to_is_a_part(
    opened: Callable[..., Any], image: bytes
) -> None:
    data = bytearray(image)
    last = opened(iso9660, image).sink.regions[-1]
    data[last.offset : last.offset + 4] = b"boot"
    data[:4] = b"\xeb\x3c\x90\x01"
    result = opened(iso9660, bytes(data))
    part = result.entries[f"unreferenced-{last.offset // 2048}"]
    assert (part.kind, part.offset, result.content(part.path)[:4]) == ("part", last.offset, b"boot")
    assert result.sink.regions[0].account == "unknown"


def test_a_file_in_several_extents_is_joined(opened: Callable[..., Any], image: bytes) -> None:
    data = bytearray(image)
    at = opened(iso9660, image).entries["etc/passwd"].offset
    second = at + data[at]
    data[at + 25] |= 0x80
    name_at = second + 33 + data[second + 32] + (data[second + 32] + 1 & 1)
    assert data[second : second + 1] != b"\0"
    start = data.index(b"NM", name_at)
    data[start + 5 : start + 5 + 6] = b"passwd"
    struct.pack_into("<I", data, second + 2, struct.unpack_from("<I", data, at + 2)[0])
    struct.pack_into("<I", data, second + 10, 4)
    assert opened(iso9660, bytes(data)).content("etc/passwd").endswith(b"/bin/sh\nroot")


def test_a_directory_that_contains_itself_ends(opened: Callable[..., Any], image: bytes) -> None:
    data = bytearray(image)
    entries = opened(iso9660, image).entries
    parent, child = entries["var"].offset, entries["var/run"].offset
    data[child + 2 : child + 18] = data[parent + 2 : parent + 18]
    assert "contains itself" in opened(iso9660, bytes(data)).sink.problems[0].says


def test_a_cut_volume_keeps_what_is_there(opened: Callable[..., Any], image: bytes) -> None:
    result = opened(iso9660, image[: len(image) // 4])
    assert "bin" in result.entries
    assert "cut off" in result.sink.problems[0].says


def test_links_and_names_may_continue() -> None:
    parts = b"NM\x08\x01\x01abc" + b"NM\x08\x01\x00def"
    parts += b"SL\x0d\x01\x00\x08\x00\x04\x00\x01\x02us" + b"SL\x08\x01\x00\x00\x01r"
    parts += b"PN\x14\x01" + struct.pack("<I", 5) + bytes(4) + struct.pack("<I", 1) + bytes(4)
    found = extras(View(parts), 0, 0, len(parts), 2048)
    assert (found.name, found.link, found.device) == (b"abcdef", b"/../usr", (5, 1))


def test_continued_areas_that_go_round_end() -> None:
    area = b"CE\x1c\x01" + b"".join(struct.pack("<I4x", value) for value in (0, 0, 28))
    assert extras(View(area), 0, 0, len(area), 2048).name == b""


@pytest.mark.parametrize("at", [1, 80, 129])
def test_a_descriptor_that_cannot_be_is_refused(at: int, image: bytes) -> None:
    data = bytearray(image)
    data[0x8000 + at] ^= 0xFF
    with pytest.raises(NotThisFormat):
        iso9660.measure(View(bytes(data)), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_volumes_raise_nothing_else(
    fixture_bytes: Callable[[str], bytes], data: Any
) -> None:
    form = data.draw(st.sampled_from(FORMS))
    mutated = bytearray(fixture_bytes(f"filesystems/data/iso-{form}.bin"))
    root = struct.unpack_from("<I", mutated, 0x8000 + 158)[0] * 2048
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.sampled_from([0x8000 + 80, root, root + 2048, root + 4096]))
        mutated[place + data.draw(st.integers(0, 400))] = data.draw(st.integers(0, 255))
    view = View(bytes(mutated))
    with suppress(NotThisFormat):
        iso9660.unpack(view, iso9660.measure(view, 0), Sink(view.limits, "iso9660"))
