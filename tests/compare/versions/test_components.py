"""Components go up or down only where their versions can be ordered; flaws need advisories."""

import msgspec
import pytest
from evaluations import side

from assay.compare.versions.components import components_section, flaws_section
from assay.compare.versions.sides import Side
from assay.model.flaws import FlawSearch, KnownFlaw, Setting
from assay.model.result import Component


def component(version, *, name="BusyBox", kind="program", **given):
    values = {"purl": f"pkg:generic/busybox@{version}", **given}
    return Component(
        name=name, version=version, cpe="", kind=kind, method="banner", confidence=900, **values
    )


def with_parts(*components, flaws=(), snapshot=""):
    one = side()
    search = FlawSearch(snapshot=snapshot, as_of="2026-01-01", sources=(), setting=Setting())
    changed = msgspec.structs.replace(
        one.evaluation, components=components, flaws=tuple(flaws), flaw_search=search
    )
    return Side(changed, one.image)


def flaw(name, *, status="affected", exploited=""):
    return KnownFlaw(
        id=name, component="BusyBox", version="1.2", purl="", status=status, says="", summary="s",
        severity="high", score=80, priority=1, exploited=exploited,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "change", "weight"),
    [
        (component("1.9.0"), component("1.10.0"), "up", "better"),
        (component("1.10.0"), component("1.9.0"), "down", "worse"),
        (component("1.9.0"), component(""), "unclear", "unknown"),
        (
            component("1.5", version_low="1.4", version_high="1.6"),
            component("1.6", version_low="1.5", version_high="1.7"),
            "unclear",
            "unknown",
        ),
        (
            component("1.5", version_low="1.4", version_high="1.6"),
            component("1.8", version_low="1.7", version_high="1.9"),
            "up",
            "better",
        ),
        (
            component("0.2-75037386441b946f"),
            component("0.2-6796171785e4b90b"),
            "changed",
            "neutral",
        ),
        (component("V1.9.0-g13943c94c8"), component("V1.9.0-g2a995fdc60"), "changed", "neutral"),
        (
            component("2", kind="package", purl="pkg:opkg/busybox@2-14"),
            component("2", kind="package", purl="pkg:opkg/busybox@2-15"),
            "up",
            "better",
        ),
    ],
)
def test_the_direction(old, new, change, weight):
    (entry,) = components_section(with_parts(old), with_parts(new)).entries
    assert (entry.change, entry.weight) == (change, weight)


def test_equal_components_are_counted():
    section = components_section(with_parts(component("1.2")), with_parts(component("1.2")))
    assert (section.entries, section.same) == ((), 1)


def test_a_release_told_by_other_means_is_the_same():
    package = component("0.12", kind="package", purl="pkg:opkg/json-c@0.12-1")
    section = components_section(with_parts(package), with_parts(component("0.12")))
    assert (section.entries, section.same) == ((), 1)


def test_come_and_gone():
    section = components_section(
        with_parts(component("1", name="a")), with_parts(component("1", name="b"))
    )
    assert [(one.what, one.change) for one in section.entries] == [("b", "new"), ("a", "gone")]


def test_flaws_without_advisories_are_not_told():
    section = flaws_section(with_parts(), with_parts())
    assert section.summary == "not looked for"
    assert "assay feeds sync" in section.note


def test_flaws_that_came_and_went():
    old = with_parts(
        component("1.2"), flaws=[flaw("CVE-1"), flaw("CVE-2", status="not-affected")], snapshot="s"
    )
    new = with_parts(
        component("1.3"), flaws=[flaw("CVE-3", exploited="2026-01-01"), flaw("CVE-2")],
        snapshot="s",
    )  # fmt: skip
    section = flaws_section(old, new)
    assert [(one.change, one.weight, one.what[:5]) for one in section.entries] == [
        ("new", "worse", "CVE-2"),
        ("new", "worse", "CVE-3"),
        ("gone", "better", "CVE-1"),
    ]
    assert "exploited" in section.entries[1].note
    assert "BusyBox is now 1.3" in section.entries[2].note


def test_possible_flaws_are_open_when_they_come_and_better_when_they_go():
    doubtful = [flaw("CVE-1", status="possibly-affected")]
    with_it = with_parts(component("1.2"), flaws=doubtful, snapshot="s")
    without = with_parts(component("1.3"), snapshot="s")
    (came,) = flaws_section(without, with_it).entries
    (went,) = flaws_section(with_it, without).entries
    assert (came.weight, went.weight) == ("unknown", "better")
    assert "possibly affected before" in went.note
