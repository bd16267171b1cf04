"""A list of the user's own: CSV with the columns `name` and `measure`, others if known.

Also `aliases` (joined by `;`), `country`, `since`, `until`, `known`, `reference`, `url`, `lei`,
`owner` and `percentage`. For lists that nobody publishes in a form a program can read.
"""

from collections.abc import Iterator
from pathlib import Path

from assay.supply.catalogue import shipped
from assay.supply.dates import read_date
from assay.supply.jurisdictions import country_code
from assay.supply.lists.importing import (
    Importer,
    clean,
    fallback_key,
    names_of,
    party_id,
    permille_of,
)
from assay.supply.lists.reading import ReadingReport, Row, csv_rows
from assay.supply.records import Identifier, Listing, Ownership, Party, Source

IMPORTER = Importer(
    list="own",
    title="List of the user's own",
    url="",
    licence="the user's",
    stale_after_days=90,
)


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield one party a row; a measure that is not known is reported."""
    measures = {measure.id for measure in shipped().measures}
    for number, row in enumerate(csv_rows(path, report, need=("name", "measure")), 1):
        if not row["name"]:
            report.problem(f"row {number}", "no name")
            continue
        if row["measure"] and row["measure"] not in measures:
            report.problem(f"row {number}", f"no measure {row['measure'][:60]!r}; not listed by it")
            row["measure"] = ""
        yield _party(row)


def _party(row: Row) -> Party:
    aliases = [(alias, "alias") for alias in row.get("aliases", "").split(";")]
    listing = Listing(
        measure=row["measure"],
        since=read_date(row.get("since", "")),
        until=read_date(row.get("until", "")),
        known=read_date(row.get("known", "")),
        reference=clean(row.get("reference", "")),
        verified=False,
        source=Source(title=IMPORTER.title, url=clean(row.get("url", ""))),
    )
    lei = row.get("lei", "").upper()
    return Party(
        id=_key(row["name"]),
        names=names_of(row["name"], aliases),
        country=country_code(row.get("country", "")),
        ids=(Identifier(scheme="lei", value=lei),) if len(lei) == 20 else (),
        owners=(_owner(row),) if row.get("owner") else (),
        listings=(listing,) if row["measure"] else (),
        list=IMPORTER.list,
    )


def _owner(row: Row) -> Ownership:
    return Ownership(
        owner=_key(row["owner"]),
        permille=permille_of(row.get("percentage", "")),
        verified=False,
    )


def _key(name: str) -> str:
    return party_id(IMPORTER.list, fallback_key(" ".join(name.lower().split())))
