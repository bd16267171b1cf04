"""GLEIF level 2: who consolidates whom. Golden copy CSV (RR-CDF), zipped or not; CC0.

`IS_DIRECTLY_CONSOLIDATED_BY` and `IS_ULTIMATELY_CONSOLIDATED_BY` say control by accounting, seldom
a percentage; other relations (funds, branches) are not ownership and are left out.
"""

from collections.abc import Iterator
from pathlib import Path

from assay.supply.dates import read_date
from assay.supply.lists.importing import Importer, party_id, permille_of
from assay.supply.lists.reading import ReadingReport, Row, csv_rows
from assay.supply.records import Identifier, Ownership, Party, PartyName, Source

IMPORTER = Importer(
    list="gleif.relations",
    title="GLEIF level 2 (relationships)",
    url="https://goldencopy.gleif.org/api/v2/golden-copies/publishes/rr/latest.csv",
    licence="CC0 1.0",
    stale_after_days=30,
)

START = "relationship.startnode.nodeid"
END = "relationship.endnode.nodeid"
KIND = "relationship.relationshiptype"
CONSOLIDATED = frozenset({"IS_DIRECTLY_CONSOLIDATED_BY", "IS_ULTIMATELY_CONSOLIDATED_BY"})
PERIODS = 5


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield one party a relation, to be merged with the entities of level 1."""
    for number, row in enumerate(csv_rows(path, report, need=(START, END, KIND)), 1):
        if row[KIND] not in CONSOLIDATED:
            continue
        child, parent = row[START].upper(), row[END].upper()
        if len(child) != 20 or len(parent) != 20:
            report.problem(f"row {number}", "not two LEIs")
            continue
        yield _party(child, parent, row)


def _party(child: str, parent: str, row: Row) -> Party:
    since, until = _period(row)
    if row.get("relationship.relationshipstatus", "ACTIVE") != "ACTIVE" and not until:
        until = read_date(row.get("registration.lastupdatedate", ""))
    return Party(
        id=party_id("lei", child),
        names=(PartyName(text=child, kind="weak"),),
        ids=(Identifier(scheme="lei", value=child),),
        owners=(
            Ownership(
                owner=party_id("lei", parent),
                permille=_quantifier(row),
                kind="consolidation",
                since=since,
                until=until,
                source=Source(title=IMPORTER.title, url="https://www.gleif.org/"),
            ),
        ),
        list=IMPORTER.list,
    )


def _period(row: Row) -> tuple[str, str]:
    """Return the relationship period among the up to five periods of a row."""
    for number in range(1, PERIODS + 1):
        prefix = f"relationship.period.{number}."
        if row.get(prefix + "periodtype", "RELATIONSHIP_PERIOD") == "RELATIONSHIP_PERIOD":
            since, until = row.get(prefix + "startdate", ""), row.get(prefix + "enddate", "")
            if since or until:
                return read_date(since), read_date(until)
    return "", ""


def _quantifier(row: Row) -> int:
    amount = row.get("relationship.quantifiers.1.quantifieramount", "")
    units = row.get("relationship.quantifiers.1.quantifierunits", "").upper()
    return permille_of(amount) if units.startswith("PERCENT") else -1
