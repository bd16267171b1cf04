"""The kernels of the ARM decoder and their twin in numpy give the same listing."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from assay import _native
from assay.code.elf import read_elf
from assay.code.isa.arm import decode_in_numpy
from assay.code.isa.arm_native import decode_natively
from assay.code.listing import COLUMNS
from assay.code.loader import load
from assay.code.memory import Area, Memory
from assay.code.program import Program

START = 0x8000
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

pytestmark = pytest.mark.skipif(_native.library() is None, reason="no compiled kernels here")


def same(program: Program) -> None:
    """Assert that both decoders give the same listing of *program*."""
    found, twin = decode_natively(program), decode_in_numpy(program)
    assert found is not None
    names = (*COLUMNS, "extra_index", "extra_register", "breaks", "second", "openings")
    for name in names:
        one, other = getattr(found, name), getattr(twin, name)
        assert one.dtype == other.dtype, name
        places = np.flatnonzero(one != other) if one.shape == other.shape else [-1]
        assert not len(places), (name, places[:5], found.address[places[:5]])


def program(pieces: list[tuple[str, bytes]], order: str = "<", gap: int = 0) -> Program:
    """Return a program of *pieces* of code, with mapping symbols where they have a letter."""
    areas, code, modes, at = [], [], [], START
    for letter, data in pieces:
        areas.append(Area(at, np.frombuffer(data, dtype=np.uint8), 0, code=True, fixed=True))
        code.append((at, at + len(data)))
        modes += [(at, letter)] if letter else []
        at += len(data) + gap
    return Program(40, 32, order, 0, START, Memory(areas, order, 32), code, modes=modes)


@pytest.mark.parametrize("order", "<>")
def test_a_million_random_words(order):
    words = np.random.default_rng(7).integers(0, 1 << 32, 1_000_000, dtype=np.uint32)
    same(program([("a", words.tobytes())], order))


@pytest.mark.parametrize("order", "<>")
def test_a_million_random_halves(order):
    halves = np.random.default_rng(8).integers(0, 1 << 16, 1_000_000, dtype=np.uint16)
    same(program([("t", halves.tobytes())], order))


def test_random_words_that_are_always_executed():
    words = np.random.default_rng(9).integers(0, 1 << 28, 300_000, dtype=np.uint32)
    same(program([("a", (words | 0xE0000000).tobytes())]))
    same(program([("a", (words[:50_000] | 0xF0000000).tobytes())]))


def test_every_half_word():
    halves = np.arange(1 << 16, dtype=np.uint16)
    same(program([("t", halves[halves < 0xE800].tobytes())]))
    short = np.where(halves < 0xE800, halves, 0xBF00)
    same(program([("t", np.column_stack([short, np.roll(short, 1)]).tobytes())]))


def test_every_long_first_half():
    first = np.repeat(np.arange(0xE800, 1 << 16, dtype=np.uint16), 24)
    second = np.random.default_rng(10).integers(0, 1 << 16, first.size, dtype=np.uint16)
    same(program([("t", np.column_stack([first, second]).astype(np.uint16).tobytes())]))


HALVES = st.one_of(
    st.integers(0, 0xFFFF),
    st.sampled_from([0x4770, 0xB510, 0xBD10, 0xBF00, 0xBF08, 0xBF14, 0, 0xE8DF]),
    st.integers(0x4800, 0x4808),
    st.sampled_from([0xF85F, 0xF8DF, 0xED9F, 0xED1F, 0x0B02, 0x0A01, 0xE7FE, 0xD0FE]),
    st.sampled_from([0x2B03, 0xF1B3, 0x0F04, 0xA602, 0xF856, 0x3023, 0x441E, 0x4730]),
    st.sampled_from([0xF000, 0xF7FF, 0xE800, 0xEFFE, 0xC000, 0xC802, 9, 11, 0xF20F, 0xF001]),
)
WORDS = st.one_of(
    st.integers(0, 0xFFFFFFFF),
    st.sampled_from([0xE92D4010, 0xE8BD8010, 0xE1A00000, 0xE12FFF1E, 0xE59F1004, 0xE51F0008]),
    st.sampled_from([0xE3500003, 0x979FF100, 0xEA000000, 0x8A000001, 0xED9F0B01, 0xE1A0F00E]),
    st.integers(-40, 40).map(lambda far: 0xEB000000 | far & 0xFFFFFF),
    st.integers(-40, 40).map(lambda far: 0xFA000000 | far & 0x1FFFFFF),
)
PIECES = st.one_of(
    st.tuples(
        st.just("t"),
        st.lists(HALVES, min_size=1, max_size=200).map(
            lambda values: b"".join(value.to_bytes(2, "little") for value in values)
        ),
    ),
    st.tuples(
        st.just("a"),
        st.lists(WORDS, min_size=1, max_size=120).map(
            lambda values: b"".join(value.to_bytes(4, "little") for value in values)
        ),
    ),
    st.tuples(st.just("d"), st.binary(min_size=1, max_size=40)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6), st.sampled_from((0, 2, 6)), st.booleans())
def test_pieces_of_both_modes_and_data(pieces, gap, named):
    if not named:
        pieces = [("", data) for _, data in pieces]
    same(program(pieces, gap=gap))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(PIECES, min_size=2, max_size=9),
    st.integers(0, 3),
    st.lists(st.integers(0, 400), max_size=20, unique=True),
    st.integers(0, 8),
)
def test_one_range_whose_modes_only_its_bytes_tell(pieces, skipped, starts, marked):
    data = b"".join(data * 3 for _, data in pieces)
    one = program([("", data)])
    one.code = [(START + skipped, START + len(data))] if len(data) > skipped else one.code
    one.starts = np.array(sorted(START + 2 * start for start in starts), dtype=np.int64)
    one.thumb = frozenset(one.starts[:marked].tolist())
    same(one)


@pytest.mark.parametrize("name", ["arm-hidden", "arm-ordinary", "thumb-hidden", "thumb-ordinary"])
def test_programs(name):
    same(load(read_elf((FIXTURES / f"{name}.elf").read_bytes())))


def test_leaves_to_the_twin_what_it_cannot_tell():
    one = program([("t", bytes(64)), ("t", bytes(64))])
    one.code = one.code[::-1]
    assert decode_natively(one) is None
    one.code = [(START, START + 4096)]
    assert decode_natively(one) is None
    one.code = []
    assert decode_natively(one) is None
