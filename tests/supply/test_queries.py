import json
from pathlib import Path

import pytest

from assay.errors import UnreadableInput
from assay.supply.lists.reading import ReadingReport
from assay.supply.queries import read_subjects


def names(path: Path, report: ReadingReport | None = None) -> list[str]:
    return [subject.name for subject in read_subjects(path, report or ReadingReport())]


def test_csv_with_country_and_identifier(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(
        "Supplier;Country;LEI\nNokia Oyj;Finland;549300A0JPRWG1KI7U06\n;;\nX;Nowhere;\n"
    )
    report = ReadingReport()
    found = read_subjects(path, report)
    assert [(s.name, s.country, s.row) for s in found] == [("Nokia Oyj", "FI", 1), ("X", "", 2)]
    assert found[0].ids[0].value == "549300A0JPRWG1KI7U06"
    assert any("Nowhere" in text for text in report.problems)


def test_json_lines_and_plain_text(tmp_path: Path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"name": "Nokia"}\nnot json\n{"vendor": "ZTE"}\n{"x": 1}\n')
    report = ReadingReport()
    assert names(path, report) == ["Nokia", "ZTE"]
    assert report.count == 2
    path = tmp_path / "a.txt"
    path.write_text("Nokia\n\nZTE Corporation\n")
    assert names(path) == ["Nokia", "ZTE Corporation"]


def test_windows_text_and_utf16_are_read(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes("Société Générale\n".encode("cp1252"))
    assert names(path) == ["Société Générale"]
    path.write_bytes("华为\n".encode("utf-16"))
    assert names(path) == ["华为"]


def test_bills_of_materials(tmp_path: Path):
    bom = {
        "bomFormat": "CycloneDX",
        "metadata": {"component": {"name": "router", "manufacturer": {"name": "Maker"}}},
        "components": [
            {"name": "a", "supplier": {"name": "Nokia"}, "components": [{"publisher": "Deep"}]},
            {"name": "b", "supplier": {"name": "nokia"}},
            "nonsense",
        ],
    }
    path = tmp_path / "bom.json"
    path.write_text(json.dumps(bom))
    assert sorted(names(path)) == ["Deep", "Maker", "Nokia"]
    spdx = {
        "spdxVersion": "SPDX-2.3",
        "packages": [
            {"name": "p", "supplier": "Organization: Example Inc (x@example.org)"},
            {"name": "q", "originator": "NOASSERTION"},
        ],
    }
    path.write_text(json.dumps(spdx))
    assert names(path) == ["Example Inc"]


def test_a_file_that_names_nobody_is_refused(tmp_path: Path):
    path = tmp_path / "empty.txt"
    path.write_bytes(b"")
    with pytest.raises(UnreadableInput):
        names(path)
