"""Speech without a verb of speech: "according to X", "X's claim that …", "in the words of X"."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from functools import cache
from itertools import compress

from assay.claims import lexicon
from assay.claims.grammar.classes import PRONOUNS, has_verb
from assay.claims.grammar.following import phrase_after
from assay.claims.grammar.phrases import Phrase, named_or_speaking, phrase_before
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import QUOTE, WORD
from assay.claims.speech.found import Attribution, Range, content_of

_OWNERS = frozenset(["his", "her", "its", "their"])
_OPENS_SOURCE = PRONOUNS | {"the", "a", "an", "his", "her", "their"}


def read_nouns(sentence: Sentence, verbs: list[Attribution]) -> list[Attribution]:
    """Return the attributions in *sentence* that a noun or a preposition introduces."""
    if True not in sentence.noun_cues:
        return []
    nouns = lexicon.noun_cues()
    found: list[Attribution] = []
    for place in compress(range(sentence.size), sentence.noun_cues):
        word = sentence.words[place]
        one = None
        if word in {"according", "per"} and sentence.kinds[place] == WORD:
            one = _according(sentence, place, word)
        elif word in nouns and place + 1 < sentence.size and not _is_cue(verbs, place):
            one = _noun(sentence, place, nouns[word])
        if one:
            found.append(one)
    return found


def _is_cue(verbs: list[Attribution], place: int) -> bool:
    return any(one.cue and one.cue[0] <= place <= one.cue[1] for one in verbs)


def _according(sentence: Sentence, place: int, word: str) -> Attribution | None:
    """Read `According to X, …`, `…, according to X.` and the same amid a clause."""
    first = place + 1
    if word == "according":
        if sentence.words[first : first + 1] != ("to",):
            return None
        first += 1
    elif place and sentence.words[place - 1] != ",":
        return None
    source = _source_after(sentence, first, initial=place == 0)
    if source is None:
        return None
    content = _around(sentence, place, source[1])
    if not content:
        return None
    if sentence.words[-1] == ":" and not has_verb(sentence, 0, max(0, place - 1)):
        return None
    cue = (place, first - 1)
    rule = "speech.according." + ("initial" if place == 0 else "final")
    return Attribution(
        sentence, source, cue, content, "according to", "according", "assert", rule, 850
    )


def _source_after(sentence: Sentence, first: int, *, initial: bool) -> Phrase | None:
    if first >= sentence.size or sentence.kinds[first] != WORD:
        return None
    last = first
    commas = 0
    for at in range(first, min(sentence.size, first + 40)):
        word = sentence.words[at]
        if word in {".", ";", ":", "—", "–", "?"} or (
            sentence.kinds[at] == QUOTE and at > first + 6
        ):
            break
        if word == ",":
            commas += 1
            wrapped = phrase_after(sentence, first)
            if initial or wrapped is None or wrapped[1] <= at:
                break
        last = at
    named = any(
        sentence.capitals[at] or sentence.words[at] in lexicon_speakers()
        for at in range(first, last + 1)
    )
    return (first, last) if named or sentence.words[first] in _OPENS_SOURCE else None


@cache
def lexicon_speakers() -> frozenset[str]:
    """Return the nouns that name those who speak."""
    return (
        lexicon.words("roles", "person")
        | lexicon.words("roles", "collective")
        | lexicon.words("roles", "body")
        | lexicon.words("roles", "document")
    )


def _around(sentence: Sentence, cue: int, last: int) -> tuple[Range, ...]:
    after = last + 1
    if after < sentence.size and sentence.words[after] == ",":
        after += 1
    if after < sentence.size and sentence.words[after] in _SAYS_MORE:
        closing = sentence.words.index(",", after) if "," in sentence.words[after:] else last
        after = closing + 1 if cue == 0 and after < closing < sentence.size - 1 else after
    parts = []
    if cue > 0:
        left_end = cue - 1
        before = content_of(sentence, _lead(sentence), left_end) if left_end >= 1 else None
        parts.append(before)
    if after < sentence.size - 1 and (
        cue == 0 or not _complete(sentence, cue) or sentence.words[last + 1] == ","
    ):
        rest_is_new = cue > 0 and sentence.words[after] in {
            "who",
            "which",
            "and",
            "but",
            "while",
            "as",
            "with",
            "adding",
        }
        parts.append(
            None
            if rest_is_new or (cue > 0 and _complete(sentence, cue))
            else content_of(sentence, after, sentence.size - 1)
        )
    return tuple(part for part in parts if part)


_SAYS_MORE = frozenset(
    ["published", "released", "issued", "seen", "obtained", "dated", "posted", "commissioned"]
) | {"who", "which", "reviewed", "written"}
"""What says more of the source right behind its comma: `According to a report, published …, …`."""


def _lead(sentence: Sentence) -> int:
    return 1 if sentence.words[0] in {"but", "and"} and sentence.size > 2 else 0


def _complete(sentence: Sentence, cue: int) -> bool:
    return has_verb(sentence, 0, cue - 1)


def _noun(sentence: Sentence, place: int, act: str) -> Attribution | None:
    """Read `X's claim that …` and `a claim by X that …`."""
    after = place + 1
    source = _owner(sentence, place)
    if (
        source is None
        and sentence.words[after] in {"by", "from", "of"}
        and after + 1 < sentence.size
    ):
        source = _maker(sentence, after + 1)
        if source:
            after = source[1] + 1
    if (
        source is None
        or after >= sentence.size
        or sentence.words[after] != "that"
        or not named_or_speaking(sentence, source)
    ):
        if source is None or not (after < sentence.size and sentence.words[after] in {"that", ":"}):
            return None
        if sentence.words[source[0]] not in _OWNERS:
            return None
    last = _clause_end(sentence, after + 1)
    if not has_verb(sentence, after + 1, last):
        return None
    span = content_of(sentence, after + 1, last)
    if span is None:
        return None
    return Attribution(
        sentence,
        source,
        (place, place),
        (span,),
        sentence.words[place],
        "noun",
        act,
        "speech.noun.that",
        720,
    )


def _owner(sentence: Sentence, place: int) -> Phrase | None:
    at = place - 1
    while at >= 0 and sentence.kinds[at] == WORD and place - at < 4:
        if sentence.words[at] in _OWNERS:
            return (at, at)
        if sentence.possessive[at]:
            return phrase_before(sentence, at)
        at -= 1
    return None


def _maker(sentence: Sentence, first: int) -> Phrase | None:
    for at in range(first, min(sentence.size, first + 14)):
        if sentence.words[at] in {"that", ":", ",", "."} or sentence.kinds[at] == QUOTE:
            ok = (
                at > first
                and sentence.words[at] in {"that", ":"}
                and (sentence.capitals[at - 1] or sentence.words[at - 1] in lexicon_speakers())
            )
            return (first, at - 1) if ok else None
    return None


def _clause_end(sentence: Sentence, first: int) -> int:
    for at in range(first + 3, sentence.size):
        if sentence.words[at] in {",", ";", "—", "–"} and has_verb(sentence, first, at):
            return at - 1
    return sentence.size - 1
