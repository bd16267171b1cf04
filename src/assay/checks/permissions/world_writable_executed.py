"""World-writable files that root runs. Reference: CWE-732."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, attribute
from assay.checks.permissions.modes import (
    OTHERS_WRITE,
    Use,
    by_filesystem,
    is_read_only,
    octal,
    run_as_root,
    with_modes,
)
from assay.inventory.image import Inventory
from assay.model.result import Finding, Severity
from assay.model.tree import Node

CHECK = Check(
    id="permissions.world-writable-executed",
    version=1,
    title="World-writable file that root runs",
    severity="high",
    about="Whoever may change a file that root runs is root at the next run.",
    looks_at="world-writable files that start files and scripts run",
    not_a_finding="World-writable files of which no start file or script says that it runs them.",
    cwe=(732, 276),
    advice="Set mode 0755 and owner root.",
    references=("https://cwe.mitre.org/data/definitions/732.html",),
)
MOST_SINGLE = 25


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each such file, or one a file system where there are many."""
    files = with_modes(image, scope)
    scope.saw(len(files))
    writable = [node for node in files if node.mode & OTHERS_WRITE]
    uses = run_as_root(image, writable)
    for nodes in by_filesystem([node for node in writable if node.path in uses]).values():
        if len(nodes) > MOST_SINGLE:
            yield _many(nodes, uses, sum(1 for one in writable if _beside(one, nodes[0])))
        else:
            yield from (_one(node, uses[node.path]) for node in nodes)


def _beside(node: Node, other: Node) -> bool:
    return node.filesystem == other.filesystem


def _severity(node: Node, *, sure: bool) -> Severity:
    if is_read_only(node):
        return "medium" if sure else "low"
    return "high" if sure else "medium"


def _note(node: Node) -> str:
    if not is_read_only(node):
        return ""
    return (
        f" The file system itself ({node.origin.format}) is read-only: it matters where the file "
        "is copied, overlaid or built into a writable one."
    )


def _one(node: Node, use: Use) -> Finding:
    return CHECK.finding(
        node,
        f"{node.inner} is world-writable ({octal(node)}), and {use.says}, as root.{_note(node)}",
        [attribute(node, f"{node.inner}: {octal(node)}"), use.evidence],
        severity=_severity(node, sure=use.sure),
        confidence="firm" if use.sure else "tentative",
    )


def _many(nodes: list[Node], uses: dict[str, Use], writable: int) -> Finding:
    listed = ", ".join(node.inner for node in nodes[:8])
    sure = any(uses[node.path].sure for node in nodes)
    return CHECK.finding(
        nodes[0],
        f"{len(nodes)} world-writable files are run by start files or scripts as root, of "
        f"{writable} world-writable files in this file system: {listed} and "
        f"{len(nodes) - 8} more.{_note(nodes[0])}",
        [attribute(node, f"{node.inner}: {octal(node)}") for node in nodes[:20]]
        + [uses[node.path].evidence for node in nodes[:5]],
        severity=_severity(nodes[0], sure=sure),
        confidence="firm" if sure else "tentative",
    )
