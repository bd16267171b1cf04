"""Intervals settled by what else the image says."""

from assay.identify.intervals import settle
from assay.identify.sighting import Sighting
from assay.inventory.kind import Span
from assay.model.tree import Node, Origin


def seen(version, low="", high="", *, path="/bin/a", sure=True, key="alpha", embedded=False):
    origin = Origin(container="0" * 64, format="", offset=0, length=1)
    node = Node(path=path, kind="file", origin=origin, blob="1" * 64, size=1)
    return Sighting(
        key, version, "full-copy", "m", 900, node, Span(0, 1, "x"), low=low, high=high, sure=sure,
        embedded=embedded,
    )  # fmt: skip


def versions(*sightings):
    return sorted({(one.version, one.low, one.high) for one in settle(sightings)})


def test_an_interval_becomes_the_version_in_it():
    assert versions(seen("1.1"), seen("1.2", "1.0", "1.3", path="/lib/b")) == [("1.1", "", "")]


def test_a_version_outside_stays_apart():
    assert versions(seen("2.0"), seen("1.2", "1.0", "1.3", path="/lib/b")) == [
        ("1.2", "1.0", "1.3"),
        ("2.0", "", ""),
    ]


def test_in_the_same_file_a_text_overrules_a_guess():
    assert versions(seen("0.4"), seen("1.2", "1.0", "1.3", sure=False)) == [("0.4", "", "")]


def test_overlapping_intervals_narrow():
    assert versions(seen("1.2", "1.0", "1.3"), seen("1.2", "1.1", "", path="/b")) == [
        ("1.2", "1.1", "1.3")
    ]


def test_intervals_apart_are_two_copies():
    assert len(versions(seen("1.1", "1.0", "1.2"), seen("3.1", "3.0", "3.2", path="/b"))) == 2


def test_intervals_that_touch_say_nothing_exact():
    found = versions(seen("1.1", "1.0", "1.2"), seen("1.3", "1.2", "1.4", path="/b"))
    assert ("1.2", "", "") not in found


def test_components_do_not_mix():
    assert len(versions(seen("1.1"), seen("1.1", "1.0", "1.2", key="beta"))) == 2


def test_a_copy_inside_something_else_has_a_release_of_its_own():
    inside = seen("1.2", "1.0", "1.3", path="/kernel", embedded=True)
    assert versions(seen("1.1"), inside) == [("1.1", "", ""), ("1.2", "1.0", "1.3")]
    assert versions(seen("1.2", "1.1", "", path="/b"), inside) == [
        ("1.2", "1.0", "1.3"),
        ("1.2", "1.1", ""),
    ]
    assert versions(seen("1.1", path="/kernel"), inside) == [("1.1", "", "")]
