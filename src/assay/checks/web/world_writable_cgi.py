"""Web handlers that everybody may change. Reference: CWE-732."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, attribute
from assay.checks.permissions.modes import (
    OTHERS_WRITE,
    by_filesystem,
    is_read_only,
    octal,
    with_modes,
)
from assay.checks.web.pages import is_handler
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="web.world-writable-cgi",
    version=1,
    title="World-writable web handler",
    severity="high",
    about="Whoever may change a handler decides what the web server runs.",
    looks_at="modes of CGI programs and server pages",
    not_a_finding="Static pages.",
    cwe=(732, 276),
    advice="Set mode 0755 and owner root.",
    references=("https://cwe.mitre.org/data/definitions/732.html",),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for every file system with world-writable handlers."""
    handlers = [node for node in with_modes(image, Scope()) if is_handler(image, node)]
    unknown = sum(1 for node in image.files() if node.mode < 0 and is_handler(image, node))
    if unknown:
        scope.gap(f"the modes of {unknown} web handlers are not recorded")
    scope.saw(len(handlers))
    open_ = [node for node in handlers if node.mode & OTHERS_WRITE]
    for nodes in by_filesystem(open_).values():
        listed = ", ".join(node.inner for node in nodes[:10])
        more = f" and {len(nodes) - 10} more" if len(nodes) > 10 else ""
        note = f" The file system ({nodes[0].origin.format}) is read-only." * is_read_only(nodes[0])
        verb = "handler is" if len(nodes) == 1 else "handlers are"
        yield CHECK.finding(
            nodes[0],
            f"{len(nodes)} web {verb} world-writable: {listed}{more}.{note}",
            [attribute(node, f"{node.inner}: {octal(node)}") for node in nodes[:20]],
            severity="low" if note else "high",
        )
