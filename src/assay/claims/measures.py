"""Measures told in a text: bans, list entries, licence duties, lawsuits, suspensions and offers.

A measure needs a verb that acts, somebody who has the power to act, and, for most kinds, the
instrument or object that makes the verb a measure and not a figure of speech.
"""

import re
from functools import cache
from typing import Any, NamedTuple

from assay.claims import lexicon
from assay.claims.grammar.phrases import (
    AUXILIARIES,
    BE_FORMS,
    Phrase,
    is_adverb,
    named_or_speaking,
    phrase_after,
    phrase_before,
)  # fmt: skip
from assay.claims.grammar.sentences import MARK, WORD, Sentence
from assay.claims.records import MeasureKind

_DATA = lexicon.table("measures")
_AFFILIATES = re.compile(
    r"\b(\d{1,4}|dozens of|several|two|three|four|five|six|seven|eight|nine|ten)\s+(?:of its |non-US |overseas |foreign |other |related )*(?:affiliates|subsidiaries|affiliated (?:companies|entities)|related entities|units)\b",
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
_STOP = frozenset(_DATA["companies"]["stop"])


class Told(NamedTuple):
    """A measure as a sentence tells it; ranges are in the view."""

    kind: MeasureKind
    authority: str
    target: str
    instrument: str
    affiliates: int | None
    start: int
    end: int
    rule: str


def find_measures(view: str, sentence: Sentence) -> list[Told]:
    """Return the measures that *sentence* tells, at most one of a kind."""
    if _triggers().isdisjoint(sentence.words):
        return []
    text = _without_speech(view, sentence)
    lower = text.lower()
    found = [
        *_by_verbs(text, lower, sentence),
        *_by_patterns(text, lower, sentence),
        *_duties(text, lower, sentence),
    ]
    kept: dict[str, Told] = {}
    for one in found:
        kept.setdefault(one.kind, one)
    if "procurement-exclusion" in kept:
        kept.pop("ban", None)
    return list(kept.values())


def _without_speech(view: str, sentence: Sentence) -> str:
    """Return the sentence with quotations of four words or more blanked: those are read apart."""
    text = view[sentence.start : sentence.end]
    for quote in sentence.quotes:
        if view.count(" ", quote.inner_start, quote.inner_end) >= 3:
            begin, end = quote.start - sentence.start, quote.end - sentence.start
            text = text[:begin] + " " * (end - begin) + text[end:]
    return text


@cache
def _triggers() -> frozenset[str]:
    found = {
        verb.split()[0]
        for kind in _DATA.values()
        if isinstance(kind, dict)
        for verb in kind.get("verbs", [])
    }
    return frozenset(
        found
        | {
            "court",
            "lawsuit",
            "lawsuits",
            "sued",
            "sues",
            "suit",
            "legal",
            "complaint",
            "appealed",
            "appeal",
            "indicted",
            "charged",
            "designated",
            "designation",
            "named",
            "declared",
            "classified",
            "clean",
            "treaty",
            "treaties",
            "agreements",
            "agreement",
            "pact",
            "ban",
            "move",
            "decision",
            "licence",
            "license",
            "licences",
            "licenses",
            "permission",
            "approval",
            "challenged",
            "challenging",
            "prosecuted",
            "no-spy",
            "no-backdoor",
        }
    )


@cache
def _pattern(*path: str) -> re.Pattern[str]:
    value: Any = _DATA
    for key in path:
        value = value[key]
    rows = [value] if isinstance(value, str) else value
    return re.compile("|".join(f"(?:{row})" for row in rows))


@cache
def _pattern_list(kind: str, field: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row) for row in _DATA[kind][field])


def _by_verbs(text: str, lower: str, sentence: Sentence) -> list[Told]:
    found = []
    first = _first_words_of_verbs()
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
        for verb in _DATA[kind]["verbs"]:
            table[verb] = (*table.get(verb, ()), kind)
    return table


@cache
def _first_words_of_verbs() -> frozenset[str]:
    return frozenset(verb.split()[0] for verb in _verb_table())


def _kinds_of(sentence: Sentence, place: int) -> tuple[str, ...]:
    word = sentence.words[place]
    pair = f"{word} {sentence.words[place + 1]}" if place + 1 < len(sentence) else word
    return _verb_table().get(pair) or _verb_table().get(word, ())


