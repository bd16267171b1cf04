"""Downloads told not to check the server's certificate. Reference: CWE-295, wget(1), curl(1)."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import PatternFacts
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.shell.commands import Command
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="update.certificate-checks-off",
    version=1,
    title="Download without a certificate check",
    severity="medium",
    about="A download that takes any certificate can be answered by whoever is on the way.",
    looks_at="wget and curl commands in scripts and in programs",
    not_a_finding="Usage texts of wget, curl and BusyBox; TLS libraries called from code.",
    cwe=(295,),
    advice="Ship the certificate authority's certificate and leave the check on.",
)
_TOOLS = frozenset({"wget", "curl", "busybox", "uclient-fetch", "wget-ssl", "wget-nossl"})


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each file with a download that checks no certificate."""
    for node, script in image.of(ScriptFacts):
        downloads = [one for one in script.commands if _tool(one) in {"wget", "curl"}]
        scope.saw(len(downloads))
        yield from _finding(node, [one.span for one in downloads if _unchecked(one)], "runs")
    for node, facts in image.of(PatternFacts):
        if node.name in _TOOLS or image.facts(node, ScriptFacts) is not None:
            continue
        hits = [hit for hit in facts.hits if hit.id == "commands.unchecked-download"]
        if hits and not any(hit.id == "banners.busybox" for hit in facts.hits):
            scope.saw()
            verb = "holds" if image.facts(node, ElfFacts) else "names"
            yield from _finding(node, [hit.span for hit in hits], verb)


def _tool(command: Command) -> str:
    return command.words[0].rpartition("/")[2]


def _unchecked(command: Command) -> bool:
    words = command.words[1:]
    if _tool(command) == "wget":
        return "--no-check-certificate" in words
    return "--insecure" in words or any(
        word[0] == "-" and word[1:2] != "-" and "k" in word and word.isascii() and len(word) < 6
        for word in words
        if len(word) > 1
    )


def _finding(node: Node, spans: list[Span], verb: str) -> Iterator[Finding]:
    if spans:
        more = f" and {len(spans) - 1} more" if len(spans) > 1 else ""
        yield CHECK.finding(
            node,
            f"{node.inner} {verb} a download without a certificate check: "
            f"`{spans[0].text.strip()[:160]}`{more}.",
            [at(node, span) for span in spans[:5]],
            confidence="tentative" if verb == "names" else "firm",
        )
