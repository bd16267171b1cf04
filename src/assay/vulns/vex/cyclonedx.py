"""VEX in CycloneDX: `vulnerabilities[].analysis`, for components of this or another document."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from assay.model.flaws import Statement, VexStatus
from assay.vulns.vex.parts import mapping, mappings, text

STATES: dict[str, VexStatus] = {
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "exploitable": "affected",
    "in_triage": "under_investigation",
    "false_positive": "not_affected",
    "not_affected": "not_affected",
}


def recognises(document: dict[str, Any]) -> bool:
    """Return whether *document* is a CycloneDX document."""
    return document.get("bomFormat") == "CycloneDX"


def statements(document: dict[str, Any]) -> Iterator[Statement]:
    """Yield the analysed vulnerabilities of *document* as statements."""
    products = _products(document)
    author, number = _author(document), text(document.get("serialNumber"))
    for flaw in mappings(document.get("vulnerabilities")):
        analysis = mapping(flaw.get("analysis"))
        status = STATES.get(text(analysis.get("state")))
        if status is None:
            continue
        refs = [text(one.get("ref")) for one in mappings(flaw.get("affects"))] or [""]
        for ref in refs:
            yield Statement(
                flaw=text(flaw.get("id")),
                product=_product(ref, products),
                status=status,
                justification=text(analysis.get("justification")),
                says=text(analysis.get("detail")),
                author=author,
                day=text(analysis.get("lastUpdated") or flaw.get("updated"))[:10],
                document=number,
            )


def _products(document: dict[str, Any]) -> dict[str, str]:
    """Return the components by their reference: as package URL, CPE name, or name@version."""
    found: dict[str, str] = {}
    pending = mappings(document.get("components"))
    while pending and len(found) < 100_000:
        one = pending.pop()
        pending += mappings(one.get("components"))
        name = f"{text(one.get('name'))}@{text(one.get('version'))}".rstrip("@")
        product = text(one.get("purl")) or text(one.get("cpe")) or name
        found[text(one.get("bom-ref"))] = product
    main = mapping(mapping(document.get("metadata")).get("component"))
    found.setdefault(text(main.get("bom-ref")), "")
    return found


def _product(ref: str, products: dict[str, str]) -> str:
    """Return what *ref* stands for; a BOM-Link names the component after its `#`."""
    if ref in products:
        return products[ref]
    return unquote(ref.partition("#")[2]) if ref.startswith("urn:cdx:") else ref


def _author(document: dict[str, Any]) -> str:
    metadata = mapping(document.get("metadata"))
    authors = [text(one.get("name")) for one in mappings(metadata.get("authors"))]
    firms = [text(mapping(metadata.get(key)).get("name")) for key in ("supplier", "manufacturer")]
    return next((name for name in (*authors, *firms) if name), "an unnamed author")
