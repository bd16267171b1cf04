"""VEX in OpenVEX 0.2: `statements[]` with vulnerability, products and status."""

from collections.abc import Iterator
from typing import Any

from assay.model.flaws import Statement, VexStatus
from assay.vulns.vex.parts import mapping, mappings, text

STATES: dict[str, VexStatus] = {
    "not_affected": "not_affected",
    "affected": "affected",
    "fixed": "fixed",
    "under_investigation": "under_investigation",
}


def recognises(document: dict[str, Any]) -> bool:
    """Return whether *document* is an OpenVEX document."""
    return "openvex" in text(document.get("@context"))


def statements(document: dict[str, Any]) -> Iterator[Statement]:
    """Yield the statements of *document*; of a product with subcomponents, about these."""
    for one in mappings(document.get("statements")):
        status = STATES.get(text(one.get("status")))
        if status is None:
            continue
        for flaw in _names(one.get("vulnerability")):
            for product in _products(one.get("products")):
                yield Statement(
                    flaw=flaw,
                    product=product,
                    status=status,
                    justification=text(one.get("justification")),
                    says=text(
                        one.get("impact_statement")
                        or one.get("status_notes")
                        or one.get("action_statement")
                    ),
                    author=text(document.get("author")) or "an unnamed author",
                    day=text(one.get("timestamp") or document.get("timestamp"))[:10],
                    document=text(document.get("@id")),
                )


def _names(flaw: object) -> list[str]:
    if isinstance(flaw, str):
        return [text(flaw)]
    one = mapping(flaw)
    aliases = one.get("aliases")
    others = [text(name) for name in aliases] if isinstance(aliases, list) else []
    return [name for name in (text(one.get("name")), *others[:20]) if name]


def _products(products: object) -> list[str]:
    found: list[str] = []
    for one in mappings(products):
        parts = mappings(one.get("subcomponents")) or [one]
        found += [_identity(part) for part in parts]
    return found or [""]


def _identity(product: dict[str, Any]) -> str:
    names = mapping(product.get("identifiers"))
    stated = text(names.get("purl")) or text(names.get("cpe23")) or text(names.get("cpe22"))
    return stated or text(product.get("@id"))
