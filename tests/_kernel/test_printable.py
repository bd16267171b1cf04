from hypothesis import given, strategies as st

from assay._kernel.printable import printable, raw


@given(st.binary())
def test_is_reversible(data):
    assert raw(printable(data)) == data


@given(st.binary())
def test_shows_nothing_that_controls_a_terminal(data):
    assert printable(data).isprintable() or printable(data) == ""


def test_shows_direction_overrides():
    assert printable("a\u202eb".encode()) == "a\\u202eb"


def test_keeps_readable_names():
    assert printable("etc/größe.conf".encode()) == "etc/größe.conf"
    assert printable(b"a\\b\xff\n") == "a\\\\b\\xff\\x0a"
