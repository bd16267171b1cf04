"""Known features: the kernel and its twin say the same, of real, made-up and hostile files."""

import struct
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "identify"))

from learning import blob, holder, index_of, piece, sentences

from assay import _native
from assay.inventory.fingerprints import features, known, told
from assay.inventory.fingerprints.features import STRING, TEMPLATE, hash_texts
from assay.inventory.fingerprints.index import current

SAMPLES = Path(__file__).parent.parent / "fixtures" / "elf"
NAMES = ("weak.mips", "hard.arm", "library.x86-64", "module.mips", "bare.arm")
WORDS = [b"gammad 1.2.3", b"deflate 1.2.13 Copyright", b"3.7", b"590", b"2019", b"0.1", b"12.34.5"]
GAMMA = {
    version: [piece("gammad", [*sentences("gammad", 40), *WORDS, version.encode()])]
    for version in ("3.1", "3.2")
}
INDEX = index_of(holder("gamma", GAMMA))


@pytest.fixture(autouse=True)
def compiled():
    if _native.library() is None:
        pytest.skip("no compiled kernels here")


def alike(content, index=INDEX):
    """Check that the kernel says of *content* what its twin says, and return what that is."""
    found, templates = known._of_arrays(content, index)
    kernel = known._of_kernel(content, index)
    assert kernel is not None
    assert kernel[0].count == found.count
    assert kernel[0].rows.tolist() == found.rows.tolist()
    assert kernel[1] == templates
    return found, templates


@pytest.mark.parametrize("name", NAMES)
def test_programs(name):
    alike((SAMPLES / name).read_bytes(), current())


def test_programs_of_images(corpus):
    with tarfile.open(corpus / "rootfs" / "tenda-AC10.tar.xz") as archive:
        files = [archive.extractfile(one).read() for one in archive if one.isfile() and one.size]
    files = [one for one in files if len(one) < 1 << 19][:200]
    assert sum(len(alike(content, current())[0]) for content in files)


def test_features_and_templates_are_found():
    found, templates = alike(blob([*sentences("gammad", 40), *WORDS]))
    assert len(found) >= 40
    assert {one.version for one in templates} >= {"1.2.13", "3.7", "590", "12.34.5"}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=24),
    st.integers(0, 1 << 20),
)
def test_damaged_programs(name, changes, cut):
    content = bytearray((SAMPLES / name).read_bytes())
    for place, value in changes:
        content[place % len(content)] = value
    content = bytes(content[: len(content) - cut % 4096])
    kernel = known._of_kernel(content, current())
    twin = known._of_arrays(content, current())
    assert kernel is None or kernel[0].rows.tolist() == twin[0].rows.tolist()
    assert kernel is None or (kernel[0].count, kernel[1]) == (twin[0].count, twin[1])


PIECES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([*sentences("gammad", 40), *WORDS, b"\0", b"\0\0\0", b"a" * 200, b"f00d" * 8]),
    st.text("0123456789.abz ", max_size=12).map(str.encode),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=60), st.sampled_from([b"\0", b"", b"\1"]))
def test_made_up_bytes(pieces, between):
    alike(between.join(pieces) + b"\0")


def test_chunks_and_groups_of_a_large_file():
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 256, 3 << 20, np.uint8).tobytes()
    many = b"".join(b"%d\0%d.%d\0some words\0" % (100 + n, n % 9, n) for n in range(60_000))
    alike(b"x" * (1 << 20) + b"1.5\0" + noise + many + b"y" * (1 << 21) + b"7.25\0" + many)


def test_more_features_than_usual():
    found, _ = alike(b"".join(b"s%05x\0" % (7919 * n % (1 << 20)) for n in range(40_000)))
    assert found.count == 40_000


def test_all_features_known():
    strings = sentences("delta", 3000)
    index = index_of(holder("delta", {"1": [piece("delta", strings)]}))
    found, _ = alike(blob(strings), index)
    assert len(found) == 3000


def test_numbers_that_meet_are_left_to_the_twin():
    texts = [b"chosen %07d" % one for one in range(400_000)]
    numbers = hash_texts(texts, STRING)
    chosen = [texts[one] for one in np.flatnonzero((numbers & np.uint64(1023)) == 7)[:300]]
    assert len(chosen) == 300
    content, room = blob(chosen), known.Room(1 << 16, 1024, 512)
    plan = known._plan(content)
    assert known._run(known._kernel(), content, plan, INDEX, room) == -2
    alike(content)


def test_names_without_end_are_left_to_the_twin():
    rows = b"".join(struct.pack("<IIIBBH", one, 0, 0, 0x12, 0, 1) for one in range(30_000))
    names = b"n" * 1_000_000
    size = 52 + len(rows) + len(names)
    head = struct.pack("<HHIIIIIHHHHHH", 1, 8, 1, 0, 0, size, 0, 52, 0, 0, 40, 3, 0)
    sections = bytes(40) + struct.pack("<10I", 0, 2, 0, 0, 52, len(rows), 2, 0, 4, 16)
    sections += struct.pack("<10I", 0, 3, 0, 0, 52 + len(rows), len(names), 0, 0, 1, 0)
    content = b"\x7fELF\1\1\1".ljust(16, b"\0") + head + rows + names + sections
    assert known._of_kernel(content, INDEX) is None
    assert known.known_features(content, INDEX)[0].count == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=30), st.integers(0, 3))
def test_hashes(texts, kind):
    data = np.frombuffer(b"".join(texts) or b"\0", np.uint8)
    lengths = np.array([len(one) for one in texts if one], np.int64)
    starts = np.cumsum(lengths) - lengths
    numbers = features.hashed(data, starts, lengths, kind)
    assert numbers.tolist() == features._hashed(data, starts, lengths, kind).tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([b"gammad \1", b"\1", b"x\1", b"deflate \1"]), min_size=1))
def test_templates(texts):
    keys = ("", "gamma", "zlib")
    kernel = told._by_kernel(texts, keys, INDEX)
    assert kernel == told._by_arrays(texts, keys, INDEX)
    assert len(kernel) == len(keys) * len(texts)
    assert (kernel[0] >= 0) == bool(len(INDEX.find(hash_texts(texts[:1], TEMPLATE))[0]))


def test_without_kernels_the_arrays_say_the_same(monkeypatch):
    content = (SAMPLES / "library.x86-64").read_bytes()
    expected = known.known_features(content, current())
    for module in (known, features, told):
        monkeypatch.setattr(module, "_kernel", lambda: None)
    found = known.known_features(content, current())
    assert found[0].rows.tolist() == expected[0].rows.tolist()
    assert (found[0].count, found[1]) == (expected[0].count, expected[1])
