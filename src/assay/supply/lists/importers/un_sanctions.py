"""UN Security Council Consolidated List, XML: `INDIVIDUAL` and `ENTITY` with their aliases."""

from collections.abc import Iterator
from pathlib import Path

from assay.errors import UnreadableInput
from assay.supply.dates import read_date
from assay.supply.jurisdictions import country_code
from assay.supply.lists.importing import Importer, clean, fallback_key, names_of, party_id
from assay.supply.lists.markup import Element, xml_records
from assay.supply.lists.reading import ReadingReport
from assay.supply.records import Identifier, Listing, Party, Source

IMPORTER = Importer(
    list="un.sc",
    title="UN Security Council Consolidated List",
    url="https://scsanctions.un.org/resources/xml/en/consolidated.xml",
    licence="public document of the UN Security Council",
    stale_after_days=14,
)

NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield the parties of the list; raises UnreadableInput when it holds none."""
    found = False
    for element in xml_records(path, frozenset({"INDIVIDUAL", "ENTITY"}), report):
        main = " ".join(filter(None, (element.value(part) for part in NAME_PARTS)))
        if not main:
            report.problem(f"entry {element.value('DATAID') or '?'}", "no name")
            continue
        found = True
        yield _party(element, main)
    if not found:
        raise UnreadableInput(f"{path.name} holds no UN list entries")


def _party(element: Element, main: str) -> Party:
    key = clean(element.value("REFERENCE_NUMBER") or element.value("DATAID"))
    key = key or fallback_key(main)
    aliases = [
        (alias.value("ALIAS_NAME"), "weak" if "low" in alias.value("QUALITY").lower() else "alias")
        for alias in element.all(f"{element.name}_ALIAS")
    ]
    aliases.append((element.value("NAME_ORIGINAL_SCRIPT"), "alias"))
    return Party(
        id=party_id(IMPORTER.list, key),
        names=names_of(main, [(name, kind) for name, kind in aliases if name]),
        country=_country(element),
        kind="person" if element.name == "INDIVIDUAL" else "organisation",
        ids=(Identifier(scheme="un-sc", value=key),),
        listings=(
            Listing(
                measure="un.sc-list",
                since=read_date(element.value("LISTED_ON")),
                reference=clean(element.value("UN_LIST_TYPE")),
                source=Source(title=IMPORTER.title, url=IMPORTER.url),
            ),
        ),
        list=IMPORTER.list,
    )


def _country(element: Element) -> str:
    for address in element.all(f"{element.name}_ADDRESS"):
        if code := country_code(address.value("COUNTRY")):
            return code
    return country_code(element.value("NATIONALITY", "VALUE"))
