"""BIS Entity List as a page: Supplement No. 4 to 15 CFR part 744, HTML or XML of the eCFR.

Table columns: country, entity, licence requirement, review policy, Federal Register citation.
The citation's date is that of publication, not of effect.
"""

from collections.abc import Iterator
from pathlib import Path

from assay._kernel import lazy_re
from assay.errors import UnreadableInput
from assay.supply.dates import read_date
from assay.supply.jurisdictions import country_code
from assay.supply.lists.entry_names import split_entry
from assay.supply.lists.importing import Importer, clean, fallback_key, names_of, party_id
from assay.supply.lists.markup import table_rows
from assay.supply.lists.reading import ReadingReport
from assay.supply.records import Listing, Party, Source

IMPORTER = Importer(
    list="us.bis",
    title="BIS Entity List (eCFR)",
    url="",
    licence="US government work, public domain",
    stale_after_days=30,
)

_CITATION = lazy_re.compile(r"(\d{2,3}\s+FR\s+\d+)[,.]?\s+(\d{1,2})/(\d{1,2})/(\d{2,4})")
COLUMNS = 4


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield the entities of the table; raises UnreadableInput when there is none."""
    country, found = "", False
    for number, cells in enumerate(table_rows(path, report), 1):
        if len(cells) < COLUMNS or cells[1].strip().lower() == "entity":
            continue
        named = country_code(" ".join(cells[0].split()))
        country = named or country
        text = cells[1].strip()
        if not text:
            report.problem(f"row {number}", "no entity")
            continue
        found = True
        yield _party(text, country, cells)
    if not found:
        raise UnreadableInput(f"{path.name} has no Entity List table")


def _party(text: str, country: str, cells: list[str]) -> Party:
    entry = split_entry(text, with_address=True)
    citations = _CITATION.findall(cells[-1])
    since = min((_date(*parts) for _, *parts in citations), default="")
    return Party(
        id=party_id(IMPORTER.list, fallback_key(country, entry.main)),
        names=names_of(entry.main, entry.aliases),
        country=country,
        listings=(
            Listing(
                measure="us.bis.entity-list",
                since=since,
                known=since,
                reference=clean("; ".join(cite for cite, *_ in citations))
                + " (day of publication)",
                source=Source(
                    title="15 CFR part 744, Supplement No. 4", url="https://www.ecfr.gov/"
                ),
            ),
        ),
        list=IMPORTER.list,
    )


def _date(month: str, day: str, year: str) -> str:
    full = year if len(year) == 4 else f"{'19' if int(year) > 80 else '20'}{year}"
    return read_date(f"{full}-{int(month):02}-{int(day):02}")
