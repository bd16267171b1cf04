"""Roles of lines: body and furniture, headlines, captions, wrapped paragraphs."""

import re

import pytest

from assay.claims import lexicon
from assay.claims.reading.lines import _OPENINGS, read_lines
from assay.claims.scan import PREFIX

PAGE = """\
Home
Find the latest stories on everything that matters to you and to the people around you.

Regulator opens inquiry into routers

© Agency / Jo DoeIn this photo, a router is shown at a fair in Hanover in the north of Germany.
In this photo, a router is shown at a fair in Hanover in the north of Germany. - Example News
Subscribe
The regulator said on Tuesday that it had opened an inquiry into the routers of the firm.
"It is not so," she said.
READ MORE: Five routers that you should not buy this year
Nothing came of it.
Заголовок открываемого материала
Share this
"""


def _roles(text: str) -> dict[str, str]:
    return {text[line.start : line.end][:20]: line.role for line in read_lines(text)}


def test_each_line_gets_its_role() -> None:
    roles = _roles(PAGE)
    assert roles["Regulator opens inqu"] == "title"
    assert roles["© Agency / Jo DoeIn "] == "caption"
    assert roles["In this photo, a rou"] == "duplicate"
    assert roles["The regulator said o"] == "body"
    assert roles['"It is not so," she '] == "body"
    assert roles["Nothing came of it."] == "body"
    assert roles["READ MORE: Five rout"] == "related-link"
    assert roles["Заголовок открываемо"] == "foreign-script"
    assert roles["Subscribe"] == roles["Share this"] == "widget"
    assert roles["Find the latest stor"] == "furniture"


def test_nothing_is_thrown_away() -> None:
    kept = {PAGE[line.start : line.end] for line in read_lines(PAGE)}
    assert kept == {line.strip() for line in PAGE.splitlines() if line.strip()}


def test_wrapped_paragraphs_are_joined() -> None:
    wrapped = (
        "The regulator said on Tuesday that it had opened an inquiry into the\n"
        "routers of the firm, and that it would look into all of the complaints\n"
        "that it had received from the customers of the operators in the north.\n\n"
    ) * 3
    body = [line for line in read_lines(wrapped.rstrip()) if line.role == "body"]
    assert wrapped[body[0].start : body[0].end].count("\n") == 2


def test_a_long_line_is_cut_not_dropped() -> None:
    line = "The firm said that it was so and that it would be so for all. " * 3000
    found = read_lines(line)
    assert len(found) > 1
    assert sum(one.end - one.start for one in found) >= len(line) - len(found) - 1


@pytest.mark.parametrize(
    "line",
    [
        "Read more about routers",
        "Don't miss our list",
        "Photo: Jane Doe",
        "© Newswire",
        "By Jane Doe",
        "Source: Newswire",
        "Last updated 12 May 2020",
        "12 comments",
        "٣ comments",
        "\u017fubscribe now",
        "LOG IN",
        "Routers are sold here",
    ],
)
def test_beginnings_rule_out_no_furniture(line: str) -> None:
    rows = lexicon.table("furniture")["prefixes"]
    plain = [role for role, pattern in rows if re.match(pattern, line, re.IGNORECASE)]
    assert [role for role, pattern in _OPENINGS[line[:PREFIX]] if pattern.match(line)] == plain
