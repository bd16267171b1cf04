"""Ids of register records: the first 16 hex digits of a digest of what identifies them."""

import hashlib

from assay._kernel import canonical
from assay.claims.records import QUOTE_LIMIT, Excerpt


def identify(kind: str, *parts: object) -> str:
    """Return the id of the record of *kind* that *parts* identify."""
    return _sha256(canonical.encode([kind, *parts]))[:16]


def excerpt(text: str, start: int, end: int) -> Excerpt:
    """Return *text*, which stands at bytes *start* to *end*, as an excerpt."""
    shown = squeezed(text)
    if len(shown) > QUOTE_LIMIT:
        shown = shown[: QUOTE_LIMIT - 1].rstrip() + "…"
    digest = _sha256(text.encode("utf-8", "surrogateescape"))
    return Excerpt(text=printable(shown), start=start, end=end, sha256=digest)


_EMPTY = hashlib.sha256()


def _sha256(data: bytes) -> str:
    # To copy a state takes less time than to look up the algorithm anew.
    state = _EMPTY.copy()
    state.update(data)
    return state.hexdigest()


def squeezed(text: str) -> str:
    """Return the words of *text* with one space between any two."""
    # No white space but the plain space counts as printable.
    if "  " in text or not text.isprintable():
        return " ".join(text.split())
    return text.strip(" ")


def printable(text: str) -> str:
    """Return *text* with a question mark for each undecoded byte."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
