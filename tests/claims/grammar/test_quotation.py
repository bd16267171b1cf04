"""Quotation marks: pairs, apostrophes, odd numbers, quotations that run on."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read here

import pytest
from hypothesis import given, strategies as st

from assay.claims.grammar.quotation import find_quotations


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('He said "yes" and "no".', ["yes", "no"]),
        ("She said “it’s over” twice.", ["it’s over"]),
        ("It is a ‘dirty trick’, he said.", ["dirty trick"]),
        ("The firms' 'clean' claim isn't new.", ["clean"]),
        ("He doesn't care about the '90s.", []),
        ("``We won't,'' he said.", ["We won't,"]),
        ('An inch is 1" long.', []),
        ("He said \"it is 'so' good\" again.", ["it is 'so' good"]),
        ("«Nein», sagte er.", ["Nein"]),
    ],
)
def test_inner_text(text: str, inner: list[str]) -> None:
    assert [text[one.inner_start : one.inner_end] for one in find_quotations(text)] == inner


def test_an_open_quotation_runs_to_the_end_of_the_paragraph() -> None:
    found = find_quotations('"We have nothing to hide and we never had.')
    assert len(found) == 1
    assert found[0].open_end


def test_one_odd_mark_spoils_only_its_own_pair() -> None:
    text = 'He said "this and then "that one" was it.'
    assert [text[one.inner_start : one.inner_end] for one in find_quotations(text)] == ["that one"]


@given(st.text(alphabet="ab \"'“”‘’«».,", max_size=80))
def test_quotations_never_overlap(text: str) -> None:
    at = 0
    for one in find_quotations(text):
        assert at <= one.start < one.inner_start <= one.inner_end <= one.end <= len(text)
        at = one.end
