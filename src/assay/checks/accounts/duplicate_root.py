"""More than one account with user id 0. Reference: passwd(5), CWE-250."""

from collections.abc import Iterator

from assay.checks.accounts.files import (
    account_files,
    can_log_in,
    confidence,
    is_system_file,
    usable,
    where,
)
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="accounts.duplicate-root",
    version=1,
    title="Several accounts with user id 0",
    severity="medium",
    about="Every account with user id 0 is root under another name; hidden ones escape notice.",
    looks_at="user ids of passwd files and of account lines in other files",
    not_a_finding="The one account that has user id 0 alone.",
    cwe=(250,),
    advice="Give each account its own user id, and let it gain rights on demand.",
    references=("https://man7.org/linux/man-pages/man5/passwd.5.html",),
    applies=False,
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every file with more than one account of user id 0."""
    for node, facts in account_files(image):
        if facts.form == "shadow":
            continue
        scope.saw(sum(1 for account in facts.accounts if account.uid >= 0))
        unique = {entry.name: entry for entry in facts.accounts if entry.uid == 0 and entry.name}
        roots = list(unique.values())
        if len(roots) < 2:
            continue
        others = [entry for entry in roots if entry.name != "root"] or roots[1:]
        opens = [
            entry for entry in others if can_log_in(entry.shell) and usable(image, node, entry)
        ]
        names = ", ".join(entry.name for entry in others[:20])
        system = is_system_file(node, facts)
        login = f"; {', '.join(entry.name for entry in opens[:20])} can log in" if opens else ""
        yield CHECK.finding(
            node,
            f"{where(node, facts)} {len(roots)} accounts have user id 0: beside root also "
            f"{names}{login}.",
            [at(node, entry.line) for entry in roots[:20]],
            severity="medium" if system and opens else "low",
            confidence=confidence(node, facts),
        )
