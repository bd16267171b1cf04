"""What a speaker points at: the evidence class of a statement, with the range that was searched."""

import re
from functools import cache

from assay.claims import lexicon
from assay.claims.records import EvidenceClass

Hit = tuple[EvidenceClass, int, int, str]
"""Class, offsets in the view, rule."""


@cache
def _rows() -> tuple[tuple[EvidenceClass, re.Pattern[str]], ...]:
    return tuple((row["name"], re.compile("|".join(f"(?:{one})" for one in row["patterns"]))) for row in lexicon.table("evidence")["kind"])


_LOOKED = frozenset(["find", "discover", "show", "demonstrate", "verify", "determine", "establish"])
_DEVICES = re.compile(r"\b(?:firmware|devices?|routers?|modems?|cameras?|gateways?|switch(?:es)?|passwords?|software|code|traffic|servers?|binar(?:y|ies)|chips?|accounts?|ports?|packets?|interfaces?|updates?|keys?)\b")
_TECHNICAL = frozenset(lexicon.table("roles")["document"]["technical"])


def cited(lower: str, ranges: tuple[tuple[int, int], ...], *, source: str, source_kind: str, lemma: str, nested: bool) -> Hit:
    """Return the strongest evidence that the words in *ranges* of the lower-case view cite.

    *source* and *source_kind* are the speaker's words and kind: a document that speaks is itself
    the evidence, and a speaker who hides is an unnamed source. *lemma* is the verb of speech.
    *nested* tells that the words report another named speaker.
    """
    technical = bool(_TECHNICAL & set(source.split())) and source_kind == "document"
    found_out = lemma in _LOOKED and source_kind != "document" and any(_DEVICES.search(lower, start, end) for start, end in ranges)
    for kind, pattern in _rows():
        if kind == "technical-finding" and (technical or found_out):
            return kind, ranges[0][0], ranges[0][0], "evidence.source-looked"
        if kind == "unnamed-source" and pattern.search(source):
            return kind, ranges[0][0], ranges[0][0], "evidence.source-unnamed"
        for start, end in ranges:
            match = pattern.search(lower, start, end)
            if match and not _denied(lower, match):
                return kind, match.start(), match.end(), f"evidence.{kind}"
        if kind == "institution" and nested:
            return "named-source", ranges[0][0], ranges[0][0], "evidence.nested-speaker"
        if kind == "document" and source_kind == "document":
            return "document", ranges[0][0], ranges[0][0], "evidence.source-is-document"
    return "none", ranges[0][0], ranges[0][0], "evidence.none"


_NO = re.compile(r"\b(?:no|without|not|never|any|lack of|want of|zero|n't|demand\w*|publish|release|if|whether)\W+(?:\w+\W+){0,2}$")


def _denied(lower: str, match: re.Match[str]) -> bool:
    """Tell whether the match is about evidence that is missing or asked for."""
    return _NO.search(lower, max(0, match.start() - 24), match.start()) is not None
