"""Passwords and keys that configuration files and scripts hold readable. Reference: CWE-256."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.checks.secrets.settings import confidence, is_login
from assay.checks.web.pages import is_page
from assay.inventory.image import Inventory
from assay.inventory.kinds.accounts import AccountsFacts
from assay.inventory.kinds.credential import CredentialFacts, Setting
from assay.inventory.kinds.text import TextFacts
from assay.inventory.passwords.crack import published
from assay.model.result import Finding, Severity
from assay.model.tree import Node

CHECK = Check(
    id="secrets.password-in-configuration",
    version=1,
    title="Readable password in a configuration file",
    severity="medium",
    about="A password that stands readable in the image is the same in every device and known "
    "to everybody who has the image.",
    looks_at="settings with the name of a password, passphrase or secret key in text files",
    not_a_finding="Empty values, sample values, references to variables, hashes, comments and web "
    "pages (see web.credentials-in-page).",
    cwe=(256, 260, 798),
    advice="Leave the setting empty and make the value on the device, or store a salted hash.",
    references=("https://cwe.mitre.org/data/definitions/256.html",),
    applies=False,
)

MOST_LISTED = 10


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every file with readable secrets."""
    scope.saw(sum(1 for node, _ in image.of(TextFacts) if not is_page(node)))
    for node, facts in image.of(CredentialFacts):
        if not is_page(node):
            yield _finding(node, facts)
    for node, accounts in image.of(AccountsFacts):
        plain = [one for one in accounts.accounts if one.scheme == "plain"]
        if plain:
            names = ", ".join(one.name for one in plain[:MOST_LISTED])
            yield CHECK.finding(
                node,
                f"{node.inner} holds readable passwords of web accounts: {names}.",
                [at(node, one.line) for one in plain[:MOST_LISTED]],
                severity="high",
            )


def _finding(node: Node, facts: CredentialFacts) -> Finding:
    settings = facts.settings
    names = ", ".join(dict.fromkeys(setting.name for setting in settings[:MOST_LISTED]))
    more = f" and {len(settings) - MOST_LISTED} more" if len(settings) > MOST_LISTED else ""
    listed = [one for one in settings if one.value.encode() in published()]
    default = (
        f" {listed[0].value!r} ({listed[0].name}) is a published default password."
        if listed
        else ""
    )
    values = "a readable value" if len(settings) == 1 else f"{len(settings)} readable values"
    return CHECK.finding(
        node,
        f"{node.inner} holds {values} for secrets: {names}{more}.{default}",
        [at(node, setting.line) for setting in settings[:MOST_LISTED]],
        severity=_severity(node, facts, settings),
        confidence=confidence(node, facts),
    )


def _severity(node: Node, facts: CredentialFacts, settings: tuple[Setting, ...]) -> Severity:
    if confidence(node, facts) == "tentative":
        return "low"
    return "high" if any(is_login(setting) for setting in settings) else "medium"
