"""Private keys and password hashes that every local user may read. Reference: CWE-732, CWE-522."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, attribute
from assay.checks.permissions.modes import OTHERS_READ, by_filesystem, octal, with_modes
from assay.inventory.image import Inventory
from assay.inventory.kinds.accounts import AccountsFacts
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.key import KeyFacts
from assay.inventory.passwords.scheme import HASHES
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="permissions.key-readable",
    version=1,
    title="Secret that every local user may read",
    severity="medium",
    about="Any program on the device, a compromised one too, can read the key or the hashes.",
    looks_at="modes of files with private keys without a passphrase or with password hashes",
    not_a_finding="Public keys, certificates, keys with a passphrase.",
    cwe=(732, 522),
    advice="Set mode 0600 and the owner that needs it.",
    references=("https://cwe.mitre.org/data/definitions/732.html",),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for every file system with readable secrets."""
    secret = {node.path: what for node in image.files() if (what := _holds(image, node))}
    files = [node for node in with_modes(image, Scope()) if node.path in secret]
    if len(files) < len(secret):
        scope.gap(f"the modes of {len(secret) - len(files)} files with secrets are not recorded")
    scope.saw(len(files))
    open_ = [node for node in files if node.mode & OTHERS_READ]
    for nodes in by_filesystem(open_).values():
        listed = ", ".join(f"{node.inner} ({secret[node.path]})" for node in nodes[:10])
        more = f" and {len(nodes) - 10} more" if len(nodes) > 10 else ""
        yield CHECK.finding(
            nodes[0],
            f"Every local user may read {listed}{more}.",
            [attribute(node, f"{node.inner}: {octal(node)}") for node in nodes[:20]],
        )


def _holds(image: Inventory, node: Node) -> str:
    if image.facts(node, ElfFacts) is not None:
        return ""
    keys = image.facts(node, KeyFacts)
    if keys is not None and any(key.algorithm and not key.encrypted for key in keys.private):
        return "private key"
    accounts = image.facts(node, AccountsFacts)
    stated = accounts is not None and accounts.form in {"passwd", "shadow", "htpasswd"}
    if accounts is not None and stated and any(a.scheme in HASHES for a in accounts.accounts):
        return "password hashes"
    return ""
