"""A run that looked at no argument goes the same way whatever it is handed."""

import operator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from assay.code import CodeIndex, index
from assay.code.emulate.handed import Handed, Watch
from assay.code.emulate.inputs import Input
from assay.code.emulate.library import handler
from assay.code.emulate.machine import Machine
from assay.code.emulate.route import Route
from assay.code.emulate.search import search
from assay.code.emulate.words import Journal, Word, leaf_word
from assay.code.emulate.workbench import Call, Workbench, workbench

FOLDER = Path(__file__).resolve().parent.parent
TARGETS = ("mips", "mipsel", "arm", "thumb", "aarch64", "ppc", "x86", "x86-64", "riscv64")
NUMBERS = st.integers(0, 0xFFFFFFFF) | st.sampled_from([0, 1, 0xFFFFFFFF])


@cache
def load(name: str) -> CodeIndex:
    return index((FOLDER / "fixtures" / f"{name}.elf").read_bytes())


def machine_for(target: str) -> tuple[Machine, CodeIndex]:
    found = load(f"{target}-ordinary")
    bench = workbench(found)
    return Machine(found, bench.processor, Input(0x41), {}, handler), found


def run(target, entry, arguments, code=b""):
    """Return the machine after the function at *entry* was run with *arguments*."""
    machine, _ = machine_for(target)
    if code:
        entry = machine.scratch(7)
        machine.space.put(entry, code)
    machine.run(entry, arguments, 400)
    return machine


def way_of(machine):
    places = [one.place for one in machine.journal.decisions]
    return machine.ended, machine.steps, machine.visited, places, machine.used


def assert_indifferent(target, entry, code=b""):
    """Assert that arguments matter only to runs that looked at them; say whether one did."""
    machine, _ = machine_for(target)
    first = run(target, entry, [machine.scratch(number) for number in range(3)], code)
    for others in ([0, 0, 0], [1, machine.scratch(1), 0x12345], [0xFFFFFFFF] * 3):
        other = run(target, entry, others, code)
        if not first.watch.looked:
            assert way_of(other) == way_of(first)
    return first.watch.looked


@pytest.mark.parametrize("target", TARGETS)
def test_functions_of_programs(target):
    _, found = machine_for(target)
    starts = found.functions.starts.tolist()
    looked = [assert_indifferent(target, start) for start in starts[:120]]
    assert any(looked)
    assert target == "x86" or not all(looked), "what is on the stack counts as looked at"


@pytest.mark.parametrize("target", TARGETS)
@settings(deadline=None, max_examples=40)
@given(code=st.binary(min_size=16, max_size=160))
def test_any_bytes(target, code):
    assert_indifferent(target, 0, code)


@pytest.mark.parametrize(
    "name", ["add", "sub", "mul", "and_", "or_", "xor", "lt", "eq", "ge", "ne"]
)
@given(NUMBERS, NUMBERS)
def test_arithmetic_is_that_of_numbers(name, one, other):
    operation = getattr(operator, name)
    watch = Watch()
    handed = watch.handed(one)
    for found in (operation(handed, other), operation(other, Watch().handed(one))):
        assert type(found) in (int, bool, Handed)
    made = operation(handed, other)
    assert watch.looked is (type(made) is not Handed)
    assert int(made) == operation(one, other)
    assert int(operation(other, watch.handed(one))) == operation(other, one)
    if type(made) is Handed:
        assert int(made) == one


def test_input_is_followed_through_arithmetic_with_an_argument():
    letter = leaf_word(0x41, ("recv 1", 0), Journal())
    for made in (Watch().handed(0x100) + letter, letter + Watch().handed(0x100)):
        assert isinstance(made, Word)
        assert int(made) == 0x141


@pytest.mark.parametrize(
    "use",
    [int, bool, hash, abs, operator.neg, operator.invert, str, repr,
     lambda one: divmod(one, 3), lambda one: one.to_bytes(4), lambda one: one.bit_length(),
     {5: 1}.get, lambda one: one << 1, lambda one: 1 >> one,
     lambda one: one & 0xFF, lambda one: one // 2, lambda one: one % 2],
)  # fmt: skip
def test_every_use_counts(use):
    watch = Watch()
    handed = watch.handed(5)
    use(handed)
    assert watch.looked


def test_what_is_saved_in_memory_and_loaded_again_is_the_argument():
    machine, _ = machine_for("mips")
    space, place = machine.space, machine.scratch(0)
    handed = machine.watch.handed(0x1234)
    space.store(place, 4, handed)
    assert space.load(place, 4) is handed
    space.store(place + 8, 4, 7)
    assert space.load(place + 8, 4) == 7
    space.store(place, 4, 9)
    assert (space.load(place, 4), type(space.load(place, 4))) == (9, int)
    assert not machine.watch.looked


@pytest.mark.parametrize(
    "use",
    [
        lambda space, place: space.load(place + 1, 1),
        lambda space, place: space.load(place - 2, 4),
        lambda space, place: space.read(place - 8, 9),
        lambda space, place: space.byte(place + 3),
        lambda space, place: space.text(place),
        lambda space, place: space.bytes_at(place, 2),
        lambda space, place: space.store(place + 1, 1, 0),
        lambda space, place: space.put(place - 1, b"ab"),
        lambda space, place: space.store(place + 100, 2, space.load(place, 4)),
    ],
)
def test_parts_of_a_saved_argument_count_as_used(use):
    machine, _ = machine_for("mips")
    place = machine.scratch(0) + 64
    machine.space.store(place, 4, machine.watch.handed(0x1234))
    use(machine.space, place)
    assert machine.watch.looked


def test_input_is_gone_where_an_argument_is_saved_over_it():
    machine, _ = machine_for("mips")
    place = machine.scratch(0)
    machine.space.put(place, [leaf_word(0x41, ("recv 1", at), Journal()) for at in range(4)])
    machine.space.store(place, 4, machine.watch.handed(0x1234))
    machine.space.store(place, 4, 5)
    assert type(machine.space.load(place, 4)) is int


@pytest.mark.parametrize("target", ["mips", "thumb", "x86-64"])
def test_a_barren_search_is_not_made_twice(target, monkeypatch):
    found = load(f"{target}-ordinary")
    runs = []
    plain_run = Workbench.run
    monkeypatch.setattr(Workbench, "run", lambda *given: runs.append(1) or plain_run(*given))
    spared = 0
    for number, start in enumerate(found.functions.starts.tolist()[:40]):
        route = Route(found.network, number, (1,))
        spent = []
        for benches in ([workbench(found)] * 2, [workbench(found), workbench(found)]):
            runs.clear()
            for bench, how in zip(benches, ("plain", "told"), strict=True):
                assert search(bench, route, Call(start, how), (1,)) is None
            # The same account is kept, whether the second search was made or not.
            spent.append(sum({id(one): one.spent for one in benches}.values()))
            spared += len(runs) if len(spent) == 2 else -len(runs)
        assert spent[0] == spent[1]
    assert spared > 0
