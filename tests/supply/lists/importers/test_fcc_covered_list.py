from pathlib import Path

import pytest

from assay.errors import UnreadableInput
from assay.supply.lists.importers.fcc_covered_list import read
from assay.supply.lists.reading import ReadingReport

PAGE = """<table><tr><th>Covered Equipment or Services*</th><th>Date of Inclusion</th></tr>
<tr><td>Telecommunications equipment produced by Quorvex Company, including services.</td>
<td>March 12, 2021</td></tr>
<tr><td>Routers that are consumer grade</td><td>March 23, 2026</td></tr></table>"""


def test_the_party_stands_inside_the_sentence(tmp_path: Path):
    path = tmp_path / "list.html"
    path.write_text(PAGE)
    report = ReadingReport()
    (party,) = read(path, report)
    assert party.name == "Quorvex Company"
    assert party.listings[0].since == "2021-03-12"
    assert report.problems == ["row 2: names a category, not a party"]


def test_the_same_as_csv(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text(
        "Covered Equipment or Services,Date of Inclusion\n"
        "Services provided by Zebra Corp. subject to section 214,2022-03-25\n"
    )
    (party,) = read(path, ReadingReport())
    assert party.name.startswith("Zebra Corp")
    assert party.listings[0].since == "2022-03-25"


def test_another_page_is_refused(tmp_path: Path):
    path = tmp_path / "list.html"
    path.write_text("<table><tr><td>a</td><td>b</td></tr></table>")
    with pytest.raises(UnreadableInput):
        list(read(path, ReadingReport()))
