"""What an importer is and which there are; parties made of list rows, duplicates merged.

One file per list format in `importers`: an `IMPORTER` record and a `read` function. The order of
the parties and their ids do not depend on the order of the rows.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from assay._kernel.registry import modules_with
from assay.errors import UnknownName
from assay.model.record import Record, replace
from assay.supply.lists.reading import ReadingReport
from assay.supply.names.prepare import MOST_CHARACTERS
from assay.supply.records import Party, PartyName

MOST_NAMES = 200

Reader = Callable[[Path, ReadingReport], Iterator[Party]]


class Importer(Record):
    """A list that can be imported: its id, where it is published, how long it stays fresh.

    `url` is empty where the publisher asks for a token or a licence: the user gives the address.
    """

    list: str
    title: str
    url: str
    licence: str
    stale_after_days: int
    screened: bool = True
    needs_licence: bool = False


def importers() -> dict[str, tuple[Importer, Reader]]:
    """Return every importer with its reader, by list id."""
    found = modules_with("assay.supply.lists.importers", "IMPORTER")
    return {module.IMPORTER.list: (module.IMPORTER, module.read) for module in found}


def importer(list_id: str) -> tuple[Importer, Reader]:
    """Return the importer of *list_id*; raises UnknownName."""
    known = importers()
    if list_id not in known:
        raise UnknownName(
            f"no list {list_id!r}", advice=f"Known lists: {', '.join(sorted(known))}."
        )
    return known[list_id]


def clean(text: str) -> str:
    """Return *text* on one line, without control characters, at most 300 characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MOST_CHARACTERS]


def names_of(main: str, more: Iterable[tuple[str, str]] = ()) -> tuple[PartyName, ...]:
    """Return the main name and the others, each with its kind, without repetitions."""
    rows = [(main, "name"), *more]
    seen: dict[str, PartyName] = {}
    for text, kind in rows[: MOST_NAMES * 2]:
        name = clean(text)
        if name and name.lower() not in seen and any(char.isalnum() for char in name):
            local = kind == "alias" and not name.isascii()
            seen[name.lower()] = PartyName(text=name, kind="local" if local else kind)  # type: ignore[arg-type]
    return tuple(list(seen.values())[:MOST_NAMES])


def party_id(list_id: str, key: str) -> str:
    """Return the id of the party that a list calls *key*."""
    return f"{list_id}/{clean(key)}"


def fallback_key(*parts: str) -> str:
    """Return a key for a row that has none of its own: a digest of what it says."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def permille_of(text: str) -> int:
    """Return a percentage such as `51.5 %` in permille, at most 1000; -1 when it is not one."""
    whole, _, part = text.strip(" %").replace(",", ".").partition(".")
    digits = whole + part
    if not whole or not digits.isascii() or not digits.isdigit() or len(whole) > 3:
        return -1
    return min(1000, int(whole) * 10 + int((part + "0")[0]))


def merged(parties: Iterable[Party]) -> list[Party]:
    """Return *parties* sorted by id, rows of one id made into one party."""
    found: dict[str, Party] = {}
    for party in parties:
        if not party.names:
            continue
        before = found.get(party.id)
        found[party.id] = party if before is None else _merge(before, party)
    return [found[key] for key in sorted(found)]


def _merge(one: Party, two: Party) -> Party:
    key = one.id.rpartition("/")[2].lower()
    texts = {name.text.lower(): name for name in reversed((*one.names, *two.names))}
    names = tuple(texts[name.text.lower()] for name in (*one.names, *two.names))
    told = tuple(name for name in dict.fromkeys(names) if name.text.lower() != key)
    whole: Party = replace(
        one,
        names=told[:MOST_NAMES] or one.names,
        country=one.country or two.country,
        ids=tuple(dict.fromkeys((*one.ids, *two.ids))),
        owners=tuple(dict.fromkeys((*one.owners, *two.owners))),
        listings=tuple(dict.fromkeys((*one.listings, *two.listings))),
    )
    return whole
