"""Findings of two versions are paired without regard to offsets and counts, never over facts."""

import pytest
from evaluations import side

from assay.compare.versions.findings import finding_sections, pair_findings
from assay.compare.versions.pairing import Pairing
from assay.model.result import Finding


def finding(says, *, check="secrets.private-key", subject="squashfs@0x1//etc/key", **given):
    values = {"severity": "high", "confidence": "firm", **given}
    return Finding(
        id="0", check=check, version=1, title="t", subject=subject, blob="b", says=says, cwe=(),
        evidence=(), **values,
    )  # fmt: skip


def changes(old, new, **given):
    ways, others = finding_sections(side(*old), side(*new, **given), Pairing())
    return [(one.change, one.weight) for one in (*ways.entries, *others.entries)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (finding("/etc/key holds a key"), finding("/etc/key holds a key")),
        (
            finding("/etc/key holds a key"),
            finding("/etc/key holds a key", subject="squashfs@0x77//etc/key"),
        ),
        (
            finding("In /etc/key, the function at 0x4195a4: x", check="backdoors.shell"),
            finding("In /etc/key, the function at 0x419114: x", check="backdoors.shell"),
        ),
    ],
)
def test_the_same_finding_is_no_change(old, new):
    assert changes([old], [new]) == []


def test_a_new_and_a_gone_finding():
    one = finding("/etc/key holds a key")
    assert changes([], [one]) == [("new", "worse")]
    assert changes([one], []) == [("gone", "better")]


def test_what_a_test_could_no_longer_see_is_not_better():
    one = finding("/etc/key holds a key")
    assert changes([one], [], gaps=("f@0x1: 12 files could not be read",)) == [("gone", "unknown")]


def test_a_quoted_constant_is_part_of_what_a_finding_states():
    old = finding("compared with `0x1111` at 0x10", check="backdoors.x")
    new = finding("compared with `0x2222` at 0x10", check="backdoors.x")
    assert changes([old], [new]) == [("new", "worse"), ("gone", "better")]


def test_a_number_that_changed_is_told_and_for_ways_in_left_open():
    old, new = (finding(f"/etc/key listens on port {port}", check="c.d") for port in (23, 4444))
    assert changes([old], [new]) == [("changed", "neutral")]
    old, new = (
        finding(f"/etc/key listens on port {port}", check="backdoors.x") for port in (23, 4444)
    )
    assert changes([old], [new]) == [("changed", "unknown")]


def test_a_graver_finding_is_worse():
    old = finding("/etc/key holds a key", severity="low")
    new = finding("/etc/key holds a key", severity="high")
    assert changes([old], [new]) == [("changed", "worse")]
    assert changes([new], [old]) == [("changed", "better")]


def test_a_rate_is_one_finding_wherever_it_is_shown():
    old = finding("5 of 9 files have no stack guard; among them /bin/a", subject="f//bin/a")
    new = finding("7 of 9 files have no stack guard; among them /bin/b", subject="f//bin/b")
    paired = pair_findings([old], [new], Pairing())
    assert len(paired.pairs) == 1


def test_two_of_a_kind_in_other_files_stay_two():
    old = finding("/etc/a holds a private key", subject="f//etc/a")
    new = finding("/etc/b holds a private key", subject="f//etc/b")
    assert not pair_findings([old], [new], Pairing()).pairs


def test_ways_in_have_their_own_section():
    ways, others = finding_sections(
        side(), side(finding("x", check="backdoors.shell"), finding("y")), Pairing()
    )
    assert [one.what for one in ways.entries] == ["x"]
    assert [one.what for one in others.entries] == ["y"]
    assert ways.entries[0].weight == "unknown"  # the old version was not tested for it
