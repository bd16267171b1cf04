import pytest
from hypothesis import given, settings, strategies as st

from assay.errors import UsageError
from assay.supply.dates import (
    add_days,
    days_between,
    first_day,
    last_day,
    parse_date,
    read_date,
    within,
)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2019-05-16", "2019-05-16"),
        ("2018-11", "2018-11"),
        ("2018", "2018"),
        ("13/10/2022", "2022-10-13"),
        ("13 Oct 2022", "2022-10-13"),
        ("March 12, 2021", "2021-03-12"),
        ("2021-03-12T00:00:00Z", "2021-03-12"),
        ("31/02/2022", ""),
        ("2022-13-01", ""),
        ("0001-01-01", ""),
        ("never", ""),
        ("", ""),
    ],
)
def test_dates_as_lists_write_them(text: str, date: str):
    assert read_date(text) == date


def test_a_question_needs_a_day_that_exists():
    assert parse_date(" 2024-06-28 ") == "2024-06-28"
    for wrong in ("2024-02-30", "28.6.2024", "soon"):
        with pytest.raises(UsageError):
            parse_date(wrong)


def test_months_and_years_cover_all_their_days():
    assert first_day("2018-11") == "2018-11-01"
    assert last_day("2018-11") == "2018-11-30"
    assert (first_day("2020"), last_day("2020")) == ("2020-01-01", "2020-12-31")
    assert within("2018-11-30", "2018-11", "2018-11")
    assert not within("2018-12-01", "2018-11", "2018-11")


def test_both_ends_are_included_and_may_be_open():
    assert within("2019-05-16", "2019-05-16", "2019-05-16")
    assert within("2019-05-16", "", "")
    assert not within("2019-05-15", "2019-05-16", "")


def test_days_are_counted_over_leap_years():
    assert days_between("2024-02-28", "2024-03-01") == 2
    assert add_days("2023-12-31", 60) == "2024-02-29"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_date_or_nothing(text: str):
    found = read_date(text)
    assert found == "" or found[:4].isdigit()
