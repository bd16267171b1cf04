"""Measures told in a text: bans, list entries, licence duties, lawsuits, suspensions and offers.

A measure needs a verb that acts, somebody who has the power to act, and, for most kinds, the
instrument or object that makes the verb a measure and not a figure of speech.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from collections.abc import Callable

from assay.claims import lexicon
from assay.claims.grammar.phrases import phrase_before
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import AUXILIARIES, WORD
from assay.claims.measures_by_verb import (
    MEASURES,
    STOP_WORDS,
    Told,
    authority_of,
    by_verbs,
    first_words_of_verbs,
    law_before,
    make_told,
    measure_pattern,
    measure_patterns,
    name_of,
    passive_target,
)


def find_measures(view: str, sentence: Sentence) -> list[Told]:
    """Return the measures that *sentence* tells, at most one of a kind."""
    words = sentence.words
    readers: list[Reader] = []
    if not _TRIGGERS.isdisjoint(words):
        readers = [read for triggers, read in _READERS if not triggers.isdisjoint(words)]
    if sentence.quotes and _designations not in readers and _says_clean(view, sentence):
        readers.append(_designations)
    if not readers:
        return []
    text = _without_speech(view, sentence)
    lower = text.lower()
    found = [told for read in readers for told in read(text, lower, sentence)]
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


def may_tell(lower: str) -> bool:
    """Tell whether the lower-case text *lower* has any word that a measure cannot do without."""
    return not _TRIGGERS.isdisjoint(_WORD.findall(lower))


_WORD = re.compile(r"[a-z][a-z-]+")


def _says_clean(view: str, sentence: Sentence) -> bool:
    """Tell whether "clean countries" stands in quotation marks, and so is no word of the rest."""
    return view.find("lean ", sentence.start, sentence.end) >= 0


Reader = Callable[[str, str, Sentence], list[Told]]


def _offers(text: str, lower: str, sentence: Sentence) -> list[Told]:
    """Read `willing to sign treaties with all governments`."""
    found: list[Told] = []
    for pattern in measure_patterns("treaty-offer", "patterns"):
        match = pattern.search(lower)
        if match and measure_pattern("treaty-offer", "needs").search(lower):
            subject = _subject_before(sentence, match.start())
            found.append(
                make_told(
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
            for at in range(sentence.size)
            if sentence.starts[at] - sentence.start < max(1, offset)
        ),
        default=-1,
    )
    while place >= 0 and (sentence.words[place] in AUXILIARIES or sentence.adverbs[place]):
        place -= 1
    subject = phrase_before(sentence, place)
    return name_of(sentence, subject) if subject else ""


def _bans_by_noun(text: str, lower: str, sentence: Sentence) -> list[Told]:
    """Read `the UK move to ban Huawei equipment` and `Sweden's ban on ZTE`."""
    found: list[Told] = []
    if not any(map(text.__contains__, _BANNING)):
        return found
    for pattern in measure_patterns("ban", "nouns"):
        match = pattern.search(text)
        if not match or not measure_pattern("ban", "context").search(lower):
            continue
        owner = _owner_of(sentence, match.start())
        target = re.split(
            r"\s(?:from|in|on|over|because|after|by|until|as|to|at|under)\s", match["target"]
        )[0]
        if owner and len(target) > 1:
            found.append(
                make_told("ban", text, sentence, owner, target.strip(), "measure.ban.noun")
            )
    return found


_BANNING = ("ban", "bar", "exclude", "block", "prohibit", "phase", "strip", "remove")
"""What each noun of a ban is followed by; most decisions and plans are about other matters."""


def _owner_of(sentence: Sentence, offset: int) -> str:
    """Return whose act the noun at *offset* is: a possessive or a state's name right before it."""
    place = next(
        (at for at in range(sentence.size) if sentence.starts[at] - sentence.start >= offset), 0
    )
    for at in range(place - 1, max(-1, place - 4), -1):
        word = sentence.words[at]
        if sentence.kinds[at] != WORD:
            continue
        if word in lexicon.states():
            return sentence.texts[at].removesuffix("'s").removesuffix("’s")
        if sentence.possessive[at] and sentence.capitals[at]:
            phrase = phrase_before(sentence, at)
            return name_of(sentence, phrase).removesuffix("'s").removesuffix("’s") if phrase else ""
    return ""


def _lawsuits(text: str, lower: str, sentence: Sentence) -> list[Told]:
    if not measure_pattern("lawsuit", "nouns").search(lower):
        return []
    for pattern in measure_patterns("lawsuit", "patterns"):
        match = pattern.search(lower)
        if not match or not measure_pattern("lawsuit", "context").search(lower):
            continue
        place = next(
            (
                at
                for at in range(sentence.size)
                if sentence.starts[at] - sentence.start >= match.start()
            ),
            0,
        )
        authority, passive = authority_of(sentence, place)
        if not authority:
            continue
        rival = re.search(
            (
                r"\b(?:against|sued|sues|suing|sue|indicted|charged|challenging|"
                r"challenged|fight|appealed|overturn|prosecuted)\s+(?P<who>(?:the |a |"
                r"an )?[\w.&'-]+(?: [\w.&'()-]+){0,8})"
            ),
            text[match.start() :],
        )
        target = _cut(rival["who"]) if rival else ""
        if passive and not target:
            target = passive_target(sentence, place)
        return [make_told("lawsuit", text, sentence, authority, target, "measure.lawsuit")]
    return []


