"""The two environments differ in all that a build could take from its surroundings."""

import pytest

from assay.rebuild.environments import LATER, environments, variables, variations
from assay.rebuild.recipe import VARIABLES, Build


def names(build, *, confined=True):
    return {one.name for one in variations(*environments(build, confined=confined))}


def test_all_but_the_time_is_varied():
    assert names(Build(commands=("make",), epoch=9)) == set(VARIABLES) - {"time"}


@pytest.mark.parametrize("name", [name for name in VARIABLES if name != "time"])
def test_what_is_held_is_not(name):
    build = Build(commands=("make",), hold=(name,))
    assert names(build) == set(VARIABLES) - {"time", name}


def test_the_time_is_varied_when_asked():
    first, second = environments(Build(commands=("make",), epoch=9, vary=("time",)))
    assert second.epoch - first.epoch == LATER
    assert variables(second, "/b", "/s")["SOURCE_DATE_EPOCH"] == str(9 + LATER)


def test_no_time_is_stated_where_the_recipe_has_none():
    first, second = environments(Build(commands=("make",), vary=("time",)))
    assert "SOURCE_DATE_EPOCH" not in variables(first, "/b", "/s")
    assert first.epoch is second.epoch is None


def test_without_a_sandbox_the_host_decides():
    assert not names(Build(commands=("make",)), confined=False) & {"path", "hostname", "user"}


def test_values_are_shown_as_people_write_them():
    shown = {one.name: (one.first, one.second) for one in variations(
        *environments(Build(commands=("make",))))}  # fmt: skip
    assert shown["umask"] == ("022", "002")
    assert shown["order"] == ("forwards", "backwards")
