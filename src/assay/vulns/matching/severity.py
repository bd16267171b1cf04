"""CVSS vectors of versions 2, 3 and 4 as scores in tenths and words.

Reference: first.org/cvss. The newest version that was given counts, of that the first vector.
"""

from functools import lru_cache
from typing import NamedTuple

from assay.model.flaws import FlawSeverity

WORDS: dict[str, FlawSeverity] = {
    "critical": "critical", "high": "high", "important": "high", "medium": "medium",
    "moderate": "medium", "low": "low", "none": "none",
}  # fmt: skip
LONGEST = 200


class Severity(NamedTuple):
    """A base score in tenths (-1: none), its word, and the vector that it comes from."""

    score: int
    word: FlawSeverity
    vector: str


def severity_of(vectors: tuple[str, ...], word: str = "") -> Severity:
    """Return the severity that *vectors* give, or else that of an authority's *word*."""
    scored = [(_rank(one), -place, one) for place, one in enumerate(vectors) if score(one) >= 0]
    if scored:
        vector = max(scored)[2]
        return Severity(score(vector), word_of(score(vector)), vector)
    return Severity(-1, WORDS.get(word.lower(), "unknown"), "")


@lru_cache(maxsize=8192)
def score(vector: str) -> int:
    """Return the base score of *vector* in tenths, -1 for what is no valid vector."""
    from cvss import CVSS2, CVSS3, CVSS4, CVSSError  # noqa: PLC0415 - most images match no flaw

    kind = CVSS4 if vector.startswith("CVSS:4") else CVSS3 if vector.startswith("CVSS:3") else CVSS2
    try:
        return round(float(kind(vector[:LONGEST]).base_score) * 10)
    except (CVSSError, KeyError, ValueError, TypeError):
        return -1


def word_of(tenths: int) -> FlawSeverity:
    """Return the qualitative rating of a score (CVSS 3.1, table 14)."""
    if tenths >= 90:
        return "critical"
    if tenths >= 70:
        return "high"
    if tenths >= 40:
        return "medium"
    return "low" if tenths > 0 else "none"


def over_network(vector: str) -> bool | None:
    """Return whether the attack works over a network; None where the vector does not say."""
    metrics = vector.split("/")
    if "AV:N" in metrics:
        return True
    return False if any(one.startswith("AV:") for one in metrics) else None


def _rank(vector: str) -> int:
    return 4 if vector.startswith("CVSS:4") else 3 if vector.startswith("CVSS:3") else 2
