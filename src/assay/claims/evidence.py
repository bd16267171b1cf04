"""What a speaker points at: the evidence class of a statement, with the range that was searched."""

import re
from functools import cache

from assay.claims import lexicon
from assay.claims.known import Known
from assay.claims.records import EvidenceClass
from assay.claims.scan import TextScan

Hit = tuple[EvidenceClass, int, int, str]
"""Class, offsets in the view, rule."""


@cache
def _kinds() -> tuple[EvidenceClass, ...]:
    return tuple(row["name"] for row in lexicon.table("evidence")["kind"])


def _hides_who(source: str) -> bool:
    """Tell whether the words for a speaker hide who it is."""
    if _SOURCES.search(source):
        return True
    row = _kinds().index("unnamed-source")
    may = lexicon.pattern_index().may_match("evidence", row, source)
    return may and _unnamed().search(source) is not None


_SOURCES = re.compile(r"^(?!open\b)(?:(?!of\b)[\w-]+ ){0,4}(?:sources?|insiders?)$")
_hides = Known(_hides_who)


@cache
def _unnamed() -> re.Pattern[str]:
    rows = next(
        row["patterns"]
        for row in lexicon.table("evidence")["kind"]
        if row["name"] == "unnamed-source"
    )
    return re.compile("|".join(f"(?:{row})" for row in rows))


_LOOKED = frozenset(["find", "discover", "show", "demonstrate", "verify", "determine", "establish"])
_DEVICES = re.compile(
    r"\b(?:firmware|devices?|routers?|modems?|cameras?|gateways?|"
    r"switch(?:es)?|passwords?|software|code|traffic|servers?|binar(?:y|"
    r"ies)|chips?|accounts?|ports?|packets?|interfaces?|updates?|keys?)\b"
)
_TECHNICAL = frozenset(lexicon.table("roles")["document"]["technical"])


def cited(
    scan: TextScan,
    ranges: tuple[tuple[int, int], ...],
    *,
    source: str,
    source_kind: str,
    lemma: str,
    nested: bool,
) -> Hit:
    """Return the strongest evidence that the words in *ranges* of the lower-case view cite.

    *source* and *source_kind* are the speaker's words and kind: a document that speaks is itself
    the evidence, and a speaker who hides is an unnamed source. *lemma* is the verb of speech.
    *nested* tells that the words report another named speaker.
    """
    lower = scan.text
    technical = source_kind == "document" and not _TECHNICAL.isdisjoint(source.split())
    found_out = (
        lemma in _LOOKED
        and source_kind != "document"
        and any(_DEVICES.search(lower, start, end) for start, end in ranges)
    )
    by_kind: dict[EvidenceClass, tuple[int, int]] = {}
    for start, end in ranges:
        for hit in scan.hits("evidence", start, end):
            if not _denied(lower, hit.start):
                by_kind.setdefault(_kinds()[hit.row], (hit.start, hit.end))
    unnamed = _hides[source]
    told = by_kind or technical or found_out or unnamed or nested or source_kind == "document"
    for kind in _kinds() if told else ():
        if kind == "technical-finding" and (technical or found_out):
            return kind, ranges[0][0], ranges[0][0], "evidence.source-looked"
        if kind == "unnamed-source" and unnamed:
            return kind, ranges[0][0], ranges[0][0], "evidence.source-unnamed"
        if kind in by_kind:
            return kind, *by_kind[kind], f"evidence.{kind}"
        if kind == "institution" and nested:
            return "named-source", ranges[0][0], ranges[0][0], "evidence.nested-speaker"
        if kind == "document" and source_kind == "document":
            return "document", ranges[0][0], ranges[0][0], "evidence.source-is-document"
    return "none", ranges[0][0], ranges[0][0], "evidence.none"


_NO = re.compile(
    r"\b(?:no|without|not|never|any|lack of|want of|zero|n't|demand\w*|"
    r"publish|release|if|whether)\W+(?:\w+\W+){0,2}$"
)


def _denied(lower: str, start: int) -> bool:
    """Tell whether the match is about evidence that is missing or asked for."""
    return _NO.search(lower, max(0, start - 24), start) is not None
