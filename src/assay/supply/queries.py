"""Who is asked about: names, batch files, bills of materials, bundles turned into subjects.

CSV needs a column `name` (or vendor, supplier, company …); JSON lines need `name`; plain text is
one name a line. CycloneDX and SPDX give suppliers, manufacturers, publishers and originators.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from assay.errors import UnreadableInput
from assay.model.result import Evaluation
from assay.supply.answers import Subject
from assay.supply.firmware_marks import marks_of
from assay.supply.inventories.documents import load_json
from assay.supply.jurisdictions import country_code
from assay.supply.lists.importing import clean
from assay.supply.lists.reading import MOST_FIELD, ReadingReport, Row, csv_rows, open_text
from assay.supply.records import Identifier

MOST_SUBJECTS = 1_000_000
NAME_COLUMNS = (
    ("name", "company", "company name", "vendor", "supplier", "manufacturer", "party", "carrier")
)  # fmt: skip
ID_COLUMNS = {"lei": "lei", "uei": "us-uei", "registry": "registry"}
PARTY_FIELDS = ("supplier", "manufacturer", "publisher", "author")


def read_subjects(path: Path, report: ReadingReport) -> list[Subject]:
    """Return the subjects that the file *path* names; raises UnreadableInput."""
    with open_text(path) as text:
        head = text.read(65536).lstrip("\ufeff \t\r\n")
    if head.startswith(("{", "[")) and '"bomFormat"' in head:
        found = _cyclonedx(load_json(path))
    elif head.startswith("{") and '"spdxVersion"' in head:
        found = _spdx(load_json(path))
    elif head.startswith("{"):
        found = _json_lines(path, report)
    elif _name_column(head):
        found = _table(path, report, _name_column(head))
    else:
        found = _plain(path)
    subjects = _bounded(found)
    if not subjects:
        raise UnreadableInput(f"{path.name} names nobody", advice="A CSV needs a column 'name'.")
    return subjects


def subjects_of(evaluation: Evaluation) -> list[Subject]:
    """Return the makers that a sealed evaluation shows: in CPEs, and by marks in the firmware."""
    found: dict[str, Subject] = {}
    for component in evaluation.components:
        if name := _cpe_vendor(component.cpe):
            found.setdefault(name, Subject(name=name, origin=f"component {component.name}"))
    for mark in marks_of(evaluation).marks:
        origin = f"{mark.kind}, marks in {mark.count} places"
        found.setdefault(mark.maker, Subject(name=mark.maker, origin=origin))
    return [found[name] for name in sorted(found)]


def _cpe_vendor(cpe: str) -> str:
    """Return the vendor that a CPE 2.3 name states, empty for none or any."""
    parts = cpe.split(":")
    vendor = parts[3] if cpe.startswith("cpe:2.3:") and len(parts) > 4 else ""
    name = clean(vendor.replace("_", " ").replace("\\", ""))
    return "" if name in {"*", "-"} else name


def _bounded(found: Iterator[Subject]) -> list[Subject]:
    subjects: list[Subject] = []
    for subject in found:
        if len(subjects) >= MOST_SUBJECTS:
            raise UnreadableInput(f"more than {MOST_SUBJECTS} names")
        subjects.append(msgspec.structs.replace(subject, row=subject.row or len(subjects) + 1))
    return subjects


def _name_column(head: str) -> str:
    for line in head.splitlines()[:5]:
        for mark in (",", ";", "\t", "|"):
            cells = [" ".join(cell.strip(' "').lower().split()) for cell in line.split(mark)]
            if len(cells) > 1 or cells == ["name"]:
                for column in NAME_COLUMNS:
                    if column in cells:
                        return column
    return ""


def _table(path: Path, report: ReadingReport, column: str) -> Iterator[Subject]:
    for number, row in enumerate(csv_rows(path, report, need=(column,)), 1):
        name = clean(row[column])
        if not name:
            report.problem(f"row {number}", "no name")
            continue
        yield Subject(
            name=name, country=_country(row, number, report), ids=_identifiers(row), row=number
        )


def _country(row: Row, number: int, report: ReadingReport) -> str:
    text = row.get("country", "") or row.get("country code", "")
    code = country_code(text)
    if text and not code:
        report.problem(f"row {number}", f"no country {text[:40]!r}")
    return code


def _identifiers(row: Row) -> tuple[Identifier, ...]:
    return tuple(
        Identifier(scheme=scheme, value=value.upper())
        for column, scheme in ID_COLUMNS.items()
        if (value := row.get(column, "").strip())
    )


def _json_lines(path: Path, report: ReadingReport) -> Iterator[Subject]:
    with open_text(path) as text:
        number = 0
        while line := text.readline(MOST_FIELD):
            number += 1
            if not line.strip():
                continue
            try:
                row = msgspec.json.decode(line, type=dict[str, Any])
            except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
                report.problem(f"line {number}", f"not an object: {error}")
                continue
            texts = {key.lower(): value for key, value in row.items() if isinstance(value, str)}
            name = clean(next((texts[column] for column in NAME_COLUMNS if texts.get(column)), ""))
            if not name:
                report.problem(f"line {number}", "no name")
                continue
            country = _country(texts, number, report)
            yield Subject(name=name, country=country, ids=_identifiers(texts), row=number)


def _plain(path: Path) -> Iterator[Subject]:
    with open_text(path) as text:
        number = 0
        while line := text.readline(MOST_FIELD):
            number += 1
            if name := clean(line):
                yield Subject(name=name, row=number)


def _cyclonedx(document: Any) -> Iterator[Subject]:  # noqa: ANN401 - any JSON document
    """Yield every party that the bill names, once, with the first component that names it."""
    metadata = document.get("metadata") if isinstance(document, dict) else None
    stack: list[Any] = [document, metadata, *_list(metadata, "tools")]
    seen: set[str] = set()
    while stack:
        node = stack.pop()
        if not isinstance(node, dict):
            continue
        component = clean(_text(node.get("name")))
        for field in PARTY_FIELDS:
            name = clean(_text(node.get(field)))
            if name and name.lower() not in seen:
                seen.add(name.lower())
                yield Subject(name=name, origin=f"{field} of {component or 'the document'}")
        name = _cpe_vendor(_text(node.get("cpe")))
        if name and name.lower() not in seen:
            seen.add(name.lower())
            yield Subject(name=name, origin=f"cpe of {component}")
        stack.extend(reversed(_list(node, "components")))
        stack.append(node.get("component"))


def _spdx(document: Any) -> Iterator[Subject]:  # noqa: ANN401 - any JSON document
    seen: set[str] = set()
    for package in _list(document, "packages"):
        for field in ("supplier", "originator"):
            text = _text(package.get(field)) if isinstance(package, dict) else ""
            kind, _, name = text.partition(":")
            name = clean(name.split("(")[0])
            if kind in {"Organization", "Person"} and name and name.lower() not in seen:
                seen.add(name.lower())
                yield Subject(name=name, origin=f"{field} of {clean(_text(package.get('name')))}")


def _list(node: object, field: str) -> list[Any]:
    value = node.get(field) if isinstance(node, dict) else None
    return value[:MOST_SUBJECTS] if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) else ""
