"""Passwords that pages carry to every visitor. Reference: CWE-615, CWE-798."""

import re
from collections import Counter
from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.checks.web.pages import is_page, root_of
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.credential import CredentialFacts
from assay.inventory.kinds.text import TextFacts
from assay.inventory.kinds.web import WebFacts, value_of
from assay.inventory.secrecy import is_literal
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="web.credentials-in-page",
    version=1,
    title="Password in a web page",
    severity="medium",
    about="What a page or its script holds, every visitor reads, before any login.",
    looks_at="password fields with a value, and password settings in pages and their scripts",
    not_a_finding="Empty values, template expressions, variables, labels and translations.",
    cwe=(615, 798),
    advice="Check passwords on the server; never send one to the page.",
    references=("https://cwe.mitre.org/data/definitions/615.html",),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every page with a readable password."""
    scope.saw(sum(1 for node, _ in image.of(TextFacts) if is_page(node)))
    for node in image.files():
        if not is_page(node):
            continue
        found = [*_fields(image, node), *_settings(image, node)]
        if found:
            names = ", ".join(dict.fromkeys(name for name, _ in found[:8]))
            yield CHECK.finding(
                node,
                f"{node.inner} carries {len(found)} readable "
                f"password{'s' if len(found) > 1 else ''}: {names}.",
                [at(node, span) for _, span in found[:10]],
                severity="medium" if root_of(image, node) else "low",
                confidence="tentative",
            )


def _fields(image: Inventory, node: Node) -> Iterator[tuple[str, Span]]:
    facts = image.facts(node, WebFacts)
    fields = facts.passwords if facts else ()
    uses = Counter(value_of(field) for field in fields)
    for field in fields:
        # A value that many fields share stands for the stored one, so that it need not be sent.
        if is_literal(value_of(field)) and uses[value_of(field)] <= 2:
            yield "a password field with a value", field


def _settings(image: Inventory, node: Node) -> Iterator[tuple[str, Span]]:
    facts = image.facts(node, CredentialFacts)
    for setting in facts.settings if facts else ():
        # Words alone are labels, translations and names of variables.
        mixed = any(not char.isalpha() and char not in "._-" for char in setting.value)
        if setting.quoted and mixed and not re.fullmatch(r"[A-Z0-9-]+", setting.value):
            yield setting.name, setting.line
