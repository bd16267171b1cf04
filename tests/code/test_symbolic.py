"""The careful pass reads a function when what it found is asked for, and once."""

from pathlib import Path

import numpy as np
import pytest

from assay.code import index
from assay.code.index import build
from assay.code.memory import Area, Memory
from assay.code.program import Program
from assay.code.semantics import Value
from assay.code.sources import MOST_ROWS, Network
from assay.code.symbolic import Reader

START = 0x1000

FIXTURE = Path(__file__).resolve().parent / "access" / "fixtures" / "mips-console.elf"


def test_a_function_is_read_when_it_is_asked_for():
    found = index(FIXTURE.read_bytes())
    reader = Reader(found, 0)
    assert not reader.states
    assert reader.found is reader.found
    assert reader.states


def test_functions_beyond_the_limit_are_passed_over(monkeypatch):
    found = index(FIXTURE.read_bytes())
    monkeypatch.setattr("assay.code.sources.MOST_ROWS", 0)
    study = Network(found).study(0)
    assert not study.calls
    assert list(study.blocks.values()) == [()]
    assert any("read with care" in one for one in found.problems)
    assert MOST_ROWS > 0


def compared(machine: int, bits: int, code: str, **names: int) -> list[Value | None]:
    """Return what the branches of the first function of *code*, in hexadecimal, compare."""
    data = np.frombuffer(bytes.fromhex(code), dtype=np.uint8)
    memory = Memory([Area(START, data, 0, code=True, fixed=True)], "<", bits)
    program = Program(machine, bits, "<", 0, START, memory, [(START, START + data.size)])
    program.starts = np.array(sorted({START, *names.values()}), dtype=np.int64)
    program.names = {address: name for name, address in names.items()}
    return [one.left for one in Reader(build(program), 0).found.decisions]


@pytest.fixture(params=[True, False], ids=["kernel", "twin"])
def either(request, monkeypatch):
    if not request.param:
        monkeypatch.setattr("assay.code.prepared.kernel", lambda *_: None)


def stack(offset: int) -> Value:
    return Value("stack", 0, offset)


@pytest.mark.usefixtures("either")
def test_what_was_filled_is_gone_on_with():
    # lea 8(%rsp),%rdi; call 0x1014; cmpl $0x5a17c3d9,(%rax); je 0x1013; nop; ret; ret
    code = "488d7c2408 e80a000000 8138d9c3175a 7401 90 c3 c3"
    assert compared(62, 64, code, memset=START + 20) == [Value("memory", (stack(8), 4), 0)]
    (other,) = compared(62, 64, code, routine=START + 20)
    assert other.key[0].kind == "result"


@pytest.mark.usefixtures("either")
def test_both_words_of_a_pair_are_loaded():
    # ldp w0, w1, [sp, #16]; cmp w1, #7; b.eq 0x1010; nop; ret
    code = "e0074229 3f1c0071 40000054 1f2003d5 c0035fd6"
    assert compared(183, 64, code) == [Value("memory", (stack(20), 4), 0)]


@pytest.mark.usefixtures("either")
def test_an_aligned_stack_pointer_stays():
    # and $-16,%esp; mov (%esp),%eax; cmp $0x5a17c3d9,%eax; je 0x100e; nop; ret
    code = "83e4f0 8b0424 3dd9c3175a 7401 90 c3"
    assert compared(3, 32, code) == [Value("memory", (stack(0), 4), 0)]


@pytest.mark.usefixtures("either")
def test_storing_blocks_has_no_source():
    # mov %rdi,%rsi; rep stos %eax,(%rdi); cmp $0x5a17c3d9,%rsi; je 0x100f; nop; ret
    code = "4889fe f3ab 4881fed9c3175a 7401 90 c3"
    assert compared(62, 64, code) == [Value("argument", 0, 0)]


@pytest.mark.usefixtures("either")
def test_leaving_a_frame_moves_the_stack_pointer():
    # leave; mov (%esp),%eax; cmp $0x5a17c3d9,%eax; je 0x100c; nop; ret
    code = "c9 8b0424 3dd9c3175a 7401 90 c3"
    (left,) = compared(3, 32, code)
    assert left.key[0].kind == "unknown"
