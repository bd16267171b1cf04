"""Headlines and dialogues: `claim: speaker`, `claim - speaker`, `Speaker: what he said`."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re

from msgspec.structs import replace

from assay.claims import lexicon
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import WORD
from assay.claims.speech.attribution import read_sentence
from assay.claims.speech.found import Attribution, Range

_BEHIND = re.compile(
    r"^(?P<said>.{12,}?)\s*(?P<mark>:|\s[-–—]|"
    r",)\s+(?P<who>[A-Z][\w.’'-]*(?:\s+(?:of|the|and|[A-Z][\w.’'-]*|"
    r"says?)){0,5})\s*$"
)
_BEFORE = re.compile(
    r"^(?P<who>[A-Z][\w.’'-]*(?:\s+(?:of|the|and|[A-Z][\w.’'-]*)){0,4}):\s+(?P<said>\S.{8,})$"
)
_TAG = re.compile(
    r"^(?P<who>(?:[A-Z][\w.’'-]*\.?(?:\s+(?:de|van|of|the|"
    r"[A-Z][\w.’'-]*)){0,4}|[QA]))(?:\s\([^)]{1,40}\))?\s*(?::|(?<=\b[QA])\.)\s+(?=\S)"
)
_NOT_WHO = frozenset(
    [
        "update",
        "breaking",
        "exclusive",
        "analysis",
        "opinion",
        "video",
        "watch",
        "live",
        "report",
        "explainer",
        "factbox",
        "interview",
        "note",
        "correction",
        "read",
        "photo",
        "source",
        "sources",
        "published",
        "editor",
        "headline",
        "summary",
        "background",
        "related",
        "more",
        "credit",
        "image",
        "caption",
        "location",
        "contact",
        "date",
        "subject",
        "version",
        "table",
        "figure",
        "step",
        "tip",
        "warning",
        "example",
        "part",
        "chapter",
        "lead",
        "ps",
        "next",
        "also",
        "key",
        "bottom",
        "line",
        "result",
        "question",
        "answer",
    ]
)


def read_headline(view: str, sentences: list[Sentence]) -> list[Attribution]:
    """Return the attributions of a headline, at most one form of each."""
    if not sentences:
        return []
    whole = sentences[0]
    start, end = sentences[0].start, sentences[-1].end
    text = view[start:end]
    behind = _BEHIND.match(text)
    if behind and _may_be_speaker(behind["who"], text):
        return [
            _tagged(
                whole, sentences, start, behind.span("said"), behind.span("who"), "headline.behind"
            )
        ]
    found = [one for sentence in sentences for one in read_sentence(sentence, headline=True)]
    if found:
        return [replace(one, rule="headline." + one.rule) for one in found if one.parent < 0]
    before = _BEFORE.match(text)
    if before and _may_be_speaker(before["who"], text):
        return [
            _tagged(
                whole, sentences, start, before.span("said"), before.span("who"), "headline.before"
            )
        ]
    return []


def _may_be_speaker(who: str, text: str) -> bool:
    first = who.split(maxsplit=1)[0].lower().rstrip(".")
    if first in _NOT_WHO:
        return False
    words = [word.lower() for word in who.split()]
    known = any(
        word in lexicon.states()
        or word in lexicon.words("roles", "titles", "headline")
        or word in _speakers()
        for word in words
    )
    return known or (len(words) <= 4 and text.rpartition(who)[0].strip() != "")


def _speakers() -> frozenset[str]:
    return (
        lexicon.words("roles", "person")
        | lexicon.words("roles", "collective")
        | lexicon.words("roles", "body")
    )


def _tagged(  # noqa: PLR0917 - the parts of one record
    whole: Sentence,
    sentences: list[Sentence],
    start: int,
    said: tuple[int, int],
    who: tuple[int, int],
    rule: str,
) -> Attribution:
    source = _places(sentences, start + who[0], start + who[1])
    holder = next((one for one in sentences if one.start <= start + who[0] < one.end), whole)
    return Attribution(
        holder,
        source,
        None,
        ((start + said[0], start + said[1]),),
        ":",
        "headline",
        "assert",
        "speech." + rule,
        800,
    )


def _places(sentences: list[Sentence], begin: int, end: int) -> tuple[int, int] | None:
    for sentence in sentences:
        inside = [
            at
            for at in range(sentence.size)
            if begin <= sentence.starts[at] < end and sentence.kinds[at] == WORD
        ]
        if inside:
            return (inside[0], inside[-1])
    return None


def dialogue_tags(view: str, paragraphs: list[Range]) -> dict[int, tuple[Range, int]]:
    """Return, for paragraphs of a dialogue, the speaker's tag and where the words begin.

    A text is a dialogue when at least three paragraphs carry tags and one of them recurs.
    """
    tags: dict[int, tuple[Range, int]] = {}
    counts: dict[str, int] = {}
    for place, (start, end) in enumerate(paragraphs):
        head = view[start : min(end, start + 80)]
        tagged = ":" in head or "Q." in head or "A." in head
        match = _TAG.match(head) if tagged else None
        if not match or (match["who"].split()[0].lower() in _NOT_WHO):
            continue
        if match[0].rstrip().endswith(".") and match["who"] not in {"Q", "A"}:
            continue
        tags[place] = ((start + match.start("who"), start + match.end("who")), start + match.end())
        counts[match["who"]] = counts.get(match["who"], 0) + 1
    recurring = sum(count for count in counts.values() if count > 1)
    return tags if len(tags) >= 3 and recurring >= 2 else {}
