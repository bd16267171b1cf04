"""A file made a snapshot: read by its list's importer, cleaned, merged, kept; and read back.

`take` is what `assay lists import` and `sync` do; `catalogue_with_lists` is what screening loads.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from assay.errors import UnreadableInput, UsageError
from assay.model.record import Digest
from assay.supply.catalogue import Catalogue, ListState, shipped, with_lists
from assay.supply.lists.importing import importer, merged
from assay.supply.lists.reading import BLOCK, ReadingReport
from assay.supply.lists.store import MOST_PARTIES, Snapshot, current, keep, read_parties
from assay.supply.records import Party

OUI = "ieee.oui"


def take(
    list_id: str,
    path: Path,
    folder: Path,
    *,
    as_of: str = "",
    url: str = "",
    countries: tuple[str, ...] = (),
    user_licence: str = "",
    today: str = "",
) -> Snapshot:
    """Import the file *path* as *list_id* into *folder* and return the snapshot.

    *as_of* is the day of the list (default: the file's own date), which may not lie after *today*
    if that is given: such a list would never grow old. *countries* keeps only parties of these.
    Raises UsageError and its kin when the file is not that list.
    """
    about, read = importer(list_id)
    if about.needs_licence and not user_licence:
        raise UsageError(
            f"{about.title} needs a licence: {about.licence}",
            advice="Say which one you have with --licence; it is kept with the snapshot.",
        )
    day = as_of or _file_day(path)
    if today and day > today:
        raise UsageError(f"the list would be of {day}, a day to come", advice="Check --as-of.")
    digest, size = _digest(path)
    report = ReadingReport()
    rows = (
        party for party in read(path, report) if not countries or party.country in {*countries, ""}
    )
    parties = merged(_bounded(rows))
    if not parties:
        raise UnreadableInput(f"{path.name} holds no entries of {about.title}")
    snapshot = Snapshot(
        list=about.list,
        title=about.title,
        as_of=day,
        url=url or about.url,
        licence=about.licence,
        stale_after_days=about.stale_after_days,
        screened=about.screened,
        source_sha256=digest,
        source_size=size,
        sha256="",
        parties=len(parties),
        problem_count=report.count,
        problems=tuple(report.problems),
        countries=countries,
        user_licence=user_licence,
    )
    return keep(folder, snapshot, parties)[0]


def catalogue_with_lists(folder: Path, known: str = "") -> Catalogue:
    """Return the shipped catalogue with the newest snapshots of *folder* that were *known*."""
    loaded: list[tuple[ListState, tuple[Party, ...]]] = []
    parties: list[Party] = []
    for snapshot, place in current(folder, known):
        if snapshot.screened:
            loaded.append((snapshot.state(), ()))
            parties.extend(read_parties(snapshot, place))
    if not loaded:
        return shipped()
    state, _ = loaded[0]
    loaded[0] = (state, tuple(merged(parties)))
    return with_lists(shipped(), loaded)


def address_table(folder: Path, known: str = "") -> dict[str, str] | None:
    """Return prefix -> organisation of an imported MA-L listing, None where there is none."""
    for snapshot, place in current(folder, known):
        if snapshot.list == OUI:
            return {
                one.value: party.name
                for party in read_parties(snapshot, place)
                for one in party.ids
                if one.scheme == "oui"
            }
    return None


def _bounded(parties: Iterator[Party]) -> Iterator[Party]:
    for number, party in enumerate(parties):
        if number >= MOST_PARTIES:
            raise UnreadableInput(
                "the list holds too many parties", advice="Narrow it down with --country."
            )
        yield party


def _digest(path: Path) -> tuple[Digest, int]:
    hasher, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                hasher.update(block)
                size += len(block)
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}") from error
    return hasher.hexdigest(), size


def _file_day(path: Path) -> str:
    if not path.is_file():
        raise UnreadableInput(f"{path} is not a file")
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date().isoformat()
