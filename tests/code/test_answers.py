"""What the index answers when a person asks: the same questions for every processor."""

import pytest

from assay.code import answers
from assay.code.lookup import function_called, function_label, places_of
from assay.errors import UnknownName


def test_functions_have_sizes_and_callers(indexed, truth, target):
    index = indexed("hidden")
    told = {line.address: line for line in answers.functions(index)}
    wanted = truth[f"{target}-hidden"]
    assert {name for name, at in wanted.items() if at not in told} <= {"main"}
    called = {line.target for line in answers.calls(index)}
    for line in told.values():
        assert line.size > 0
        assert (line.callers > 0) == (line.address in called)


def test_calls_name_the_callee_and_constant_arguments(indexed):
    told = answers.calls(indexed("hidden"))
    compared = [line for line in told if line.callee == "strcmp" and line.arguments]
    assert ("", '"status-of-all"') in {line.arguments for line in compared}
    bound = [line for line in told if line.callee == "bind"]
    assert [line.arguments for line in bound if line.arguments] == [("", "", "0x10")]


def test_references_to_an_import_and_to_a_string(indexed):
    index = indexed("hidden")
    to_system = answers.references(index, places_of(index, "system"))
    calling = [line for line in to_system if line.how == "call"]
    assert len(calling) == 1
    (place,) = places_of(index, "status-of-all")
    formed = answers.references(index, [place])
    assert formed
    assert {line.to for line in formed} == {place}
    assert any(line.how in {"address", "read", "data"} for line in formed)


def test_part_of_a_string_finds_it(indexed):
    index = indexed("hidden")
    assert places_of(index, '"sesame-91"') == places_of(index, "open-sesame-91:")


def test_disassembly_covers_the_function(indexed):
    index = indexed("hidden")
    (call,) = [
        line for line in answers.calls(index) if line.callee == "recvfrom" and line.arguments
    ]
    number = function_called(index, hex(call.address))
    lines = answers.disassembly(index, number)
    (said,) = [line for line in lines if line.address == call.address]
    assert said.comment.startswith("recvfrom(")
    assert said.comment.endswith(f"{', '.join(one or '?' for one in call.arguments)})")
    addresses = [line.address for line in lines]
    assert addresses == sorted(addresses)
    assert addresses[0] == int(index.functions.starts[number])
    assert any('"open-sesame-91:"' in line.comment for line in lines)
    assert function_label(index, number) == call.function


def test_unknown_names_come_with_the_nearest(indexed):
    index = indexed("hidden")
    with pytest.raises(UnknownName) as caught:
        places_of(index, "sistem")
    assert "system" in caught.value.advice
    with pytest.raises(UnknownName) as caught:
        function_called(index, "0x7")
    assert "0x" in caught.value.advice


def test_import_stubs_make_no_calls_of_their_own(indexed):
    index = indexed("ordinary")
    stubs = {at for at in index.stubs if index.stubs[at] in index.program.externs}
    told = [line.address for line in answers.calls(index)]
    assert stubs
    assert not stubs & set(told)
