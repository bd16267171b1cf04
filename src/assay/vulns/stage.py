"""The stage between identification and checks: components and an advisory snapshot → flaws."""

from collections.abc import Sequence
from pathlib import Path

from assay.inventory.image import Inventory
from assay.model.flaws import FlawSearch, KnownFlaw, Setting, Statement
from assay.model.result import Component
from assay.vulns.matching.search import Search
from assay.vulns.setting import setting_of
from assay.vulns.store.snapshots import open_store

NO_STORE = (
    "no advisories are at hand: `assay feeds import FILES` or `assay feeds sync` makes a store"
)


def known_flaws(
    image: Inventory,
    components: Sequence[Component],
    snapshot: Path | None,
    statements: Sequence[Statement] = (),
) -> tuple[FlawSearch, tuple[KnownFlaw, ...]]:
    """Return how the known flaws of *components* were looked for in *snapshot*, and the flaws."""
    return match(components, setting_of(image, components), snapshot, statements)


def match(
    components: Sequence[Component],
    setting: Setting,
    snapshot: Path | None,
    statements: Sequence[Statement] = (),
) -> tuple[FlawSearch, tuple[KnownFlaw, ...]]:
    """Return the same without an image, from the *setting* that an evaluation recorded."""
    if snapshot is None:
        search = FlawSearch(
            snapshot="", as_of="", sources=(), setting=setting, problems=(NO_STORE,),
            statements=tuple(statements),
        )  # fmt: skip
        return search, ()
    store = open_store(snapshot)
    try:
        return Search(store, setting, statements).run(components)
    finally:
        store.close()
