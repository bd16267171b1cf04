"""The kernel of an image and how long its branch is supported.

Shared by the kernel checks. Support: `data/kernel-branches.toml`, which is also the reference
date.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from assay._kernel import lazy_re
from assay._kernel.tables import table
from assay._kernel.value import Value
from assay.checks.check import at, attribute
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.kernel import KernelFacts, branch_of
from assay.model.result import Evidence
from assay.model.tree import Node

GRACE_MONTHS = 3
_FOLDER = lazy_re.compile(r"/lib/modules/(\d+\.\d+[\w.+-]{0,40})")


class KernelSeen(Value):
    """A kernel version and what states it: a banner, a module, a folder of modules."""

    version: str
    node: Node
    evidence: Evidence
    source: Literal["banner", "module", "folder"]


class Support(Value):
    """The end of a branch's support (year-month) as of a year-month; `exact` for longterm."""

    until: str
    as_of: str
    exact: bool

    @property
    def ended(self) -> bool:
        """Whether support had ended at the reference date."""
        return self.until <= self.as_of


def kernels_of(image: Inventory) -> Iterator[KernelSeen]:
    """Yield each kernel version once: from banners, from modules, from folders of modules."""
    seen: set[str] = set()
    for node, facts in image.of(KernelFacts):
        elf = image.facts(node, ElfFacts)
        if facts.version not in seen and (elf is None or elf.role == "program"):
            seen.add(facts.version)
            yield KernelSeen(facts.version, node, at(node, facts.banner), "banner")
    for node, module in image.of(ElfFacts):
        for span in module.module:
            version = span.text.removeprefix("vermagic=").split(" ")[0]
            if not span.text.startswith("vermagic=") or not branch_of(version):
                continue
            if version not in seen:
                seen.add(version)
                yield KernelSeen(version, node, at(node, span), "module")
    for node in image.nodes:
        match = _FOLDER.fullmatch(node.inner)
        if match and node.kind == "directory" and match[1] not in seen:
            seen.add(match[1])
            yield KernelSeen(match[1], node, attribute(node, f"folder {node.inner}"), "folder")


def support_of(version: str) -> Support | None:
    """Return how long the branch of kernel *version* is supported; None for unknown branches."""
    table = _table()
    branch, as_of = branch_of(version), str(table["as_of"])
    until = table["longterm"].get(branch)
    if until is not None:
        return Support(until, as_of, exact=True)
    if branch in table["ended_by"]:
        return Support(table["ended_by"][branch], as_of, exact=False)
    branches = list(table["released"])
    if branch not in branches:
        return None
    place = branches.index(branch)
    if place + 1 == len(branches):
        return None
    return Support(_later(table["released"][branches[place + 1]]), as_of, exact=False)


def _later(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    total = year * 12 + number - 1 + GRACE_MONTHS
    return f"{total // 12}-{total % 12 + 1:02d}"


@lru_cache(maxsize=1)
def _table() -> dict:  # type: ignore[type-arg]
    return table("assay.checks.data", "kernel-branches.toml")
