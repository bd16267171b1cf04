"""The interpreters give what real processors give, on functions that use most instructions."""

import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from assay.code import CodeIndex, index
from assay.code.emulate.arithmetic import extend
from assay.code.emulate.inputs import Input
from assay.code.emulate.library import handler
from assay.code.emulate.machine import Machine
from assay.code.emulate.processors import all_processors, processor_of
from assay.code.emulate.workbench import workbench

FOLDER = Path(__file__).resolve().parent / "fixtures"
TRUTH = json.loads((FOLDER / "truth.json").read_text())


@pytest.mark.parametrize("machine", [2, 3, 8, 20, 40, 62, 183, 243, 999])
@pytest.mark.parametrize("bits", [32, 64])
def test_a_processor_is_found_without_loading_all(machine, bits):
    program = SimpleNamespace(machine=machine, bits=bits)
    fitting = [one for one in all_processors() if machine in one.machines and bits == one.bits]
    assert processor_of(program) is (fitting[0] if fitting else None)


@cache
def load(way: str) -> CodeIndex:
    return index((FOLDER / f"{way}.elf").read_bytes())


@pytest.mark.parametrize("name", sorted(TRUTH["results"]))
@pytest.mark.parametrize("way", sorted(TRUTH["places"]))
def test_gives_what_the_host_gives(way, name):
    found = load(way)
    bench = workbench(found)
    assert bench is not None
    given = []
    for numbers in TRUTH["arguments"]:
        machine = Machine(found, bench.processor, Input(0), bench.operations, handler)
        wide = 64 if way.startswith("riscv") else 32
        words = [extend(number, 32, wide) for number in numbers]
        machine.run(TRUTH["places"][way][name], words, 50_000)
        assert machine.ended == "returned", (machine.ended, hex(machine.pc))
        given.append(int(machine.registers[bench.processor.result]) & 0xFFFFFFFF)
    assert given == TRUTH["results"][name]