def _verb_measure(text: str, lower: str, sentence: Sentence, place: int, kind: str) -> Told | None:
    last = (
        place + 1
        if f"{sentence.words[place]} {sentence.words[min(place + 1, len(sentence) - 1)]}"
        in _verb_table()
        else place
    )
    behind = lower[sentence.ends[last] - sentence.start :]
    if not _is_measure(sentence, place, kind, behind, lower):
        return None
    authority, passive = _authority(sentence, place)
    if not authority:
        return None
    target = _passive_target(sentence, place) if passive else _target(sentence, last + 1)
    if not target:
        return None
    if kind == "suspension":
        target = _partner(behind, text[sentence.ends[last] - sentence.start :]) or target
    exact: MeasureKind = kind  # type: ignore[assignment]
    rule = f"measure.{kind}.verb"
    if kind == "ban" and _pattern("procurement-exclusion", "through").search(behind):
        exact, rule = "procurement-exclusion", "measure.procurement-exclusion.verb"
    return _told(exact, text, sentence, authority, target, rule)


def _partner(behind: str, text: str) -> str:
    """Return with whom, to whom or for whom something is suspended."""
    match = re.search(
        r"\b(?:with|to|for|of|by)\s(?P<who>(?:the |all )?[A-Z][\w&-]*(?:\s[A-Z][\w&-]*){0,3}(?:\s(?:operators?|carriers?|compan(?:y|ies)|firms?|customers?|networks?|vendors?))?)",
        text[:160],
    )
    del behind
    return match["who"] if match else ""


def _is_measure(sentence: Sentence, place: int, kind: str, behind: str, lower: str) -> bool:
    if kind == "list-entry":
        return (
            sentence.words[place] in _DATA["list-entry"]["bare"]
            or _pattern("list-entry", "through").search(lower) is not None
        )
    if kind == "suspension":
        near = re.split(r"[.;]", behind, maxsplit=1)[0]
        return _pattern("suspension", "through").search(near[:120]) is not None
    strict = sentence.words[place] in _DATA["ban"]["weak"]
    near = behind[:160]
    return _pattern("ban", "context").search(near if strict else lower) is not None


def _authority(sentence: Sentence, place: int) -> tuple[str, bool]:
    """Return who acts, and whether the verb is passive; an empty text where nobody does."""
    at = place - 1
    skipped = []
    while at >= 0 and (
        sentence.words[at] in AUXILIARIES or is_adverb(sentence, at) or sentence.words[at] in _OPEN
    ):
        skipped.append(sentence.words[at])
        at -= 1
    word = sentence.words[place]
    if "to" in skipped:
        return _had_to(sentence, at + 1, skipped)
    if _OPEN & (set(skipped) - {"been"}) or word.endswith("ing"):
        return ("", False) if not word.endswith("ing") else _participle(sentence, place)
    if set(skipped) & BE_FORMS:
        return _agent(sentence, place), True
    if at >= 0 and sentence.words[at] in {"and", "which", "that", "who", ","}:
        return _earlier_subject(sentence, at), False
    subject = phrase_before(sentence, at)
    if subject is None or not named_or_speaking(sentence, subject):
        return "", False
    return _name(sentence, subject), False


def _had_to(sentence: Sentence, place: int, skipped: list[str]) -> tuple[str, bool]:
    """Read `Google had to suspend …`; `wants to suspend` is no measure yet."""
    if not {"had", "has", "have"} & set(skipped):
        return "", False
    subject = phrase_before(sentence, place - 1)
    return (
        (_name(sentence, subject), False)
        if subject and named_or_speaking(sentence, subject)
        else ("", False)
    )


def _participle(sentence: Sentence, place: int) -> tuple[str, bool]:
    """Read `…, banning Huawei from …`: whoever acted in the clause before acts here."""
    if place < 2 or sentence.words[place - 1] not in {",", "thereby", "effectively", "by"}:
        return "", False
    return _earlier_subject(sentence, place - 1), False


def _earlier_subject(sentence: Sentence, before: int) -> str:
    from assay.claims.grammar.phrases import clause_subject

    act = _law_before(sentence, before)
    if act:
        return act
    subject = clause_subject(sentence, before)
    return _name(sentence, subject) if subject else ""


def _law_before(sentence: Sentence, before: int) -> str:
    """A law that lists or bans acts for the state whose law it is."""
    for at in range(before, max(-1, before - 24), -1):
        for state, names in _DATA["authority"].items():
            if sentence.texts[at] in names:
                return str(state)
    return ""


def _agent(sentence: Sentence, place: int) -> str:
    for at in range(place + 1, min(len(sentence), place + 24)):
        if sentence.words[at] == "by" and at + 1 < len(sentence):
            agent = phrase_after(sentence, at + 1)
            if agent and named_or_speaking(sentence, agent):
                return _name(sentence, agent)
    return _law_before(sentence, len(sentence) - 1)


