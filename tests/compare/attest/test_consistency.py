"""A comparison that contradicts itself is not taken for an attestation."""

import gzip

import pytest

from assay.compare.attest.consistency import contradictions
from assay.compare.comparison import compare
from assay.model.record import replace


@pytest.fixture(scope="module")
def different(tmp_path_factory):
    folder = tmp_path_factory.mktemp("different")
    (folder / "a").write_bytes(b"one line\n" * 9)
    (folder / "b").write_bytes(b"another line\n" * 9)
    return compare(folder / "a", folder / "b")


@pytest.fixture(scope="module")
def repacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repacked")
    for name, time in (("a.gz", 1), ("b.gz", 2)):
        (folder / name).write_bytes(gzip.compress(b"text\n" * 99, mtime=time))
    return compare(folder / "a.gz", folder / "b.gz")


def test_a_true_comparison_has_none(different, repacked):
    assert (different.level, repacked.level) == ("D", "E1")
    assert not [*contradictions(different), *contradictions(repacked)]


def told(comparison):
    return " ".join(contradictions(comparison))


@pytest.mark.parametrize("level", ["E1", "E2", "E3"])
def test_a_better_level_is_a_lie(different, level):
    assert "better than that of a file" in told(replace(different, level=level))


def test_equal_digests_and_identity_go_together(different):
    assert "digests" in told(replace(different, level="E0"))
    assert "digests" in told(replace(different, a=different.b))


def test_a_difference_needs_a_file(repacked):
    assert "no file is different" in told(replace(repacked, level="D"))


def test_a_pair_cannot_hide_its_bytes(different):
    pairs = tuple(replace(pair, level="E2") for pair in different.pairs)
    assert "not every byte of it is explained" in told(replace(different, level="E2", pairs=pairs))


def test_the_sums_are_those_of_the_pairs(different):
    sums = tuple(one for one in different.sums if one.account != "differing")
    assert "the bytes that are differing" in told(replace(different, sums=sums))
