"""From statements to claims: what is asserted about equipment, a firm or a state, in neutral words.

Each sentence of a statement makes one claim at most. Claims of the same kind about the same
subject with the same polarity and quantifier are one claim, whoever makes them.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from collections import Counter
from functools import cache
from itertools import chain

from msgspec import Struct

from assay.claims import lexicon
from assay.claims.identity import identify
from assay.claims.known import Known
from assay.claims.records import Assertion, Checkable, Claim, ClaimForm, Quantifier, Scope
from assay.claims.scan import TextScan
from assay.claims.scopes import is_product, scope_of, scope_words, standard_named, state_names
from assay.claims.wording import quoted

_DATA = lexicon.table("kinds")
_SENTENCE_END = re.compile(r"[.!?][\"'”’]?\s+(?=[\"“'‘]?[A-Z\[])")
# The capital comes first, what is before it is looked at then: so the search skips fast.
_NAME = re.compile(r"[A-Z](?<!\w.)[\w&-]*(?:\s(?:[A-Z][\w&-]*|of(?=\s[A-Z])))*")
_WORDS = re.compile(r"[a-z0-9]{3,}")
_NOT_SUBJECT = frozenset(
    [
        "the",
        "a",
        "an",
        "it",
        "he",
        "she",
        "they",
        "we",
        "i",
        "this",
        "that",
        "there",
        "no",
        "in",
        "on",
        "at",
        "as",
        "if",
        "but",
        "and",
        "our",
        "its",
        "these",
        "those",
        "what",
        "which",
        "for",
        "such",
        "many",
        "most",
        "some",
        "all",
        "so",
        "is",
        "not",
        "even",
        "when",
        "while",
        "with",
        "from",
        "by",
        "after",
        "before",
        "since",
        "recently",
        "sometimes",
        "today",
        "now",
        "any",
        "every",
        "you",
        "his",
        "her",
        "their",
        "to",
        "are",
        "do",
        "does",
        "did",
        "has",
        "have",
        "one",
        "will",
        "because",
        "however",
        "also",
        "out",
        "why",
        "how",
        "who",
        "let",
        "i'm",
        "we're",
        "it's",
        "5g",
        "4g",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "mr",
        "mrs",
        "ms",
        "dr",
        "cve",
    ]
)


class Topic(Struct, frozen=True, gc=False):
    """What a document is about: the firm or product named most, and the states named."""

    subject: str
    names: frozenset[str]


def find_topic(title: str, body: str, speakers: frozenset[str]) -> Topic:
    """Return the name that the document is about, speakers and states left out."""
    counts: dict[str, int] = {}
    runs = Counter(_NAME.findall(body[:60_000]))
    read = [_RUNS[run] for run in runs]
    surnames = {surname for surname, _, _ in read if surname}
    for (_, name, low), number in zip(read, runs.values(), strict=True):
        if name and name not in surnames and low not in speakers:
            counts[name] = counts.get(name, 0) + number
    for match in _NAME.finditer(title):
        name = _bare(match[0])
        for known in list(counts):
            if name and known.lower() in name.lower().split():
                counts[known] += 3
    firms = {name for name, count in counts.items() if count >= 2 and not _titled(name)}
    best = max(firms, key=lambda name: (counts[name], -body.find(name), name), default="")
    return Topic(best, frozenset(firms))


def _read_run(run: str) -> tuple[str, str, str]:
    """Return what a run of capitals is: a surname, a firm's name, the name in lower case."""
    name = _bare(run)
    low = name.lower()
    other = low in lexicon.states() or is_product(name)
    return _surname(run), "" if other else name, low


_RUNS = Known(_read_run)


def _surname(run: str) -> str:
    """Return the last of two or three capitalised words that look like a person's name."""
    words = run.split()
    if not 2 <= len(words) <= 3 or not all(word.istitle() and word.isalpha() for word in words):
        return ""
    low = [word.lower() for word in words]
    common = any(word in lexicon.states() or word in _NOT_SUBJECT or _titled(word) for word in low)
    return "" if common else words[-1]


def _bare(name: str) -> str:
    words = name.split()
    while words and words[0].lower() in _NOT_SUBJECT:
        words = words[1:]
    while words and words[0].lower() in lexicon.states() and len(words) > 1:
        words = words[1:]
    return (
        words[0]
        if words
        and words[0].lower() not in _NOT_SUBJECT
        and not words[0][0].isdigit()
        and len(words[0]) > 1
        else ""
    )


