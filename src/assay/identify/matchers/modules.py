"""Kernel modules from outside the kernel's own source: drivers of chip makers and vendors.

A module is one of them when its licence is none that the kernel accepts, or when it lacks the mark
`intree` that other modules of the same release in the image carry (scripts/mod/modpost.c).
"""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.model.tree import Node

METHOD = "module information"
ACCEPTED = {
    "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
}  # fmt: skip
_VERSION = lazy_re.compile(r"[vV]?(\d[\w.+-]{0,60})")


class _Module(Value):
    node: Node
    elf: ElfFacts
    told: dict[str, Span]

    def value(self, name: str) -> str:
        span = self.told.get(name)
        return "" if span is None else span.text.partition("=")[2]


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every module from outside the kernel's source."""
    modules = [_read(node, elf) for node, elf in image.of(ElfFacts) if elf.module]
    marked = {one.value("vermagic") for one in modules if one.value("intree")}
    for one in modules:
        foreign = one.value("license") and one.value("license") not in ACCEPTED
        unmarked = one.value("vermagic") in marked and not one.value("intree")
        if foreign or unmarked:
            yield _sighting(one, 900 if foreign else 700)


def _read(node: Node, elf: ElfFacts) -> _Module:
    told: dict[str, Span] = {}
    for span in elf.module:
        told.setdefault(span.text.partition("=")[0], span)
    return _Module(node, elf, told)


def _sighting(one: _Module, confidence: int) -> Sighting:
    name = one.value("name") or one.node.name.partition(".ko")[0]
    version = _VERSION.fullmatch(one.value("version").strip())
    shown = one.told["version"] if version else one.told.get("license", one.elf.module[0])
    licence = one.value("license")
    return Sighting(
        key=f"module:{name}",
        version=version[1] if version else "",
        form="module",
        method=METHOD,
        confidence=confidence,
        node=one.node,
        span=shown,
        licence="" if licence.lower() == "proprietary" else licence,
    )
