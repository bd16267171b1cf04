"""The verdict counts parts; what bears on it besides is noted."""

import pytest

from assay._kernel.sandbox.choice import KNOWN, UNCONFINED
from assay.model.tree import Problem
from assay.rebuild.records import Part
from assay.rebuild.verdict import STATES, notes, ordered, verdict


def part(level, state=None):
    return Part(
        recipe="x 1", file="x", path="/x", shipped="a", built="b", level=level, reason="",
        state=state or STATES[level],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "level", "says"),
    [
        (["E0", "E1", "E2"], "E2", "3 of 3 files reproduce."),
        (["E0", "E3"], "E3", "1 of 2 files reproduce; 1 reproduces, for a person to review."),
        (
            ["D", "D", "E3", "E3"],
            "D",
            "0 of 4 files reproduce; 2 reproduce, for a person to review; 2 differ.",
        ),
        (["E0", "I", "D"], "D", "1 of 3 files reproduce; 1 differs; 1 undecided."),
        ([], "I", "The image has none of the files that the recipes name."),
    ],
)
def test_the_worst_part_decides_and_all_are_counted(parts, level, says):
    assert verdict([part(one) for one in parts]) == (level, says)


def test_the_worst_is_read_first():
    assert [one.level for one in ordered([part("E0"), part("D"), part("I")])] == ["D", "I", "E0"]


def test_what_the_image_lacks_is_not_counted_among_its_files():
    level, says = verdict([part("E0"), part("I", "absent")])
    assert (level, says) == ("I", "1 of 1 file reproduces; 1 not in the image.")


def test_problems_of_the_image_and_a_missing_sandbox_are_noted():
    problem = Problem(kind="damage", part="squashfs", says="is cut short", path="x")
    said = list(notes(UNCONFINED, [], [problem]))
    assert "no sandbox" in said[0]
    assert said[1] == "the image, damage at x: is cut short"
    assert not list(notes(KNOWN[0], [], []))
