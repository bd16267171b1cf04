"""Measures told by a verb: somebody with the power to act bans, lists or suspends somebody."""

import re
from functools import cache
from typing import Any

from msgspec import Struct

from assay.claims import lexicon
from assay.claims.grammar.classes import BE_FORMS
from assay.claims.grammar.following import phrase_after
from assay.claims.grammar.phrases import Phrase, clause_subject, named_or_speaking, phrase_before
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import AUXILIARIES, MARK, WORD
from assay.claims.records import MeasureKind

MEASURES = lexicon.table("measures")

_AFFILIATES = re.compile(
    (
        r"\b(\d{1,4}|dozens of|several|two|three|four|five|six|seven|eight|nine|"
        r"ten)\s+(?:of its |non-US |overseas |foreign |other |related "
        r")*(?:affiliates|subsidiaries|affiliated (?:companies|entities)|"
        r"related entities|units)\b"
    ),
    re.IGNORECASE,
)

_NUMBER = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}

_OPEN = frozenset(
    [
        "would",
        "could",
        "might",
        "may",
        "should",
        "if",
        "to",
        "not",
        "never",
        "can",
        "won't",
        "wouldn't",
        "didn't",
        "hasn't",
        "cannot",
        "without",
        "n't",
        "against",
        "pressure",
        "whether",
        "been",
    ]
)

