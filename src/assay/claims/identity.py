"""Ids of register records: the first 16 hex digits of a digest of what identifies them."""

import hashlib

from assay._kernel import canonical
from assay.claims.records import QUOTE_LIMIT, Excerpt


def identify(kind: str, *parts: object) -> str:
    """Return the id of the record of *kind* that *parts* identify."""
    return hashlib.sha256(canonical.encode([kind, *parts])).hexdigest()[:16]


def excerpt(text: str, start: int, end: int) -> Excerpt:
    """Return *text*, which stands at bytes *start* to *end*, as an excerpt."""
    shown = " ".join(text.split())
    if len(shown) > QUOTE_LIMIT:
        shown = shown[: QUOTE_LIMIT - 1].rstrip() + "…"
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return Excerpt(text=printable(shown), start=start, end=end, sha256=digest)


def printable(text: str) -> str:
    """Return *text* with a question mark for each undecoded byte."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
