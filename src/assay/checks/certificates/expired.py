"""Certificates that had expired when the image was made. Reference: RFC 5280, section 4.1.2.5.

No clock is asked: the reference is the newest file time that the image records.
"""

from collections.abc import Iterator

from assay.checks.certificates.store import Held, day, held, made, unreadable
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="certificates.expired",
    version=1,
    title="Certificate that expired before the image was made",
    severity="medium",
    about="An expired certificate forces its users to ignore warnings, or to check nothing.",
    looks_at="the validity of every certificate against the newest file time in the image",
    not_a_finding="Certificates that were valid when the image was made; they may have expired "
    "since, which depends on the day of reading.",
    cwe=(298,),
    advice="Renew the certificate, or make it on the device.",
    references=("https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5",),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every own certificate, and one for all trust anchors, that expired."""
    for says in unreadable(image):
        scope.gap(says)
    certificates = list(held(image))
    reference = made(image)
    if certificates and reference is None:
        dates = sorted(day(item.certificate.not_after) for item in certificates)
        scope.gap(
            "the image records no plausible file time to compare with; its certificates expire "
            f"from {dates[0]} to {dates[-1]}"
        )
        return
    scope.saw(len(certificates))
    late = [item for item in certificates if item.certificate.not_after < (reference or 0)]
    for item in late:
        if not item.trust:
            yield _own(item, reference or 0)
    anchors = [item for item in late if item.trust]
    if anchors:
        yield _anchors(anchors, sum(1 for item in certificates if item.trust), reference or 0)


def _own(item: Held, reference: int) -> Finding:
    return CHECK.finding(
        item.node,
        f"The certificate of {item.name} expired on {day(item.certificate.not_after)}, before "
        f"the newest file time in the image ({day(reference)}).",
        [at(item.node, item.certificate.span)],
        confidence="firm",
    )


def _anchors(late: list[Held], total: int, reference: int) -> Finding:
    names = "; ".join(f"{item.name} ({day(item.certificate.not_after)})" for item in late[:5])
    more = f" and {len(late) - 5} more" if len(late) > 5 else ""
    return CHECK.finding(
        late[0].node,
        f"{len(late)} of {total} CA certificates had expired by the newest file time in the "
        f"image ({day(reference)}): {names}{more}.",
        [at(item.node, item.certificate.span) for item in late[:25]],
        severity="low",
        confidence="firm",
    )
