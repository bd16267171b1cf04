"""The score of two names: a calibrated probability in permille, and what it is made of.

A logistic model over the features of `features`; its whole numbers are `data/calibration.toml`,
made from the tuning half of the labelled set by `benchmarks/calibrate_names.py`. Integers only,
so that a score is the same on every machine. The odds assume that both answers were equally likely.
"""

import tomllib
from bisect import bisect_left
from functools import lru_cache
from importlib import resources

from assay.model.record import Record
from assay.supply.names.features import FEATURES, Alignment, Measured, measure
from assay.supply.names.prepare import PreparedName, prepare

COUNTRY_CONFLICT = -1500
COUNTRY_EQUAL = 400
SAME_TEXT = 990
VALUE = "\0"
"""Stands for the feature's value; no prepared name can hold it."""


class ScorePart(Record):
    """One part of a score: how much it moved the decision, in thousandths of log odds."""

    part: str
    effect: int
    says: str


class Comparison(Record):
    """The score of two names in permille, with its parts, the strongest first."""

    score: int
    parts: tuple[ScorePart, ...]


class Calibration(Record):
    """The numbers of the model. `odds[n]` is the log odds of a score of n+1 permille."""

    weights: tuple[int, ...]
    bias: int
    odds: tuple[int, ...]
    match: int
    review: int


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """Return the calibration that ships with Assay."""
    text = resources.files("assay.supply").joinpath("data", "calibration.toml").read_text("utf-8")
    data = tomllib.loads(text)
    return Calibration(
        weights=tuple(data["weights"][name] for name in FEATURES),
        bias=data["bias"],
        odds=tuple(data["odds"]),
        match=data["thresholds"]["match"],
        review=data["thresholds"]["review"],
    )


def score(left: PreparedName, right: PreparedName) -> int:
    """Return the score of two prepared names in permille, without explanation."""
    if left.text == right.text or (left.spread == right.spread and left.forms == right.forms):
        return SAME_TEXT
    return _permille(_odds(measure(left, right)[0]))


def compare(
    left: str,
    right: str,
    *,
    countries: tuple[str, str] = ("", ""),
    further: tuple[ScorePart, ...] = (),
) -> Comparison:
    """Return the score of two names and what it is made of.

    *countries* are ISO codes or empty; *further* are parts that the names themselves do not show.
    """
    ours, theirs = prepare(left), prepare(right)
    parts = [*further]
    if where := _country_effect(*countries):
        parts.append(ScorePart(part="country", effect=where, says=_country_says(*countries)))
    outside = sum(part.effect for part in parts)
    if ours.text == theirs.text or (ours.spread == theirs.spread and ours.forms == theirs.forms):
        odds = calibration().odds[SAME_TEXT - 1]
        parts.append(ScorePart(part="equal", effect=odds, says="the names read the same"))
        return Comparison(score=_permille(odds + outside), parts=_ordered(parts))
    measured, alignment = measure(ours, theirs)
    told = _sayings(ours, theirs, alignment)
    for name, value, weight in zip(FEATURES, measured, calibration().weights, strict=True):
        if effect := value * weight // 1000:
            says = told[name].replace(VALUE, str(value))
            parts.append(ScorePart(part=name, effect=effect, says=says))
    return Comparison(score=_permille(_odds(measured) + outside), parts=_ordered(parts))


def _ordered(parts: list[ScorePart]) -> tuple[ScorePart, ...]:
    return tuple(sorted(parts, key=lambda part: (-abs(part.effect), part.part)))


def _odds(measured: Measured) -> int:
    model = calibration()
    return model.bias + sum(map(int.__mul__, measured, model.weights)) // 1000


def _permille(odds: int) -> int:
    return max(1, bisect_left(calibration().odds, odds))


def _country_effect(left: str, right: str) -> int:
    if not left or not right:
        return 0
    return COUNTRY_EQUAL if left == right else COUNTRY_CONFLICT


def _country_says(left: str, right: str) -> str:
    return f"both {left}" if left == right else f"{left} against {right}"


def _sayings(left: PreparedName, right: PreparedName, found: Alignment) -> dict[str, str]:
    """Say each feature in words."""
    over = f"{' '.join(found.left) or '-'} | {' '.join(found.right) or '-'}"
    forms = f"{'/'.join(left.forms) or '-'} | {'/'.join(right.forms) or '-'}"
    places = f"{' '.join(sorted(left.places)) or '-'} | {' '.join(sorted(right.places)) or '-'}"
    numbers = f"{' '.join(sorted(left.numbers)) or '-'} | {' '.join(sorted(right.numbers)) or '-'}"
    return {
        "words": f"{VALUE} permille of the words, weighed, stand for each other",
        "conflict": f"both names have words that the other lacks: {over}",
        "spelling": f"the letters agree to {VALUE} permille",
        "whole-spelling": f"the beginnings agree to {VALUE} permille",
        "uncertain": f"{VALUE} permille of the agreement rests on words that differ in letters",
        "place-conflict": f"different places: {places}",
        "number-conflict": f"different numbers: {numbers}",
        "form-conflict": f"different legal forms: {forms}",
        "acronym": "one name is made of the other's initials",
        "contained": "one name holds all distinctive words of the other",
        "sector-left-over": f"one name has words more: {over}",
    }
