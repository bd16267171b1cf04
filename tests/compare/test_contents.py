"""Contents are compared in worker processes: a pair at fault costs itself alone."""

import hashlib

from assay.compare import contents
from assay.compare.contents import Contents, compare_all
from assay.gather.jobs import Source
from assay.unpack.limits import Limits


def wanted(tmp_path, name, first, second):
    places, blobs = [], []
    for side, content in (("a", first), ("b", second)):
        path = tmp_path / f"{name}-{side}"
        path.write_bytes(content)
        places.append(Source(file=str(path), offset=0, size=len(content)))
        blobs.append(hashlib.sha256(content).hexdigest())
    return Contents(name, tuple(blobs), *places)


def run(jobs, **options):
    told = []
    found = compare_all(
        jobs, limits=Limits(), tell=lambda *count: told.append(count), **{"workers": 2, **options}
    )
    return found, told


def test_every_pair_gets_its_answer(tmp_path):
    text = wanted(tmp_path, "hosts", b"one\ntwo\n", b"one\nthree\n")
    data = wanted(tmp_path, "data", bytes(100), bytes(99) + b"\1")
    found, told = run([text, data, text])
    assert [found[one].kind for one in (text, data)] == ["text", "data"]
    assert found[text].changes[0].lines == ("-two", "+three")
    assert told == [(1, 2), (2, 2)]
    assert run([text, data], workers=1)[0] == found


def test_a_pair_that_crashes_is_undecided_and_the_others_are_not(tmp_path, monkeypatch):
    good = wanted(tmp_path, "good", b"one\n", b"two\n")
    bad = wanted(tmp_path, "bad", b"x", b"yy")
    compare = contents.compare_contents

    def failing(path, first, second):
        if path == "bad":
            raise RuntimeError("boom")
        return compare(path, first, second)

    monkeypatch.setattr(contents, "compare_contents", failing)
    found, _ = run([good, bad])
    assert found[good].level == "D"
    assert found[bad].level == "I"
    assert "not finished" in found[bad].reason
    assert (found[bad].sums[0].bytes_a, found[bad].sums[0].bytes_b) == (1, 2)


def test_what_was_changed_meanwhile_is_undecided(tmp_path):
    text = wanted(tmp_path, "hosts", b"one\ntwo\n", b"one\nthree\n")
    (tmp_path / "hosts-b").write_bytes(b"one\nother\n")
    found, _ = run([text])
    assert (found[text].level, found[text].reason) == ("I", contents.CHANGED)
    assert found[text].sums[0].account == "unexplained"


def test_nothing_to_compare_starts_nothing():
    assert run([]) == ({}, [])
