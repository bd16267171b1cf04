"""Thinning, templates, and the same input giving the same bytes."""

from learning import assembly, holder, index_of, piece, project, sentences

from assay.inventory.fingerprints.features import TEMPLATE, hash_texts
from assay.inventory.fingerprints.index import TEMPLATE_UNIT, encode


def test_the_budget_holds_and_every_unit_keeps_something():
    made = assembly(project("alpha", ["1.0", "1.1"], units=6))
    rows = made.thinned(made.kept(), 60)
    assert 30 <= len(rows) <= 60
    assert set(made.units[rows].tolist()) == set(made.units[made.kept()].tolist())


def test_longer_strings_are_kept_first():
    strings = [b"short %d text" % one for one in range(40)] + [b"a far longer message " * 3]
    made = assembly(holder("alpha", {"1": [piece("alphad", strings)]}))
    (row,) = made.thinned(made.kept(), 1)
    assert int(made.lengths[row]) == 63


def test_only_templates_that_told_the_truth_count():
    honest = b"alpha release %s of today"
    other = b"needs libother %s or later"
    releases = {
        version: [piece("alphad", [honest % version.encode(), other % need, *sentences("a", 9)])]
        for version, need in (("1.0", b"1.0"), ("1.1", b"3.3.3"), ("1.2", b"4.4.4"))
    }
    index = index_of(holder("alpha", releases))
    numbers = hash_texts([b"alpha release \1", b"needs libother \1"], TEMPLATE)
    which, places = index.find(numbers)
    assert which.tolist() == [0]
    assert index.columns["unit"][places].tolist() == [TEMPLATE_UNIT]


def test_sources_that_tell_no_version_are_learnt_too():
    index = index_of(holder("alpha", {"1": [piece("alphad", sentences("alphad", 30))]}))
    assert index.size == 30


def test_the_same_sources_give_the_same_bytes():
    def made() -> bytes:
        columns, learnt = assembly(
            project("alpha", ["1.0", "1.1"]), project("beta", ["2.0"])
        ).columns(200)
        return encode(columns, learnt, "", "")

    assert made() == made()


def test_versions_are_in_order():
    index = index_of(project("alpha", ["1.10", "1.9", "1.9a"]))
    assert index.components[0].versions == ("1.9", "1.9a", "1.10")
