"""Functions that are spared the careful pass could not compare with a secret."""

from assay.code.access import oddities
from assay.code.access.answers import Answers
from assay.code.access.deciding import Deciders
from assay.code.access.oddities import odd_constants
from assay.code.access.remarkable import remarkable_functions
from assay.code.sources import Network


def test_the_function_with_the_password_is_read(way, program, places):
    index = program("console")
    remarkable = remarkable_functions(index.network)
    number = index.network.function_at(places[f"{way}-console"]["permitted"])
    assert remarkable[number]
    assert not remarkable[-1]


def test_some_functions_are_spared(program):
    index = program("console")
    assert not remarkable_functions(index.network)[: len(index.functions)].all()


def test_what_is_spared_tells_nothing(monkeypatch, program):
    index = program("console")

    def found():
        network = Network(index)
        deciders = Deciders(network)
        return list(odd_constants(network, deciders, Answers(network, deciders)))

    spared = found()
    every = remarkable_functions(index.network) | True
    monkeypatch.setattr(oddities, "remarkable_functions", lambda _: every)
    assert found() == spared
