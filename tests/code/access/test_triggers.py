"""Constants that a program asks for weigh more the less likely they are by accident."""

import numpy as np
import pytest

from assay.code.access import triggers as module
from assay.code.access.drawn import drawn_texts
from assay.code.access.handled import handled_texts
from assay.code.access.triggers import triggers
from assay.code.compared import compared_numbers
from assay.code.mentions import Mentions


class Texts:
    """The texts of a program that has only the given ones."""

    def __init__(self, *texts: bytes) -> None:
        self.texts = texts

    def data_between_code(self):
        return iter(self.texts)


def asked_by(index, function):
    every = np.ones(len(index.functions) + 1, dtype=np.bool_)
    every[-1] = False
    handled = handled_texts(index, every)
    found = triggers(index, every, Mentions(index.program), handled)
    number = index.network.function_at(function)
    return [one for columns in found for one in columns.by(number)]


def test_the_password_in_the_code_is_heaviest(way, program, places):
    index = program("console")
    found = asked_by(index, places[f"{way}-console"]["permitted"])
    heaviest = max(found, key=lambda one: one.weight)
    assert heaviest.words == "is compared with `Tr4pd00r#9`"
    assert heaviest.weight == module.ODD


def test_columns_are_those_of_what_they_tell(program):
    index = program("console")
    every = np.ones(len(index.functions) + 1, dtype=np.bool_)
    every[-1] = False
    found = triggers(index, every, Mentions(index.program), handled_texts(index, every))
    assert sum(one.weights.size for one in found) > 1
    for one in found:
        told = [one.tell(place) for place in range(one.weights.size)]
        assert [each.function for each in told] == one.functions.tolist()
        assert [each.row for each in told] == one.rows.tolist()
        assert [each.weight for each in told] == one.weights.tolist()


def test_functions_left_out_ask_for_nothing(program):
    index = program("console")
    none = np.zeros(len(index.functions) + 1, dtype=np.bool_)
    handled = handled_texts(index, none)
    found = triggers(index, none, Mentions(index.program), handled)
    assert [one.weights.size for one in found] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        (b"Contnet-Type", module.NEARLY),
        (b"k7#Vq!93Lm", module.ODD),
        (b"GET", module.PLAIN),
        (b"status", module.PLAIN),
        (b"grelka", module.UNMENTIONED),
    ],
)
def test_weights_of_texts(text, weight, spoken):
    mentions = Mentions(Texts(b"status: show the status\0grelka\0"))
    texts = spoken(b"another", text)
    found = module._weights(texts, drawn_texts(texts), np.array([1]), mentions)
    assert list(found) == [weight]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        (b"cannot open %s\n", 0),
        (b"%s%02d%04x", module.FORMED),
        (b"k7#Vq!93Lm", module.ODD_ELSEWHERE),
        (b"plain", 0),
    ],
)
def test_texts_that_go_nowhere_known_weigh_less(text, weight, spoken):
    texts = spoken(text, b"plain", text)
    found = module._weights_elsewhere(texts, drawn_texts(texts))
    assert found.tolist() == [weight, 0, weight]


def test_weights_of_numbers(program):
    index = program("kernel")
    mentions = Mentions(index.program)
    (area, *_) = index.program.memory.areas
    assert area.start > module.LOW
    assert module._weight_of_number(index, mentions, 0x5EC4A917) == module.DRAWN
    assert module._weight_of_number(index, mentions, 0x63825363) == 0  # begins DHCP options
    assert module._weight_of_number(index, mentions, 0x1000) == 0
    assert module._weight_of_number(index, mentions, 0x1A2B) == module.HALF
    assert module._weight_of_number(index, mentions, area.start + 0x13) == 0


def test_the_start_files_ask_nothing(program, way, places):
    index = program("notes")
    rows, values = compared_numbers(index)
    rows = rows[values >= module.LEAST_HALF]
    first, last = index.functions.first, index.functions.last
    asking = {
        int(index.functions.starts[one])
        for one in range(len(index.functions))
        if ((rows >= first[one]) & (rows < last[one])).any()
    }
    known = places[f"{way}-notes"]
    start_files = {known[one] for one in known if one.endswith("_tm_clones")}
    assert start_files, way
    assert not asking & start_files
