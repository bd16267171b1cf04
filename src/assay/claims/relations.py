"""Relations: what answers, denies, repeats, narrows or conflicts with what."""

import re
from collections import Counter
from itertools import chain

from msgspec.structs import replace

from assay.claims.assertions import content_words
from assay.claims.identity import identify
from assay.claims.records import Claim, Relation, RelationKind, Statement

_TAKEN_UP = re.compile(
    r"\b(?:th(?:e|ose|ese|at|is)|such|all|any|its|his|her|their|the us|"
    r"washington's|beijing's|latest|any) (?:\w+ ){0,2}(?:allegations?|"
    r"accusations?|claims?|charges?|assertions?|reports?|suggestions?|"
    r"complaints?|criticisms?|findings?|statements?|suspicions?|warnings?|"
    r"remarks?|concerns?)\b"
)
_MENTIONS = re.compile(
    r"\b(?:allegations?|accusations?|claims?|charges?|any wrongdoing|"
    r"wrongdoing|it|suggestions?|them|this)\b"
)
_ACCUSING = frozenset(["allege", "characterise", "demand", "assert", "admit"])
MOST_PAIRS = 200_000
MOST_ALIKE = 5_000


def link_answers(statements: list[Statement], texts: dict[str, str]) -> list[Statement]:
    """Return *statements* with `responds_to` set where one takes up what another said."""
    answered = []
    for place, one in enumerate(statements):
        if one.responds_to or one.act != "deny" or not _takes_up(texts[one.id]):
            answered.append(one)
            continue
        target = _target(statements, place, one)
        answered.append(replace(one, responds_to=target.id) if target else one)
    return answered


def _takes_up(text: str) -> bool:
    if _TAKEN_UP.search(text):
        return True
    return len(text) < 40 and _MENTIONS.search(text) is not None


def _target(statements: list[Statement], place: int, one: Statement) -> Statement | None:
    """Return the nearest earlier allegation of another speaker, or any nearest statement."""
    speaker = one.chain[-1].actor
    earlier = [
        other
        for other in statements[:place]
        if other.chain[-1].actor != speaker and other.mode != "headline"
    ]
    for other in reversed(earlier[-12:]):
        if other.act == "allege":
            return other
    return next((other for other in reversed(earlier[-4:]) if other.act in _ACCUSING), None)


def relate(
    claims: tuple[Claim, ...], statements: list[Statement] | tuple[Statement, ...]
) -> tuple[Relation, ...]:
    """Return the relations among *claims* and among the statements behind them, sorted by id."""
    found: dict[str, Relation] = {}
    for one in statements:
        if one.responds_to:
            _add(
                found,
                one.id,
                "denies" if one.act == "deny" else "answers",
                one.responds_to,
                "takes up what was said",
                "relation.responds",
            )
        if one.repeats:
            _add(
                found,
                one.id,
                "repeats",
                one.repeats,
                "the headline sums up the text",
                "relation.headline",
            )
    _among(claims, found)
    return tuple(sorted(found.values(), key=lambda one: one.id))


def _among(claims: tuple[Claim, ...], found: dict[str, Relation]) -> None:
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        if claim.kind not in {"other", "question"}:
            groups.setdefault((claim.kind, claim.subject.lower()), []).append(claim)
    pairs = 0
    for group in groups.values():
        for one in group:
            for other in group:
                pairs += one.id != other.id
                if one.id == other.id or pairs > MOST_PAIRS:
                    continue
                _pair(one, other, found)
    _alike([claim for claim in claims if claim.kind == "other"], found)


def _pair(one: Claim, other: Claim, found: dict[str, Relation]) -> None:
    if one.negative and not other.negative:
        kind: RelationKind = (
            "denies"
            if one.form in {"universal-negative", "record", "standard", "inventory"}
            else "conflicts"
        )
        _add(
            found,
            one.id,
            kind,
            other.id,
            "same subject and matter, opposite sense",
            "relation.opposite",
        )
        return
    if one.negative == other.negative and _narrower(one, other):
        _add(found, one.id, "narrows", other.id, "same matter, smaller scope", "relation.scope")
    if one.negative == other.negative and _standard_conflict(one, other) and one.id < other.id:
        _add(
            found,
            one.id,
            "conflicts",
            other.id,
            "different places or numbers for the same matter",
            "relation.scope",
        )


def _narrower(one: Claim, other: Claim) -> bool:
    a, b = one.scope, other.scope
    fewer = (
        (bool(a.product) and not b.product)
        or (bool(a.versions) and not b.versions)
        or (bool(a.period) and not b.period)
    )
    same = (
        (a.product == b.product or not b.product)
        and (a.versions == b.versions or not b.versions)
        and (a.period == b.period or not b.period)
    )
    return fewer and same


def _standard_conflict(one: Claim, other: Claim) -> bool:
    return bool(
        one.scope.versions
        and other.scope.versions
        and one.scope.product == other.scope.product
        and one.scope.versions != other.scope.versions
        and one.quantifier == "all" == other.quantifier
    )


def _alike(claims: list[Claim], found: dict[str, Relation]) -> None:
    """Join claims of mostly the same words; a word that many share finds no pair by itself."""
    words = [content_words(claim.text) for claim in claims[:MOST_ALIKE]]
    repeated = _repeated(words)
    often = Counter(chain.from_iterable(map(repeated.intersection, words)))
    by_word: dict[str, list[int]] = {}
    for place, own in enumerate(words):
        # Six tenths alike share one of the rarest: those of which no six tenths are left behind.
        shared = own & repeated
        room = len(own) * 2 // 5 + 1 - len(own) + len(shared)
        if room <= 0:
            continue
        rarest = sorted(shared, key=lambda word: (often[word], word))[:room]
        near = set(chain.from_iterable(by_word.get(word, ()) for word in rarest))
        for other in sorted(near):
            count = len(own & words[other])
            if count * 1000 >= 600 * (len(own) + len(words[other]) - count):
                _add(
                    found,
                    claims[place].id,
                    "repeats",
                    claims[other].id,
                    "mostly the same words",
                    "relation.alike",
                )
        for word in rarest:
            if len(by_word.setdefault(word, [])) < _MOST_SHARING:
                by_word[word].append(place)


_MOST_SHARING = 50


def _repeated(words: list[frozenset[str]]) -> set[str]:
    """Return what stands in more than one of the sets of *words*."""
    once: set[str] = set()
    again: set[str] = set()
    for own in words:
        again |= once & own
        once |= own
    return again


def _add(  # noqa: PLR0917 - the parts of one record
    found: dict[str, Relation], source: str, kind: RelationKind, target: str, reason: str, rule: str
) -> None:
    key = identify("relation", source, kind, target)
    found[key] = Relation(id=key, source=source, kind=kind, target=target, reason=reason, rule=rule)
