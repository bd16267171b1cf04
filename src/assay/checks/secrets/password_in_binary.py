"""Credentials among the strings of programs: settings with a value, authorisations, tokens.

Reference: CWE-798. The patterns are `inventory/patterns/credentials.toml`.
"""

import base64
import binascii
from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.patterns import Hit, PatternFacts
from assay.inventory.kinds.text import TextFacts
from assay.inventory.secrecy import is_literal, is_secret_name
from assay.model.result import Finding

CHECK = Check(
    id="secrets.password-in-binary",
    version=1,
    title="Fixed credential in a program",
    severity="high",
    about="A credential in a program is the same in every device, and its owner cannot change it.",
    looks_at="strings of programs and other binary files: password settings with a value, HTTP "
    "Basic authorisations, chpasswd commands, tokens of network services",
    not_a_finding="Format strings, sample values, settings without a value, words that merely "
    "look random.",
    cwe=(798,),
    advice="Read the credential from storage of its own that is made on the device.",
    references=("https://cwe.mitre.org/data/definitions/798.html",),
    applies=False,
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every binary file with fixed credentials."""
    text = {node.blob for node, _ in image.of(TextFacts)}
    files = [node for node in image.files() if node.blob not in text]
    scope.saw(len(files))
    for node in files:
        facts = image.facts(node, PatternFacts)
        found = [(hit, said) for hit in facts.hits if (said := meaning(hit))] if facts else []
        if found:
            listed = "; ".join(dict.fromkeys(said for _, said in found[:8]))
            yield CHECK.finding(
                node,
                f"{node.inner} contains fixed credentials: {listed}.",
                [at(node, hit.span) for hit, _ in found[:10]],
                confidence="firm",
            )


def meaning(hit: Hit) -> str:
    """Return what a match of the pattern library is a credential for; empty when for nothing."""
    if hit.id == "credentials.assignment":
        name, _, value = hit.span.text[1:-1].partition("=")
        value = value.strip("'\"")
        return f"{name}={value}" if is_secret_name(name) and is_literal(value, name) else ""
    if hit.id == "credentials.basic":
        return _basic(hit.span.text.rpartition(" ")[2])
    if hit.id == "credentials.chpasswd":
        said = hit.span.text.removeprefix("echo ").partition("|")[0].strip(" '\"")
        name, _, value = said.partition(":")
        return f"the password of {name} is set to {value}" if is_literal(value) else ""
    if hit.id == "credentials.token":
        return f"a service token that begins with {hit.span.text[:8]}"
    return ""


def _basic(encoded: str) -> str:
    try:
        pair = base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    name, colon, value = pair.partition(":")
    usable = colon and name.isprintable() and is_literal(value)
    return f"HTTP Basic authorisation of {name} with the password {value}" if usable else ""
