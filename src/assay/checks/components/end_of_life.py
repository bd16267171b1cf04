"""Components whose branch gets no more fixes from its project. Reference: CWE-1104."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope
from assay.checks.components.support import Support, latest_of, support_of
from assay.identify.catalogue import catalogue
from assay.identify.components import identify
from assay.inventory.image import Inventory
from assay.model.result import Component, Evidence, Finding

CHECK = Check(
    id="components.end-of-life",
    version=1,
    title="Component without support by its project",
    severity="medium",
    about="A branch that its project has left gets no fixes for new flaws.",
    looks_at="versions of identified components, and a dated table of how long projects support "
    "their branches",
    not_a_finding="A distributor or maker may keep an old branch alive by itself; that is not "
    "seen here. Fragments, and versions that are not known, are left alone. The kernel has a "
    "check of its own.",
    cwe=(1104,),
    advice="Move to a branch that the project supports.",
    applies=False,
    needs_components=True,
)
MOST_PLACES = 5


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each component whose branch was out of support at the table's date."""
    keys = {known.name: known.key for known in catalogue().values()}
    nodes = {node.path: node for node in image.nodes}
    components = identify(image) if image.components is None else image.components
    for component in components:
        if component.kind in {"fragment", "kernel"} or not component.version:
            continue
        scope.saw()
        key = keys.get(component.name, "")
        support = _support(component, key)
        node = nodes.get(component.occurrences[0].path) if component.occurrences else None
        if support is None or not support.ended or node is None:
            continue
        yield CHECK.finding(
            node,
            _says(component, key, support),
            [_evidence(component, number) for number in range(_count(component))],
            confidence="firm" if component.confidence >= 800 else "tentative",
        )


def _support(component: Component, key: str) -> Support | None:
    """Return the support of the component's branch; of an interval, only where all have ended."""
    versions = {component.version, component.version_low, component.version_high} - {""}
    if component.version_low == "" and component.version_high:
        return None
    known = [support_of(key, version) for version in sorted(versions)]
    if any(one is None for one in known):
        return None
    return max((one for one in known if one is not None), key=lambda one: one.until, default=None)


def _says(component: Component, key: str, support: Support) -> str:
    ended = f"in {support.until}" if support.exact else f"by {support.until} at the latest"
    latest = latest_of(key)
    newer = f" Release {latest.version} was out on {latest.as_of}." if latest else ""
    return (
        f"The image holds {component.name} {component.version}; its project's support of "
        f"{support.branch} ended {ended} (table as of {support.as_of}; {support.source}).{newer}"
    )


def _count(component: Component) -> int:
    return min(len(component.occurrences), MOST_PLACES)


def _evidence(component: Component, number: int) -> Evidence:
    one = component.occurrences[number]
    return Evidence(
        kind="text", blob=one.blob, path=one.path, offset=one.offset, length=one.length,
        excerpt=one.excerpt,
    )  # fmt: skip
