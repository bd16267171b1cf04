"""An evaluation that contradicts itself is told from one that does not."""

from typing import Any

import pytest

from assay.model.record import replace
from assay.model.result import Coverage, Evaluation
from assay.seal.consistency import contradictions


def lie(evaluation: Evaluation, which: str) -> dict[str, Any]:
    (result,), (verdict,) = evaluation.results, evaluation.verdicts
    (container,) = evaluation.containers
    (finding,) = result.findings
    return {
        "the verdict inconclusive does not follow": {"verdict": "inconclusive"},
        "the accounts of the image's bytes": {
            "coverage": Coverage(size=100, parsed=90, padding=20, encrypted=0, unknown=0)
        },
        "the regions of the image": {"containers": (replace(container, size=99),)},
        "a finding that is not there": {"verdicts": (replace(verdict, against=("0" * 16,)),)},
        "a test that is not there": {"verdicts": (replace(verdict, supporting=("a.b",)),)},
        "does not match its findings": {"results": (replace(result, outcome="clear"),)},
        "findings of another test": {
            "results": (replace(result, findings=(replace(finding, check="a.b"),)),)
        },
    }[which]


def test_an_honest_evaluation_has_no_contradiction(evaluation: Evaluation) -> None:
    assert list(contradictions(evaluation)) == []


@pytest.mark.parametrize(
    "says",
    [
        "the verdict inconclusive does not follow",
        "the accounts of the image's bytes",
        "the regions of the image",
        "a finding that is not there",
        "a test that is not there",
        "does not match its findings",
        "findings of another test",
    ],
)
def test_a_contradiction_is_named(evaluation: Evaluation, says: str) -> None:
    found = list(contradictions(replace(evaluation, **lie(evaluation, says))))
    assert len(found) == 1
    assert says in found[0]


def test_negative_accounts_do_not_balance_others(evaluation: Evaluation) -> None:
    coverage = Coverage(size=100, parsed=150, padding=-50, encrypted=0, unknown=0)
    assert len(list(contradictions(replace(evaluation, coverage=coverage)))) == 1
