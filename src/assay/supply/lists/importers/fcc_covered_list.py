"""FCC Covered List: the table of the FCC's page (HTML), or the same two columns as CSV.

Columns: covered equipment or services, date of inclusion. The party is named inside the sentence.
"""

from collections.abc import Iterator
from pathlib import Path

from assay._kernel import lazy_re
from assay.errors import UnreadableInput
from assay.supply.dates import read_date
from assay.supply.lists.importing import Importer, fallback_key, names_of, party_id
from assay.supply.lists.markup import table_rows
from assay.supply.lists.reading import ReadingReport, csv_rows, open_text
from assay.supply.records import Listing, Party, Source

IMPORTER = Importer(
    list="us.fcc",
    title="FCC Covered List",
    url="https://www.fcc.gov/supplychain/coveredlist",
    licence="US government work, public domain",
    stale_after_days=30,
)

_PARTY = lazy_re.compile(
    r"\b(?:produced|provided|supplied(?:, directly or indirectly,)?)\s+by\s+(.+?)"
    r"(?:,?\s+(?:or any of|including|subject to|to the extent|and its|its subsid)|[.;]|$)"
)
_DATE_COLUMN = "date"


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield the parties of the table; raises UnreadableInput when there is none."""
    found = False
    for number, (text, added) in enumerate(_rows(path, report), 1):
        named = _PARTY.search(" ".join(text.split()))
        if not named:
            report.problem(f"row {number}", "names a category, not a party")
            continue
        found = True
        since = read_date(added)
        listing = Listing(
            measure="us.fcc.covered-list",
            since=since,
            known=since,
            reference=" ".join(text.split())[:300],
            source=Source(title=IMPORTER.title, url=IMPORTER.url),
        )
        for name in named[1].split(" and ") if "/" not in named[1] else named[1].split("/"):
            yield Party(
                id=party_id(IMPORTER.list, fallback_key(name.strip())),
                names=names_of(name),
                listings=(listing,),
                list=IMPORTER.list,
            )
    if not found:
        raise UnreadableInput(f"{path.name} has no table of covered equipment")


def _rows(path: Path, report: ReadingReport) -> Iterator[tuple[str, str]]:
    with open_text(path) as text:
        is_page = "<" in text.read(4096)
    if is_page:
        for cells in table_rows(path, report):
            if len(cells) >= 2 and read_date(cells[1]):
                yield cells[0], cells[1]
        return
    for row in csv_rows(path, report, need=("covered equipment or services",)):
        dates = [value for key, value in row.items() if key.startswith(_DATE_COLUMN)]
        yield row["covered equipment or services"], dates[0] if dates else ""
