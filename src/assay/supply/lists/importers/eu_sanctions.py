"""EU consolidated financial sanctions list, XML 1.1 (`sanctionEntity`, `nameAlias`).

The publisher's address carries a token that each user gets; download it there, or give the address.
"""

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
    list="eu.sanctions",
    title="EU consolidated financial sanctions list",
    url="",
    licence="reuse allowed with source (Decision 2011/833/EU)",
    stale_after_days=14,
)


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield the parties of the list; raises UnreadableInput when it holds none."""
    found = False
    for element in xml_records(path, frozenset({"sanctionEntity"}), report):
        party = _party(element)
        if party is None:
            report.problem(f"entity {element.attributes.get('logicalId', '?')}", "no name")
            continue
        found = True
        yield party
    if not found:
        raise UnreadableInput(f"{path.name} holds no EU sanctions entities")


def _party(element: Element) -> Party | None:
    names = [
        (alias.attributes.get("wholeName", ""), alias.attributes.get("strong", "true"))
        for alias in element.all("nameAlias")
    ]
    names = [(text, strong) for text, strong in names if text.strip()]
    if not names:
        return None
    key = clean(
        element.attributes.get("euReferenceNumber") or element.attributes.get("logicalId", "")
    )
    subject = next((one.attributes.get("code", "") for one in element.all("subjectType")), "")
    more = [(text, "alias" if strong != "false" else "weak") for text, strong in names[1:]]
    return Party(
        id=party_id(IMPORTER.list, key or fallback_key(names[0][0])),
        names=names_of(names[0][0], more),
        country=_country(element),
        kind="person" if subject == "person" else "organisation",
        ids=(Identifier(scheme="eu-fsf", value=key),) if key else (),
        listings=_listings(element),
        list=IMPORTER.list,
    )


def _listings(element: Element) -> tuple[Listing, ...]:
    """Return one listing for each regulation, from the earliest of its dates."""
    designated = element.attributes.get("designationDate", "")
    rows = []
    for regulation in element.all("regulation"):
        dates = [designated, regulation.attributes.get("entryIntoForceDate", "")]
        rows.append(
            Listing(
                measure="eu.sanctions-list",
                since=min(filter(None, map(read_date, dates)), default=""),
                known=read_date(regulation.attributes.get("publicationDate", "")),
                reference=clean(regulation.attributes.get("numberTitle", "")),
                source=Source(title=IMPORTER.title, url=clean(regulation.value("publicationUrl"))),
            )
        )
    return tuple(rows) or (Listing(measure="eu.sanctions-list", since=read_date(designated)),)


def _country(element: Element) -> str:
    for kind in ("address", "citizenship", "identification"):
        for part in element.all(kind):
            code = country_code(part.attributes.get("countryIso2Code", ""))
            if code:
                return code
    return ""
