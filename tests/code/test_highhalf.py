"""A program at the top of the address space has functions, calls, strings and pointers."""

from assay.code import answers, index
from assay.code.lookup import places_of

LOW = 0xFFFFFFFF


def test_everything_is_found_in_the_low_half(fixtures, truth):
    found = index((fixtures / "x86-64-high.elf").read_bytes())
    wanted = {name: at & LOW for name, at in truth["x86-64-high"].items()}
    assert len(wanted) == 4
    assert set(found.functions.starts.tolist()) == set(wanted.values())
    called = [line.target for line in answers.calls(found)]
    assert called.count(wanted["count"]) == 4
    assert any("runs at 0xffffffff8" in problem for problem in found.problems)


def test_strings_and_pointers_are_found_too(fixtures):
    found = index((fixtures / "x86-64-high.elf").read_bytes())
    for text, how in (("named directly", "address"), ("second word of the table", "data")):
        told = answers.references(found, places_of(found, text))
        assert how in {line.how for line in told}, text


def test_programs_in_the_low_half_stay(fixtures):
    found = index((fixtures / "x86-64-ordinary.elf").read_bytes())
    assert not found.program.folded
