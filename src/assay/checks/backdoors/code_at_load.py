"""Code that acts when a file is loaded. Reference: CVE-2024-3094."""

from collections.abc import Iterator

from assay.checks.backdoors.ways import ways
from assay.checks.check import Check, Scope
from assay.code.access.starting import SHAPE
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="backdoors.code-at-load",
    version=2,
    title="Code that acts when a file is loaded",
    severity="high",
    cwe=(506, 912),
    about=(
        "A constructor or IFUNC resolver runs in every process that loads the file, before its own "
        "code. One that starts commands, opens sockets or changes other code needs an explanation; "
        "the altered liblzma of 2024 worked that way."
    ),
    looks_at="constructors and IFUNC resolvers of libraries and programs, and what they call",
    not_a_finding=(
        "Constructors that fill tables or read settings; resolvers that ask what the processor can."
    ),
    advice="Do it in a function that is called on purpose.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each place in a program."""
    yield from ways(CHECK, image, scope, SHAPE)
