"""CA certificates that ship with their private key. Reference: RFC 5280, section 4.2.1.9."""

from collections.abc import Iterator

from assay.checks.certificates.store import day, held
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="certificates.ca-with-key",
    version=1,
    title="CA-capable certificate with its private key",
    severity="high",
    about="Whoever takes the key from the image can sign certificates for any name; every "
    "browser and device that trusts this certificate believes them.",
    looks_at="certificates that may sign others, and the private keys in the image",
    not_a_finding="CA certificates whose key is not in the image.",
    cwe=(321, 295),
    advice="Give the device a leaf certificate (CA:FALSE), made on the device.",
    references=("https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9",),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every certificate that may sign others and whose key is here."""
    for item in held(image):
        if not item.certificate.ca:
            continue
        scope.saw()
        if item.key is not None:
            yield CHECK.finding(
                item.node,
                f"The certificate of {item.name} may sign certificates (CA:TRUE, valid to "
                f"{day(item.certificate.not_after)}), and its private key is in "
                f"{item.key.inner}.",
                [at(item.node, item.certificate.span)],
            )
