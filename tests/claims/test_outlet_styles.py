"""Habits of agencies, broadcasters and trade papers that once made false or wrong statements."""

import pytest

from assay.claims.extract import extract
from assay.claims.reading.metadata import Hints
from assay.claims.records import Extraction

BEHIND = (
    "\n\nThe regulator will look at the routers of three makers in the coming months and publish "
    "a report on what it finds, Minister Kari Moe said.\n"
)


def _read(text: str, published: str = "") -> Extraction:
    return extract((text + BEHIND).encode(), Hints(published=published))


def _said(found: Extraction) -> list[tuple[str, str]]:
    names = {actor.id: actor.name for actor in found.actors}
    return [(names[one.chain[-1].actor], one.content.text) for one in found.statements[:-1]]


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. Commerce Department added Huawei to its Entity List in May 2019.",
        "Small makers have criticised draft EU rules that would oblige them to list every part.",
        "A reader, who asked me not to use his name, sent a picture of the router.",
    ],
)
def test_what_is_no_speech(text: str) -> None:
    assert _said(_read(text)) == []


def test_a_heading_in_quotation_marks_is_nobodys_statement() -> None:
    text = "Huawei denies that its equipment poses a risk.\n\n'No smoking gun'\n\nThen it was over."
    assert _said(_read(text)) == [("Huawei", "its equipment poses a risk")]


def test_a_quotation_belongs_to_the_verb_before_it() -> None:
    text = 'When I asked Nordlink about this, a spokesman replied, "It was left in by mistake."'
    assert _said(_read(text)) == [("a spokesman", '"It was left in by mistake."')]


def test_a_denial_of_nothing_but_that() -> None:
    found = _read("Kelly said the firm had threatened to sue him. A spokesman denied that.")
    assert _said(found)[1] == ("A spokesman", "that")
    assert found.statements[1].act == "deny"


def test_what_is_said_of_a_source_is_not_what_it_says() -> None:
    text = "According to its report, published in September, the rules would cost a maker €18,000."
    assert _said(_read(text))[0][1] == "the rules would cost a maker €18,000"


@pytest.mark.parametrize(
    ("text", "day", "content"),
    [
        (
            "The Centre has barred the cameras, an official said on Monday, 14 October 2024.",
            "2024-10-14",
            "The Centre has barred the cameras",
        ),
        (
            "Moe said on Tuesday, March 3, 2020 that the routers must be tested.",
            "2020-03-03",
            "the routers must be tested",
        ),
    ],
)
def test_a_weekday_with_its_date(text: str, day: str, content: str) -> None:
    found = _read(text, "2024-11-02")
    assert found.statements[0].said.date == day
    assert found.statements[0].content.text == content


def test_a_date_in_the_words_of_one_statement_is_not_that_of_another() -> None:
    text = "Walsh said the flaw was known since November, but insisted that nobody had used it."
    assert [one.said.date for one in _read(text, "2023-02-12").statements[:2]] == ["2023-02-12"] * 2


@pytest.mark.parametrize(
    ("speaker", "evidence"),
    [
        ("government sources", "unnamed-source"),
        ("industry insiders", "unnamed-source"),
        ("government officials", "none"),
    ],
)
def test_sources_hide_who_they_are(speaker: str, evidence: str) -> None:
    found = _read(f"The plan goes to the cabinet this week, {speaker} said.")
    assert found.statements[0].evidence.kind == evidence


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Hikvision India", "organisation"),
        ("Vodafone UK", "organisation"),
        ("Deutsche Telekom", "organisation"),
        ("Michael Jordan", "person"),
    ],
)
def test_branches_are_firms(name: str, kind: str) -> None:
    found = _read(f"{name} said the cameras were tested by two laboratories.")
    assert {actor.kind for actor in found.actors if actor.name == name} == {kind}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "A group of senators on Tuesday pressed the makers, saying the routers were broken.",
            ("A group of senators", "the routers were broken"),
        ),
        (
            "Acme claims that updated firmware has closed the gap.",
            ("Acme", "updated firmware has closed the gap"),
        ),
        (
            "Nora Smith claims that had she known, nothing would have shipped.",
            ("Nora Smith", "had she known, nothing would have shipped"),
        ),
        ("Not so, said Priya Raman, a professor at Hill College.", ("Priya Raman", "Not so")),
        (
            "DUBAI // The regulator has cleared a router after tests, Salem Mansoori said.",
            ("Salem Mansoori", "The regulator has cleared a router after tests"),
        ),
        (
            '"It complies with all standards," Salem Mansoori, a director, was quoted as saying.',
            ("Salem Mansoori", '"It complies with all standards,"'),
        ),
    ],
)
def test_who_says_what(text: str, said: tuple[str, str]) -> None:
    assert _said(_read(text)) == [said]


def test_an_agency_with_its_kind_before_its_name() -> None:
    found = _read("The router was cleared, state news agency WAM reported.")
    assert {actor.kind for actor in found.actors if actor.name == "WAM"} == {"organisation"}
