"""The changed places of a program, held against versions of the daemon on five instruction sets."""

from assay.code.changes.places import MOST


def test_the_same_program_has_no_changed_place(told):
    found = told("first", "first")
    assert (found.places, found.listed) == ((), 0)


def test_a_word_that_starts_a_shell_comes_first(told, way):
    first = told("first", "magic").places[0]
    assert "`zz-diag-41`; then system `/usr/sbin/telnetd -l /bin/sh`" in first.what, way
    assert first.sort == "place"
    assert first.function > 0
    assert first.offset > 0


def test_a_small_change_is_listed_below_a_grave_one(told, way):
    small, grave = told("first", "plain").places[0], told("first", "magic").places[0]
    assert "`uptime`" in small.what, way
    assert small.rank < grave.rank


def test_what_is_checked_no_more_is_said(told, way):
    assert "no longer calls strcmp" in told("first", "open").places[0].what, way


def test_a_mask_that_lets_more_through_is_listed(told, way):
    found = told("first", "mask")
    assert found.found == (), way
    assert found.listed == 1, way
    assert "does the same in another way, or other arithmetic" in found.places[0].what, way


def test_bytes_that_changed_in_data_are_listed(told, way):
    (only,) = told("first", "table").places
    assert "became `0x9c05ea5fd237c168`; they were `0x9c05ea31d27bc168`" in only.what, way


def test_what_left_is_listed_as_gone(told, way):
    found = told("magic", "first").places
    assert any("no longer" in one.what or "less" in one.what for one in found), way


def test_a_program_built_again_lists_little(told, way):
    assert told("first", "rebuilt").listed <= 3, way


def test_places_are_in_order_and_bounded(told):
    found = told("first", "derived")
    ranks = [one.rank for one in found.places]
    assert ranks == sorted(ranks, reverse=True)
    assert len(ranks) == min(found.listed, MOST)