def _cut(text: str) -> str:
    words = text.split()
    for at, word in enumerate(words):
        if at and word.lower().strip(",") in STOP_WORDS:
            return " ".join(words[:at])
    return " ".join(words)


def _designations(text: str, lower: str, sentence: Sentence) -> list[Told]:
    clean = measure_pattern("designation", "clean").search(lower)
    if clean and not re.search(r"\b(?:would|could|might|may|if)\b", lower[: clean.end()]):
        subject = _cut_name(
            _subject_before(sentence, clean.start()) or _first_words(text, clean.start())
        )
        return (
            [make_told("designation", text, sentence, "", subject, "measure.designation.clean")]
            if subject
            else []
        )
    for pattern in measure_patterns("designation", "patterns"):
        match = pattern.search(lower)
        if not match:
            continue
        place = next(
            (
                at
                for at in range(sentence.size)
                if sentence.starts[at] - sentence.start >= match.start()
            ),
            0,
        )
        authority, passive = authority_of(sentence, place)
        target = text[match.start("target") : match.end("target")].strip()
        if passive:
            target = passive_target(sentence, place)
        if authority and target:
            return [
                make_told("designation", text, sentence, authority, target, "measure.designation")
            ]
    return []


def _first_words(text: str, stop: int) -> str:
    before = re.split(r"[,:;]", text[:stop])[-1]
    return before.strip(" \"'“‘")


def _cut_name(text: str) -> str:
    return text.strip(" ,\"'")[:120]


def _duties(text: str, lower: str, sentence: Sentence) -> list[Told]:
    """Read `US companies now must seek the government's permission to trade with …`."""
    data = measure_pattern("licence-duty", "through")
    match = data.search(lower)
    if not match or not measure_pattern("licence-duty", "context").search(lower):
        return []
    verbs = frozenset(MEASURES["licence-duty"]["verbs"])
    place = next(
        (
            at
            for at in range(sentence.size)
            if sentence.words[at] in verbs and sentence.starts[at] - sentence.start <= match.end()
        ),
        -1,
    )
    if place < 1 or _modal_open(sentence, place):
        return []
    subject = phrase_before(sentence, _skip_back(sentence, place - 1))
    if subject is None:
        return []
    bound = name_of(sentence, subject)
    partner = re.search(
        (
            r"\b(?:with|(?<!permission )(?<!approval )(?:sell|ship|supply|"
            r"export)[\w ,]{0,40}? to|from)\s+(?P<who>(?:the |a |an )?[\w.&'-]+(?: "
            r"[\w.&'-]+){0,5})"
        ),
        text[match.end() :],
    )
    target = _cut(partner["who"]) if partner else bound
    state = next(
        (lexicon.states()[word] for word in sentence.words if word in lexicon.states()), ""
    ) or law_before(sentence, sentence.size - 1)
    return [
        make_told("licence-duty", text, sentence, state or bound, target, "measure.licence-duty")
    ]


def _modal_open(sentence: Sentence, place: int) -> bool:
    return any(
        word in {"would", "could", "might", "may", "should", "if", "not"}
        for word in sentence.words[max(0, place - 2) : place]
    )


def _skip_back(sentence: Sentence, at: int) -> int:
    while at > 0 and (sentence.words[at] in AUXILIARIES or sentence.adverbs[at]):
        at -= 1
    return at


_COURT = (
    "court courts lawsuit lawsuits suit suits suing sued sues sue legal tribunal judge indicted "
    "indicts indictment charged charges prosecutors prosecuted prosecutes appealed appeal"
)
_NAMING = (
    "designated designates designating named names declared declares classified classifies "
    "labelled labeled recognised recognized deemed clean"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_READERS: tuple[tuple[frozenset[str], Reader], ...] = (
    (first_words_of_verbs(), by_verbs),
    (_words("ban move decision order plan vote step ruling law"), _bans_by_noun),
    (_words(_COURT), _lawsuits),
    (_words(_NAMING), _designations),
    (
        _words(
            "licence license licences licenses permission permit permits authorisation "
            "authorization clearance consent approval"
        ),
        _duties,
    ),
    (
        _words(
            "treaty treaties agreement agreements pact pacts accord accords no-spy "
            "no-backdoor non-aggression"
        ),
        _offers,
    ),
)
"""Each way of telling a measure with the words that it cannot do without."""
_TRIGGERS = frozenset(word for triggers, _ in _READERS for word in triggers)
