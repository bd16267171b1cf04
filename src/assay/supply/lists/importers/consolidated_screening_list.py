"""US Consolidated Screening List, `consolidated.json` or `consolidated.csv` of trade.gov.

JSON: {"results": [{id, source, name, alt_names, addresses, start_date, ...}]}; CSV: the same
columns, lists joined by `; `. Affiliates hide inside the names of Entity List rows.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assay.errors import UnreadableInput
from assay.supply.dates import read_date
from assay.supply.jurisdictions import country_code
from assay.supply.lists.entry_names import split_entry
from assay.supply.lists.importing import Importer, clean, fallback_key, names_of, party_id
from assay.supply.lists.reading import ReadingReport, csv_rows, open_text
from assay.supply.records import Identifier, Listing, Ownership, Party, Source

IMPORTER = Importer(
    list="us.csl",
    title="US Consolidated Screening List",
    url="https://data.trade.gov/downloadable_consolidated_screening_list/v1/consolidated.json",
    licence="US government work, public domain",
    stale_after_days=14,
)

MOST_JSON = 400 << 20
MEASURES = (
    ("entity list", "us.bis.entity-list"),
    ("military end user", "us.bis.meu"),
    ("denied persons", "us.bis.dpl"),
    ("unverified list", "us.bis.uvl"),
    ("specially designated nationals", "us.ofac.sdn"),
)
KINDS = {"individual": "person", "vessel": "vessel", "aircraft": "aircraft"}


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield the parties of either form of the list; raises UnreadableInput."""
    with open_text(path) as text:
        is_json = text.read(64).lstrip().startswith(("{", "["))
    rows = _json_rows(path, report) if is_json else csv_rows(path, report, need=("source", "name"))
    for number, row in enumerate(rows, 1):
        if not _text(row.get("name")):
            report.problem(f"row {number}", "no name")
            continue
        yield from _parties(row)


def _json_rows(path: Path, report: ReadingReport) -> Iterator[dict[str, Any]]:
    with open_text(path) as text:
        try:
            data = json.loads(text.read(MOST_JSON))
        except (ValueError, RecursionError) as error:
            raise UnreadableInput(f"{path.name} is not whole JSON: {error}") from error
    results = data.get("results") if isinstance(data, dict) else data
    if not isinstance(results, list):
        raise UnreadableInput(f"{path.name} has no list of results")
    for number, row in enumerate(results, 1):
        if isinstance(row, dict):
            report.rows += 1
            yield row
        else:
            report.problem(f"result {number}", "not an object")


def _parties(row: dict[str, Any]) -> Iterator[Party]:
    """Yield the party of a row, and the affiliates that its name holds."""
    source = _text(row.get("source"))
    measure = _measure(source)
    entry = split_entry(_text(row.get("name")))
    key = clean(_text(row.get("id") or row.get("_id"))) or fallback_key(source, entry.main)
    more = [(alias, "alias") for alias in _many(row.get("alt_names"))]
    country = _country(row)
    listing = Listing(
        measure=measure,
        since=read_date(_text(row.get("start_date"))),
        until=read_date(_text(row.get("end_date"))),
        reference=clean(
            "; ".join(filter(None, (source, _text(row.get("federal_register_notice")))))
        ),
        source=Source(
            title=clean(source) or IMPORTER.title,
            url=clean(
                _text(row.get("source_list_url")) or _text(row.get("source_information_url"))
            ),
        ),
    )
    party = Party(
        id=party_id(IMPORTER.list, key),
        names=names_of(entry.main, [*entry.aliases, *more]),
        country=country,
        kind=KINDS.get(_text(row.get("type")).lower(), "organisation"),  # type: ignore[arg-type]
        ids=(Identifier(scheme="us-csl", value=key),),
        listings=(listing,),
        list=IMPORTER.list,
    )
    yield party
    for number, affiliate in enumerate(entry.affiliates, 1):
        yield Party(
            id=party_id(IMPORTER.list, f"{key}.{number}"),
            names=names_of(affiliate),
            country=country,
            owners=(Ownership(owner=party.id, kind="control", verified=False),),
            listings=(listing,),
            list=IMPORTER.list,
            note=f"named inside the entry of {party.name}",
        )


def _measure(source: str) -> str:
    lowered = source.lower()
    return next((measure for words, measure in MEASURES if words in lowered), "us.csl.other")


def _country(row: dict[str, Any]) -> str:
    addresses = row.get("addresses")
    if isinstance(addresses, list):
        found = [country_code(_text(a.get("country"))) for a in addresses if isinstance(a, dict)]
    else:
        first = _text(addresses).split(";")[0]
        found = [country_code(first.rpartition(",")[2])]
    own = country_code(_text(row.get("country")))
    return own or next((code for code in found if code), "")


def _many(value: object) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    return [name for part in parts for name in _text(part).split("; ") if name]


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
