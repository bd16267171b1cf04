"""Fit the name score on the tuning half of the labelled set and write its calibration.

Development only; the fit needs numpy, the score does not. The measured half is never read here.
Run: python benchmarks/calibrate_names.py
"""

import math
from pathlib import Path

import numpy as np

from assay.supply.names.features import FEATURES, measure
from assay.supply.names.prepare import prepare

ROOT = Path(__file__).parents[1]
PAIRS = ROOT / "tests/supply/data/name_pairs.tsv"
OUTPUT = ROOT / "src/assay/supply/data/calibration.toml"
RIDGE = 0.3
# What the features mean, for those that the tuning half hardly shows: weights are drawn to these.
PRIOR = {"number-conflict": -3.0, "place-conflict": -1.5, "form-conflict": -1.0}
STEPS = 60
REVIEW_RECALL = 0.95


def tuning_half() -> tuple[np.ndarray, np.ndarray]:
    """Return the features of the tuning half, one row a pair, and the labels."""
    rows = [line.split("\t") for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row[0] == "tuning"]
    features = [measure(prepare(row[3]), prepare(row[5]))[0] for row in rows]
    return np.array(features) / 1000, np.array([row[1] == "same" for row in rows])


def fit(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the weights of a ridge logistic regression, the bias last (Newton's method)."""
    design = np.hstack([features, np.ones((len(features), 1))])
    prior = np.array([PRIOR.get(name, 0.0) for name in FEATURES] + [0.0])
    weights = prior.copy()
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (chance - labels) + RIDGE * np.append((weights - prior)[:-1], 0)
        curvature = (design.T * (chance * (1 - chance))) @ design + RIDGE * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, gradient)
    return weights


def thresholds(chance: np.ndarray, labels: np.ndarray) -> tuple[int, int]:
    """Return the permille that is best in F1, and the one that still finds 95 % of the parties."""

    def f1(limit: float) -> float:
        taken = chance >= limit
        return float(2 * (taken & labels).sum() / (taken.sum() + labels.sum()))

    limits = [number / 1000 for number in range(300, 900, 10)]
    best = max(limits, key=f1)
    review = float(np.quantile(chance[labels], 1 - REVIEW_RECALL))
    return round(1000 * best), min(round(1000 * best) - 100, max(100, round(1000 * review)))


def main() -> None:
    """Write the calibration file."""
    features, labels = tuning_half()
    weights = fit(features, labels)
    chance = 1 / (1 + np.exp(-(features @ weights[:-1] + weights[-1])))
    match, review = thresholds(chance, labels)
    odds = [round(1000 * math.log(p / (1000 - p))) for p in range(1, 1000)]
    lines = [
        "# Made by benchmarks/calibrate_names.py from the tuning half of the labelled pairs.",
        "# Thousandths of log odds for a feature at its full value; do not edit by hand.",
        f"bias = {round(1000 * weights[-1])}",
        f"odds = {odds}",
        "",
        "[thresholds]",
        f"match = {match}",
        f"review = {review}",
        "",
        "[weights]",
        *(f"{name} = {round(1000 * w)}" for name, w in zip(FEATURES, weights, strict=False)),
    ]
    OUTPUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(labels)} pairs; match at {match}, review at {review} permille")


if __name__ == "__main__":
    main()
