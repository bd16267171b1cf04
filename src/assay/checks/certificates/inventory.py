"""The certificates of the image and when they expire: an inventory, no judgement."""

from collections.abc import Iterator

from assay.checks.certificates.store import Held, day, held, unreadable
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="certificates.inventory",
    version=1,
    title="Certificates in the image",
    severity="info",
    about="Which certificates the image ships, for whom, how strong and how long valid.",
    looks_at="X.509 certificates in every file",
    not_a_finding="Nothing is judged here.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding that lists the device's own certificates and counts the others."""
    for says in unreadable(image):
        scope.gap(says)
    certificates = list(held(image))
    scope.saw(len(certificates))
    if not certificates:
        return
    own = [item for item in certificates if not item.trust]
    anchors = [item for item in certificates if item.trust]
    says = f"{_count(len(own))} of servers or devices" + "".join(_lines(own))
    if anchors:
        dates = sorted(item.certificate.not_after for item in anchors)
        files = len({item.node.path for item in anchors})
        says += (
            f"; {_count(len(anchors))} to verify with, in {files} file{'s' * (files > 1)}, "
            f"expiring from {day(dates[0])} to {day(dates[-1])}"
        )
    shown = (own + anchors)[:25]
    evidence = [at(item.node, item.certificate.span) for item in shown]
    yield CHECK.finding(shown[0].node, f"{says}.", evidence)


def _count(number: int) -> str:
    return f"{number or 'no'} certificate{'s' * (number != 1)}"


def _lines(own: list[Held]) -> Iterator[str]:
    for place, item in enumerate(own[:10]):
        found = item.certificate
        signer = "issued by itself" if found.self_issued else f"issued by {found.issuer[:80]}"
        yield (
            f"{'; ' if place else ': '}{item.node.inner} for {item.name}, {found.algorithm} "
            f"{found.bits}, {found.signature_hash}, {signer}, to {day(found.not_after)}"
        )
    if len(own) > 10:
        yield f"; and {len(own) - 10} more"
