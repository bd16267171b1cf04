"""The Linux kernel: from its banner; where the image has none, from what modules were built for.

A module that was built for another release than that of the kernel beside it is no second kernel.
"""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.kernel import KernelFacts

METHOD = "kernel banner"
MODULE = "kernel module"
CONFIGURATION = "kernel configuration"
_RELEASE = lazy_re.compile(r"\d+\.\d+(?:\.\d+){0,2}")
# Debian names a kernel by its binary interface (6.1.0-50) and states the release behind it.
_PACKAGED = lazy_re.compile(r"\b(?:Debian|Ubuntu) (\d+\.\d+(?:\.\d+)?)-")
MOST_MODULES = 3


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every kernel banner, its configuration, and modules that go with it."""
    releases: dict[str, str] = {}
    for node, facts in image.of(KernelFacts):
        elf = image.facts(node, ElfFacts)
        if elf is not None and elf.role != "program":
            continue
        release = _RELEASE.match(facts.version)
        named = release[0] if release else facts.version
        packaged = _PACKAGED.search(facts.build)
        version = packaged[1] if packaged else named
        releases.setdefault(named, version)
        yield Sighting("linux", version, "kernel", METHOD, 990, node, facts.banner)
        if facts.config is not None:
            yield Sighting("linux", version, "kernel", CONFIGURATION, 950, node, facts.config)
    yield from _modules(image, releases)


def _modules(image: Inventory, releases: dict[str, str]) -> Iterator[Sighting]:
    """Yield the first modules of each release; with a kernel at hand, of its release only."""
    counts: dict[str, int] = {}
    for node, module in image.of(ElfFacts):
        for span in module.module:
            if not span.text.startswith("vermagic="):
                continue
            release = _RELEASE.match(span.text, len("vermagic="))
            if release is None or (releases and release[0] not in releases):
                continue
            counts[release[0]] = counts.get(release[0], 0) + 1
            if counts[release[0]] <= MOST_MODULES:
                version = releases.get(release[0], release[0])
                yield Sighting("linux", version, "kernel", MODULE, 900, node, span)
