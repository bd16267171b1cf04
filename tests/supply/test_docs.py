"""What docs/supply.md shows is what the commands answer."""

import re
import shlex
from pathlib import Path

import pytest

from assay.cli import main
from assay.supply.lists.importing import importers
from assay.supply.screening import screen

DOCS = Path(__file__).parents[2] / "docs" / "supply.md"
TEXT = DOCS.read_text(encoding="utf-8")
CASES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if re.match(r"\| \d{4}-\d{2}-\d{2} \|", line)
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} {case[1]} {case[3]} {case[4]}")
def test_the_worked_example(case: list[str]):
    day, party, asked, measure, answer, _ = case
    words = dict(re.findall(r"(\w+)=((?:(?! \w+=).)+)", asked))
    report = screen(
        party,
        date=day,
        roles=tuple(filter(None, [words.get("role", "")])),
        uses=tuple(filter(None, [words.get("use", "")])),
        domain=words.get("domain", ""),
    )
    (screening,) = report.screenings
    found = {ruling.measure: ruling for match in screening.matches for ruling in match.rulings}.get(
        measure
    )
    assert (found.outcome if found else "not-listed") == answer
    assert found is None or found.source.title
    assert found is None or found.provisional == (day > "2026-12-29")


def test_all_the_days_of_the_requirement_are_there():
    days = {case[0] for case in CASES}
    assert {"2019-05-15", "2019-05-21", "2022-10-13", "2024-06-28", "2027-12-31"} <= days


def test_the_commands_print_what_the_page_shows(capsys: pytest.CaptureFixture[str]):
    blocks = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    shown = 0
    for block in blocks:
        command, _, expected = block.partition("\n")
        if not expected or expected.startswith("$"):
            continue
        shown += 1
        main(shlex.split(command.removeprefix("$ assay ")))
        lines = iter(capsys.readouterr().out.splitlines())
        for line in expected.splitlines():
            assert line in lines, line
    assert shown >= 2


def test_every_list_is_described():
    for name in importers():
        assert re.search(rf"\b{re.escape(name)}\b", TEXT), name
