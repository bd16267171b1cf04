"""Accounts that log in without a password. Reference: shadow(5), CWE-258."""

from collections.abc import Iterator

from assay.checks.accounts.files import (
    account_files,
    can_log_in,
    confidence,
    is_orphan,
    is_system_file,
    passwd_entry,
    where,
)
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.accounts import Account
from assay.model.result import Finding, Severity

CHECK = Check(
    id="accounts.empty-password",
    version=1,
    title="Account with an empty password",
    severity="critical",
    about="An empty password field lets anybody log in under the account's name.",
    looks_at="password fields of passwd and shadow files and of account lines in other files",
    not_a_finding="Locked fields (`*`, `!`, `x`) are not empty; an account whose shell gives no "
    "session is left alone.",
    cwe=(258, 1392),
    advice="Lock the account (`*`) or give every device its own password.",
    references=("https://man7.org/linux/man-pages/man5/shadow.5.html",),
    applies=False,
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every account that opens without a password."""
    for node, facts in account_files(image):
        if not facts.complete:
            scope.gap(f"{node.path}: more accounts than are read from one file")
        told: set[str] = set()
        for account in facts.accounts:
            if not account.name or account.name in told:
                continue
            scope.saw()
            entry = passwd_entry(image, node, account)
            shell = entry.shell if entry else ""
            if account.scheme != "empty" or (entry and not can_log_in(shell)):
                continue
            if is_orphan(image, node, account):
                continue
            told.add(account.name)
            lines = [one.line for one in facts.accounts if _same(one, account)]
            root = (entry.uid if entry else -1) == 0 or account.name == "root"
            yield CHECK.finding(
                node,
                f"{where(node, facts)} the account {account.name} has an empty password"
                + (", and it has user id 0 (root)." if root else "."),
                [at(node, line) for line in lines[:10]],
                severity=_severity(root=root, system=is_system_file(node, facts)),
                confidence=confidence(node, facts),
            )


def _same(one: Account, other: Account) -> bool:
    return (one.name, one.scheme) == (other.name, other.scheme)


def _severity(*, root: bool, system: bool) -> Severity:
    if not system:
        return "medium"
    return "critical" if root else "high"
