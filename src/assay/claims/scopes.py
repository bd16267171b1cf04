"""What a claim is about: the product, versions, place, period and standard that words name."""

import re
from functools import cache

from assay.claims import lexicon
from assay.claims.records import Scope

_DATA = lexicon.table("kinds")


@cache
def _scopes(name: str) -> re.Pattern[str]:
    return re.compile(
        _DATA["scope"][name], 0 if name in {"product", "place", "standard"} else re.IGNORECASE
    )


def scope_of(text: str, subject: str) -> Scope:
    """Return the product, versions, place and period that *text* names."""
    if _DIGIT.search(text) is None:
        place = _scopes("place").search(text)
        period = _scopes("period").search(text) if "last" in text or "past" in text else None
        return Scope(
            vendor="" if subject in state_names() else subject,
            place=place[1] if place else "",
            period=period[0] if period else "",
        )
    product = next(
        (match[0] for match in _scopes("product").finditer(text) if not _not_product(match[0])), ""
    )
    versions = tuple(dict.fromkeys(match[1] for match in _scopes("version").finditer(text)))[:8]
    place = _scopes("place").search(text)
    period = _scopes("period").search(text)
    return Scope(
        vendor="" if subject in state_names() else subject,
        product=_without_article(product.strip(" -")),
        versions=versions,
        place=place[1] if place else "",
        period=period[0] if period else "",
    )


_DIGIT = re.compile(r"\d")


@cache
def state_names() -> frozenset[str]:
    """Return the names of states."""
    return frozenset(lexicon.states().values())


def is_product(name: str) -> bool:
    """Tell whether the *name* is that of a model, such as `R700`."""
    return _scopes("product").fullmatch(name) is not None


def _not_product(text: str) -> bool:
    return (
        re.fullmatch(
            (
                r"(?:CVE|CWE|ISO|IEC|RFC|FY|COVID|G|EN|TS|Article|Section|Act|TR|May|"
                r"Sept|Covid)[- ]?\d.*|.*\b(?:19|20)\d\d"
            ),
            text,
            re.IGNORECASE,
        )
        is not None
    )


def _without_article(product: str) -> str:
    """Return the product without a word before it that is no name: `The R700`."""
    first, _, rest = product.partition(" ")
    return rest if rest and first.lower() in lexicon.words("words", "determiners") else product


def scope_words(scope: Scope) -> str:
    """Return *scope* as words behind a claim, in parentheses."""
    parts = [
        f"product {scope.product}" if scope.product else "",
        f"version {', '.join(scope.versions)}" if scope.versions else "",
        scope.period,
    ]
    shown = "; ".join(part for part in parts if part)
    return f" ({shown})" if shown else ""


def standard_named(text: str) -> str:
    """Return the standard that *text* names, if it names one."""
    match = _scopes("standard").search(text)
    return " ".join(match[0].split()) if match else ""
