"""Words that are nearly one of a program."""

import pytest

from assay.code.changes.portrait import _is_near


@pytest.mark.parametrize(
    ("word", "constant"),
    [(b"Contact", b"Contect"), (b"EHLO", b"EHOL"), (b"/cgi-bin/luci", b"/cgi-bin/Iuci")],
)
def test_one_letter_or_two_changed_about(word, constant):
    assert _is_near(word, constant)


@pytest.mark.parametrize(
    ("word", "constant"),
    [
        (b"stop", b"step"),  # short words much resemble
        (b"user", b"users"),
        (b"data1", b"data2"),
        (b"reload", b"reload"),
        (b"reload", b"rebind"),
        (b"abcdef", b"fbcdea x"),
    ],
)
def test_other_words(word, constant):
    assert not _is_near(word, constant)
