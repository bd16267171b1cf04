"""The optional trainer: learns, repeats itself, proposes with low confidence."""

from functools import partial
from pathlib import Path

import pytest

from assay.claims.extract import extract
from assay.claims.training import Model, propose, train
from assay.errors import UnreadableInput, UsageError

GOLD = Path(__file__).parent / "gold"


def test_training_is_repeatable_and_learns() -> None:
    model = train(GOLD)
    assert model == train(GOLD)
    assert model.texts == 108
    assert model.recall >= 700
    assert model.precision >= 700


def test_a_model_adds_weak_proposals() -> None:
    text = b"The man in the north said that it was so. Acme had its doubts about the whole thing.\n"
    model = Model(
        schema="assay-claims-model/1",
        texts=1,
        weights={"doubts": 1},
        threshold=0,
        precision=0,
        recall=0,
    )
    made = extract(text, more=partial(propose, model))
    assert [one.confidence for one in made.statements][-1] == 300
    assert made.statements[-1].rule == "model.sentence"
    assert len(extract(text).statements) == 1


def test_wrong_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        train(tmp_path)
    (tmp_path / "x.txt").write_text("no gold")
    with pytest.raises(UsageError):
        train(tmp_path)
