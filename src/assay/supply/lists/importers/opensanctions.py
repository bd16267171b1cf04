"""OpenSanctions data that the user has a licence for: `targets.simple.csv` or `entities.ftm.json`.

CSV: one row a target, lists joined by `;`. JSON lines: FollowTheMoney entities, with `Ownership`
and `Directorship` entities between them. The licence is the user's; it is kept with the snapshot.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from assay.errors import UnreadableInput
from assay.supply.dates import read_date
from assay.supply.jurisdictions import country_code
from assay.supply.lists.importing import Importer, clean, names_of, party_id, permille_of
from assay.supply.lists.reading import MOST_FIELD, MOST_ROWS, ReadingReport, csv_rows, open_text
from assay.supply.records import Identifier, Listing, Ownership, Party, PartyName

IMPORTER = Importer(
    list="opensanctions",
    title="OpenSanctions",
    url="",
    licence="CC BY-NC 4.0 or the user's own agreement",
    stale_after_days=14,
    needs_licence=True,
)

ORGANISATIONS = frozenset({"company", "organization", "legalentity", "publicbody"})
IDENTIFIERS = {
    "leiCode": "lei",
    "registrationNumber": "registry",
    "ogrnCode": "ru-ogrn",
    "uscCode": "cn-uscc",
    "uniqueEntityId": "us-uei",
}


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield the parties of either form; raises UnreadableInput."""
    with open_text(path) as text:
        is_json = text.read(64).lstrip().startswith("{")
    yield from _entities(path, report) if is_json else _targets(path, report)


def _targets(path: Path, report: ReadingReport) -> Iterator[Party]:
    for row in csv_rows(path, report, need=("id", "schema", "name")):
        countries = [country_code(code) for code in row.get("countries", "").split(";")]
        sanctions = row.get("sanctions", "")
        yield Party(
            id=party_id(IMPORTER.list, row["id"]),
            names=names_of(row["name"], [(n, "alias") for n in row.get("aliases", "").split(";")]),
            country=next(filter(None, countries), ""),
            kind=_kind(row["schema"]),
            ids=(Identifier(scheme="opensanctions", value=row["id"]),),
            listings=_listings(sanctions, read_date(row.get("first_seen", "")))
            if sanctions
            else (),
            list=IMPORTER.list,
        )


def _entities(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield entities; ownership links come as parties without names of their own, to be merged."""
    with open_text(path) as text:
        number = 0
        while line := text.readline(MOST_FIELD):
            number += 1
            if number > MOST_ROWS:
                raise UnreadableInput(f"{path.name} has too many entities")
            try:
                entity = msgspec.json.decode(line, type=dict[str, Any])
            except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
                report.problem(f"line {number}", f"not an entity: {error}")
                continue
            report.rows += 1
            if party := _entity(entity):
                yield party


def _entity(entity: dict[str, Any]) -> Party | None:
    schema, key = str(entity.get("schema", "")), str(entity.get("id", ""))
    values = entity.get("properties")
    if not key or not isinstance(values, dict):
        return None
    if schema == "Ownership":
        return _ownership(values)
    caption = str(entity.get("caption", ""))
    names = _texts(values, "name") or ([caption] if caption else [])
    if not names or schema in {"Sanction", "Address", "Directorship", "Identification"}:
        return None
    more = [(name, "alias") for name in (*names[1:], *_texts(values, "alias"))]
    more += [(name, "former") for name in _texts(values, "previousName")]
    more += [(name, "weak") for name in _texts(values, "weakAlias")]
    countries = [country_code(c) for p in ("jurisdiction", "country") for c in _texts(values, p)]
    ids = [
        Identifier(scheme=scheme, value=value)
        for name, scheme in IDENTIFIERS.items()
        for value in _texts(values, name)
    ]
    listed = "sanction" in _texts(values, "topics")
    return Party(
        id=party_id(IMPORTER.list, key),
        names=names_of(names[0], more),
        country=next(filter(None, countries), ""),
        kind=_kind(schema),
        ids=(Identifier(scheme="opensanctions", value=key), *ids),
        listings=_listings("; ".join(map(str, entity.get("datasets", [])[:20])), "")
        if listed
        else (),
        list=IMPORTER.list,
    )


def _ownership(values: dict[str, Any]) -> Party | None:
    owner, asset = _texts(values, "owner"), _texts(values, "asset")
    if not owner or not asset:
        return None
    start, end = _texts(values, "startDate"), _texts(values, "endDate")
    share = Ownership(
        owner=party_id(IMPORTER.list, owner[0]),
        permille=permille_of(next(iter(_texts(values, "percentage")), "")),
        since=read_date(start[0]) if start else "",
        until=read_date(end[0]) if end else "",
    )
    key = party_id(IMPORTER.list, asset[0])
    return Party(
        id=key, names=(PartyName(text=asset[0], kind="weak"),), owners=(share,), list=IMPORTER.list
    )


def _listings(reference: str, since: str) -> tuple[Listing, ...]:
    return (
        Listing(
            measure="other.opensanctions", since=since, reference=clean(reference), verified=False
        ),
    )


def _kind(schema: str) -> Any:  # noqa: ANN401 - one of the words of Party.kind
    lowered = schema.lower()
    if lowered in ORGANISATIONS:
        return "organisation"
    return lowered if lowered in {"person", "vessel"} else "unknown"


def _texts(values: dict[str, Any], name: str) -> list[str]:
    found = values.get(name, [])
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []
