import hashlib
import importlib.util
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.content import Contents
from assay.unpack.formats.filesystems import squashfs
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
