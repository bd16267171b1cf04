"""Functions of modules that differ are told by words and by the instructions that differ."""

import numpy as np
import pytest
from tests.compare.elf.modules import TARGETS, module

from assay.code.elf import read_elf
from assay.compare.elf import bodies
from assay.compare.elf.bodies import Body, describe_bodies
from assay.compare.elf.half import read_half
from assay.compare.elf.judgement import compare_programs
from assay.compare.elf.objects import _functions
from assay.compare.elf.placement import names_in

AARCH64 = TARGETS[1]


def body(content, name):
    """Return the function *name* of a module, with all of its bytes."""
    half = read_half(content)
    names = names_in(half)
    for section in read_elf(content).sections:
        found = _functions(names, section).get(name)
        if found is not None:
            bare = np.frombuffer(bytes(half.elf.body(section)), np.uint8)
            return Body(half, name, *found, bare)
    raise AssertionError(name)


def functions(content):
    names = names_in(read_half(content))
    return [one for section in read_elf(content).sections for one in _functions(names, section)]


@pytest.mark.parametrize("target", TARGETS)
def test_one_changed_constant_is_shown(target):
    outcome = compare_programs("module.ko", module("base", target), module("changed", target))
    (change,) = outcome.changes
    assert [line[0] for line in change.lines] == ["-", "+"]
    assert change.says.startswith("stop: ")
    assert change.where_a == change.where_b


def test_words_name_what_is_compared():
    words, lines = describe_bodies(
        body(module("base", AARCH64), "stop"), body(module("changed", AARCH64), "stop")
    )
    assert words == "compares with 41 now; no longer compares with 40"
    assert len(lines) == 2


@pytest.mark.parametrize("target", TARGETS)
def test_a_function_has_no_lines_that_differ_from_itself(target):
    content = module("base", target)
    for name in functions(content):
        assert describe_bodies(body(content, name), body(content, name)) == ("", ())


def test_instructions_that_came_are_lined_up():
    content = module("base", AARCH64)
    whole = body(content, "stop")
    shorter = Body(whole.half, whole.name, whole.place, whole.size - 4, whole.bare)
    _, lines = describe_bodies(shorter, whole)
    assert [line[0] for line in lines] == ["+"]
    assert not describe_bodies(whole, whole)[1]


def test_large_functions_are_not_shown(monkeypatch):
    monkeypatch.setattr(bodies, "MOST_ROWS", 1)
    pair = body(module("base", AARCH64), "stop"), body(module("changed", AARCH64), "stop")
    assert describe_bodies(*pair) == ("", ())


def test_many_lines_are_counted(monkeypatch):
    monkeypatch.setattr(bodies, "MOST_LINES", 1)
    pair = body(module("base", AARCH64), "stop"), body(module("changed", AARCH64), "stop")
    _, lines = describe_bodies(*pair)
    assert lines[1:] == (" … 1 more instructions",)
