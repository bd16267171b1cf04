"""Ports that are listened on although the documents, as the user states them, name no such port."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.checks.services.started import absent, note_scope
from assay.inventory.image import Inventory
from assay.inventory.listening import Listening, listening_ports
from assay.model.result import Confidence, Finding

CHECK = Check(
    id="backdoors.undeclared-port",
    version=1,
    title="Listening port that the documents do not name",
    severity="medium",
    about=(
        "A port that is open and in no document is a way in that the owner does not know of and "
        "cannot close."
    ),
    looks_at=(
        "command lines, configuration files, super-server files and code of services that start "
        "at boot, against the ports given with --declared"
    ),
    not_a_finding=(
        "Ports of the declaration, services that are not started at boot, and ports that a "
        "program reads or computes."
    ),
    cwe=(912, 1059),
    advice="Name the port in the documents, or close it.",
    applies=False,
    needs_components=True,
)
REMOTE = frozenset({"telnet", "ssh", "rsh", "debug"})
NOTHING_DECLARED = "no ports were declared: name the documented ones with --declared"


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each port of each service that the declaration lacks."""
    declared = image.declared
    if declared is None or declared.ports is None:
        scope.gap(NOTHING_DECLARED)
        return
    note_scope(image, scope)
    seen: set[tuple[str, int, str]] = set()
    for one in listening_ports(image):
        key = (one.service.name, one.number, one.protocol)
        if key in seen or declared.names_port(one.number, one.protocol):
            continue
        seen.add(key)
        yield _finding(one)


def _finding(one: Listening) -> Finding:
    service = one.service
    usual = ", the usual port of such a server" if one.usual else ""
    condition = " on a condition" if service.conditional else ""
    in_code = one.node == service.binary
    evidence = [at(one.node, one.span, "disassembly" if in_code else "text")]
    if one.node != service.node:
        evidence.append(at(service.node, service.span))
    return CHECK.finding(
        one.node,
        f"{service.name} {_named(one)}{usual}: {service.node.inner} "
        f"starts `{service.line}` at boot{condition}{absent(service)}. The declaration names no "
        "such port.",
        evidence,
        severity="high" if service.role in REMOTE else "medium",
        confidence=_confidence(one),
    )


def _named(one: Listening) -> str:
    """Return in words what tells the port."""
    if not one.protocol:
        return f"listens on port {one.number}, as its code says"
    verb = "listens on" if one.usual else "is set to listen on"
    return f"{verb} {one.number}/{one.protocol}"


def _confidence(one: Listening) -> Confidence:
    if one.service.conditional or one.service.binary is None:
        return "tentative"
    return "tentative" if one.usual else "firm"
