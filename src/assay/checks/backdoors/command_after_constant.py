"""Command set off by a constant in the input. Reference: CWE-912."""

from collections.abc import Iterator

from assay.checks.backdoors.ways import ways
from assay.checks.check import Check, Scope
from assay.code.access.commands import SHAPE
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="backdoors.command-after-constant",
    version=3,
    title="Command set off by a constant in the input",
    severity="high",
    cwe=(912, 78),
    about=(
        "A program compares its input with a constant (a text, a number, bytes one by one, a "
        "digest, a text made at run time) and, where they are equal, does something privileged "
        "without a check of who asks. That is how magic packets and hidden diagnostics work."
    ),
    looks_at="the machine code of programs that take input and can run commands",
    not_a_finding=(
        "Verbs of published protocols, constants that guard nothing privileged, and acts behind a "
        "check of a stored secret."
    ),
    advice="Remove the command, or document it and require authentication before it.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each place in a program."""
    yield from ways(CHECK, image, scope, SHAPE)
