"""The places to read first: near what is gained, and never what is told already."""

import pytest

from assay.checks.backdoors.ways import NOTED
from assay.code import accesses, accesses_and_places
from assay.code.access.leads import HIGHEST_RANK, MOST
from assay.code.access.oddities import SHAPE as ODD

from .conftest import load


def found_in(index):
    return accesses_and_places(index)[1]


def test_a_command_without_a_finding_is_a_place(way, program, places):
    (found,) = found_in(program("notes"))
    assert found.function == places[f"{way}-notes"]["main"]
    assert found.payload == "system is called"
    assert found.confidence == "tentative"


def test_what_is_told_already_is_left_out(way, program):
    told = {one.function for one in accesses(program("console"))}
    assert told, way
    assert not told & {one.function for one in found_in(program("console"))}


def test_the_heaviest_come_first(program):
    for name in ("console", "notes", "page", "pam"):
        ranks = [one.rank for one in found_in(program(name))]
        assert ranks == sorted(ranks, reverse=True)
        assert len(ranks) <= MOST
        assert max(ranks, default=0) <= HIGHEST_RANK


def test_a_constant_drawn_by_chance_beside_a_command_is_told(way, program, places):
    ways, others = accesses_and_places(program("desk-word"))
    (found,) = ways
    assert found.function == places[f"{way}-desk-word"]["take"]
    assert found.rank >= NOTED
    assert found.function not in {one.function for one in others}


@pytest.mark.parametrize("way", ["mips", "x86-64", "aarch64"])
def test_what_is_told_of_it_says_what_was_not_followed(way):
    (found,) = accesses_and_places(load(way, "desk-word"))[0]
    assert (found.shape, found.constant) == (ODD, "vK7$tin0&Qe")
    assert found.payload == "system is called (whether because of it was not followed)"
    assert found.confidence == "tentative"


def test_an_ordinary_word_beside_a_command_is_a_place_to_read(way, program, places):
    ways, others = accesses_and_places(program("desk"))
    assert ways == ()
    assert places[f"{way}-desk"]["take"] in {one.function for one in others}
