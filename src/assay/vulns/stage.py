"""The stage between identification and checks: components and an advisory snapshot → flaws."""

from collections.abc import Sequence
from pathlib import Path

from assay._kernel import canonical
from assay.inventory.image import Inventory
from assay.model.flaws import FlawSearch, KnownFlaw, Setting, Statement
from assay.model.result import Component, Evaluation, Option
from assay.vulns.matching.search import Search
from assay.vulns.setting import setting_of
from assay.vulns.store.snapshots import advisories_folder, find, manifest_of, open_store

NO_STORE = (
    "no advisories are at hand: `assay feeds import FILES` or `assay feeds sync` makes a store"
)
NONE = "none"
OPTION = "advisories"


def chosen_snapshot(wanted: str) -> Path | None:
    """Return the snapshot that *wanted* names: the newest for an empty name, None for `none`.

    Raises UnknownName and BrokenStore.
    """
    return None if wanted == NONE else find(advisories_folder(), wanted)


def options_of(snapshot: Path | None, statements: Sequence[Statement]) -> tuple[Option, ...]:
    """Return what of the advisories can change the result, as options of the evaluation."""
    digest = manifest_of(snapshot).digest if snapshot else NONE
    found = [Option(name=OPTION, value=digest)]
    if statements:
        found.append(Option(name="vex.digest", value=canonical.digest(list(statements))))
    return tuple(found)


def sealed_statements(sealed: Evaluation) -> tuple[Statement, ...]:
    """Return the VEX statements under which *sealed* was made."""
    return sealed.flaw_search.statements if sealed.flaw_search else ()


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