def _titled(name: str) -> bool:
    """Tell whether the name is mostly part of an office or a place, not a firm's."""
    low = name.lower()
    return (
        low in lexicon.words("roles", "person")
        or low in lexicon.words("roles", "body")
        or low in lexicon.words("roles", "titles", "before")
        or low
        in {
            "foreign",
            "ministry",
            "national",
            "security",
            "congress",
            "commerce",
            "secretary",
            "federal",
            "united",
            "european",
            "western",
            "defence",
            "defense",
            "parliament",
            "technology",
        }
    )


Ranges = tuple[tuple[int, int], ...]


class Part(Struct, frozen=True, gc=False):
    """A sentence of what was said: offsets in the view, its text, the ranges it consists of."""

    start: int
    end: int
    text: str
    ranges: Ranges


def parts_of(view: str, ranges: Ranges) -> list[Part]:
    """Return the sentences in *ranges* of the view, longest first cut at 40."""
    found: list[Part] = []
    if len(ranges) > 1:
        text = " ".join(view[start:end] for start, end in ranges)
        if len(text) < 600 and not _SENTENCE_END.search(text):
            return [Part(ranges[0][0], ranges[-1][1], text, ranges)]
    elif not _SENTENCE_END.search(view, *ranges[0]):
        start, end = ranges[0]
        return [Part(start, end, view[start:end], ranges)] if end - start > 3 else []
    for start, end in ranges:
        at = start
        for match in _SENTENCE_END.finditer(view, start, end):
            stop = match.start() + 1
            found.append(Part(at, stop, view[at:stop], ((at, stop),)))
            at = match.end()
        found.append(Part(at, end, view[at:end], ((at, end),)))
    return [part for part in found if len(part.text) > 3][:40]


_REPORTED = re.compile(
    r"\b(?:believe|so-called|pretend\w*|blam(?:e|es|ed|ing)|smear\w*|"
    r"pretext|exaggerat\w*|excuse|rumou?rs?|to make \w+ a|portray\w*|"
    r"paint\w*)\b"
)


def _matter(scan: TextScan, ranges: Ranges) -> dict[str, object] | None:
    """Return the kind of claim whose words come first, others' views passed over."""
    rows: list[dict[str, object]] = _DATA["kind"]
    hits: list[tuple[int, int]] = []
    for start, end in ranges:
        for hit in scan.hits("kinds", start, end):
            hits.append((hit.start, hit.row))  # noqa: PERF401 - most often there is none
    if not hits:
        return None
    if any(rows[row]["form"] != "opinion" for _, row in hits):
        found = (_REPORTED.search(scan.text, start, end) for start, end in ranges)
        limit = min((match.start() for match in found if match), default=len(scan.text))
        hits = [
            (start, row) for start, row in hits if start <= limit or rows[row]["form"] == "opinion"
        ]
    return rows[min(hits)[1]] if hits else None


_COORDINATE = frozenset(["backdoor", "spying", "vulnerability", "hacking", "state-control"])


def make_claims(
    part: Part,
    scan: TextScan,
    topic: Topic,
    *,
    document: str,
    speaker: str,
    question: bool,
    owner: str,
    several: bool,
    assertion: Assertion,
) -> list[Claim]:
    """Return the claims of the sentence *part*: one, or for an accusation one for each charge."""
    rows: list[dict[str, object]] = _DATA["kind"]
    matter = _matter(scan, part.ranges)
    wanted = [matter]
    if several and matter and matter["id"] in _COORDINATE:
        named = {hit.row for start, end in part.ranges for hit in scan.hits("kinds", start, end)}
        wanted += [
            rows[row]
            for row in sorted(named)
            if rows[row]["id"] in _COORDINATE and rows[row] is not matter
        ]
    return [
        make_claim(
            part,
            row,
            topic,
            document=document,
            speaker=speaker,
            question=question,
            owner=owner,
            assertion=assertion,
        )
        for row in wanted
    ]


