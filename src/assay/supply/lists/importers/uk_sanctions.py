"""UK Sanctions List of the FCDO, CSV: one row a name or address, joined by `Unique ID`.

A line with the report's date may stand before the header. Names are spread over `Name 1` to
`Name 6`; an entity's name stands in `Name 6`.
"""

from collections.abc import Iterator
from pathlib import Path

from assay.supply.dates import read_date
from assay.supply.jurisdictions import country_code
from assay.supply.lists.importing import Importer, clean, names_of, party_id
from assay.supply.lists.reading import ReadingReport, Row, csv_rows
from assay.supply.records import Identifier, Listing, Party, PartyName, Source

IMPORTER = Importer(
    list="gb.sanctions",
    title="UK Sanctions List",
    url="https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.csv",
    licence="Open Government Licence v3.0",
    stale_after_days=14,
)

NAME_COLUMNS = ("name 1", "name 2", "name 3", "name 4", "name 5", "name 6")
KINDS = {"individual": "person", "ship": "vessel"}


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield one party a row; rows of one designation are merged by the caller."""
    for number, row in enumerate(csv_rows(path, report, need=("unique id", "name 6")), 1):
        names = _names(row)
        if not names or not row.get("unique id"):
            report.problem(f"row {number}", "no name or no id")
            continue
        yield _party(row, names)


def _names(row: Row) -> tuple[PartyName, ...]:
    main = " ".join(filter(None, (row.get(column, "") for column in NAME_COLUMNS)))
    kind = row.get("name type", row.get("alias type", "")).lower()
    good = "low" not in row.get("alias strength", "").lower()
    local = row.get("name non-latin script", "")
    first = names_of(main, [(local, "alias")])
    if "primary" in kind or not first:
        return first
    weaker = "alias" if good else "weak"
    return (PartyName(text=first[0].text, kind=weaker), *first[1:])  # type: ignore[arg-type]


def _party(row: Row, names: tuple[PartyName, ...]) -> Party:
    key = clean(row["unique id"])
    kind = row.get("designation type", row.get("individual, entity, ship", "")).lower()
    return Party(
        id=party_id(IMPORTER.list, key),
        names=names,
        country=country_code(row.get("address country", "")),
        kind=KINDS.get(kind, "organisation"),  # type: ignore[arg-type] # values of the table
        ids=(Identifier(scheme="uk-sanctions", value=key),),
        listings=(
            Listing(
                measure="gb.sanctions-list",
                since=read_date(row.get("date designated", "")),
                reference=clean(row.get("regime name", row.get("regime", ""))),
                source=Source(title=IMPORTER.title, url=IMPORTER.url),
            ),
        ),
        list=IMPORTER.list,
    )
