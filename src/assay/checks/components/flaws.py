"""Known flaws as checks see them: grouped by component, with the bytes that show it."""

from collections.abc import Iterator

from assay.checks.check import Scope
from assay.inventory.image import Inventory
from assay.model.flaws import KnownFlaw, Proof
from assay.model.result import Evidence
from assay.model.tree import Node

UNIDENTIFIED = "no component was identified"


def open_flaws(image: Inventory, scope: Scope) -> list[KnownFlaw]:
    """Return the flaws that affect or may affect the image; counts components, names gaps."""
    search = image.flaw_search
    if search is None:
        scope.gap("known flaws were not looked for")
        return []
    for says in search.problems:
        scope.gap(says)
    for one in search.searched:
        scope.saw()
        if not one.version:
            scope.gap(f"the version of {one.component} is not known")
        if not one.records:
            scope.gap(f"the advisories hold nothing on {one.component}")
    if not search.searched and search.snapshot:
        scope.gap(UNIDENTIFIED)
    return [one for one in image.flaws if one.status != "not-affected"]


def by_component(flaws: list[KnownFlaw]) -> Iterator[list[KnownFlaw]]:
    """Yield the flaws of each component, the weightiest first."""
    groups: dict[tuple[str, str], list[KnownFlaw]] = {}
    for flaw in flaws:
        groups.setdefault((flaw.component, flaw.version), []).append(flaw)
    for key in sorted(groups):
        yield groups[key]


def node_of(image: Inventory, flaw: KnownFlaw) -> Node | None:
    """Return the node at which the component of *flaw* stands."""
    paths = [proof.path for proof in flaw.proofs]
    return next((node for node in image.nodes if node.path in paths), None)


def evidence_of(proofs: tuple[Proof, ...]) -> list[Evidence]:
    """Return the bytes that show the component."""
    return [
        Evidence(
            kind="text", blob=one.blob, path=one.path, offset=one.offset, length=one.length,
            excerpt=one.excerpt,
        )
        for one in proofs
    ]  # fmt: skip


def named(flaw: KnownFlaw) -> str:
    """Return the component and its version."""
    return f"{flaw.component} {flaw.version}".strip()
