"""The kernel of the PowerPC decoder and its twin in numpy give the same listing."""

from pathlib import Path

import numpy as np
import pytest

from assay import _native
from assay.code.elf import read_elf
from assay.code.isa import ppc
from assay.code.listing import COLUMNS
from assay.code.loader import load
from assay.code.memory import Area, Memory
from assay.code.program import Program

START = 0x400000
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

pytestmark = pytest.mark.skipif(_native.library() is None, reason="no compiled kernels here")


def same(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Assert that both decoders give the same listing of *program*, and the same starts."""
    before = program.starts
    twin = ppc.decode_in_numpy(program)
    starts, program.starts = program.starts, before
    with monkeypatch.context() as patch:
        patch.setattr(ppc, "decode_in_numpy", None)
        found = ppc.decode(program)
    assert program.starts.tolist() == starts.tolist()
    names = (*COLUMNS, "extra_index", "extra_register", "breaks", "second", "openings")
    for name in names:
        one, other = getattr(found, name), getattr(twin, name)
        assert one.dtype == other.dtype, name
        places = np.flatnonzero(one != other) if one.shape == other.shape else [-1]
        assert not len(places), (name, places[:5], found.address[places[:5]])


def program(words: "np.typing.ArrayLike", order: str = ">") -> Program:
    """Return a program of *words* of code."""
    data = np.asarray(words).astype(f"{order}u4").view(np.uint8)
    area = Area(START, data, 0, code=True, fixed=True)
    span = START, START + data.size
    return Program(20, 32, order, 0, START, Memory([area], order, 32), [span])


@pytest.mark.parametrize("order", "<>")
def test_a_million_random_words(order, monkeypatch):
    words = np.random.default_rng(7).integers(0, 1 << 32, 1_000_000, dtype=np.uint32)
    same(program(words, order), monkeypatch)


def test_every_opcode_with_fields_that_are_often_special(monkeypatch):
    random = np.random.default_rng(8)
    fields = np.array([0, 1, 4, 8, 9, 11, 12, 16, 20, 31], dtype=np.uint32)
    opcode = np.repeat(np.arange(64 + 1024, dtype=np.uint32), 200)
    words = np.where(opcode < 64, opcode << 26, 31 << 26 | opcode - 64 << 1)
    for at in (11, 16, 21):
        words |= random.choice(fields, words.size) << at
    words |= random.integers(0, 2, words.size, dtype=np.uint32)
    same(program(words), monkeypatch)


def test_particular_words(monkeypatch):
    words = [0x60000000, 0, 0x7FE00008, 0x429F0005, 0x5463063E, 0x5463043E, 0x5463063F, 0x9421FFF0]
    words += [0x4E800020, 0x4E800420, 0x4E800421, 0x41820008, 0x40820008, 0x4182000A, 0xBDC1FFB8]
    same(program(words), monkeypatch)


def test_routines_that_save_registers_become_starts(monkeypatch):
    saves = [0x91CBFFB8 + 0x200004 * number for number in range(18)]  # stw r14, -72(r11) …
    one = program([0x4E800020, *saves, 0x4E800020, 0x38600001, 0x4E800020])
    same(one, monkeypatch)
    assert one.starts.size >= 18


@pytest.mark.parametrize("name", ["ppc-hidden", "ppc-ordinary"])
def test_programs(name, monkeypatch):
    same(load(read_elf((FIXTURES / f"{name}.elf").read_bytes())), monkeypatch)
