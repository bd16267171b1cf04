"""Entry that its table or help leaves out. Reference: CWE-912, CWE-1242."""

from collections.abc import Iterator

from assay.checks.backdoors.ways import ways
from assay.checks.check import Check, Scope
from assay.code.access.hidden import SHAPE
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="backdoors.hidden-entry",
    version=2,
    title="Command or page that its own list leaves out",
    severity="high",
    cwe=(912, 1242),
    about=(
        "A table of named handlers, or a function that compares one word after the other, knows "
        "an entry that lacks what the others have: a help text, a mention in any other text of "
        "the program, the same flag. What it does is privileged."
    ),
    looks_at="tables of names and handlers in the data of programs, and words that code compares",
    not_a_finding="Entries that do nothing privileged, and tables in which many entries differ.",
    advice="Remove the entry, or list it and require the same authentication as the others.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each hidden entry of a program."""
    yield from ways(CHECK, image, scope, SHAPE)
