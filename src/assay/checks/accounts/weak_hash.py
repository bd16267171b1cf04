"""Password hashes that no longer resist guessing. References: crypt(5), CWE-916."""

from collections.abc import Iterator

from assay.checks.accounts.files import confidence, where
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.accounts import AccountsFacts
from assay.inventory.passwords.scheme import HASHES, WEAK
from assay.model.result import Finding

CHECK = Check(
    id="accounts.weak-hash",
    version=1,
    title="Weak password hash",
    severity="medium",
    about="DES and MD5 based hashes are guessed at billions a second on ordinary hardware.",
    looks_at="the scheme of every account's password hash",
    not_a_finding="SHA-256 and SHA-512 crypt, bcrypt, scrypt and yescrypt; locked accounts; a "
    "lone hash that no account line carries.",
    cwe=(916, 328),
    advice="Use yescrypt, bcrypt or SHA-512 crypt.",
    references=("https://man7.org/linux/man-pages/man5/crypt.5.html",),
    applies=False,
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every file and weak scheme, naming the accounts."""
    for node, facts in image.of(AccountsFacts):
        hashed = [entry for entry in facts.accounts if entry.name and entry.scheme in HASHES]
        if facts.form != "group":
            scope.saw(sum(1 for entry in facts.accounts if entry.name))
        for kind in sorted({entry.scheme for entry in hashed} & WEAK.keys()):
            weak = [entry for entry in hashed if entry.scheme == kind]
            names = ", ".join(dict.fromkeys(entry.name for entry in weak[:20]))
            lead = where(node, facts) if facts.form != "htpasswd" else f"In {node.inner}"
            yield CHECK.finding(
                node,
                f"{lead} the password hash of {names} is {WEAK[kind]}.",
                [at(node, entry.line) for entry in weak[:20]],
                confidence="certain" if facts.form == "htpasswd" else confidence(node, facts),
            )
