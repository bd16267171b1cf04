import contextlib
import hashlib
import importlib.util
import random
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from assay._native import library
from assay.unpack.content import Contents
from assay.unpack.formats.filesystems import squashfs
from assay.unpack.formats.filesystems.squash.listing import listed
from assay.unpack.limits import Limits
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

DATA = Path(__file__).parent / "data"
_SPEC = importlib.util.spec_from_file_location("make_squashfs", DATA / "make_squashfs.py")
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)

VERSION_4 = sorted((DATA / "squashfs").glob("v4-*.squashfs"))
LEGACY = [
    (version, order, codec)
    for version in (1, 2, 3)
    for order in "<>"
    for codec in ("zlib", "lzma-13", "lzma-raw")
]


@pytest.mark.parametrize("path", VERSION_4, ids=lambda path: path.stem)
def test_version_4(opened, path):
    found = opened(squashfs, path.read_bytes())
    assert found.sink.problems == []
    assert set(found.entries) == {
        "etc", "etc/motd", "big", "sparse", "empty", "link", "console", "pipe",
    }  # fmt: skip
    assert found.content("etc/motd") == made.TEXT
    assert found.content("big") == made.BIG
    assert found.content("sparse") == bytes(300_000) + b"end"
    assert found.content("empty") == b""
    motd = found.entries["etc/motd"]
    assert (motd.mode, motd.uid, motd.gid, motd.mtime) == (0o4755, 10, 20, 7)
    assert found.entries["link"].target == "etc/motd"
    assert (found.entries["console"].kind, found.entries["console"].device) == ("device", "c5:1")
    assert found.entries["pipe"].kind == "fifo"


@pytest.mark.parametrize(("version", "order", "codec"), LEGACY)
def test_versions_1_to_3(opened, version, order, codec):
    data = made.legacy(version, order, codec)
    found = opened(squashfs, b"lead" * 9 + data + b"\xff" * 500, 36)
    assert found.extent.end == 36 + len(data)
    assert found.sink.problems == []
    assert found.content("sub/file") == made.TEXT * 30
    assert found.entries["sub/file"].mode == 0o755
    assert (found.entries["sub/file"].uid, found.entries["sub/file"].gid) == (1000, 1000)
    assert found.entries["link"].target == "file"
    assert found.entries["dev"].device == "c5:1"
    assert found.entries["sub"].kind == "directory"


def test_both_orders_are_found_by_their_magic():
    for version, order, codec in LEGACY:
        data = made.legacy(version, order, codec)
        assert any(re.match(m.expression, data, re.DOTALL) for m in squashfs.FORMAT.magic)


def test_a_cut_off_image_gives_what_is_left(opened):
    data = (DATA / "squashfs" / "v4-gzip.squashfs").read_bytes()
    used = int.from_bytes(data[40:48], "little")
    found = opened(squashfs, data[: used - 8])
    assert {problem.kind for problem in found.sink.problems} == {"damage"}
    assert found.entries["etc/motd"].uid == -1
    assert "etc/motd" in found.entries


def test_a_directory_that_contains_itself_ends(opened):
    data = bytearray(made.legacy(2, "<", "zlib"))
    limits = Limits(files=50)
    found = opened(squashfs, bytes(data), 0, limits)
    assert len(found.sink.entries) <= 50


def test_a_lying_size_is_a_limit(opened):
    data = (DATA / "squashfs" / "v4-gzip.squashfs").read_bytes()
    found = opened(squashfs, data, 0, Limits(file=1000))
    told = {problem.path for problem in found.sink.problems if problem.kind == "limit"}
    assert told == {"big", "sparse", "etc/motd"}


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(
        [path.read_bytes() for path in VERSION_4] + [made.legacy(*case) for case in LEGACY]
    ),
    st.integers(0, 2**32),
)
def test_damage_raises_nothing_else(data, seed):  # fmt: skip
    chance = random.Random(seed)
    broken = bytearray(data)
    for _ in range(chance.randrange(1, 12)):
        broken[chance.randrange(4, len(broken))] = chance.randrange(256)
    view = View(bytes(broken[: len(broken) - chance.choice([0, 0, 9, 900])]))
    sink = Sink(view.limits, "squashfs")
    try:
        squashfs.unpack(view, squashfs.measure(view, 0), sink)
    except NotThisFormat:
        return
    contents = Contents(view)
    for entry in sink.entries:
        try:
            contents.read(entry.pieces)
        except NotThisFormat:
            continue


