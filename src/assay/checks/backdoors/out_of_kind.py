"""Library that does what its kind never does. Reference: CWE-506."""

from collections.abc import Iterator

from assay.checks.backdoors.ways import ways
from assay.checks.check import Check, Scope
from assay.code.access.profiles import SHAPE
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="backdoors.out-of-kind",
    version=2,
    title="Library that does what its kind never does",
    severity="high",
    cwe=(506, 912),
    about=(
        "A picture decoder has no need of a shell, a parser none of a socket. A library that its "
        "name or its functions show to be of such a kind, and that runs commands or opens sockets "
        "all the same, does something that its users do not expect."
    ),
    looks_at="the machine code of libraries of kinds that are described in a data file",
    not_a_finding=("Frameworks that open devices and streams, and kinds that are not described."),
    advice="Take the act out of the library, or say in its documentation why it is there.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each place in a program."""
    yield from ways(CHECK, image, scope, SHAPE)
