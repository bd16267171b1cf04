import csv
import io

import pytest
from hypothesis import given, settings, strategies as st

from assay.supply.inventories.items import Inventory, InventoryItem
from assay.supply.networks import network
from assay.supply.report.cells import network_csv, safe, screening_csv, table
from assay.supply.screening import screen


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\r=x", "\n=x", "＝1"])  # noqa: RUF001 - full-width on purpose
def test_formulas_become_text(text: str):
    assert safe(text) == f"'{text}"


def test_plain_cells_stay_as_they_are():
    assert safe("Huawei") == "Huawei"
    assert safe(12) == "12"
    assert safe(None) == ""


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), min_size=2, max_size=2))
def test_no_cell_begins_like_a_formula(cells: list[str]):
    for row in rows(table(("a", "b"), [cells])):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_hostile_subject_and_item_are_neutralised():
    report = screen(["=HYPERLINK(1)", "Huawei"], date="2026-08-01")
    lines = rows(screening_csv(report))
    assert lines[1][1] == "'=HYPERLINK(1)"
    assert {len(line) for line in lines} == {len(lines[0])}
    assert any(line[9] == "gb.dvd-huawei" for line in lines)
    items = (InventoryItem(id="=cmd|x", vendor="@sum", site="-1"),)
    lines = rows(network_csv(network(Inventory(items=items), date="2026-08-01")))
    assert lines[1][1] == "'=cmd|x"
    assert lines[1][3] == "'@sum"
    assert lines[1][8] == "'-1"
