"""Published constant of cryptography in a changed form. Reference: CWE-327."""

from collections.abc import Iterator

from assay.checks.backdoors.ways import ways
from assay.checks.check import Check, Scope
from assay.code.access.changed import SHAPE
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="backdoors.changed-standard",
    version=2,
    title="Published constant of cryptography in a changed form",
    severity="high",
    cwe=(327, 912),
    about=(
        "Curves, primes and tables of cryptography are published with the way in which they were "
        "chosen. A file that holds most of such a number with some bytes changed, or the numbers "
        "of a curve with another base point, works with a number that somebody else chose."
    ),
    looks_at="programs and libraries, whatever they do",
    not_a_finding="Numbers that are published elsewhere, and numbers without their leading zeros.",
    advice="Compare the number with the standard; use the published one, or say where it is from.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each changed number in a file."""
    yield from ways(CHECK, image, scope, SHAPE)
