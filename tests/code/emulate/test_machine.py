"""A run over any bytes ends within its bound, for a reason, and never in an error of ours."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from assay.code import CodeIndex, index
from assay.code.emulate.inputs import Input
from assay.code.emulate.library import handler
from assay.code.emulate.machine import Machine
from assay.code.emulate.space import Fault, Space
from assay.code.emulate.workbench import workbench

FOLDER = Path(__file__).resolve().parent.parent / "fixtures"
TARGETS = ("mips", "mipsel", "arm", "thumb", "aarch64", "ppc", "x86", "x86-64", "riscv64")


@cache
def load(name: str) -> CodeIndex:
    return index((FOLDER / f"{name}.elf").read_bytes())


@pytest.mark.parametrize("target", TARGETS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_bytes_end_in_a_reason(target, data):
    found = load(f"{target}-ordinary")
    bench = workbench(found)
    machine = Machine(found, bench.processor, Input(0x41), {}, handler)
    place = machine.scratch(0)
    machine.space.put(place, data.draw(st.binary(min_size=64, max_size=256)))
    words = st.one_of(st.integers(0, machine.mask), st.just(machine.scratch(2) + 64), st.just(0))
    stack = machine.registers[bench.processor.stack]
    machine.registers[:] = [data.draw(words) for _ in machine.registers]
    machine.registers[bench.processor.stack] = stack
    processor = bench.processor
    processor.enter(machine, 0x10)
    machine.pc = place | data.draw(st.integers(0, 1)) if target == "thumb" else place
    machine.resume(300)
    assert machine.ended
    assert machine.steps <= 300 + 20_000


UNDEFINED = {
    "shift of a pair by more bits than there are": ("x86", "660facc012"),
    "vector shifted by a constant with its highest bit": ("x86", "660f73d89d"),
    "reversal that only later versions know": ("thumb", "8bba"),
    "two words loaded into the program counter and behind it": ("arm", "d0f0cde1"),
}


@pytest.mark.parametrize("what", UNDEFINED)
def test_what_is_not_defined_ends_for_a_reason(what):
    target, code = UNDEFINED[what]
    found = load(f"{target}-ordinary")
    bench = workbench(found)
    machine = Machine(found, bench.processor, Input(0x41), {}, handler)
    machine.space.put(machine.scratch(0), bytes.fromhex(code))
    machine.pc = machine.scratch(0) | (target == "thumb")
    machine.registers[:] = [machine.scratch(1)] * len(machine.registers)
    machine.resume(1)
    assert machine.ended.startswith(("no instruction", "the bound"))


def test_the_program_itself_is_never_changed():
    found = load("mips-hidden")
    space = Space(found.program)
    area = found.program.memory.areas[0]
    before = bytes(area.data)
    space.store(area.start, 4, 0x12345678)
    assert space.load(area.start, 4) == 0x12345678
    assert bytes(area.data) == before


def test_memory_that_is_not_there_faults():
    space = Space(load("mips-hidden").program)
    with pytest.raises(Fault):
        space.load(0x7654_0000, 4)
    with pytest.raises(Fault):
        space.store(-8, 4, 1)


def test_no_more_memory_than_allowed_is_made():
    space = Space(load("mips-hidden").program)
    space.given = [(1 << 32, 1 << 40)]
    for number in range(1024):
        space.store((1 << 32) + number * 4096, 1, 1)
    with pytest.raises(Fault, match="too much"):
        space.store((1 << 32) + 1024 * 4096, 1, 1)
