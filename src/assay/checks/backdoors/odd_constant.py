"""Comparison with a constant that looks like a secret. Reference: CWE-798."""

from collections.abc import Iterator

from assay.checks.backdoors.ways import ways
from assay.checks.check import Check, Scope
from assay.code.access.oddities import SHAPE
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="backdoors.odd-constant",
    version=3,
    title="Constant that looks like a secret, compared with or beside a command",
    severity="medium",
    cwe=(798, 912),
    about=(
        "A program compares what it is handed with a text that it makes at run time, a digest, a "
        "large number drawn by chance or a text that mixes characters as passwords do; or a "
        "function that runs commands compares with such a number or refers to such a text. No "
        "interface asks for these. What is gained by it was not followed."
    ),
    looks_at="the machine code of programs that take input or decide on access",
    not_a_finding=(
        "Published constants, options, requests to devices, and functions with many such constants."
    ),
    advice="Say what the constant is for; compare with a stored secret instead.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each place in a program."""
    yield from ways(CHECK, image, scope, SHAPE)
