"""Name that is nearly a published one. Reference: CWE-912."""

from collections.abc import Iterator

from assay.checks.backdoors.ways import ways
from assay.checks.check import Check, Scope
from assay.code.access.nearly import SHAPE
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="backdoors.nearly-published-name",
    version=2,
    title="Name that is nearly a published one",
    severity="high",
    cwe=(912,),
    about=(
        "Input is compared with a name that differs by a letter or two from a published header "
        "field, and something follows that the real one does not bring about. Such a name looks "
        "like a slip of the pen; the altered PHP of 2021 had one."
    ),
    looks_at="the machine code of programs that take input from the network",
    not_a_finding=("Published header fields, and names that resemble none of them."),
    advice="Remove it, or give it a name of its own and document it.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each place in a program."""
    yield from ways(CHECK, image, scope, SHAPE)
