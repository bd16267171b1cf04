"""Components from version banners: the product's own words within one string.

The expressions are the `banners` patterns of the inventory; a banner in a program that loads
the component as a library only tells what it was built with, and does not count.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assay.identify.catalogue import catalogue
from assay.identify.sighting import Form, Sighting
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import Hit, PatternFacts
from assay.inventory.patterns import patterns
from assay.model.tree import Node

METHOD = "version banner"
_VERSION = re.compile(r"(\d+(?:\.\d+)+[A-Za-z0-9]*)")


@dataclass(frozen=True, slots=True)
class _Banner:
    component: str
    version: re.Pattern[str]
    mention_elsewhere: bool


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every banner that stands in a file or part."""
    for node, facts in image.of(PatternFacts):
        elf = image.facts(node, ElfFacts)
        for hit in facts.hits:
            banner = _banners().get(hit.id)
            if banner is None or banner.component == "linux" or _is_listed(hit):
                continue
            if _only_loads(banner.component, elf):
                continue
            found = banner.version.search(hit.span.text)
            weak = banner.mention_elsewhere and _may_be_a_mention(banner.component, elf, hit)
            yield Sighting(
                key=banner.component,
                version=found[1] if found else "",
                form="fragment" if weak else _form(banner.component, node, elf),
                method=METHOD,
                confidence=400 if weak else 900 if found else 600,
                node=node,
                span=hit.span,
            )


@lru_cache(maxsize=1)
def _banners() -> dict[str, _Banner]:
    return {
        one["id"]: _Banner(
            one["component"],
            re.compile(one.get("version", _VERSION.pattern)),
            one.get("mention_elsewhere", False),
        )
        for one in patterns()
        if "component" in one
    }


def _is_listed(hit: Hit) -> bool:
    """Return whether the match is one of a list of versions (`OpenSSH_2.3*,OpenSSH_2.5*`)."""
    return hit.after.startswith("*") or hit.after[1:].startswith(hit.span.text[:6])


def _may_be_a_mention(component: str, elf: ElfFacts | None, hit: Hit) -> bool:
    """Return whether the banner may only tell what a program was built with."""
    soname = "" if elf is None or elf.soname is None else elf.soname.text
    own = bool(soname) and soname.startswith(catalogue()[component].sonames)
    return not own and not hit.before.endswith("part of ")


def _only_loads(component: str, elf: ElfFacts | None) -> bool:
    sonames = catalogue()[component].sonames
    if elf is None or not sonames:
        return False
    own = elf.soname is not None and elf.soname.text.startswith(sonames)
    return not own and any(one.text.startswith(sonames) for one in elf.needed)


def _form(component: str, node: Node, elf: ElfFacts | None) -> Form:
    if elf is not None and elf.role == "program" and not catalogue()[component].sonames:
        return "program"
    return "program" if elf is None and node.kind == "part" else "full-copy"