def _passive_target(sentence: Sentence, place: int) -> str:
    at = place - 1
    while at >= 0 and (
        sentence.words[at] in AUXILIARIES or is_adverb(sentence, at) or sentence.words[at] == "been"
    ):
        at -= 1
    subject = phrase_before(sentence, at)
    return _name(sentence, subject) if subject else ""


def _target(sentence: Sentence, place: int) -> str:
    """Return the words behind the verb up to a preposition or mark."""
    words: list[str] = []
    for at in range(place, min(len(sentence), place + 14)):
        word = sentence.words[at]
        if (
            word == "and"
            and words
            and at + 2 < len(sentence)
            and (sentence.capital(at + 1) or sentence.words[at + 1] in {"its", "their"})
        ):
            words.append(word)
            continue
        if (
            word in _STOP
            or (sentence.kinds[at] == MARK and word not in {"&", "'", ","})
            or (word == "," and not (at + 1 < len(sentence) and sentence.capital(at + 1)))
        ):
            break
        if sentence.kinds[at] == WORD or word == ",":
            words.append(sentence.texts[at] if word != "," else ",")
    return " ".join(words).replace(" ,", ",").strip(" ,")[:120]


def _name(sentence: Sentence, phrase: Phrase) -> str:
    first, last = phrase
    return (
        " ".join(sentence.texts[at] for at in range(first, last + 1))
        .replace(" ,", ",")
        .replace(" ' ", "' ")[:120]
    )


def _by_patterns(text: str, lower: str, sentence: Sentence) -> list[Told]:
    found = [
        *_bans_by_noun(text, sentence),
        *_lawsuits(text, lower, sentence),
        *_designations(text, lower, sentence),
    ]
    for pattern in _pattern_list("treaty-offer", "patterns"):
        match = pattern.search(lower)
        if match and _pattern("treaty-offer", "needs").search(lower):
            subject = _subject_before(sentence, match.start())
            found.append(
                _told(
                    "treaty-offer",
                    text,
                    sentence,
                    subject,
                    _governments(lower),
                    "measure.treaty-offer",
                )
            )
    return found


def _governments(lower: str) -> str:
    match = re.search(
        r"with ((?:all |other |any |the )?(?:\w+ ){0,2}(?:governments?|countries|states?|nations))",
        lower,
    )
    return match[1] if match else ""


def _subject_before(sentence: Sentence, offset: int) -> str:
    place = max(
        (
            at
            for at in range(len(sentence))
            if sentence.starts[at] - sentence.start < max(1, offset)
        ),
        default=-1,
    )
    while place >= 0 and (sentence.words[place] in AUXILIARIES or is_adverb(sentence, place)):
        place -= 1
    subject = phrase_before(sentence, place)
    return _name(sentence, subject) if subject else ""


def _bans_by_noun(text: str, sentence: Sentence) -> list[Told]:
    """Read `the UK move to ban Huawei equipment` and `Sweden's ban on ZTE`."""
    found = []
    for pattern in _pattern_list("ban", "nouns"):
        match = pattern.search(text)
        if not match or not _pattern("ban", "context").search(text.lower()):
            continue
        owner = _owner_of(sentence, match.start())
        target = re.split(
            r"\s(?:from|in|on|over|because|after|by|until|as|to|at|under)\s", match["target"]
        )[0]
        if owner and len(target) > 1:
            found.append(_told("ban", text, sentence, owner, target.strip(), "measure.ban.noun"))
    return found


def _owner_of(sentence: Sentence, offset: int) -> str:
    """Return whose act the noun at *offset* is: a possessive or a state's name right before it."""
    place = next(
        (at for at in range(len(sentence)) if sentence.starts[at] - sentence.start >= offset), 0
    )
    for at in range(place - 1, max(-1, place - 4), -1):
        word = sentence.words[at]
        if sentence.kinds[at] != WORD:
            continue
        if word in lexicon.states():
            return sentence.texts[at].removesuffix("'s").removesuffix("’s")
        if sentence.possessive[at] and sentence.capital(at):
            phrase = phrase_before(sentence, at)
            return _name(sentence, phrase).removesuffix("'s").removesuffix("’s") if phrase else ""
    return ""


