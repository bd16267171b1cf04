"""Private keys that ship with the image, the same in every device. Reference: CWE-321."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.checks.secrets.keys import is_program, named, owners
from assay.inventory.image import Inventory
from assay.inventory.kinds.key import KeyFacts, PrivateKey
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="secrets.private-key",
    version=1,
    title="Private key in the image",
    severity="high",
    about="A private key that stands in the image is the same in every device and known to "
    "everybody who has the image.",
    looks_at="PEM, DER, OpenSSH, Dropbear and PuTTY private keys in every file",
    not_a_finding="Markers such as `BEGIN PRIVATE KEY` without a key behind them; public keys.",
    cwe=(321, 798),
    advice="Make keys on the device at first start.",
    references=("https://cwe.mitre.org/data/definitions/321.html",),
    applies=False,
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every file with private keys."""
    certificates = owners(image)
    scope.saw(sum(1 for _ in image.files()))
    for node, facts in image.of(KeyFacts):
        if not facts.private:
            continue
        if is_program(image, node):
            yield _in_program(node, facts.private)
            continue
        clear = [key for key in facts.private if not key.encrypted and key.algorithm]
        locked = [key for key in facts.private if key.encrypted]
        torn = [key for key in facts.private if not key.encrypted and not key.algorithm]
        if clear:
            yield _in_clear(node, clear, certificates)
        if locked:
            yield CHECK.finding(
                node,
                f"{node.inner} holds {_count(locked)} protected by a passphrase: "
                f"{', '.join(sorted({key.form for key in locked}))}. A device that uses it also "
                "holds the passphrase.",
                [at(node, key.span) for key in locked[:10]],
                severity="low",
                confidence="firm",
            )
        if torn:
            yield CHECK.finding(
                node,
                f"{node.inner} holds {_count(torn)} that could not be read: "
                f"{', '.join(sorted({key.form for key in torn}))}.",
                [at(node, key.span) for key in torn[:10]],
                severity="low",
                confidence="tentative",
            )


def _in_clear(node: Node, keys: list[PrivateKey], certificates: dict[str, list[str]]) -> Finding:
    what = "; ".join(sorted({named(key) for key in keys}))
    used = sorted({path for key in keys for path in certificates.get(key.spki, ())})
    whose = f" It is the key of the certificate in {', '.join(used[:5])}." if used else ""
    return CHECK.finding(
        node,
        f"{node.inner} holds {_count(keys)} without a passphrase: {what}.{whose}",
        [at(node, key.span) for key in keys[:10]],
    )


def _in_program(node: Node, keys: tuple[PrivateKey, ...]) -> Finding:
    what = "; ".join(sorted({named(key) for key in keys}))
    return CHECK.finding(
        node,
        f"The program or library {node.inner} carries {_count(list(keys))}: {what}. Whether they "
        "are in use or vectors of a self-test was not determined.",
        [at(node, key.span) for key in keys[:10]],
        severity="low",
        confidence="tentative",
    )


def _count(keys: list[PrivateKey]) -> str:
    return "a private key" if len(keys) == 1 else f"{len(keys)} private keys"
