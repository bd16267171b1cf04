"""The set-uid and set-gid files of the image: an inventory. Reference: chmod(2)."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, attribute
from assay.checks.permissions.modes import SET_GID, SET_UID, octal, with_modes
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="permissions.setuid-inventory",
    version=1,
    title="Set-uid and set-gid files",
    severity="info",
    about="A set-uid program runs with its owner's rights, whoever calls it.",
    looks_at="the modes of all files",
    not_a_finding="Set-gid directories.",
    cwe=(250,),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding that lists the set-uid and set-gid files."""
    files = with_modes(image, scope)
    scope.saw(len(files))
    found = [node for node in files if node.mode & (SET_UID | SET_GID)]
    if found:
        listed = ", ".join(f"{node.inner} ({octal(node)})" for node in found[:25])
        more = f" and {len(found) - 25} more" if len(found) > 25 else ""
        count = "1 file is" if len(found) == 1 else f"{len(found)} files are"
        yield CHECK.finding(
            found[0],
            f"{count} set-uid or set-gid: {listed}{more}.",
            [attribute(node, f"{node.inner}: {octal(node)}") for node in found[:25]],
        )