_OPEN_BUT_BEEN = _OPEN - {"been"}
_HAVING = frozenset(["had", "has", "have"])
AND_MORE = frozenset(
    ["its", "their", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
)
STOP_WORDS = frozenset(MEASURES["companies"]["stop"])


class Told(Struct, frozen=True, gc=False):
    """A measure as a sentence tells it; ranges are in the view."""

    kind: MeasureKind
    authority: str
    target: str
    instrument: str
    affiliates: int | None
    start: int
    end: int
    rule: str


@cache
def measure_pattern(*path: str) -> re.Pattern[str]:
    """Return the patterns at *path* of the measures file as one expression."""
    value: Any = MEASURES
    for key in path:
        value = value[key]
    rows = [value] if isinstance(value, str) else value
    return re.compile("|".join(f"(?:{row})" for row in rows))


@cache
def measure_patterns(kind: str, field: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of *field* of a kind of measure, one by one."""
    return tuple(re.compile(row) for row in MEASURES[kind][field])


def by_verbs(text: str, lower: str, sentence: Sentence) -> list[Told]:
    """Return the measures that the verbs of the sentence tell."""
    found = []
    first = first_words_of_verbs()
    for place, word in enumerate(sentence.words):
        if word not in first or sentence.texts[place][0].isupper():
            continue
        for kind in _kinds_of(sentence, place):
            told = _verb_measure(text, lower, sentence, place, kind)
            if told:
                found.append(told)
    return found


@cache
def _verb_table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for kind in ("ban", "list-entry", "suspension"):
        for verb in MEASURES[kind]["verbs"]:
            table[verb] = (*table.get(verb, ()), kind)
    return table


@cache
def first_words_of_verbs() -> frozenset[str]:
    """Return the words that the verbs of measures begin with."""
    return frozenset(verb.split()[0] for verb in _verb_table())


def _kinds_of(sentence: Sentence, place: int) -> tuple[str, ...]:
    word = sentence.words[place]
    pair = f"{word} {sentence.words[place + 1]}" if place + 1 < sentence.size else word
    return _verb_table().get(pair) or _verb_table().get(word, ())


def _verb_measure(text: str, lower: str, sentence: Sentence, place: int, kind: str) -> Told | None:
    last = (
        place + 1
        if f"{sentence.words[place]} {sentence.words[min(place + 1, sentence.size - 1)]}"
        in _verb_table()
        else place
    )
    behind = lower[sentence.ends[last] - sentence.start :]
    if not _is_measure(sentence, place, kind, behind, lower):
        return None
    authority, passive = authority_of(sentence, place)
    if not authority:
        return None
    target = passive_target(sentence, place) if passive else _target(sentence, last + 1)
    if not target:
        return None
    if kind == "suspension":
        target = _partner(behind, text[sentence.ends[last] - sentence.start :]) or target
    exact: MeasureKind = kind  # type: ignore[assignment]
    rule = f"measure.{kind}.verb"
    if kind == "ban" and measure_pattern("procurement-exclusion", "through").search(behind):
        exact, rule = "procurement-exclusion", "measure.procurement-exclusion.verb"
    return make_told(exact, text, sentence, authority, target, rule)


def _partner(behind: str, text: str) -> str:
    """Return with whom, to whom or for whom something is suspended."""
    match = re.search(
        (
            r"\b(?:with|to|for|of|by|from)\s(?P<who>(?:the |all "
            r")?[A-Z][\w&-]*(?:\s[A-Z][\w&-]*){0,3}(?:\s(?:operators?|carriers?|"
            r"compan(?:y|ies)|firms?|customers?|networks?|vendors?))?)"
        ),
        text[:160],
    )
    del behind
    return match["who"] if match else ""


def _is_measure(sentence: Sentence, place: int, kind: str, behind: str, lower: str) -> bool:
    if kind == "list-entry":
        return (
            sentence.words[place] in MEASURES["list-entry"]["bare"]
            or measure_pattern("list-entry", "through").search(lower) is not None
        )
    if kind == "suspension":
        near = re.split(r"[.;]", behind, maxsplit=1)[0]
        return measure_pattern("suspension", "through").search(near[:120]) is not None
    strict = sentence.words[place] in MEASURES["ban"]["weak"]
    near = behind[:160]
    return measure_pattern("ban", "context").search(near if strict else lower) is not None


def authority_of(sentence: Sentence, place: int) -> tuple[str, bool]:
    """Return who acts, and whether the verb is passive; an empty text where nobody does."""
    at = place - 1
    skipped = []
    while at >= 0 and (
        sentence.words[at] in AUXILIARIES or sentence.adverbs[at] or sentence.words[at] in _OPEN
    ):
        skipped.append(sentence.words[at])
        at -= 1
    word = sentence.words[place]
    if "to" in skipped:
        return _had_to(sentence, at + 1, skipped)
    if not _OPEN_BUT_BEEN.isdisjoint(skipped) or word.endswith("ing"):
        return ("", False) if not word.endswith("ing") else _participle(sentence, place)
    if not BE_FORMS.isdisjoint(skipped):
        return _agent(sentence, place), True
    if at >= 0 and sentence.words[at] in {"and", "which", "that", "who", ","}:
        return _earlier_subject(sentence, at), False
    subject = phrase_before(sentence, at)
    if subject is None or not named_or_speaking(sentence, subject):
        return "", False
    return name_of(sentence, subject), False


def _had_to(sentence: Sentence, place: int, skipped: list[str]) -> tuple[str, bool]:
    """Read `Google had to suspend …`; `wants to suspend` is no measure yet."""
    if _HAVING.isdisjoint(skipped):
        return "", False
    subject = phrase_before(sentence, place - 1)
    return (
        (name_of(sentence, subject), False)
        if subject and named_or_speaking(sentence, subject)
        else ("", False)
    )


def _participle(sentence: Sentence, place: int) -> tuple[str, bool]:
    """Read `…, banning Huawei from …`: whoever acted in the clause before acts here."""
    if place < 2 or sentence.words[place - 1] not in {",", "thereby", "effectively", "by"}:
        return "", False
    return _earlier_subject(sentence, place - 1), False


def _earlier_subject(sentence: Sentence, before: int) -> str:
    act = law_before(sentence, before)
    if act:
        return act
    subject = clause_subject(sentence, before)
    return name_of(sentence, subject) if subject else ""


def law_before(sentence: Sentence, before: int) -> str:
    """Return the state whose law it is that lists or bans."""
    for at in range(before, max(-1, before - 24), -1):
        for state, names in MEASURES["authority"].items():
            if sentence.texts[at] in names:
                return str(state)
    return ""


def _agent(sentence: Sentence, place: int) -> str:
    for at in range(place + 1, min(sentence.size, place + 24)):
        if sentence.words[at] == "by" and at + 1 < sentence.size:
            agent = phrase_after(sentence, at + 1)
            if agent and named_or_speaking(sentence, agent):
                return name_of(sentence, agent)
    return law_before(sentence, sentence.size - 1)


def passive_target(sentence: Sentence, place: int) -> str:
    """Return the subject of the passive verb at *place*: the one acted upon."""
    at = place - 1
    while at >= 0 and (
        sentence.words[at] in AUXILIARIES or sentence.adverbs[at] or sentence.words[at] == "been"
    ):
        at -= 1
    subject = phrase_before(sentence, at)
    return name_of(sentence, subject) if subject else ""


def _target(sentence: Sentence, place: int) -> str:
    """Return the words behind the verb up to a preposition or mark."""
    words: list[str] = []
    for at in range(place, min(sentence.size, place + 14)):
        word = sentence.words[at]
        if (
            word == "and"
            and words
            and at + 2 < sentence.size
            and (sentence.capitals[at + 1] or sentence.words[at + 1] in AND_MORE)
        ):
            words.append(word)
            continue
        if (
            word in STOP_WORDS
            or (sentence.kinds[at] == MARK and word not in {"&", "'", ","})
            or (word == "," and not (at + 1 < sentence.size and sentence.capitals[at + 1]))
        ):
            break
        if sentence.kinds[at] == WORD or word == ",":
            words.append(sentence.texts[at] if word != "," else ",")
    return " ".join(words).replace(" ,", ",").strip(" ,")[:120]


def name_of(sentence: Sentence, phrase: Phrase) -> str:
    """Return the words of *phrase*, at most 120 characters."""
    first, last = phrase
    return (
        " ".join(sentence.texts[at] for at in range(first, last + 1))
        .replace(" ,", ",")
        .replace(" ' ", "' ")[:120]
    )


def make_told(  # noqa: PLR0917 - the parts of one record
    kind: MeasureKind, text: str, sentence: Sentence, authority: str, target: str, rule: str
) -> Told:
    """Return the measure of *kind* with the instrument and numbers that *text* names."""
    instrument = _instrument(text)
    count = _AFFILIATES.search(text)
    number = None
    if count and kind == "list-entry":
        number = int(count[1]) if count[1].isdigit() else _NUMBER.get(count[1].lower())
    return Told(
        kind,
        authority.strip(" ,'\""),
        target,
        instrument,
        number,
        sentence.start,
        sentence.end,
        rule,
    )


@cache
def _instruments() -> re.Pattern[str]:
    return re.compile(r"\b(?:the )?(" + "|".join(MEASURES["instruments"]) + r")(?=\W|$)")


def _instrument(text: str) -> str:
    found = [match[1] for match in _instruments().finditer(text)]
    return "; ".join(dict.fromkeys(found))[:200]
