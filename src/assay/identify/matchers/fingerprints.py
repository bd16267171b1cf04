"""Components from learned fingerprints: what a file consists of, whatever it calls itself."""

from collections.abc import Iterator
from functools import lru_cache

from assay._kernel import lazy_re
from assay.identify.catalogue import catalogue
from assay.identify.fingerprints.decision import Claim, claims
from assay.identify.fingerprints.together import Held, taken_together
from assay.identify.sighting import Form, Sighting
from assay.inventory.fingerprints.index import BadIndex, Index, current
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.fingerprints import FingerprintFacts
from assay.inventory.kinds.kernel import KernelFacts
from assay.model.tree import Node

METHOD = "learned fingerprints"
MOST_SPANS = 3
_NAME = lazy_re.compile(r"[\w.:/-]+")
_CONFIDENCE = {"full-copy": 950, "modified-copy": 850, "partial-copy": 850, "fragment": 650}


def claims_in(image: Inventory) -> tuple[tuple[Node, Claim], ...]:
    """Return what the files of *image* hold; nothing where there is no index."""
    try:
        return _claims_in(image, current())
    except (BadIndex, OSError):
        return ()


@lru_cache(maxsize=2)
def _claims_in(image: Inventory, index: Index) -> tuple[tuple[Node, Claim], ...]:
    nodes: list[Node] = []
    held: list[Held] = []
    apart: list[tuple[Node, Claim]] = []
    for node, facts in image.of(FingerprintFacts):
        if facts.index != index.digest:
            continue
        matches = {one.component: one for one in facts.matches}
        kernel = image.facts(node, KernelFacts) is not None
        for claim in claims(facts, index, node.name):
            if not kernel:
                nodes.append(node)
                held.append((claim, matches[claim.key]))
            elif not _is_interface(claim):
                apart.append((node, claim))
    return (*zip(nodes, taken_together(held, index), strict=True), *apart)


def _is_interface(claim: Claim) -> bool:
    """Return whether *claim* rests on names alone: in a kernel, what it calls things for programs.

    Code that a kernel took from elsewhere shows by its messages too.
    """
    return all(_NAME.fullmatch(span.text) for span in claim.spans)


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every component that a file holds."""
    for node, claim in claims_in(image):
        for span in claim.spans[:MOST_SPANS]:
            yield _sighting(image, node, claim, span)


def _sighting(image: Inventory, node: Node, claim: Claim, span: Span) -> Sighting:
    return Sighting(
        key=claim.key,
        version=claim.release.version,
        form=_form(image.facts(node, ElfFacts), claim),
        method=METHOD,
        confidence=_CONFIDENCE[claim.form] - (0 if claim.release.sure else 50),
        node=node,
        span=span,
        low=claim.release.low,
        high=claim.release.high,
        sure=claim.release.sure,
        embedded=image.facts(node, KernelFacts) is not None,
    )


def _form(elf: ElfFacts | None, claim: Claim) -> Form:
    """Return `program` for a program of a component that has no library."""
    known = catalogue().get(claim.key)
    own = elf is not None and elf.role == "program" and claim.form == "full-copy"
    return "program" if own and (known is None or not known.sonames) else claim.form
