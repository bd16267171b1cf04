"""What the service checks share: servers by role that start at boot, and words about a start.

Reads `inventory/services.py`.
"""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.inventory.boot.servers import SERVERS, ServerRole
from assay.inventory.image import Inventory
from assay.inventory.kinds.patterns import Hit, PatternFacts
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.services import Service, boot_services, services_of
from assay.model.result import Confidence, Finding, Severity
from assay.model.tree import Node

SHELL_NAMES = frozenset({"sh", "ash", "bash", "dash", "zsh", "ksh", "hush", "msh"})
MOST_LINES = 8


def note_scope(image: Inventory, scope: Scope) -> None:
    """Count the start lines that were read; say so when none was found."""
    count = len(services_of(image))
    scope.saw(count)
    if not count and any(True for _ in image.files()):
        scope.gap("no start file that runs a program was found: what starts at boot is unknown")


def servers_at_boot(image: Inventory, role: ServerRole) -> dict[tuple[str, str], list[Service]]:
    """Return the servers of *role* that start at boot, by file system and name."""
    found: dict[tuple[str, str], list[Service]] = {}
    for service in boot_services(image):
        if service.role == role:
            found.setdefault((service.node.filesystem, service.name), []).append(service)
    return found


def idle_servers(image: Inventory, role: ServerRole, started: set[str]) -> Iterator[Node]:
    """Yield server programs of *role* in the tree that are not among *started*."""
    for node in image.nodes:
        if node.kind not in {"file", "symlink"} or SERVERS.get(node.name) != role:
            continue
        folder = node.inner.rpartition("/")[0].rpartition("/")[2]
        if folder in {"bin", "sbin"} and node.name not in started:
            yield node


def how(service: Service) -> str:
    """Return in words how *service* comes to be started."""
    if service.manager == "inetd":
        text = f"{service.node.inner} has `{service.line}` started for each connection"
    elif service.manager == "systemd":
        text = f"the unit {service.node.inner} starts `{service.line}` at boot"
    else:
        text = f"{service.node.inner} starts `{service.line}` at boot"
    return f"{text}, on a condition in the script" if service.conditional else text


def confidence_of(service: Service) -> Confidence:
    """Return how sure it is that *service* runs: the program is there, and no condition stands.

    A server that waits for a condition may well be off as shipped.
    """
    if service.binary is None or service.conditional:
        return "tentative"
    return "certain"


def absent(service: Service) -> str:
    """Return a clause for a program that is not in the tree, else nothing."""
    if service.binary is not None:
        return ""
    return " (no program of that name was found in the file system)"


def role_findings(
    check: Check, image: Inventory, scope: Scope, role: ServerRole, why: str
) -> Iterator[Finding]:
    """Yield a finding for each server of *role* that starts at boot; *why* is what is wrong."""
    note_scope(image, scope)
    started = servers_at_boot(image, role)
    for node in idle_servers(image, role, {name for _, name in started}):
        scope.gap(f"{node.path} is not started by a start file; other programs were not followed")
    for services in started.values():
        first = min(services, key=lambda one: (one.conditional, one.node.path))
        yield check.finding(
            first.node,
            f"{how(first)}{absent(first)}: {why}.",
            [at(one.node, one.span) for one in services[:MOST_LINES]],
            severity=lowered(check.severity) if first.conditional else check.severity,
            confidence=confidence_of(first),
        )


def lowered(severity: Severity) -> Severity:
    """Return the next lower severity."""
    order: dict[Severity, Severity] = {"critical": "high", "high": "medium", "medium": "low"}
    return order.get(severity, severity)


def program_hits(image: Inventory, pattern: str) -> Iterator[tuple[Node, list[Hit]]]:
    """Yield programs (no scripts, no BusyBox) with the matches of *pattern* in them."""
    for node, facts in image.of(PatternFacts):
        hits = [hit for hit in facts.hits if hit.id == pattern]
        if not hits or node.kind != "file" or image.facts(node, ScriptFacts) is not None:
            continue
        if any(hit.id == "banners.busybox" for hit in facts.hits):
            continue
        yield node, hits
