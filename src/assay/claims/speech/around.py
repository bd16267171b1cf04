"""What stands before or around an attribution: `The law, he said, failed`.

The words before it are what was said only if they are a quotation or a clause, not a lead-in.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from assay.claims.grammar.adjuncts import is_title, skip_adjuncts, skip_listener
from assay.claims.grammar.classes import PREPOSITIONS, SUBORDINATORS, TIME, has_verb
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import AUXILIARIES, MARK, QUOTE, WORD
from assay.claims.speech.cues import find_verbs, verb_strength
from assay.claims.speech.found import Attribution, Range, content_of, words_in
from assay.claims.speech.settings import Verb

_NOT_SAID_RIGHT = frozenset(
    [
        "while",
        "as",
        "after",
        "before",
        "when",
        "because",
        "since",
        "though",
        "although",
        "according",
        "who",
        "which",
        "but",
        "whose",
        "where",
    ]
)

_ADJUNCT_HEADS = frozenset(
    [
        "in",
        "on",
        "at",
        "during",
        "after",
        "before",
        "when",
        "while",
        "as",
        "of",
        "about",
        "with",
        "to",
        "from",
        "by",
        "via",
        "through",
        "following",
        "for",
        "over",
        "amid",
        "referring",
        "speaking",
        "last",
        "this",
        "late",
        "early",
    ]
)


def read_around(sentence: Sentence, verb: Verb) -> Attribution | None:
    """Read an attribution that stands after or amid what is said."""
    if (
        verb.setting not in {"finite", "inverted", "quoted-as"}
        or verb.subject is None
        or "clause" not in verb.cue.frames
    ):
        return None
    left_end = _left_end(sentence, verb)
    first = min(verb.subject[0], verb.first)
    if left_end < 0 or not _left_is_said(sentence, left_end, verb):
        return None
    last = max(verb.last, verb.subject[1])
    last = _behind_listener(sentence, verb, last)
    right = _right_part(sentence, last + 1, left_end)
    start = _left_start(sentence, left_end)
    spans = [content_of(sentence, start, left_end), right]
    content = tuple(span for span in spans if span)
    if not content or first <= start:
        return None
    quoted = sentence.kinds[left_end] == QUOTE
    return make_attribution(
        sentence,
        verb,
        content,
        "around.quoted" if quoted else "around.clause",
        60 if quoted else 30,
    )


def _left_end(sentence: Sentence, verb: Verb) -> int:
    """Return the last token of what is said before the attribution, or -1."""
    if verb.subject is None:
        return -1
    first = min(verb.subject[0], verb.first)
    at = first - 1
    while at >= 0 and (
        (sentence.adverbs[at] and sentence.words[at] != "not")
        or sentence.words[at] in {"and", "but", "as", "so"}
    ):
        if sentence.words[at] in {"and", "but"} and sentence.kinds[at - 1] != QUOTE:
            return -1
        at -= 1
    if at < 0:
        return -1
    if sentence.kinds[at] == QUOTE:
        return at
    if sentence.words[at] in {",", "—", "–", "?", "!", "...", "…"} and at > 0:
        return at - 1
    return -1


_LEADS_IN = SUBORDINATORS - {"that", "what", "why", "how", "who"}
_OPENS_LEAD = PREPOSITIONS | SUBORDINATORS


def _left_is_said(sentence: Sentence, left_end: int, verb: Verb) -> bool:
    """Tell whether the words before the attribution are what was said, not a lead-in."""
    if sentence.kinds[left_end] == QUOTE:
        quote = sentence.quote_at(left_end)
        return quote is not None and (quote.inner_end - quote.inner_start > 1)
    start = _left_start(sentence, left_end)
    first = sentence.words[start]
    after = (
        max(_behind_listener(sentence, verb, verb.last), verb.subject[1] if verb.subject else 0) + 1
    )
    if not _closes(sentence, after):
        return False
    if _interrupts(sentence, start, left_end, after):
        return True
    lead_in = (
        first in PREPOSITIONS
        or first in _LEADS_IN
        or (
            first.endswith("ing")
            and first not in {"nothing", "everything", "something", "anything"}
        )
        or first in {"asked", "speaking"}
    )
    if lead_in:
        clauses = [at for at in range(start, left_end) if sentence.words[at] == ","]
        return any(has_verb(sentence, at + 1, left_end) for at in clauses) or _ends_at_once(
            sentence, after
        )
    enough = words_in(sentence, start, left_end)
    return (
        has_verb(sentence, start, left_end)
        or enough >= 6
        or sentence.words[start : left_end + 1] in _SHORT_ANSWERS
        or (enough >= 3 and _ends_at_once(sentence, after))
    )


_SHORT_ANSWERS = (("no",), ("yes",), ("not", "so"), ("not", "true"), ("nonsense",), ("wrong",))


def _interrupts(sentence: Sentence, start: int, left_end: int, after: int) -> bool:
    """Tell whether the attribution stands between a subject and its verb."""
    if (
        after + 1 >= sentence.size
        or sentence.words[after] not in {",", "—", "–"}
        or has_verb(sentence, start, left_end)
    ):
        return False
    first = after + 1
    if sentence.adverbs[first]:
        first += 1
    if first >= sentence.size - 1:
        return False
    lead_in = sentence.words[start] in _OPENS_LEAD
    return (
        lead_in
        and has_verb(sentence, first, sentence.size - 1)
        and not sentence.words[first].endswith("ing")
    ) or (not lead_in and bool(sentence.verbs[first]))


def _ends_at_once(sentence: Sentence, after: int) -> bool:
    return after >= sentence.size or sentence.words[after] in {".", "!", "?"}


def _closes(sentence: Sentence, place: int) -> bool:
    """Tell whether the attribution ends here: nothing said stands directly behind it."""
    place = skip_adjuncts(sentence, place)
    if place >= sentence.size or (sentence.kinds[place] == MARK and sentence.words[place] != ":"):
        return True
    if sentence.kinds[place] == QUOTE:
        return False
    if sentence.words[place] in {
        "published",
        "released",
        "posted",
        "issued",
        "obtained",
        "seen",
        "sent",
        "dated",
    }:
        return True
    return sentence.words[place] in _ADJUNCT_HEADS and sentence.words[place - 1] != ","


def _left_start(sentence: Sentence, left_end: int) -> int:
    """Return where the words before the attribution begin: behind a semicolon or a colon."""
    for at in range(left_end, -1, -1):
        if sentence.kinds[at] == MARK and sentence.words[at] == ";":
            return at + 1
    start = 0
    if sentence.words[0].isupper() or sentence.texts[0].isupper():
        start = _behind_dateline(sentence)
    if sentence.words[start] in {"but", "and", "yet"} and start < left_end:
        start += 1
    return start if start <= left_end else 0


_BEHIND_PLACE = frozenset(["—", "–", "-", "--", "/", "|"])


def _behind_dateline(sentence: Sentence) -> int:
    """Step over `BEIJING (Reuters) -` and `NEW DELHI:` at the head of an agency text."""
    for at in range(1, min(sentence.size - 1, 4)):
        if sentence.words[at] == ":":
            return at + 1 if all(one.isupper() for one in sentence.texts[:at]) else 0
    for at in range(min(sentence.size, 14)):
        if sentence.words[at] in _BEHIND_PLACE and at > 0:
            after = at + 1
            while after < sentence.size and sentence.words[after] in _BEHIND_PLACE:
                after += 1
            return after if sentence.texts[0].isupper() and len(sentence.texts[0]) > 2 else 0
    return 0


def _behind_listener(sentence: Sentence, verb: Verb, last: int) -> int:
    if "addressee" in verb.cue.frames and verb.setting == "finite":
        return max(last, skip_listener(sentence, verb.last + 1) - 1)
    return last


def _right_part(sentence: Sentence, place: int, left_end: int) -> Range | None:  # noqa: PLR0911 - one return for each case of the grammar
    """Return what is said behind an attribution that interrupts it."""
    after = place
    while (
        after < sentence.size and sentence.kinds[after] == WORD and sentence.words[after] != "that"
    ):
        if sentence.words[after] in AUXILIARIES:
            return None
        after += 1
    if after >= sentence.size or sentence.words[after] not in {",", "—", "–", ".", ":", ";"}:
        if (
            after < sentence.size
            and sentence.kinds[after] == QUOTE
            and sentence.kinds[left_end] == QUOTE
            and not is_title(sentence, after)
        ):
            return content_of(sentence, after, after)
        return None
    if after + 1 >= sentence.size:
        return None
    first = after + 1
    while first < sentence.size - 1 and sentence.words[first] in {"-", "–", "—"}:
        first += 1
    if _is_date(sentence, first):
        return None
    quotes = [at for at in range(first, sentence.size) if sentence.kinds[at] == QUOTE]
    if sentence.kinds[left_end] == QUOTE:
        return _quoted_right(sentence, first, quotes)
    word = sentence.words[first]
    if (
        word in _NOT_SAID_RIGHT
        or word.endswith("ing")
        or (word in {"and", "or"} and not has_verb(sentence, first, sentence.size - 1))
    ):
        return None
    if has_verb(sentence, _left_start(sentence, left_end), left_end) and (
        word in PREPOSITIONS or sentence.words[after] == ";"
    ):
        return None
    if _later_verb(sentence, first):
        return None
    return content_of(sentence, first, sentence.size - 1)


def _is_date(sentence: Sentence, first: int) -> bool:
    """Tell whether nothing but a date is left: `…, he said on Monday, 14 October 2024`."""
    rest = zip(sentence.words[first:], sentence.kinds[first:], strict=True)
    return all(kind == MARK or word.isdigit() or word in TIME for word, kind in rest)


def _later_verb(sentence: Sentence, first: int) -> bool:
    return any(
        verb.first >= first
        and verb.setting in {"elided", "finite", "participle"}
        and verb.first - first < 5
        for verb in find_verbs(sentence)
    )


def _quoted_right(sentence: Sentence, first: int, quotes: list[int]) -> Range | None:
    """Return a second quotation that stands right behind the attribution."""
    if (
        not quotes
        or quotes[0] - first > 1
        or (quotes[0] > first and sentence.words[first] not in {"and", "but", "that", "or"})
    ):
        return None
    return content_of(sentence, quotes[0], quotes[0])


def make_attribution(
    sentence: Sentence, verb: Verb, content: tuple[Range, ...], rule: str, gain: int
) -> Attribution:
    """Return the attribution of *content* to the subject of *verb*."""
    return Attribution(
        sentence=sentence,
        source=verb.subject,
        cue=(verb.first, verb.last),
        content=content,
        lemma=verb.cue.lemma,
        group=verb.cue.group,
        act=verb.cue.act,
        rule=f"speech.{verb.setting}.{rule}",
        confidence=min(980, verb_strength(verb) + gain),
    )
