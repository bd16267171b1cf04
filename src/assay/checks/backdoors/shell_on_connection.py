"""Shell handed to a network connection. Reference: CWE-912, CWE-306."""

from collections.abc import Iterator

from assay.checks.backdoors.ways import ways
from assay.checks.check import Check, Scope
from assay.code.access.shells import SHAPE
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="backdoors.shell-on-connection",
    version=2,
    title="Shell handed to a network connection",
    severity="high",
    cwe=(912, 306),
    about=(
        "A program puts a socket in the place of standard input and output and starts a shell: a "
        "bind shell, or one that connects back."
    ),
    looks_at="the machine code of programs that use sockets and start programs",
    not_a_finding=(
        "Programs that start what their configuration names, and those that run a login program."
    ),
    advice="Remove it, or put an authenticated, documented service in its place.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each place in a program."""
    yield from ways(CHECK, image, scope, SHAPE)
