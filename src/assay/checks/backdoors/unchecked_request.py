"""Request carried out without a check of who asks. Reference: CWE-306."""

from collections.abc import Iterator

from assay.checks.backdoors.ways import ways
from assay.checks.check import Check, Scope
from assay.code.access.unchecked import SHAPE
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="backdoors.unchecked-request",
    version=2,
    title="Request that reaches a command or a file without a check",
    severity="medium",
    cwe=(306, 78),
    about=(
        "What was received becomes part of a command or of the path of a file, and no comparison "
        "with a stored secret that guards the place was seen in the function. The check may stand "
        "elsewhere: read the callers."
    ),
    looks_at="the machine code of servers and of pages of the web interface",
    not_a_finding="Fixed commands and paths, and places behind a check of a stored secret.",
    advice="Ask who is there before the request is carried out.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each place in a program."""
    yield from ways(CHECK, image, scope, SHAPE)
