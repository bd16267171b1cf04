"""Components from the names of C++ types that a file defines: a static copy keeps them.

Run-time type information names each class by its namespace, and is where the code of the class is;
so it tells of a library whose messages and tables are few. The expressions are the `types` patterns
of the inventory.
"""

from collections.abc import Iterator
from functools import lru_cache

from assay._kernel.value import Value
from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import Hit, PatternFacts
from assay.inventory.patterns import patterns

METHOD = "C++ type names"
LEAST_TYPES = 3
"""A header alone gives those who include it the information of a class or two."""


class _Classes(Value):
    component: str
    libraries: tuple[str, ...]


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every library of which a file has three classes and does not load it."""
    for node, facts in image.of(PatternFacts):
        elf = image.facts(node, ElfFacts)
        types: dict[str, dict[str, Hit]] = {}
        for hit in facts.hits:
            if hit.id in _known():
                types.setdefault(hit.id, {}).setdefault(hit.span.text, hit)
        for identity, hits in types.items():
            known = _known()[identity]
            if len(hits) < LEAST_TYPES or _loads(elf, known):
                continue
            for hit in list(hits.values())[:LEAST_TYPES]:
                # The expression begins at the zero before the name.
                span = Span(
                    offset=hit.span.offset + 1, length=hit.span.length - 1, text=hit.span.text[1:]
                )
                yield Sighting(known.component, "", "fragment", METHOD, 600, node, span)


def _loads(elf: ElfFacts | None, known: _Classes) -> bool:
    if elf is None:
        return False
    names = (one.text.rpartition("/")[2] for one in elf.needed)
    return any(name.startswith(known.libraries) for name in names)


@lru_cache(maxsize=1)
def _known() -> dict[str, _Classes]:
    return {
        one["id"]: _Classes(one["classes_of"], tuple(one["libraries"]))
        for one in patterns()
        if "classes_of" in one
    }
