"""Components with published flaws, one finding for a component. Reference: CWE-1395."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope
from assay.checks.components.flaws import by_component, evidence_of, named, node_of, open_flaws
from assay.inventory.image import Inventory
from assay.model.flaws import KnownFlaw
from assay.model.result import Finding, Severity

CHECK = Check(
    id="components.known-flaws",
    version=1,
    title="Component with known flaws",
    severity="high",
    about="The version of a component, or a part of the interval in which it lies, is one that "
    "published advisories count as affected.",
    looks_at="identified components and the advisories of the chosen snapshot",
    not_a_finding="Flaws that the distribution has fixed in the package's revision, and those "
    "whose code is not in the image. Advisories that the snapshot does not hold.",
    cwe=(1395,),
    advice="Update the component, or state with VEX why the flaws do not apply.",
    applies=False,
    needs_components=True,
)
_SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "high": "high", "medium": "medium", "low": "low", "none": "info",
    "unknown": "medium",
}  # fmt: skip
_ORDER = ("critical", "high", "medium", "low", "info")
MOST_NAMED = 5


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for each component with flaws."""
    for flaws in by_component(open_flaws(image, scope)):
        node = node_of(image, flaws[0])
        if node is None:
            continue
        certain = [one for one in flaws if one.status == "affected"]
        yield CHECK.finding(
            node,
            _says(flaws, certain),
            evidence_of(flaws[0].proofs),
            severity=min((_SEVERITIES[one.severity] for one in certain or flaws), key=_ORDER.index),
            confidence="firm" if certain else "tentative",
        )


def _says(flaws: list[KnownFlaw], certain: list[KnownFlaw]) -> str:
    possibly = len(flaws) - len(certain)
    counts = [f"{len(certain)} known flaws affect it"] if certain else []
    counts += [f"{possibly} may affect it"] if possibly else []
    first = ", ".join(one.id for one in flaws[:MOST_NAMED])
    more = f" and {len(flaws) - MOST_NAMED} more" if len(flaws) > MOST_NAMED else ""
    return f"{named(flaws[0])}: {', '.join(counts)}: {first}{more}."
