"""What the checks of keys share: whose key it is, and how to say what was found."""

from collections import defaultdict

from assay.inventory.image import Inventory
from assay.inventory.kinds.certificate import CertificateFacts
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.key import PrivateKey
from assay.model.tree import Node


def owners(image: Inventory) -> dict[str, list[str]]:
    """Return the certificates of the image by the digest of their public key: paths, sorted."""
    found: dict[str, list[str]] = defaultdict(list)
    for node, facts in image.of(CertificateFacts):
        for certificate in facts.certificates:
            found[certificate.spki].append(node.inner)
    return {spki: sorted(set(paths)) for spki, paths in found.items()}


def is_program(image: Inventory, node: Node) -> bool:
    """Return whether *node* is an ELF file: keys in it may be vectors of a self-test."""
    return image.facts(node, ElfFacts) is not None


def named(key: PrivateKey) -> str:
    """Return what *key* is: `RSA private key of 2048 bits (PEM)`."""
    kind = key.algorithm.split(" ")[0].upper()
    size = f" of {key.bits} bits" if key.bits else ""
    return f"{kind} private key{size} ({key.form})".lstrip()
