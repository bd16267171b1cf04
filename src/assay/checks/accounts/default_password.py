"""Hashes that a published default password gives. The guessing is in `inventory/passwords`."""

from collections.abc import Iterator

from assay.checks.accounts.files import (
    can_log_in,
    confidence,
    is_orphan,
    is_system_file,
    passwd_entry,
    where,
)
from assay.checks.check import Check, Scope, at
from assay.checks.secrets.settings import confidence as settings_confidence, is_login
from assay.checks.web.pages import is_page
from assay.inventory.image import Inventory
from assay.inventory.kinds.accounts import Account, AccountsFacts
from assay.inventory.kinds.credential import CredentialFacts
from assay.inventory.passwords.crack import published
from assay.inventory.passwords.scheme import HASHES
from assay.model.result import Confidence, Finding, Severity
from assay.model.tree import Node

CHECK = Check(
    id="accounts.default-password",
    version=1,
    title="Account with a published default password",
    severity="critical",
    about="A password that stands in public lists, the same in every device, is known to "
    "everybody; botnets spread by exactly these.",
    looks_at="password hashes of passwd, shadow, htpasswd and BusyBox httpd.conf files, and "
    "hashes inside other files, against the published default passwords and the account's name; "
    "readable login settings of configuration files against the same list",
    not_a_finding="A hash that none of the listed passwords gives. This does not make its "
    "password strong.",
    cwe=(1392, 798),
    advice="Ship no common password: lock the account, or set one per device.",
    references=("https://github.com/danielmiessler/SecLists",),
    applies=False,
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every account whose password was guessed."""
    for node, facts in image.of(AccountsFacts):
        if facts.form != "group":
            scope.saw(len(facts.accounts))
        told: set[tuple[str, str]] = set()
        for account in facts.accounts:
            if (account.name, account.field.text) in told:
                continue
            told.add((account.name, account.field.text))
            if account.scheme == "plain":
                yield from _plain(node, account)
            elif account.scheme in HASHES:
                yield from _hashed(image, scope, node, facts, account)
    yield from _settings(image, scope)


def _settings(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every configuration file whose logins have published defaults."""
    for node, facts in image.of(CredentialFacts):
        if is_page(node) or settings_confidence(node, facts) != "firm":
            continue
        logins = [setting for setting in facts.settings if is_login(setting)]
        scope.saw(len(logins))
        found = [one for one in logins if one.value.encode() in published()]
        if found:
            listed = ", ".join(dict.fromkeys(f"{one.name} = {one.value!r}" for one in found[:8]))
            yield CHECK.finding(
                node,
                f"{node.inner} sets logins to published default passwords: {listed}.",
                [at(node, one.line) for one in found[:10]],
                severity="high",
                confidence="firm",
            )


def _plain(node: Node, account: Account) -> Iterator[Finding]:
    if account.field.text.encode() in published():
        yield CHECK.finding(
            node,
            f"In {node.inner} the web account {account.name} has the published default "
            f"password {account.field.text!r}, in plain text.",
            [at(node, account.line)],
            severity="high",
        )


def _hashed(
    image: Inventory, scope: Scope, node: Node, facts: AccountsFacts, account: Account
) -> Iterator[Finding]:
    tried = account.attempt
    if account.name and (tried is None or tried.password is None):
        listed = tried.listed if tried else len(published())
        count = tried.tried if tried else 0
        if count < listed:
            scope.gap(
                f"{node.path}: {count} of {listed} passwords were tried against the "
                f"{account.scheme} hash of {account.name}"
            )
    if tried is None or tried.password is None:
        return
    entry = passwd_entry(image, node, account)
    root = account.name == "root" or (entry is not None and entry.uid == 0)
    what = f"the hash of the account {account.name}" if account.name else "a password hash"
    lead = where(node, facts) if facts.form != "htpasswd" else f"In {node.inner}"
    source = "its own name" if tried.password == account.name else "a published default"
    if is_orphan(image, node, account):
        source += "; the passwd file beside it has no such account"
    yield CHECK.finding(
        node,
        f"{lead} {what} ({account.scheme}) is that of the password {tried.password!r}, "
        f"{source}" + (", and the account has user id 0 (root)." if root else "."),
        [at(node, one.line) for one in facts.accounts if _same(one, account)][:10],
        severity="low"
        if is_orphan(image, node, account)
        else _severity(entry, root=root, system=is_system_file(node, facts)),
        confidence=_confidence(node, facts),
    )


def _same(one: Account, other: Account) -> bool:
    return (one.name, one.field.text) == (other.name, other.field.text)


def _severity(entry: Account | None, *, root: bool, system: bool) -> Severity:
    if not system:
        return "high" if root else "medium"
    if entry is not None and not can_log_in(entry.shell):
        return "medium"
    return "critical" if root else "high"


def _confidence(node: Node, facts: AccountsFacts) -> Confidence:
    return "certain" if facts.form == "htpasswd" else confidence(node, facts)
