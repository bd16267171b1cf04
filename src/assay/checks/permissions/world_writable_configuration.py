"""World-writable configuration files. Reference: CWE-732."""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.checks.check import Check, Scope, attribute
from assay.checks.permissions.modes import (
    OTHERS_WRITE,
    by_filesystem,
    is_read_only,
    octal,
    with_modes,
)
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="permissions.world-writable-config",
    version=1,
    title="World-writable configuration",
    severity="medium",
    about="Whoever may change accounts, keys or settings of services takes the device over.",
    looks_at="modes of files below /etc and of files named as configuration",
    not_a_finding="Directories with the sticky bit, such as /tmp.",
    cwe=(732, 276),
    advice="Set mode 0644, 0600 for secrets, and owner root.",
    references=("https://cwe.mitre.org/data/definitions/732.html",),
)

_CONFIGURATION = lazy_re.compile(r"/etc[^/]*/.*|.*\.(?:conf|cfg|ini|config)")
_GRAVE = lazy_re.compile(
    r".*/(?:passwd|shadow|group|sudoers|inittab|authorized_keys|crontab|profile)|.*/init\.d/.*|"
    r".*/rc[^/]*|.*(?:_key|\.key|\.pem)|.*/cron[^/]*/.*"
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for every file system with world-writable configuration."""
    files = [node for node in with_modes(image, scope) if _CONFIGURATION.fullmatch(node.inner)]
    scope.saw(len(files))
    total = {name: len(nodes) for name, nodes in by_filesystem(files).items()}
    open_ = [node for node in files if node.mode & OTHERS_WRITE]
    for filesystem, nodes in by_filesystem(open_).items():
        grave = [node for node in nodes if _GRAVE.fullmatch(node.inner)]
        ordered = grave + [node for node in nodes if node not in grave]
        listed = ", ".join(node.inner for node in ordered[:10])
        more = f" and {len(nodes) - 10} more" if len(nodes) > 10 else ""
        first = ordered[0]
        note = (
            f" The file system ({first.origin.format}) is read-only." if is_read_only(first) else ""
        )
        verb = "is" if len(nodes) == 1 else "are"
        yield CHECK.finding(
            first,
            f"{len(nodes)} of {total[filesystem]} configuration files {verb} world-writable: "
            f"{listed}{more}.{note}",
            [attribute(node, f"{node.inner}: {octal(node)}") for node in ordered[:20]],
            severity="low" if note else "high" if grave else "medium",
        )
