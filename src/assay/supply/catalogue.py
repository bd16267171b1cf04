"""The catalogue: the measures and parties that ship with Assay, with those of imported lists.

The shipped rows are `data/measures.toml` and `data/parties.toml`; imported ones are the parties of
snapshots (`lists`). A catalogue knows how old each of its sources is.
"""

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec

from assay._kernel import canonical
from assay.model.record import Digest, Record
from assay.supply.records import Measure, Party

SHIPPED = "assay.seed"


class ListState(Record):
    """One source of the catalogue: its date, how long it counts as fresh, what it holds."""

    list: str
    title: str
    as_of: str
    stale_after_days: int
    parties: int
    sha256: Digest


class Catalogue(Record):
    """Measures and parties, and the sources they came from."""

    measures: tuple[Measure, ...]
    parties: tuple[Party, ...]
    lists: tuple[ListState, ...]

    @property
    def digest(self) -> Digest:
        """The digest of everything that an answer can depend on."""
        return canonical.digest([self.measures, [source.sha256 for source in self.lists]])


@lru_cache(maxsize=1)
def shipped() -> Catalogue:
    """Return the catalogue that ships with Assay."""
    rows, people = _read("measures.toml"), _read("parties.toml")
    measures = msgspec.convert(rows["measure"], tuple[Measure, ...])
    parties = msgspec.convert(
        [{**row, "list": SHIPPED} for row in people["party"]], tuple[Party, ...]
    )
    state = ListState(
        list=SHIPPED,
        title="Measures and parties shipped with Assay",
        as_of=rows["as_of"],
        stale_after_days=rows["stale_after_days"],
        parties=len(parties),
        sha256=canonical.digest([measures, parties]),
    )
    return Catalogue(
        measures=tuple(sorted(measures, key=lambda measure: measure.id)),
        parties=tuple(sorted(parties, key=lambda party: party.id)),
        lists=(state,),
    )


def with_lists(
    base: Catalogue, imported: Iterable[tuple[ListState, tuple[Party, ...]]]
) -> Catalogue:
    """Return *base* with the parties of the *imported* lists."""
    parties, lists = list(base.parties), list(base.lists)
    for state, more in imported:
        lists.append(state)
        parties.extend(more)
    return Catalogue(
        measures=base.measures,
        parties=tuple(parties),
        lists=tuple(sorted(lists, key=lambda state: state.list)),
    )


def _read(name: str) -> dict[str, Any]:
    text = resources.files("assay.supply").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(text)
