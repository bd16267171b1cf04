"""The Linux kernel: from its banner, else from what its modules were built for."""

import re
from collections.abc import Iterator

from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.kernel import KernelFacts

METHOD = "kernel banner"
_RELEASE = re.compile(r"\d+\.\d+(?:\.\d+){0,2}")
MOST_MODULES = 3


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every kernel banner and for the first modules of each version."""
    for node, facts in image.of(KernelFacts):
        elf = image.facts(node, ElfFacts)
        if elf is not None and elf.role != "program":
            continue
        release = _RELEASE.match(facts.version)
        version = release[0] if release else facts.version
        yield Sighting("linux", version, "kernel", METHOD, 990, node, facts.banner)
    counts: dict[str, int] = {}
    for node, module in image.of(ElfFacts):
        for span in module.module:
            release = _RELEASE.match(span.text.removeprefix("vermagic="))
            if not span.text.startswith("vermagic=") or release is None:
                continue
            counts[release[0]] = counts.get(release[0], 0) + 1
            if counts[release[0]] <= MOST_MODULES:
                method = "kernel module"
                yield Sighting("linux", release[0], "kernel", method, 900, node, span)