def make_claim(
    part: Part,
    row: dict[str, object] | None,
    topic: Topic,
    *,
    document: str,
    speaker: str,
    question: bool,
    owner: str,
    assertion: Assertion,
) -> Claim:
    """Return the claim that the sentence *part* makes, with the *assertion* of it.

    *row* is the kind of claim, nothing where its matter is none that is known; *owner* is
    whose equipment the sentence speaks of, where its words say so.
    """
    text = part.text
    if row is None or question:
        told = f"{speaker} {'asked' if question else 'said'}: {quoted(text)}"
        return _plain(text, topic, document, told, assertion, question=question)
    kind = str(row["id"])
    lower = text.lower().replace("’", "'")
    negative = _negative(lower, kind)
    quantifier = _quantifier(lower, negative=negative)
    subject = owner or _subject(text, topic) or topic.subject or speaker
    form: ClaimForm = row["form"]  # type: ignore[assignment]
    if negative and form == "existential":
        form = "universal-negative"
    of_state = str(row.get("state", "")) if subject in state_names() else ""
    negated = str(row.get("negative", "")) if negative else ""
    wording = (of_state or negated or str(row["wording"])).format(subject=subject)
    checkable: Checkable = "document" if of_state else row["checkable"]  # type: ignore[assignment] # as in the data
    if negative and (of_state or not negated) and kind != "evidence-absent":
        wording = f"it is not so that {wording}"
    scope = scope_of(text, subject)
    standard = standard_named(text) if kind == "standard" else ""
    about = (scope.product.lower(), scope.versions, *([standard.lower()] if standard else []))
    return Claim(
        id=identify("claim", kind, subject.lower(), negative, quantifier, *about),
        text=wording + (f": {standard}" if standard else "") + scope_words(scope),
        kind=kind,
        form=form,
        subject=subject,
        object=standard,
        negative=negative,
        quantifier=quantifier,
        scope=scope,
        checkable_by=checkable,
        tests=() if of_state else tuple(row.get("tests", ())),  # type: ignore[arg-type]
        rule=f"claim.{kind}",
        assertions=(assertion,),
    )


def _plain(
    text: str, topic: Topic, document: str, told: str, assertion: Assertion, *, question: bool
) -> Claim:
    key = text.lower().split()
    kind = "question" if question else "other"
    subject = _subject(text, topic) or topic.subject
    return Claim(
        id=identify("claim", kind, document, key),
        text=told,
        kind=kind,
        form="opinion",
        subject=subject,
        object="",
        negative=False,
        quantifier="one",
        scope=Scope(vendor="" if subject in state_names() else subject),
        checkable_by="none",
        tests=(),
        rule=f"claim.{kind}",
        assertions=(assertion,),
    )


def _subject(text: str, topic: Topic) -> str:
    """Return the firm, or else the state, that the sentence names first as an actor."""
    first_state, states = "", lexicon.states()
    for word in chain.from_iterable(map(_CAPITALISED.__getitem__, text.split(" "))):
        if word in topic.names:
            return topic.subject if topic.subject in text else word
        first_state = first_state or states.get(word.lower(), "")
    match_us = _BEGINS_WITH_STATE.match(text) if "U" in text else None
    if match_us:
        first_state = states.get(match_us[1].lower(), first_state)
    if first_state and (not topic.subject or _OF_STATES.search(text.lower())):
        return first_state
    return ""


_CAPITALISED = Known(re.compile(r"[A-Z](?<!\w.)[\w&-]*").findall)
"""What stands between two spaces -> its words that begin with a capital."""
_BEGINS_WITH_STATE = re.compile(r"\W*(?:the )?(U\.?S\.?|UK|EU)\b")
_OF_STATES = re.compile(r"\b(?:hack|spy|surveil|steal|intelligence agenc)")


def _negative(lower: str, kind: str) -> bool:
    if kind == "evidence-absent":
        return False
    pattern = _pattern("negation")
    return pattern.search(lower) is not None and kind not in {
        "unfair-treatment",
        "treaty",
        "clean-network",
    }


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_DATA[name]["pattern"])


@cache
def _quantifiers() -> tuple[tuple[Quantifier, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in _DATA["quantifier"].items())


def _quantifier(lower: str, *, negative: bool) -> Quantifier:
    if negative:
        return "none"
    return next(
        (
            name
            for name, pattern in _quantifiers()
            if name not in {"none", "one"} and pattern.search(lower)
        ),
        "some",
    )


def content_words(text: str) -> frozenset[str]:
    """Return the words of *text* that are not among the commonest."""
    return frozenset(chain.from_iterable(map(_CONTENT.__getitem__, text.split(" "))))


def _content_of(chunk: str) -> tuple[str, ...]:
    stop = lexicon.words("words", "stop")
    return tuple(word for word in _WORDS.findall(chunk.lower()) if word not in stop)


_CONTENT = Known(_content_of)
"""What stands between two spaces -> its words that are not among the commonest."""


def likeness(one: frozenset[str], other: frozenset[str]) -> int:
    """Return how many of a thousand words two sets of words share."""
    return len(one & other) * 1000 // max(1, len(one | other))
