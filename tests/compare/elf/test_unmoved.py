"""Programs of one layout: what changed is judged, the rest is equal, and nothing hides in it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from assay.compare.elf import unmoved
from assay.compare.elf.half import read_half
from assay.compare.elf.judgement import compare_programs
from assay.compare.elf.proof import prove_code
from assay.compare.elf.unmoved import pair_in_place, same_chunks

HERE = Path(__file__).resolve().parent / "programs"
TARGETS = ("x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf", "mipsel-linux-gnu")


def program(target):
    return (HERE / f"base-{target}").read_bytes()


def patched(data, at, content):
    return data[:at] + content + data[at + len(content) :]


class Code(SimpleNamespace):
    """Code that consists of chunks."""

    def __len__(self):
        return self.starts.size

    def place(self, addresses):
        return addresses


def chunks(*bodies, starts=None):
    """Return a program that consists of chunks with these bytes."""
    sizes = [len(body) for body in bodies]
    first = np.array(starts or np.cumsum([0, *sizes[:-1]]), dtype=np.int64)
    content = np.frombuffer(b"".join(bodies), np.uint8)
    return SimpleNamespace(code=Code(spans=[(0, sum(sizes))], starts=first, bytes=content))


def in_place(a, b):
    keys = tuple(list(bodies) for bodies in (a, b))
    return pair_in_place(chunks(*a), chunks(*b), keys)


def test_chunks_of_one_layout_are_paired_by_place():
    assert in_place([b"aaaa", b"bbbb", b"cccc"], [b"aaaa", b"bXbb", b"cccc"])
    assert same_chunks(chunks(b"aa", b"bb"), chunks(b"aa", b"bX")).tolist() == [True, False]


def test_chunks_that_changed_places_are_not_paired_by_place():
    assert not in_place([b"aaaa", b"bbbb", b"cccc", b"dddd"], [b"aaaa", b"cccc", b"bbbb", b"dddd"])


def test_chunks_of_other_layouts_are_not_paired_by_place():
    assert not in_place([b"aaaa", b"bbbb", b"cccc"], [b"aaaa", b"bbbbb", b"ccc"])
    assert same_chunks(chunks(b"aa", b"bb"), chunks(b"aa", b"bb", starts=[0, 3])) is None
    # Where most differ, likeness and callers say more than the place.
    assert not in_place([b"aaaa", b"bbbb"], [b"xxxx", b"yyyy"])


@pytest.mark.parametrize("target", TARGETS)
def test_a_patched_program_is_equal_but_for_the_patch(target):
    a = program(target)
    half = read_half(a)
    zone = half.zone(".text")
    at = zone.offset + int(half.code.pos[half.code.rows.size // 2])
    b = patched(a, at, bytes([a[at] ^ 4]))
    if a == b:
        pytest.fail("nothing was changed")
    outcome = compare_programs("x", a, b)
    assert outcome.level == "D"
    assert {one.account for one in outcome.sums} == {"equal", "differing"}
    assert [change.kind for change in outcome.changes] == ["function"]
    # What differs is not counted as the same, also where the instructions only lead elsewhere.
    same, total = (int(word) for word in outcome.reason.split()[0:3:2])
    assert same == total - 1


@pytest.mark.parametrize("target", TARGETS)
def test_tables_of_the_loader_are_read_where_one_of_them_changed(target):
    a = program(target)
    b = a.replace(b"\0libc.so.6\0", b"\0libx.so.6\0")
    outcome = compare_programs("x", a, b)
    assert outcome.level == "D"
    assert any("needs libx.so.6" in change.says for change in outcome.changes)


@pytest.mark.parametrize("target", TARGETS)
def test_the_short_way_says_what_the_long_one_says(target, monkeypatch):
    a = program(target)
    half = read_half(a)
    zone = half.zone(".text")
    places = range(zone.offset, zone.offset + zone.size, 4)
    changed = [patched(a, at, bytes([a[at] ^ 1])) for at in list(places)[::9]]
    short = [compare_programs("x", a, b) for b in changed]
    monkeypatch.setattr("assay.compare.elf.state.is_unmoved", lambda _: False)
    monkeypatch.setattr("assay.compare.elf.functions.pair_in_place", lambda *_: False)
    for b, one in zip(changed, short, strict=True):
        long = compare_programs("x", a, b)
        assert (long.level, long.reason, long.changes) == (one.level, one.reason, one.changes)


def test_only_what_changed_is_followed(monkeypatch):
    seen = []

    def noted(state):
        rows = unmoved.open_rows(state)
        seen.append((int(rows.sum()), rows.size))
        return rows

    monkeypatch.setattr(prove_code.__module__ + ".open_rows", noted)
    a = program("mipsel-linux-gnu")
    at = read_half(a).zone(".text").offset + 64
    compare_programs("x", a, patched(a, at, bytes([a[at] ^ 1])))
    ((chosen, total),) = seen
    assert 0 < chosen < total
