"""The first difference of two evaluations is found, and its likely reason is said first."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from assay.errors import BrokenBundle
from assay.model.record import replace
from assay.model.result import Evaluation, Option, Subject, Tool
from assay.seal.rerun import (
    EXCERPT,
    compare,
    first_difference,
    other_image,
    sealed_limits,
)
from assay.unpack.limits import Limits


def test_equal_evaluations_are_identical(evaluation: Evaluation) -> None:
    found = compare(evaluation, replace(evaluation))
    assert found.identical
    assert found.comparable
    assert found.difference is None


def test_the_first_difference_is_a_pointer_with_both_values(evaluation: Evaluation) -> None:
    (verdict,) = evaluation.verdicts
    found = compare(evaluation, replace(evaluation, verdicts=(replace(verdict, reason="x"),)))
    assert not found.identical
    assert found.comparable
    assert found.difference is not None
    assert found.difference.pointer == "/verdicts/0/reason"
    assert (found.difference.sealed, found.difference.fresh) == ('"1 counter-example"', '"x"')


@pytest.mark.parametrize(
    ("cause", "change"),
    [
        ("image", {"subject": Subject(sha256="0" * 64, size=100, kind="image")}),
        ("tool", {"tool": Tool(name="assay", version="9", digest="0" * 64)}),
        ("tool", {"schema": "https://assay.invalid/evaluation/9"}),
        ("options", {"options": (Option(name="limit.files", value="3"),)}),
        ("options", {"profile": "other"}),
    ],
)
def test_a_cause_comes_before_its_consequences(
    evaluation: Evaluation, cause: str, change: dict[str, Any]
) -> None:
    alone = compare(evaluation, replace(evaluation, **change))
    assert alone.causes == (cause,)
    assert alone.difference is not None
    assert alone.difference.pointer.split("/")[1] in change
    both = compare(evaluation, replace(evaluation, verdict="pass", **change))
    assert both.causes == (cause,)
    assert not both.comparable
    assert both.difference is not None
    assert both.difference.pointer == "/verdict"


@pytest.mark.parametrize(
    ("sealed", "fresh", "pointer", "values"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, "/b", ("2", "3")),
        ({"b": 1}, {"a": 1}, "/a", ("", "1")),
        ([1, 2], [1], "/1", ("2", "")),
        ([1], [1, None], "/1", ("", "null")),
        ({"a/b": {"~": [0, 1]}}, {"a/b": {"~": [0, 2]}}, "/a~1b/~0/1", ("1", "2")),
        (1, "1", "", ("1", '"1"')),
        ({"a": []}, {"a": {}}, "/a", ("[]", "{}")),
        ({"a": None}, {}, "/a", ("null", "")),
    ],
)
def test_differences(sealed: Any, fresh: Any, pointer: str, values: tuple[str, str]) -> None:
    found = first_difference(sealed, fresh)
    assert found is not None
    assert (found.pointer, (found.sealed, found.fresh)) == (pointer, values)


def test_a_long_value_is_shortened() -> None:
    found = first_difference(["x" * 999], ["y"])
    assert found is not None
    assert len(found.sealed) == EXCERPT


VALUES = st.recursive(
    st.none() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_there_is_a_difference_exactly_when_the_values_differ(sealed: Any, fresh: Any) -> None:
    found = first_difference(sealed, fresh)
    assert (found is None) == (sealed == fresh)
    if found is not None:
        assert found.sealed != found.fresh


def test_another_image_is_told_without_evaluating(evaluation: Evaluation, tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(b"content")
    found = other_image(evaluation.subject, image)
    assert found is not None
    assert found.causes == ("image",)
    digest = hashlib.sha256(b"content").hexdigest()
    subject = Subject(sha256=digest, size=7, kind="image")
    assert other_image(subject, image) is None
    assert other_image(evaluation.subject, tmp_path) is None


def test_the_sealed_limits_are_used_again(evaluation: Evaluation) -> None:
    assert sealed_limits(evaluation.options) == Limits()
    options = (Option(name="limit.files", value="3"), Option(name="profile", value="small"))
    assert sealed_limits(options) == Limits(files=3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit.nonsense", "1"),
        ("limit.files", "many"),
        ("limit.files", ""),
        ("limit.files", "0"),
        ("limit.files", "-1"),
        ("limit.total", "9" * 19),
        ("limit.files", "9" * 100_000),
    ],
)
def test_limits_that_a_stranger_chose_are_refused(name: str, value: str) -> None:
    with pytest.raises(BrokenBundle):
        sealed_limits((Option(name=name, value=value),))
