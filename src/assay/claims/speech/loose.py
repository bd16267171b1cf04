"""Quotations without a verb of speech: announced by a colon, or going on with a speaker's words."""

import re

from msgspec import Struct
from msgspec.structs import replace

from assay.claims.grammar.phrases import Phrase, clause_subject, named_or_speaking, phrase_before
from assay.claims.grammar.quotation import Quotation
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import QUOTE, WORD
from assay.claims.speech.found import Attribution, words_in

_WORDS = re.compile(r"\w+")
_LONG = 5
_PASSIVE = frozenset(["was", "were", "been"])


class Paragraph(Struct, frozen=True, gc=False):
    """The sentences of a paragraph, each with the attributions found in it so far."""

    start: int
    end: int
    sentences: list[Sentence]
    found: list[list[Attribution]]


def read_loose(view: str, paragraphs: list[Paragraph]) -> None:
    """Add to each paragraph's sentences the quotations that only their surroundings attribute."""
    for place, paragraph in enumerate(paragraphs):
        for at, sentence in enumerate(paragraph.sentences):
            if not sentence.quotes:
                continue
            taken = [one for found in paragraph.found[at : at + 1] for one in found]
            free = [
                quote
                for quote in sentence.quotes
                if not _covered(quote, taken) and _is_long(view, quote)
            ]
            if free:
                _attribute(view, paragraphs, place, at, free)


def _covered(quote: Quotation, taken: list[Attribution]) -> bool:
    return any(
        start < quote.end and quote.start < end for one in taken for start, end in one.content
    )


def _is_long(view: str, quote: Quotation) -> bool:
    return len(_WORDS.findall(view[quote.inner_start : quote.inner_end])) >= 3


def _attribute(
    view: str, paragraphs: list[Paragraph], place: int, at: int, free: list[Quotation]
) -> None:
    paragraph = paragraphs[place]
    sentence = paragraph.sentences[at]
    for quote in free:
        if _goes_on(paragraphs, place, at, quote):
            continue
        one = _announced(sentence, quote) or _standing(view, paragraphs, place, at, quote)
        if one:
            paragraph.found[at].append(one)


def _goes_on(paragraphs: list[Paragraph], place: int, at: int, quote: Quotation) -> bool:
    """Join a quotation to the one it goes on with: `"…," he said. "…"` is one statement."""
    sentence = paragraphs[place].sentences[at]
    if any(kind == WORD for kind in sentence.kinds):
        return False
    if at:
        holder, before = paragraphs[place].found[at - 1], paragraphs[place].sentences[at - 1]
    elif place and paragraphs[place - 1].sentences:
        holder, before = paragraphs[place - 1].found[-1], paragraphs[place - 1].sentences[-1]
        if not (before.quotes and before.quotes[-1].open_end):
            return False
    else:
        return False
    for index, one in enumerate(holder):
        quoted = before.quotes and any(
            start <= mark.start and mark.end <= end
            for mark in before.quotes
            for start, end in one.content
        )
        alone = quoted and all(
            any(mark.start <= start and end <= mark.end for mark in before.quotes)
            for start, end in one.content[:1]
        )
        if (
            one.parent < 0
            and alone
            and one.group
            in {
                "say",
                "tell",
                "particle",
                "clause",
                "continued",
                "admit",
                "warn",
                "promise",
                "disclose",
                "allege",
            }
        ):
            holder[index] = replace(one, content=(*one.content, (quote.start, quote.end)))
            # A further sentence of the same quotation joins here, too.
            paragraphs[place].found[at].append(
                replace(holder.pop(index), content=holder_content(one, quote))
            )
            return True
    return False


def holder_content(one: Attribution, quote: Quotation) -> tuple[tuple[int, int], ...]:
    """Return the content of *one* with *quote* behind it."""
    return (*one.content, (quote.start, quote.end))


def _announced(sentence: Sentence, quote: Quotation) -> Attribution | None:
    """Read `Smith was blunt: "…"`: the subject of the sentence speaks."""
    place = next(
        at
        for at in range(sentence.size)
        if sentence.kinds[at] == QUOTE and sentence.starts[at] == quote.start
    )
    if place < 2 or sentence.words[place - 1] not in {":", ","}:
        return None
    if sentence.words[place - 1] == "," or words_in(sentence, place, place) < 2:
        return None
    if "asked" in sentence.words[:place] and not _PASSIVE.isdisjoint(sentence.words[:place]):
        return None
    source = _announcer(sentence, place - 1)
    if source is None:
        return None
    content = ((quote.start, quote.end),)
    return Attribution(
        sentence,
        source,
        (place - 1, place - 1),
        content,
        ":",
        "colon",
        "assert",
        "speech.colon",
        700,
    )


def _announcer(sentence: Sentence, colon: int) -> Phrase | None:
    subject = clause_subject(sentence, colon)
    if subject:
        return subject
    whole = phrase_before(sentence, colon - 1)
    return whole if whole and named_or_speaking(sentence, whole) and colon <= 8 else None


def _standing(
    view: str, paragraphs: list[Paragraph], place: int, at: int, quote: Quotation
) -> Attribution | None:
    """Read a quotation that is a sentence of its own, or part of one without a verb of speech."""
    paragraph = paragraphs[place]
    sentence = paragraph.sentences[at]
    alone = all(kind != WORD for kind in sentence.kinds)
    if not alone and not _partial(view, sentence, quote):
        return None
    speaker, rule, confidence = _speaker_of(paragraphs, place, at, alone=alone)
    if speaker is None:
        return None
    content = ((quote.start, quote.end),)
    return replace(
        speaker,
        content=content,
        cue=None,
        lemma="",
        group="continued",
        act="assert",
        rule=rule,
        confidence=confidence,
        parent=-1,
        carried=rule,
    )


def _partial(view: str, sentence: Sentence, quote: Quotation) -> bool:
    return (
        len(_WORDS.findall(view[quote.inner_start : quote.inner_end])) >= _LONG
        and sentence.size >= 3
    )


def _speaker_of(  # noqa: PLR0911 - one return for each case of the grammar
    paragraphs: list[Paragraph], place: int, at: int, *, alone: bool
) -> tuple[Attribution | None, str, int]:
    """Find who goes on speaking: in this paragraph, just behind, or in the one before."""
    paragraph = paragraphs[place]
    before = [one for found in paragraph.found[:at] for one in found if one.parent < 0]
    if before:
        return before[-1], "speech.continued.paragraph", 780 if alone else 600
    behind = [one for found in paragraph.found[at + 1 : at + 3] for one in found if one.parent < 0]
    if behind and alone:
        return behind[0], "speech.continued.following", 720
    if not alone or place == 0:
        return None, "", 0
    named = _named_before(paragraph, at)
    if named:
        return named, "speech.continued.named", 600
    for back in (1, 2):
        if place - back < 0:
            break
        last = [one for found in paragraphs[place - back].found for one in found if one.parent < 0]
        if last:
            return last[-1], "speech.continued.previous", 700 if back == 1 else 550
        subject = _named_before(paragraphs[place - back], len(paragraphs[place - back].sentences))
        if subject and back == 1:
            return subject, "speech.continued.named", 550
    return None, "", 0


def _named_before(paragraph: Paragraph, at: int) -> Attribution | None:
    """Take the subject of the sentence before: `Smith was not convinced. "…"`."""
    if at == 0:
        return None
    sentence = paragraph.sentences[at - 1]
    subject = clause_subject(sentence, sentence.size)
    if subject is None or not named_or_speaking(sentence, subject):
        return None
    return Attribution(
        sentence, subject, None, (), "", "continued", "assert", "speech.continued.named", 600
    )
