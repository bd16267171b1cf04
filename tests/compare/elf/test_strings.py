"""Strings that a build changes: each time, folder and revision has an account of its own."""

import pytest

from assay.compare.elf.strings import causes_of, tokens


def found(a, b):
    pairs = causes_of(a, b)
    return None if pairs is None else [(x.cause, a[x.start : x.end]) for x, _ in pairs]


def test_one_string_with_three_causes():
    a = b"built Jan  1 2020 10:11:12 in /build/a/src/main.c rev v1.0-5-g0a1b2c3"
    b = b"built Mar  3 2022 01:02:03 in /home/x/src/main.c rev v1.0-5-g1234567"
    assert found(a, b) == [
        ("N4", b"Jan  1 2020 10:11:12"),
        ("N5", b"/build/a/src/"),
        ("N15", b"-g0a1b2c3"),
    ]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (b"built Jan  1 2020, debug off", b"built Jan  1 2021, debug on"),
        (b"/build/a/main.c", b"/build/a/evil.c"),
        (b"10:11:12", b"2020-01-01"),
        (b"password one", b"password two"),
        (b"10:11:12 x", b"10:11:12 x 10:11:13"),
    ],
)
def test_anything_else_is_no_cause(a, b):
    assert causes_of(a, b) is None


def test_tokens_do_not_overlap():
    text = b"Mon Jan  1 10:11:12 2020 2020-01-02 10:11:12 /a/b/2020-01-01/c deadbeef1"
    ends = [0]
    for one in tokens(text):
        assert one.start >= ends[-1]
        ends.append(one.end)
    assert len(ends) > 4
