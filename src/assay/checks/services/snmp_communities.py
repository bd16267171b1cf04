"""SNMP version 1 and 2c communities in the agent's configuration. Reference: RFC 3584, CWE-1392."""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.text import TextFacts
from assay.inventory.kinds.uci import UciFacts
from assay.inventory.services import boot_services
from assay.model.result import Finding, Severity
from assay.model.tree import Node

CHECK = Check(
    id="services.snmp-v1v2c",
    version=1,
    title="SNMP community",
    severity="medium",
    about="SNMP 1 and 2c send the community, which is their password, in clear text.",
    looks_at="configuration files of the SNMP agent",
    not_a_finding="SNMP 3 users, trap targets, and communities for the agent's own host only.",
    cwe=(319, 1392),
    advice="Use SNMP 3 with authentication and privacy; ship no community.",
    references=("https://www.rfc-editor.org/rfc/rfc3584",),
)
WELL_KNOWN = frozenset({"public", "private", "community", "admin", "snmp", "cisco", "manager"})
_LOCAL = lazy_re.compile(r"127\.|::1|localhost")
_PLAIN = lazy_re.compile(r"[ \t]*(r[ow])community6?[ \t]+\"?([^\s\"]+)\"?[ \t]*(\S*)")
_MAPPED = lazy_re.compile(r"[ \t]*com2sec6?[ \t]+(?:-Cn[ \t]+\S+[ \t]+)?\S+[ \t]+(\S+)[ \t]+(\S+)")


class _Community(Value):
    span: Span
    name: str
    writes: bool


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each configuration file that names communities."""
    running = {one.node.filesystem for one in boot_services(image) if one.role == "snmp"}
    for node in image.find("*snmp*.conf", "*/config/*snmp*"):
        found = [*_in_text(image, node, scope), *_in_sections(image, node)]
        if found:
            yield _finding(node, found, runs=node.filesystem in running)


def _in_text(image: Inventory, node: Node, scope: Scope) -> Iterator[_Community]:
    facts = image.facts(node, TextFacts)
    if facts is None:
        return
    scope.saw()
    for line in facts.lines():
        written = facts.text[line.offset : line.offset + line.length]
        if match := _PLAIN.match(written):
            if not _LOCAL.match(match[3]):
                yield _Community(line, match[2], writes=match[1] == "rw")
        elif (match := _MAPPED.match(written)) and not _LOCAL.match(match[1]):
            yield _Community(line, match[2], writes=False)


def _in_sections(image: Inventory, node: Node) -> Iterator[_Community]:
    facts = image.facts(node, UciFacts)
    for section in () if facts is None else facts.of_type("com2sec", "com2sec6", "community"):
        option = section.option("community") or section.option("name")
        if option is None or _LOCAL.match(section.value("source")):
            continue
        mode = f"{section.value('mode')}{section.value('secname')}{section.name}".lower()
        yield _Community(option.span, option.value, writes="rw" in mode)


def _finding(node: Node, found: list[_Community], *, runs: bool) -> Finding:
    names = sorted({one.name for one in found})
    writes = any(one.writes for one in found)
    known = [name for name in names if name.lower() in WELL_KNOWN]
    severity: Severity = "high" if writes and runs else "medium" if writes or runs else "low"
    text = f"{node.inner} allows SNMP 1 and 2c with the community {_quoted(names)}"
    if known:
        text += ", a well-known name" if len(known) == 1 else ", well-known names"
    if writes:
        text += ", and lets it write"
    text += "; the agent starts at boot." if runs else "; no start file runs the agent at boot."
    return CHECK.finding(node, text, [at(node, one.span) for one in found[:10]], severity=severity)


def _quoted(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(f"`{name}`" for name in names[:5]) + more
