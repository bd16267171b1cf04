"""Counts in sentences: one thing or many, none of one kind."""

import pytest

from assay.compare.counts import went_and_came, who_differs


@pytest.mark.parametrize(
    ("gone", "come", "says"),
    [
        (1, 0, "1 line went"), (3, 0, "3 lines went"), (0, 1, "1 line came"),
        (1, 4, "1 line went and 4 came"), (2, 1, "2 lines went and 1 came"),
    ],
)  # fmt: skip
def test_what_went_and_what_came(gone, come, says):
    assert went_and_came(gone, come, "line", "lines") == says


def test_the_first_few_are_named():
    assert who_differs(["main"]) == "main differs"
    assert who_differs(["a", "b"]) == "a, b differ"
    assert who_differs(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more differ"
