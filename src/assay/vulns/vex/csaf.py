"""VEX in CSAF 2.0: the status of products per vulnerability, with flags that justify it."""

from collections.abc import Iterator
from typing import Any

from assay.model.flaws import Statement, VexStatus
from assay.vulns.product_tree import CsafProduct, products_of
from assay.vulns.vex.parts import mapping, mappings, text, texts

STATES: dict[str, VexStatus] = {
    "known_not_affected": "not_affected",
    "known_affected": "affected",
    "fixed": "fixed",
    "first_fixed": "fixed",
    "under_investigation": "under_investigation",
}


def recognises(document: dict[str, Any]) -> bool:
    """Return whether *document* is a CSAF document."""
    return bool(mapping(document.get("document")).get("csaf_version"))


def statements(document: dict[str, Any]) -> Iterator[Statement]:
    """Yield the product statuses of *document* as statements."""
    head = mapping(document.get("document"))
    tracking = mapping(head.get("tracking"))
    products = products_of(mapping(document.get("product_tree")))
    for flaw in mappings(document.get("vulnerabilities")):
        reasons, words = _reasons(flaw), _words(flaw)
        for state, ids in sorted(mapping(flaw.get("product_status")).items()):
            status = STATES.get(state)
            for identity in texts(ids) if status else ():
                yield Statement(
                    flaw=text(flaw.get("cve")),
                    product=_product(products.get(identity), identity),
                    status=status or "under_investigation",
                    justification=reasons.get(identity, ""),
                    says=words.get(identity, ""),
                    author=text(mapping(head.get("publisher")).get("name")) or "a publisher",
                    day=text(tracking.get("current_release_date"))[:10],
                    document=text(tracking.get("id")),
                )


def _product(product: CsafProduct | None, identity: str) -> str:
    """Return the product as package URL, CPE name or plain name; its id where it has none."""
    if product is None:
        return identity
    if product.purl:
        return product.purl
    for key in product.keys:
        kind, vendor, name = key.split(":", 2) if key.count(":") > 1 else (key, "", "")
        if kind == "cpe":
            return f"cpe:2.3:a:{vendor}:{name}:{product.version or '*'}:*:*:*:*:*:*:*"
        if kind == "name":
            return f"{name}@{product.version}".rstrip("@")
    return identity


def _reasons(flaw: dict[str, Any]) -> dict[str, str]:
    return {
        identity: text(flag.get("label"))
        for flag in mappings(flaw.get("flags"))
        for identity in texts(flag.get("product_ids"))
    }


def _words(flaw: dict[str, Any]) -> dict[str, str]:
    return {
        identity: text(threat.get("details"))
        for threat in mappings(flaw.get("threats"))
        if threat.get("category") == "impact"
        for identity in texts(threat.get("product_ids"))
    }