SOUND = [*VERSION_4, DATA / "squashfs" / "plain.squashfs"]


def both_ways(data, limits=None):
    """Return the entries that the kernel gives, and those of the careful way with its problems."""
    view = View(data, limits)
    system = squashfs.measure(view, 0).detail
    sink = Sink(view.limits, "squashfs")
    with contextlib.suppress(NotThisFormat):
        squashfs.Walk(view, system, sink).directory(b"", system.super.root, 0)
    return listed(view, system.super, system.parts(), view.limits), sink


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_the_kernel_lists_what_the_careful_way_lists(path):
    found, sink = both_ways(path.read_bytes())
    assert found == (sink.entries if library() else None)


def test_tables_that_are_not_compressed(opened):
    found = opened(squashfs, SOUND[-1].read_bytes())
    assert found.content("a/deep2/11.txt") == made.TEXT[:990]
    assert found.content("again") == made.BIG
    assert found.entries["disk"].device == "b259:70000"
    assert found.entries["socket"].kind == "socket"
    assert [one.value for one in found.entries["able"].attributes] == [b"value".hex()]
    assert found.entries["link"].target.startswith("a/ä/x")
    assert found.content("name \\\\ ü \\x09") == b"odd"
    assert found.sink.problems == []


@pytest.mark.parametrize("limits", [Limits(file=1000), Limits(files=5)])
def test_what_limits_forbid_is_left_to_the_careful_way(limits):
    found, sink = both_ways(SOUND[-1].read_bytes(), limits)
    assert found is None
    assert sink.problems


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([path.read_bytes() for path in SOUND[-1:] * 3 + SOUND]), st.integers(0))
def test_a_damaged_tree_is_listed_alike_or_not_at_all(data, seed):
    chance = random.Random(seed)
    broken = bytearray(data)
    tables = int.from_bytes(data[64:72], "little")
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(tables, len(broken))
        broken[place] = chance.choice([0, 1, 3, 47, 127, 255, broken[place] ^ 1 << place % 8])
    try:
        found, sink = both_ways(bytes(broken))
    except NotThisFormat:
        return
    assert found is None or (found == sink.entries and not sink.problems)


def test_a_directory_that_holds_itself_is_left_to_the_careful_way():
    data = bytearray(SOUND[-1].read_bytes())
    # The entry of `a` (a name of one byte) leads to the root's inode instead.
    root = int.from_bytes(data[32:40], "little") & 0xFFFF
    place = data.index(b"\x01\x00\x00\x00a") - 4
    struct.pack_into("<H", data, place, root)
    found, sink = both_ways(bytes(data))
    assert found is None
    assert "a directory contains itself" in {problem.says for problem in sink.problems}


CORPUS = {
    "dlink-dir-600l-2.04.bin": 0xA4834,
    "huawei-hg532e-v100r001c01b020.bin": 0xECEF9,
    "linksys-wrt54gv4-4.21.5.bin": 0xAB0F4,
    "tplink-tl-wr841n-v7-3.13.7.bin": 0x100000,
    "tplink-tl-wr740n-v5-180328.bin": 0x120200,
    "netgear-wnr2000v5-1.0.0.72.img": 0xD0080,
}


@pytest.mark.parametrize("name", CORPUS)
def test_real_images_give_the_reference_files(opened, corpus, name):
    found = opened(squashfs, (corpus / "images" / name).read_bytes(), CORPUS[name])
    files = [entry.path for entry in found.sink.entries if entry.kind == "file"]
    digests = {hashlib.sha256(found.content(path)).hexdigest() for path in files}
    reference = (corpus / "unblob-reference" / f"{name}.sum").read_text("utf-8").splitlines()
    wanted = set()
    for line in reference:
        digest, path = line.split("  ", 1)
        inside = path.partition(f"/{CORPUS[name]}-")[2]
        if ".squashfs_" in inside and inside.count("_extract") == 1:
            wanted.add(digest)
    assert len(files) > 50
    assert wanted <= digests
