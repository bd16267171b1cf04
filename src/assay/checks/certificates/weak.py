"""Certificates with keys or signatures that no longer hold. Reference: NIST SP 800-131A rev. 2."""

from collections.abc import Iterator

from assay.checks.certificates.store import Held, day, held, unreadable
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.certificate import Certificate
from assay.model.result import Finding

CHECK = Check(
    id="certificates.weak",
    version=1,
    title="Certificate with a weak key or signature",
    severity="medium",
    about="RSA and DSA keys under 2048 bits, curves under 224 bits, and signatures over MD2, MD4, "
    "MD5 or SHA-1 can be forged or broken.",
    looks_at="key size and signature hash of every certificate",
    not_a_finding="The hash of a CA certificate's signature by itself: nobody verifies it.",
    cwe=(326, 327, 328),
    advice="Use RSA with 2048 bits or more, or P-256, signed over SHA-256.",
    references=("https://doi.org/10.6028/NIST.SP.800-131Ar2",),
)

_WEAK_HASHES = frozenset({"md2", "md4", "md5", "sha1"})


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every own certificate, and one for all trust anchors, that is weak."""
    for says in unreadable(image):
        scope.gap(says)
    certificates = list(held(image))
    scope.saw(len(certificates))
    weak = [(item, reasons) for item in certificates if (reasons := weaknesses(item))]
    for item, reasons in weak:
        if not item.trust:
            yield CHECK.finding(
                item.node,
                f"The certificate of {item.name} (valid to {day(item.certificate.not_after)}) "
                f"has {' and '.join(reasons)}.",
                [at(item.node, item.certificate.span)],
            )
    anchors = [(item, reasons) for item, reasons in weak if item.trust]
    if anchors:
        yield _anchors(anchors, sum(1 for item in certificates if item.trust))


def weaknesses(item: Held) -> list[str]:
    """Return what is weak about the certificate, each as a noun phrase."""
    certificate = item.certificate
    found = [phrase] if (phrase := _key(certificate)) else []
    verified = not certificate.self_issued or not item.trust
    if verified and certificate.signature_hash in _WEAK_HASHES:
        found.append(f"a signature over {certificate.signature_hash.upper()}")
    return found


def _key(certificate: Certificate) -> str:
    name, bits = certificate.algorithm, certificate.bits
    if name in {"rsa", "dsa"} and bits < 2048:
        return (
            f"an {name.upper()} key of {bits} bits"
            if name == "rsa"
            else f"a DSA key of {bits} bits"
        )
    if name.startswith("ec ") and bits < 224:
        return f"an elliptic-curve key of {bits} bits ({name[3:]})"
    return ""


def _anchors(weak: list[tuple[Held, list[str]]], total: int) -> Finding:
    names = "; ".join(f"{item.name}: {' and '.join(reasons)}" for item, reasons in weak[:5])
    more = f"; and {len(weak) - 5} more" if len(weak) > 5 else ""
    return CHECK.finding(
        weak[0][0].node,
        f"{len(weak)} of {total} CA certificates (their keys are not in the image) are weak: "
        f"{names}{more}.",
        [at(item.node, item.certificate.span) for item, _ in weak[:25]],
        severity="low",
    )
