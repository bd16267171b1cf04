"""Which release bounds a body, and what bounds a body of none."""

import numpy as np
import pytest
from msgspec.structs import replace

from assay.identify.fingerprints.neighbours import bound_by_itself, seen_between
from assay.identify.fingerprints.profile import Profile
from assay.inventory.fingerprints.index import Learnt

VERSIONS = ("1.0", "1.1", "1.2")
PATTERNS = np.array(
    [[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]], dtype=np.bool_
)
COUNTS = np.array([100, 8, 8, 8, 8, 8], np.int64)
PRESENT = np.ones(6, np.bool_)


def profile() -> Profile:
    learnt = Learnt(key="a", name="a", cpe="", licence="", versions=VERSIONS, units=("a.o",))
    units = np.zeros(6, np.int64)
    rows = {(0, row): row for row in range(6)}
    expected = (COUNTS[:, None] * PATTERNS).sum(axis=0)[None, :]
    return Profile(learnt, rows, units, COUNTS, PATTERNS, expected, units[:1])


def hits(release: int, *, lost: int = 0, come: int = 0) -> np.ndarray:
    found = COUNTS * PATTERNS[:, release]
    found[2] -= lost
    found[3] += come
    return found


def test_all_of_a_release_and_nothing_beside_it():
    assert bound_by_itself(profile(), hits(1), PRESENT, 1) == (True, True)


def test_what_came_later_opens_the_end_above():
    assert bound_by_itself(profile(), hits(1, come=5), PRESENT, 1) == (True, False)


def test_what_was_lost_opens_both_ends():
    assert bound_by_itself(profile(), hits(1, lost=6), PRESENT, 1) == (False, False)


def test_where_little_changed_nothing_is_told():
    small = replace(profile(), counts=COUNTS // 8)
    assert bound_by_itself(small, hits(1) // 8, PRESENT, 1) == (False, False)


@pytest.mark.parametrize("release", [0, 2])
def test_a_complete_body_of_the_first_and_the_last(release):
    assert bound_by_itself(profile(), hits(release), PRESENT, release) == (True, True)
    lacking = hits(release)
    lacking[0] -= 20
    assert bound_by_itself(profile(), lacking, PRESENT, release) in {(False, True), (True, False)}


@pytest.mark.parametrize(
    ("seen", "between"),
    [([50, 0, 0, 0, 0, 0], (0, 2)), ([50, 0, 0, 4, 0, 0], (2, 2)), ([9, 0, 0, 0, 4, 4], (1, 1))],
)
def test_what_a_body_has_bounds_it(seen, between):
    assert seen_between(profile(), np.array(seen, np.int64)) == between


def test_a_body_without_a_unit_is_bounded_by_nothing():
    nowhere = np.zeros(6, np.bool_)
    assert bound_by_itself(profile(), hits(1), nowhere, 1) == (False, False)


def test_a_few_of_many_that_a_release_brought_say_nothing():
    many = replace(profile(), counts=COUNTS * 4)
    assert seen_between(many, np.array([50, 0, 0, 4, 0, 0], np.int64)) == (0, 2)
    assert seen_between(many, np.array([50, 0, 0, 8, 0, 0], np.int64)) == (2, 2)
