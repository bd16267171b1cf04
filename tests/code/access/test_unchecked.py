"""A request that becomes part of a command is found; a program without one is quiet."""

from assay.code import accesses
from assay.code.access.unchecked import SHAPE


def test_finds_the_command_made_of_the_query(way, program, places):
    (found,) = [one for one in accesses(program("page")) if one.shape == SHAPE]
    assert found.source == "getenv"
    assert found.payload == "system runs what is made of it"
    assert found.function == places[f"{way}-page"]["main"]
    assert found.confidence == "tentative"


def test_a_command_line_takes_no_requests(program):
    assert not [one for one in accesses(program("console")) if one.shape == SHAPE]
