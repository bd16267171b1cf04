"""Publisher, author and date: where each was found, and what the user knows comes first."""

import pytest

from assay.claims.extract import extract
from assay.claims.reading.metadata import Hints, dates_in

BODY = "The regulator said that it had opened an inquiry into the routers of the firm.\n"


@pytest.mark.parametrize(
    ("head", "publisher", "date", "basis"),
    [
        (
            "Source: Daily Example Published: 2020/7/16 20:53:40",
            "Daily Example",
            "2020-07-16",
            "dateline",
        ),
        ("Published 5 March 2024", "", "2024-03-05", "dateline"),
        ("Updated: Mar. 7, 2023 10:30", "", "2023-03-07", "dateline"),
        ("12.03.2021", "", "2021-03-12", "line"),
    ],
)
def test_lines_give_publisher_and_date(head: str, publisher: str, date: str, basis: str) -> None:
    document = extract(f"Inquiry into the routers\n\n{head}\n\n{BODY}".encode()).document
    assert document.publisher.value == publisher
    assert (document.published.date, document.published.basis) == (date, basis)


def test_an_agency_dateline_names_the_agency() -> None:
    text = "BERLIN (Example) - " + BODY
    assert extract(text.encode()).document.publisher.value == "Example"


def test_what_the_user_says_comes_first() -> None:
    hints = Hints(publisher="Mine", published="2021-02", author="Me")
    document = extract(f"Source: Theirs\n\n{BODY}".encode(), hints).document
    assert (document.publisher.value, document.publisher.basis) == ("Mine", "given")
    assert (document.published.date, document.published.precision) == ("2021-02", "month")


def test_a_date_in_the_file_name_is_used_last() -> None:
    document = extract(BODY.encode(), Hints(name="example-2019-05.txt")).document
    assert (document.published.date, document.published.basis) == ("2019-05", "file-name")


def test_impossible_dates_are_no_dates() -> None:
    assert dates_in("on 2020-13-45 and 99 March 2020") == []
