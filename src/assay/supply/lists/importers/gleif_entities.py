"""GLEIF level 1: who is who. Golden copy CSV (LEI-CDF), zipped or not; CC0.

An ownership source, not a black list: its parties carry identifiers and names, no listings.
"""

from collections.abc import Iterator
from pathlib import Path

from assay.supply.jurisdictions import country_code
from assay.supply.lists.importing import Importer, names_of, party_id
from assay.supply.lists.reading import ReadingReport, Row, csv_rows
from assay.supply.records import Identifier, Party

IMPORTER = Importer(
    list="gleif.entities",
    title="GLEIF level 1 (entities)",
    url="https://goldencopy.gleif.org/api/v2/golden-copies/publishes/lei2/latest.csv",
    licence="CC0 1.0",
    stale_after_days=30,
)

LEI_LENGTH = 20


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield the entities of the file."""
    rows = csv_rows(path, report, need=("lei", "entity.legalname"))
    for number, row in enumerate(rows, 1):
        lei = row["lei"].upper()
        if len(lei) != LEI_LENGTH or not lei.isalnum():
            report.problem(f"row {number}", f"not an LEI: {lei[:30]!r}")
            continue
        yield _party(lei, row)


def _party(lei: str, row: Row) -> Party:
    more = [
        (value, "alias")
        for key, value in row.items()
        if value
        and key.startswith(("entity.otherentitynames", "entity.transliteratedotherentitynames"))
        and key.rpartition(".")[2].isdigit()
    ]
    registered = row.get("entity.registrationauthority.registrationauthorityentityid", "")
    authority = row.get("entity.registrationauthority.registrationauthorityid", "")
    country = country_code(row.get("entity.legaladdress.country", ""))
    ids = [Identifier(scheme="lei", value=lei)]
    if registered and authority:
        ids.append(Identifier(scheme=authority, value=registered))
    return Party(
        id=party_id("lei", lei),
        names=names_of(row["entity.legalname"], more),
        country=country or row.get("entity.legaljurisdiction", "")[:2].upper(),
        ids=tuple(ids),
        list=IMPORTER.list,
    )
