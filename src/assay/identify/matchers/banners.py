"""Components from version banners: the product's own words within one string.

The expressions are the `banners` patterns of the inventory; a banner in a program that loads
the component as a library only tells what it was built with, and does not count.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from assay.identify.catalogue import catalogue
from assay.identify.sighting import Form, Sighting
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import PatternFacts
from assay.inventory.patterns import patterns
from assay.model.tree import Node

METHOD = "version banner"
_VERSION = re.compile(r"(\d+(?:\.\d+)+[A-Za-z0-9]*)")


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every banner that stands in a file or part."""
    for node, facts in image.of(PatternFacts):
        elf = image.facts(node, ElfFacts)
        for hit in facts.hits:
            component, expression = _banners().get(hit.id, ("", _VERSION))
            # A list of other products' versions (`OpenSSH_2.3*,…`) is no banner.
            if not component or hit.after[:1] in {"*", ","} or component == "linux":
                continue
            if _only_loads(component, elf):
                continue
            found = expression.search(hit.span.text)
            yield Sighting(
                key=component,
                version=found[1] if found else "",
                form=_form(component, node, elf),
                method=METHOD,
                confidence=900 if found else 600,
                node=node,
                span=hit.span,
            )


@lru_cache(maxsize=1)
def _banners() -> dict[str, tuple[str, re.Pattern[str]]]:
    return {
        one["id"]: (one["component"], re.compile(one.get("version", _VERSION.pattern)))
        for one in patterns()
        if "component" in one
    }


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
