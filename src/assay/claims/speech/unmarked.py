"""Free indirect speech: a sentence without any verb of speech amid a speaker's sentences.

Kept narrow: only in a paragraph that the same speaker holds, only about equipment and its
security, and with low confidence.
"""

import re
from functools import cache

from msgspec.structs import replace

from assay.claims import lexicon
from assay.claims.grammar.phrases import clause_subject
from assay.claims.grammar.sentences import Sentence
from assay.claims.scan import TextScan
from assay.claims.speech.found import Attribution
from assay.claims.speech.loose import Paragraph

_ABOUT = frozenset(
    ["evidence-absent", "backdoor", "spying", "standard", "vulnerability", "reproducible"]
)
_EQUIPMENT = re.compile(
    r"\b(?:equipment|gear|networks?|routers?|switch(?:es)?|5g|firmware|"
    r"devices?|vendors?|telecom\w*|base stations?|modems?|cameras?|"
    r"products?|hardware)\b"
)
_TOLD = re.compile(
    r"^\W*(?:on|in|last|earlier|since) (?:monday|tuesday|wednesday|thursday|"
    r"friday|saturday|sunday|january|february|march|april|may|june|july|"
    r"august|september|october|november|december|week|month|year|the past|"
    r"\d{4})\b|\b(?:yesterday|last (?:week|month|year))\b"
)
_DEFINITE = re.compile(
    r"\b(?:the|its|their|these|this|no|none|all|our|his|"
    r"her)\b.*?\b(?:equipment|gear|networks?|routers?|firmware|devices?|"
    r"products?|cameras?|modems?)\b|'s (?:\w+ )?(?:equipment|gear|products?|"
    r"devices?|routers?|cameras?|firmware)\b|\b(?:no|none|never)\b"
)
_EXAMPLE = frozenset(["gave", "cited", "mentioned", "raised", "listed", "offered", "named", "went"])


@cache
def _subject_matter() -> frozenset[int]:
    rows = enumerate(lexicon.table("kinds")["kind"])
    return frozenset(place for place, row in rows if row["id"] in _ABOUT)


def read_unmarked(scan: TextScan, paragraphs: list[Paragraph]) -> None:
    """Add to each paragraph the sentences that go on with a speaker's words unmarked."""
    for paragraph in paragraphs:
        if not any(paragraph.found):
            continue
        found = paragraph.found
        for at, sentence in enumerate(paragraph.sentences):
            beside = at and (found[at - 1] or any(found[at + 1 : at + 2]))
            if not beside or found[at] or sentence.quotes or not _fits(scan, sentence):
                continue
            speaker = _speaker(paragraph, at)
            if speaker:
                paragraph.found[at].append(
                    replace(
                        speaker,
                        content=(
                            (
                                sentence.start,
                                sentence.ends[-2]
                                if sentence.size > 1 and sentence.words[-1] == "."
                                else sentence.end,
                            ),
                        ),
                        cue=None,
                        lemma="",
                        group="unmarked",
                        act="assert",
                        rule="speech.free-indirect",
                        confidence=450,
                        parent=-1,
                        carried="speech.free-indirect",
                    )
                )


def _fits(scan: TextScan, sentence: Sentence) -> bool:
    if sentence.size < 6:
        return False
    text = scan.text[sentence.start : sentence.end]
    if _EQUIPMENT.search(text) is None or _TOLD.search(text):
        return False
    if not _DEFINITE.search(text):
        return False
    hits = scan.hits("kinds", sentence.start, sentence.end)
    return any(hit.row in _subject_matter() for hit in hits)


def _speaker(paragraph: Paragraph, at: int) -> Attribution | None:
    """Return the attribution whose speaker holds the paragraph around the sentence at *at*."""
    before = [
        one
        for found in paragraph.found[:at]
        for one in found
        if one.parent < 0 and one.group != "noun"
    ]
    if (
        before
        and paragraph.found[at - 1]
        and before[-1].content[-1][1] >= paragraph.sentences[at - 1].start
    ):
        last = before[-1]
        return last if last.group in {"say", "particle", "tell", "unmarked", "clause"} else None
    behind = [one for found in paragraph.found[at + 1 : at + 2] for one in found if one.parent < 0]
    if not behind or at == 0:
        return None
    opening = paragraph.sentences[at - 1]
    subject = clause_subject(opening, opening.size)
    if subject is None or _EXAMPLE.isdisjoint(opening.words):
        return None
    return behind[0]
