"""Which lists are there, from which day, and whether they are too old for a day."""

from pathlib import Path
from typing import Literal

from assay.model.record import Digest, Record
from assay.supply.catalogue import shipped
from assay.supply.dates import add_days
from assay.supply.lists.importing import importers
from assay.supply.lists.store import current


class ListStatus(Record):
    """One list: its state on a day, its own day, size and digest; empty day: not loaded."""

    list: str
    title: str
    state: Literal["fresh", "stale", "missing"]
    as_of: str = ""
    parties: int = 0
    problems: int = 0
    sha256: Digest = ""
    licence: str = ""
    url: str = ""


def status(folder: Path, day: str) -> tuple[ListStatus, ...]:
    """Return the status of every list that Assay knows, judged by *day*."""
    rows = [
        ListStatus(
            list=state.list,
            title=state.title,
            state="stale" if add_days(state.as_of, state.stale_after_days) < day else "fresh",
            as_of=state.as_of,
            parties=state.parties,
            sha256=state.sha256,
        )
        for state in shipped().lists
    ]
    loaded = {snapshot.list: snapshot for snapshot, _ in current(folder)}
    for list_id, (about, _) in sorted(importers().items()):
        snapshot = loaded.get(list_id)
        if snapshot is None:
            rows.append(
                ListStatus(
                    list=list_id,
                    title=about.title,
                    state="missing",
                    licence=about.licence,
                    url=about.url,
                )
            )
            continue
        limit = add_days(snapshot.as_of, snapshot.stale_after_days)
        rows.append(
            ListStatus(
                list=list_id,
                title=about.title,
                state="stale" if limit < day else "fresh",
                as_of=snapshot.as_of,
                parties=snapshot.parties,
                problems=snapshot.problem_count,
                sha256=snapshot.sha256,
                licence=snapshot.user_licence or snapshot.licence,
                url=snapshot.url,
            )
        )
    return tuple(rows)
