"""Name matching on the measured half: F1 against rapidfuzz, calibration, time a pair.

Bars: F1 at least 0.92; at most 50 µs a pair. Run: python benchmarks/name_matching.py
"""

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

from anyascii import anyascii
from rapidfuzz import fuzz, utils

from assay.supply.names.compare import calibration, score
from assay.supply.names.prepare import prepare

PAIRS = Path(__file__).parents[1] / "tests/supply/data/name_pairs.tsv"
PLAIN = ("ratio", "token_sort_ratio", "token_set_ratio", "partial_ratio", "WRatio", "QRatio")
Rows = list[list[str]]
Scorer = Callable[[str, str], float]


def halves() -> dict[str, Rows]:
    """Return the labelled pairs by half."""
    rows = [line.split("\t") for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    return {half: [row for row in rows if row[0] == half] for half in ("tuning", "measured")}


def f1(scores: list[float], labels: list[bool], limit: float) -> float:
    """Return the F1 of taking every pair that scores at least *limit*."""
    taken = [value >= limit for value in scores]
    right = sum(t and y for t, y in zip(taken, labels, strict=True))
    return 2 * right / max(1, sum(taken) + sum(labels))


def scored(rows: Rows, scorer: Scorer) -> tuple[list[float], list[bool]]:
    """Return the scores and the labels of *rows*."""
    return [scorer(row[3], row[5]) for row in rows], [row[1] == "same" for row in rows]


def plain_scorers(sets: dict[str, Rows], read: Callable[[str], str]) -> dict[str, float]:
    """Return the F1 of rapidfuzz's plain scorers, each at its best limit on the tuning half.

    *read* turns a name into what is compared.
    """
    found = {}
    for name in PLAIN:
        scorer = partial(getattr(fuzz, name), processor=read)
        scores, labels = scored(sets["tuning"], scorer)
        best = max(sorted(set(scores)), key=lambda limit: f1(scores, labels, limit))
        found[name] = round(f1(*scored(sets["measured"], scorer), best), 4)
    return found


def transliterated(name: str) -> str:
    """Return *name* in Latin letters, prepared as rapidfuzz advises."""
    return utils.default_process(anyascii(name))


def calibration_error(scores: list[float], labels: list[bool]) -> float:
    """Return the expected calibration error over ten bins."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for value, label in zip(scores, labels, strict=True):
        bins[min(9, int(value / 100))].append((value / 1000, label))
    gaps = [abs(sum(v for v, _ in b) - sum(y for _, y in b)) for b in bins.values()]
    return sum(gaps) / len(scores)


def time_a_pair(rows: Rows) -> float:
    """Return microseconds a pair of prepared names, the best of five rounds."""
    pairs = [(prepare(row[3]), prepare(row[5])) for row in rows]
    rounds = []
    for _ in range(5):
        start = time.perf_counter()
        for left, right in pairs:
            score(left, right)
        rounds.append((time.perf_counter() - start) / len(pairs) * 1e6)
    return min(rounds)


def time_unprepared(rows: Rows) -> float:
    """Return microseconds a pair when both names still have to be prepared."""
    prepare.cache_clear()
    start = time.perf_counter()
    for row in rows:
        score(prepare(row[3]), prepare(row[5]))
    return (time.perf_counter() - start) / len(rows) * 1e6


def by_kind(rows: Rows, scores: list[float]) -> dict[str, str]:
    """Return how many pairs of each kind were decided rightly."""
    right, total = Counter[str](), Counter[str]()
    for row, value in zip(rows, scores, strict=True):
        total[row[2]] += 1
        right[row[2]] += (value >= calibration().match) == (row[1] == "same")
    return {kind: f"{right[kind]}/{total[kind]}" for kind in sorted(total)}


def main() -> int:
    """Print the figures; 1 when a bar is missed."""
    sets = halves()
    scores, labels = scored(sets["measured"], lambda a, b: float(score(prepare(a), prepare(b))))
    ours = f1(scores, labels, calibration().match)
    each = time_a_pair(sets["measured"])
    figures = {
        "pairs": {half: len(rows) for half, rows in sets.items()},
        "negatives_measured": labels.count(False),
        "f1_measured": round(ours, 4),
        "f1_rapidfuzz": plain_scorers(sets, utils.default_process),
        "f1_rapidfuzz_transliterated": plain_scorers(sets, transliterated),
        "right_by_kind": by_kind(sets["measured"], scores),
        "calibration_error": round(calibration_error(scores, labels), 4),
        "us_a_pair": round(each, 1),
        "us_a_pair_unprepared": round(time_unprepared(sets["measured"]), 1),
    }
    print(json.dumps(figures, indent=2))
    return 0 if ours >= 0.92 and each <= 50 else 1


if __name__ == "__main__":
    sys.exit(main())
