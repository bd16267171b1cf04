"""Dates of the text against the day of publication, with their precision."""

import pytest
from hypothesis import given, strategies as st

from assay.claims.dates import _PATTERN, _first_date, names_date, resolve_date, said_when
from assay.claims.records import When

DAY = When(date="2020-07-16", precision="day", basis="dateline")
MONTH = When(date="2019-05", precision="month", basis="file-name")


@pytest.mark.parametrize(
    ("text", "date", "precision"),
    [
        ("said Thursday", "2020-07-16", "day"),
        ("on Wednesday", "2020-07-15", "day"),
        ("last Thursday", "2020-07-09", "day"),
        ("yesterday", "2020-07-15", "day"),
        ("on March 5", "2020-03-05", "day"),
        ("on 20 December", "2019-12-20", "day"),
        ("in October", "2019-10", "month"),
        ("in March 2018", "2018-03", "month"),
        ("last year", "2019", "year"),
        ("last month", "2020-06", "month"),
        ("two years ago", "2018", "year"),
        ("in 2012", "2012", "year"),
        ("3 days ago", "2020-07-13", "day"),
        ("THE PREVIOUS YEAR", "2019", "year"),
        ("earlier this month", "2020-07", "month"),
        ("earlier in May", "2020-05", "month"),
        ("later this week", "2020-07-13", "week"),
        ("on\nTuesday", "2020-07-14", "day"),
        ("tonight", "2020-07-16", "day"),
        ("of 2019", "2019", "year"),
    ],
)
def test_dates_against_a_day(text: str, date: str, precision: str) -> None:
    found = resolve_date(text, DAY)
    assert found is not None
    assert (found.date, found.precision) == (date, precision)


def test_a_month_of_publication_gives_no_more_than_a_month() -> None:
    found = resolve_date("on Thursday", MONTH)
    assert found is not None
    assert (found.date, found.precision) == ("2019-05", "month")
    last = resolve_date("Last year", MONTH)
    assert last is not None
    assert last.date == "2018"


def test_without_any_date_the_publication_is_a_limit() -> None:
    assert said_when("it is so", DAY).basis == "not after publication"
    assert said_when("it is so", When(date="", precision="none", basis="")).date == ""


def test_what_lies_ahead_is_no_date_of_speech() -> None:
    assert said_when("from 2027-01-01", DAY).date == "2020-07-16"


def test_words_that_can_be_dates() -> None:
    assert names_date(["on", "monday"])
    assert names_date(["in", "2012"])
    assert not names_date(["it", "is", "so"])


_DATE_WORDS = [
    "on",
    "monday",
    "tuesday,",
    "last",
    "week",
    "this",
    "year",
    "14",
    "march",
    "3rd",
    "of",
    "may",
    "2019",
    "2020-03-04",
    "(monday)",
    "two",
    "years",
    "ago",
    "a",
    "earlier",
    "in",
    "since",
    "early",
    "mid-march",
    "by",
    "the",
    "previous",
    "month",
    "today's",
    "sept.",
    "12th",
    "next",
    "d'on",
]


@given(
    st.lists(st.sampled_from([*_DATE_WORDS, "of\n2019", "—"]), max_size=9),
    st.sampled_from([" ", "  ", "\n"]),
)
def test_the_first_date_is_that_of_plain_searching(words: list[str], between: str) -> None:
    text = between.join(words)
    fast, plain = _first_date(text), _PATTERN.search(text)
    assert (fast and (fast.span(), fast.groupdict())) == (
        plain and (plain.span(), plain.groupdict())
    )
