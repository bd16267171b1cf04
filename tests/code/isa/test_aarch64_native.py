"""The kernel of the AArch64 decoder and its twin in numpy give the same listing."""

from pathlib import Path

import numpy as np
import pytest

from assay import _native
from assay.code.elf import read_elf
from assay.code.isa.aarch64 import decode, decode_in_numpy
from assay.code.isa.native import decode_words
from assay.code.listing import COLUMNS
from assay.code.loader import load
from assay.code.memory import Area, Memory
from assay.code.program import Program

START = 0x400000
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

pytestmark = pytest.mark.skipif(_native.library() is None, reason="no compiled kernels here")


def same(program: Program) -> None:
    """Assert that both decoders give the same listing of *program*."""
    both, twin = decode_words(program, "aarch64_words"), decode_in_numpy(program)
    assert both is not None
    found = both[0]
    names = (*COLUMNS, "extra_index", "extra_register", "breaks", "second", "openings")
    for name in names:
        one, other = getattr(found, name), getattr(twin, name)
        assert one.dtype == other.dtype, name
        places = np.flatnonzero(one != other) if one.shape == other.shape else [-1]
        assert not len(places), (name, places[:5], found.address[places[:5]])


def program(pieces: list[bytes], order: str = "<") -> Program:
    """Return a program of *pieces* of code."""
    areas, code, at = [], [], START
    for data in pieces:
        areas.append(Area(at, np.frombuffer(data, dtype=np.uint8), 0, code=True, fixed=True))
        code.append((at, at + len(data)))
        at += len(data) + 6
    return Program(183, 64, order, 0, START, Memory(areas, order, 64), code)


@pytest.mark.parametrize("order", "<>")
def test_a_million_random_words(order):
    words = np.random.default_rng(7).integers(0, 1 << 32, 1_000_000, dtype=np.uint32)
    same(program([words[:3].tobytes(), words.tobytes()], order))


@pytest.mark.parametrize("group", range(16))
def test_words_of_a_group_whose_fields_are_often_special(group):
    random = np.random.default_rng(group)
    words = random.integers(0, 1 << 32, 120_000, dtype=np.uint32) & 0xE1FFFFFF | group << 25
    for low, fixed in ((0, 31), (5, 31), (16, 31), (10, 63), (21, 3)):
        hit = random.integers(0, 3, words.size) == 0
        value = 0 if fixed in (63, 3) else fixed
        words[hit] = words[hit] & (0xFFFFFFFF ^ fixed << low) | value << low
    same(program([words.astype(np.uint32).tobytes()]))


def test_every_logical_immediate():
    code = np.arange(1 << 14, dtype=np.uint32)
    words = 0x320003E0 | (code & 0x1FFF) << 10 | (code >> 13) << 31 | (code & 7)
    same(program([words.astype(np.uint32).tobytes()]))


@pytest.mark.parametrize("skipped", [1, 2, 3, 4])
def test_ranges_that_begin_and_end_between_words(skipped):
    one = program([bytes(range(64)), bytes(range(40, 80))])
    one.code = [(start + skipped, end - skipped) for start, end in one.code]
    same(one)


@pytest.mark.parametrize("name", ["aarch64-hidden", "aarch64-ordinary"])
def test_programs(name):
    same(load(read_elf((FIXTURES / f"{name}.elf").read_bytes())))


def test_leaves_to_the_twin_what_it_cannot_tell():
    one = program([bytes(64), bytes(64)])
    one.code = one.code[::-1]
    assert decode_words(one, "aarch64_words") is None
    assert len(decode(one)) == 31
    one.code = [(START, START + 4096)]
    assert decode_words(one, "aarch64_words") is None
    assert len(decode(one)) == 16
