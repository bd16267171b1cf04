"""The places to read first: near what is gained, and never what is told already."""

from assay.code import accesses, accesses_and_places
from assay.code.access.leads import HIGHEST_RANK, MOST


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
