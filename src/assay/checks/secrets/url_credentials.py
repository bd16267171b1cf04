"""URLs that carry a user name and a password. Reference: RFC 3986, section 3.2.1; CWE-522."""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.patterns import Hit, PatternFacts
from assay.inventory.kinds.text import TextFacts
from assay.inventory.secrecy import is_literal
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="secrets.url-credentials",
    version=1,
    title="Credentials in a URL",
    severity="high",
    about="Whoever has the image can use the credential against the server that the URL names.",
    looks_at="URLs with a user name and a password, in every file",
    not_a_finding="Placeholders, variables, comments, example hosts.",
    cwe=(522, 798),
    advice="Give each device its own credential, and keep it out of the image.",
    references=("https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1",),
    applies=False,
)

_URL = lazy_re.compile(
    r"(?P<scheme>[a-z][a-z0-9+]+)://(?P<user>[^:]*):(?P<password>.*)@(?P<host>[^@]*)"
)
_EXAMPLE_HOST = lazy_re.compile(
    r"(?i).*(?:example|\.test|\.invalid|localhost|hostname|myhost|yourhost|server\.tld).*|"
    r"host|server|proxy|ip|addr|.*\.xxx|127\..*"
)
_EXAMPLE_USER = lazy_re.compile(
    r"(?i)user(?:name)?|usr|login|name|foo|me|my.*|your.*|joe|john|test"
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every file with URLs that carry credentials."""
    scope.saw(sum(1 for _ in image.files()))
    for node, facts in image.of(PatternFacts):
        hits = [hit for hit in facts.hits if hit.id == "credentials.url" and _real(hit)]
        hits = [hit for hit in hits if not _in_comment(image, node, hit)]
        if hits:
            shown = "; ".join(dict.fromkeys(_told(hit) for hit in hits[:6]))
            yield CHECK.finding(
                node,
                f"{node.inner} contains URLs with credentials: {shown}.",
                [at(node, hit.span) for hit in hits[:10]],
                confidence="firm",
            )


def _real(hit: Hit) -> bool:
    match = _URL.fullmatch(hit.span.text)
    if match is None or "/" in match["password"]:
        return False
    if _EXAMPLE_HOST.fullmatch(match["host"]) or _EXAMPLE_USER.fullmatch(match["user"]):
        return False
    if "%s" in hit.span.text or not re.search(r"[A-Za-z0-9]", match["user"]):
        return False
    return is_literal(match["password"], match["user"])


def _told(hit: Hit) -> str:
    match = _URL.fullmatch(hit.span.text)
    return f"user {match['user']} at {match['host']} ({match['scheme']})" if match else ""


def _in_comment(image: Inventory, node: Node, hit: Hit) -> bool:
    facts = image.facts(node, TextFacts)
    if facts is None:
        return False
    start = facts.text.rfind("\n", 0, hit.span.offset) + 1
    return re.match(r"\s*(?:#|//|\*|<!--|--)", facts.text[start : hit.span.offset]) is not None
