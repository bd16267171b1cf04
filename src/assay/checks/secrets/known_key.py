"""Keys whose private half is published. The list is `checks/data/known-keys.tsv`."""

from collections.abc import Iterator
from functools import lru_cache

from assay._kernel.packaged import files
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.certificate import CertificateFacts
from assay.inventory.kinds.key import KeyFacts
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="secrets.known-key",
    version=1,
    title="Key pair with a published private half",
    severity="critical",
    about="Whoever holds the published private half can log in as, or pose as, the device.",
    looks_at="private keys, authorized keys and certificates, against a list of published keys",
    not_a_finding="Keys that the list does not name; the list is short and no proof of safety.",
    cwe=(321,),
    advice="Remove the key; make keys on the device at first start.",
    references=("https://github.com/rapid7/ssh-badkeys",),
)


@lru_cache(maxsize=1)
def published() -> dict[str, str]:
    """Return the references of the published keys by the MD5 of their SSH wire form."""
    listed = files("assay.checks.data").joinpath("known-keys.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in listed.splitlines() if not line.startswith("#"))
    return {row[0]: row[1] for row in rows if len(row) == 2}


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every key that the list names."""
    for node, what, span, digest in _keys(image):
        scope.saw()
        reference = published().get(digest)
        if reference:
            yield CHECK.finding(
                node,
                f"The {what} in {node.inner} is half of a key pair that is published "
                f"(ssh-badkeys: {reference}).",
                [at(node, span)],
            )


def _keys(image: Inventory) -> Iterator[tuple[Node, str, Span, str]]:
    for node, keys in image.of(KeyFacts):
        for private in keys.private:
            yield node, "private key", private.span, private.ssh
        for public in keys.public:
            yield node, "public key", public.span, public.ssh
    for node, facts in image.of(CertificateFacts):
        for certificate in facts.certificates:
            yield node, "certificate", certificate.span, certificate.ssh
