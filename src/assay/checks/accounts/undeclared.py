"""Accounts that can log in although the documents, as the user states them, name none such."""

from collections.abc import Iterator

from assay.checks.accounts.files import can_log_in, confidence, usable, where
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.accounts import Account, AccountsFacts
from assay.inventory.passwords.scheme import HASHES
from assay.model.result import Confidence, Finding
from assay.model.tree import Node

CHECK = Check(
    id="accounts.undeclared",
    version=1,
    title="Account that the documents do not name",
    severity="high",
    about="An account in no document is a way in that the owner can neither see nor change.",
    looks_at="accounts with a password or none at all, against those given with --declared",
    not_a_finding=(
        "Accounts of the declaration, locked ones (`*`, `!`, `x` without a shadow line), and "
        "those whose shell gives no session."
    ),
    cwe=(912, 798),
    advice="Name the account in the documents and let the owner change it, or remove it.",
    applies=False,
    needs_components=True,
)
NOTHING_DECLARED = "no accounts were declared: name the documented ones with --declared"
MOST_NAMED = 20


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each file with accounts that the declaration lacks."""
    declared = image.declared
    if declared is None or declared.accounts is None:
        scope.gap(NOTHING_DECLARED)
        return
    for node, facts in image.of(AccountsFacts):
        open_ones = [one for one in facts.accounts if one.name and _opens(image, node, facts, one)]
        scope.saw(len(open_ones))
        unnamed = [one for one in open_ones if not declared.names_account(one.name)]
        if not unnamed:
            continue
        distinct = list(dict.fromkeys(one.name for one in unnamed))
        names = ", ".join(distinct[:MOST_NAMED])
        web = facts.form in {"htpasswd", "httpd"}
        sure: Confidence = "firm" if web else confidence(node, facts)
        lead = f"In {node.inner}" if web else where(node, facts)
        yield CHECK.finding(
            node,
            f"{lead} {names} can log in, and the declaration names no such "
            f"account{'s' if len(distinct) > 1 else ''}.",
            [at(node, one.line) for one in unnamed[:MOST_NAMED]],
            severity="medium" if sure == "tentative" else "high",
            confidence=sure,
        )


def _opens(image: Inventory, node: Node, facts: AccountsFacts, account: Account) -> bool:
    """Return whether a password, or none, opens *account* for a session."""
    if facts.form in {"htpasswd", "httpd"}:
        return account.scheme in HASHES | {"plain"}
    if facts.form not in {"passwd", "embedded"}:
        return False
    return can_log_in(account.shell) and usable(image, node, account)
