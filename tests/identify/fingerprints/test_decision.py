"""What a file holds: full and partial copies, fragments, coincidence, stuffing."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st
from learning import blob, flat, holder, index_of, piece, project, sentences, texts

from assay.identify.fingerprints.decision import PRESENT_PERMILLE, claims, rows_present
from assay.identify.fingerprints.profile import Profile, is_unit, profile_of
from assay.inventory.kinds.fingerprints import look_up

VERSIONS = ["1.0", "1.1", "1.2", "1.3"]
INDEX = index_of(
    project("alpha", VERSIONS, units=10),
    project("beta", ["2.0", "2.1"], units=3),
    holder("gamma", {"3.0": [piece("gammad", sentences("gammad", 60))]}),
)


def found(strings):
    facts = look_up(blob(strings), INDEX)
    return {one.key: one for one in claims(facts, INDEX)} if facts else {}


def units(*numbers, version="1.1"):
    return flat(texts("alpha", version, 10)[one] for one in numbers)


def plainly_present(profile: Profile, hits: list[int]) -> list[bool]:
    """Return the rows in units of some release of which enough is there, unit by unit."""
    present = set()
    for unit in {one for one in profile.units.tolist() if is_unit(one)}:
        rows = [row for row, one in enumerate(profile.units.tolist()) if one == unit]
        for release in profile.has.T:
            expected = sum(int(profile.counts[row]) for row in rows if release[row])
            seen = sum(hits[row] for row in rows if release[row])
            if expected and Fraction(seen, expected) >= Fraction(PRESENT_PERMILLE, 1000):
                present.add(unit)
    return [unit in present for unit in profile.units.tolist()]


@given(st.randoms(use_true_random=False), st.integers(0, 100))
def test_units_present_are_those_found_one_by_one(random, share):
    profile = profile_of(INDEX, INDEX.by_key["alpha"])
    hits = [
        random.randint(0, count) if random.randint(1, 100) <= share else 0
        for count in profile.counts.tolist()
    ]
    present = rows_present(profile, np.array(hits, np.int64))
    assert present.tolist() == plainly_present(profile, hits)


def test_a_full_copy_of_a_release():
    claim = found(units(*range(10)))["alpha"]
    assert (claim.form, claim.release.version, claim.release.low) == ("full-copy", "1.1", "")
    assert len(claim.units) == claim.known == 10


def test_a_partial_copy_names_its_units():
    claim = found([*units(2, 5, 7), *sentences("own program", 300)])["alpha"]
    assert claim.form == "partial-copy"
    assert claim.units == ("libalpha/2.o", "libalpha/5.o", "libalpha/7.o")


def test_a_fragment():
    claim = found([*units(4), *sentences("own program", 300)])["alpha"]
    assert (claim.form, claim.units) == ("fragment", ("libalpha/4.o",))


def test_a_modified_copy_still_calls_itself_by_its_release():
    strings = units(*range(10))
    kept = [one for place, one in enumerate(strings) if place % 3 or b"version" in one]
    claim = found([*kept, *sentences("vendor", 100)])["alpha"]
    assert claim.form == "modified-copy"
    assert claim.release.version == "1.1"


def test_scattered_strings_are_coincidence():
    strings = [texts("alpha", "1.1", 10)[unit][unit] for unit in range(6)]
    assert found([*strings, *sentences("own program", 500)]) == {}


def test_each_of_several_components_is_found():
    strings = [*units(*range(10)), *flat(texts("beta", "2.1", 3)), *sentences("gammad", 60)]
    assert {key: one.form for key, one in found(strings).items()} == {
        "alpha": "full-copy", "beta": "full-copy", "gamma": "partial-copy",
    }  # fmt: skip


def test_stuffed_strings_do_not_displace_the_true_answer():
    stuffed = flat(texts("beta", "2.1", 3))
    answer = found([*units(*range(10)), *stuffed])
    assert (answer["alpha"].form, answer["alpha"].release.version) == ("full-copy", "1.1")


def test_code_belongs_to_the_library_that_others_copied():
    copied = flat(texts("alpha", "1.0", 10))
    index = index_of(
        project("alpha", ["1.0"], units=10),
        holder("zeta", {"9.1": [piece("zetad", copied + sentences("zetad", 80))]}),
    )
    facts = look_up(blob(copied), index)
    assert [one.key for one in claims(facts, index)] == ["alpha"]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_little_is_nothing(count):
    assert found([*units(3)[:count], *sentences("own", 40)]) == {}


def test_a_whole_small_program_within_another_is_a_part_of_it():
    alone = blob(sentences("gammad", 60))
    within = blob(flat(texts("alpha", "1.1", 10)) + sentences("gammad", 60))
    forms = [
        {claim.key: claim.form for claim in claims(look_up(one, INDEX), INDEX)}["gamma"]
        for one in (alone, within)
    ]
    assert forms == ["full-copy", "partial-copy"]
