from pathlib import Path

import pytest

from assay.errors import UnreadableInput
from assay.supply.lists.markup import DEEPEST, table_rows, xml_records
from assay.supply.lists.reading import ReadingReport

BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><l>&b;</l>"""


def test_xml_records_without_namespaces(tmp_path: Path):
    path = tmp_path / "a.xml"
    path.write_text('<x:l xmlns:x="u"><x:e x:k="1"><x:n>A &amp; B</x:n></x:e><x:e/></x:l>')
    found = list(xml_records(path, frozenset({"e"}), ReadingReport()))
    assert [element.value("n") for element in found] == ["A & B", ""]
    assert found[0].attributes["k"] == "1"


def test_declared_entities_are_refused(tmp_path: Path):
    path = tmp_path / "a.xml"
    path.write_bytes(BOMB)
    with pytest.raises(UnreadableInput, match="document type"):
        list(xml_records(path, frozenset({"l"}), ReadingReport()))


def test_broken_xml_keeps_what_came_before(tmp_path: Path):
    path = tmp_path / "a.xml"
    path.write_text("<l><e><n>A</n></e><e><n>B</n></e><broken")
    report = ReadingReport()
    found = list(xml_records(path, frozenset({"e"}), report))
    assert [element.value("n") for element in found] == ["A", "B"]
    assert report.count == 1


def test_tables_of_pages(tmp_path: Path):
    path = tmp_path / "a.html"
    path.write_text("<table><tr><th>A<th>B</tr><tr><td>1<br>2</td><td>x &amp; y</td></tr></table>")
    assert table_rows(path, ReadingReport()) == [["A", "B"], ["1\n2", "x & y"]]


def test_bottomless_nesting_is_refused(tmp_path: Path):
    path = tmp_path / "a.xml"
    path.write_text("<e>" * (DEEPEST + 5))
    with pytest.raises(UnreadableInput, match="deeply"):
        list(xml_records(path, frozenset({"e"}), ReadingReport()))
