"""What the checks of certificates share: whose certificate it is, and when the image was made."""

from collections.abc import Iterator
from datetime import UTC, datetime

from assay._kernel.value import Value
from assay.inventory.image import Inventory
from assay.inventory.kinds.certificate import Certificate, CertificateFacts
from assay.inventory.kinds.key import KeyFacts
from assay.model.tree import Node

LATEST = 1830297600
"""2028-01-01: a later file time is a fault of the build host's clock, not a date."""


class Held(Value):
    """A certificate, the node that holds it, and the node that holds its private key, if any.

    `trust` means that it only serves to verify: a CA or self-issued certificate without its
    key. Roots older than version 3 of X.509 do not say that they are CA certificates.
    """

    node: Node
    certificate: Certificate
    key: Node | None

    @property
    def trust(self) -> bool:
        """Whether the certificate is there to verify with, not to identify the device."""
        return self.key is None and (self.certificate.ca or self.certificate.self_issued)

    @property
    def name(self) -> str:
        """The certificate's subject, shortened."""
        return self.certificate.subject[:120] or "(no subject)"


def held(image: Inventory) -> Iterator[Held]:
    """Yield every certificate of *image*, each of a node once."""
    keys = _keys(image)
    for node, facts in image.of(CertificateFacts):
        for certificate in facts.certificates:
            yield Held(node, certificate, keys.get(certificate.spki))


def unreadable(image: Inventory) -> Iterator[str]:
    """Yield a sentence for every node with certificates that could not be read."""
    for node, facts in image.of(CertificateFacts):
        if facts.unreadable:
            yield f"{node.path}: {facts.unreadable} certificates could not be read"


def made(image: Inventory) -> int | None:
    """Return the newest plausible file time of *image* in seconds since 1970, or None."""
    times = [node.mtime for node in image.nodes if 946684800 <= node.mtime < LATEST]
    return max(times, default=None)


def day(seconds: int) -> str:
    """Return the date (UTC) of *seconds* since 1970 as `2026-01-31`; any year from 1 to 9999."""
    bounded = min(max(seconds, -62135596800), 253402300799)
    return datetime.fromtimestamp(bounded, UTC).date().isoformat()


def _keys(image: Inventory) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node, facts in image.of(KeyFacts):
        for key in facts.private:
            if key.spki:
                found.setdefault(key.spki, node)
    return found
