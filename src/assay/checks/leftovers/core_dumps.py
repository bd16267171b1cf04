"""Memory dumps of crashed programs left in an image. Reference: CWE-528."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.model.result import Finding

CHECK = Check(
    id="leftovers.core-dumps",
    version=1,
    title="Memory dump in the image",
    severity="medium",
    about="A memory dump holds what a program had in memory: keys, passwords, configuration.",
    looks_at="ELF files of type core",
    not_a_finding="Files that are merely called core.",
    cwe=(528,),
    advice="Remove dumps from the tree before the image is made.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each memory dump."""
    for node, elf in image.of(ElfFacts):
        scope.saw()
        if elf.role == "core":
            yield CHECK.finding(
                node,
                f"{node.inner} is the memory dump of a program ({node.size} bytes).",
                [at(node, elf.headers)],
            )
