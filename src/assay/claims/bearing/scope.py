"""How far the scope of a claim and an evaluated image overlap.

Names are compared as written, apart from case, marks and spaces; nothing is guessed.
"""

import re

from assay.claims.bearing.facts import ImageFact
from assay.claims.records import Claim, ScopeMatch

_PLAIN = re.compile(r"[^a-z0-9]+")
_FAMILY = re.compile(r"(?:v\d+|r\d+|[a-z]?\d{1,2}|[a-z]+)$")


def scope_match(claim: Claim, image: ImageFact) -> ScopeMatch:
    """Return how the image stands to what *claim* speaks of.

    `within-claim`: the claim speaks of all products of the vendor, and the image is known to be
    one of them. `vendor-only`: the vendor is the same and nothing more is known to be.
    """
    scope = claim.scope
    if scope.product and _plain(scope.product) == image.sha256:
        return "same-image"
    vendor = _plain(scope.vendor)
    if vendor and _plain(image.vendor) != vendor and vendor not in _plain(image.vendor):
        return "not-comparable"
    if scope.product:
        return _by_product(scope.product, scope.versions, image, vendor=bool(vendor))
    if not vendor:
        return "not-comparable"
    if claim.quantifier in {"none", "all"} and image.product:
        return "within-claim"
    return "vendor-only"


def _by_product(
    product: str, versions: tuple[str, ...], image: ImageFact, *, vendor: bool
) -> ScopeMatch:
    claimed, tested = _plain(product), _plain(image.product)
    if tested and (claimed == tested or claimed.removeprefix(_plain(image.vendor)) == tested):
        if not versions:
            return "same-product-other-version"
        return (
            "same-image"
            if _plain(image.version) in {_plain(one) for one in versions}
            else "same-product-other-version"
        )
    if tested and _family(claimed) and _family(claimed) == _family(tested):
        return "same-family"
    return "vendor-only" if vendor else "not-comparable"


def _plain(text: str) -> str:
    return _PLAIN.sub("", text.lower())


def _family(name: str) -> str:
    """Return the name without its last revision: WNR2000v5 and WNR2000v4 are one family."""
    short = _FAMILY.sub("", name)
    return short if len(short) >= 4 else ""