def _lawsuits(text: str, lower: str, sentence: Sentence) -> list[Told]:
    if not _pattern("lawsuit", "nouns").search(lower):
        return []
    for pattern in _pattern_list("lawsuit", "patterns"):
        match = pattern.search(lower)
        if not match or not _pattern("lawsuit", "context").search(lower):
            continue
        place = next(
            (
                at
                for at in range(len(sentence))
                if sentence.starts[at] - sentence.start >= match.start()
            ),
            0,
        )
        authority, passive = _authority(sentence, place)
        if not authority:
            continue
        rival = re.search(
            r"\b(?:against|sued|sues|suing|sue|indicted|charged|challenging|challenged|fight|appealed|overturn|prosecuted)\s+(?P<who>(?:the |a |an )?[\w.&'-]+(?: [\w.&'()-]+){0,8})",
            text[match.start() :],
        )
        target = _cut(rival["who"]) if rival else ""
        if passive and not target:
            target = _passive_target(sentence, place)
        return [_told("lawsuit", text, sentence, authority, target, "measure.lawsuit")]
    return []


def _cut(text: str) -> str:
    words = text.split()
    for at, word in enumerate(words):
        if at and word.lower().strip(",") in _STOP:
            return " ".join(words[:at])
    return " ".join(words)


def _designations(text: str, lower: str, sentence: Sentence) -> list[Told]:
    clean = _pattern("designation", "clean").search(lower)
    if clean and not re.search(r"\b(?:would|could|might|may|if)\b", lower[: clean.end()]):
        subject = _cut_name(
            _subject_before(sentence, clean.start()) or _first_words(text, clean.start())
        )
        return (
            [_told("designation", text, sentence, "", subject, "measure.designation.clean")]
            if subject
            else []
        )
    for pattern in _pattern_list("designation", "patterns"):
        match = pattern.search(lower)
        if not match:
            continue
        place = next(
            (
                at
                for at in range(len(sentence))
                if sentence.starts[at] - sentence.start >= match.start()
            ),
            0,
        )
        authority, passive = _authority(sentence, place)
        target = text[match.start("target") : match.end("target")].strip()
        if passive:
            target = _passive_target(sentence, place)
        if authority and target:
            return [_told("designation", text, sentence, authority, target, "measure.designation")]
    return []


def _first_words(text: str, stop: int) -> str:
    before = re.split(r"[,:;]", text[:stop])[-1]
    return before.strip(" \"'“‘")


def _cut_name(text: str) -> str:
    return text.strip(" ,\"'")[:120]


def _duties(text: str, lower: str, sentence: Sentence) -> list[Told]:
    """Read `US companies now must seek the government's permission to trade with …`."""
    data = _pattern("licence-duty", "through")
    match = data.search(lower)
    if not match or not _pattern("licence-duty", "context").search(lower):
        return []
    verbs = frozenset(_DATA["licence-duty"]["verbs"])
    place = next(
        (
            at
            for at in range(len(sentence))
            if sentence.words[at] in verbs and sentence.starts[at] - sentence.start <= match.end()
        ),
        -1,
    )
    if place < 1 or _modal_open(sentence, place):
        return []
    subject = phrase_before(sentence, _skip_back(sentence, place - 1))
    if subject is None:
        return []
    bound = _name(sentence, subject)
    partner = re.search(
        r"\b(?:with|(?<!permission )(?<!approval )(?:sell|ship|supply|export)[\w ,]{0,40}? to|from)\s+(?P<who>(?:the |a |an )?[\w.&'-]+(?: [\w.&'-]+){0,5})",
        text[match.end() :],
    )
    target = _cut(partner["who"]) if partner else bound
    state = next(
        (lexicon.states()[word] for word in sentence.words if word in lexicon.states()), ""
    ) or _law_before(sentence, len(sentence) - 1)
    return [_told("licence-duty", text, sentence, state or bound, target, "measure.licence-duty")]


def _modal_open(sentence: Sentence, place: int) -> bool:
    return any(
        word in {"would", "could", "might", "may", "should", "if", "not"}
        for word in sentence.words[max(0, place - 2) : place]
    )


def _skip_back(sentence: Sentence, at: int) -> int:
    while at > 0 and (sentence.words[at] in AUXILIARIES or is_adverb(sentence, at)):
        at -= 1
    return at


def _told(
    kind: MeasureKind, text: str, sentence: Sentence, authority: str, target: str, rule: str
) -> Told:
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
    return re.compile(r"\b(?:the )?(" + "|".join(_DATA["instruments"]) + r")(?=\W|$)")


def _instrument(text: str) -> str:
    found = [match[1] for match in _instruments().finditer(text)]
    return "; ".join(dict.fromkeys(found))[:200]
