"""Constant that opens what a stored secret guards. Reference: CWE-798."""

from collections.abc import Iterator

from assay.checks.backdoors.ways import ways
from assay.checks.check import Check, Scope
from assay.code.access.passwords import SHAPE
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="backdoors.second-password",
    version=2,
    title="Constant that opens what a stored secret guards",
    severity="high",
    cwe=(798, 912),
    about=(
        "A function that checks a stored secret also says yes when its input equals a constant, "
        "without going through that check: a second way past the login."
    ),
    looks_at="the machine code of functions that check passwords, hashes or accounts",
    not_a_finding=(
        "Functions that treat many constants alike (they read a language), options, and constants "
        "whose effect is a refusal."
    ),
    advice="Remove the constant; every way to success must go through the check.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each place in a program."""
    yield from ways(CHECK, image, scope, SHAPE)
