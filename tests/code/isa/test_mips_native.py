"""The kernels of the MIPS decoder and their twin in numpy give the same listing."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from assay import _native
from assay.code.elf import read_elf
from assay.code.isa import mips
from assay.code.listing import COLUMNS
from assay.code.loader import load
from assay.code.memory import Area, Memory
from assay.code.program import Program
from assay.code.symbols import DT_PLTGOT, Dynamic

START = 0x400000
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

pytestmark = pytest.mark.skipif(_native.library() is None, reason="no compiled kernels here")


def same(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Assert that both decoders give the same listing of *program*."""
    twin = mips.decode_in_numpy(program)
    with monkeypatch.context() as patch:
        patch.setattr(mips, "decode_in_numpy", None)
        found = mips.decode(program)
    names = (*COLUMNS, "extra_index", "extra_register", "breaks", "second", "openings")
    for name in names:
        one, other = getattr(found, name), getattr(twin, name)
        assert one.dtype == other.dtype, name
        places = np.flatnonzero(one != other) if one.shape == other.shape else [-1]
        assert not len(places), (name, places[:5], found.address[places[:5]])


def program(pieces: list[bytes], order: str = ">", table: int = 0) -> Program:
    """Return a program of *pieces* of code, and of the *table* of addresses of a loader."""
    areas, code, at = [], [], START
    for data in pieces:
        areas.append(Area(at, np.frombuffer(data, dtype=np.uint8), 0, code=True, fixed=True))
        code.append((at, at + len(data)))
        at += len(data) + 6
    memory = Memory(areas, order, 32)
    return Program(
        8, 32, order, 0, START, memory, code, Dynamic({DT_PLTGOT: table} if table else {})
    )


@pytest.mark.parametrize("order", "<>")
def test_a_million_random_words(order, monkeypatch):
    words = np.random.default_rng(7).integers(0, 1 << 32, 1_000_000, dtype=np.uint32)
    same(program([words.tobytes()], order), monkeypatch)


def test_special_encodings(monkeypatch):
    random = np.random.default_rng(8)
    words = random.integers(0, 1 << 26, 400_000, dtype=np.uint32)
    same(program([words.astype(">u4").tobytes()]), monkeypatch)
    # Few registers, so that zero and equal ones are frequent.
    few = words & 0x0063FFFF | random.integers(0, 64, words.size, dtype=np.uint32) << 26
    same(program([few.astype(">u4").tobytes()]), monkeypatch)


REGISTERS = st.sampled_from([0, 2, 16, 17, 25, 28, 29, 30])
WORDS = st.one_of(
    st.builds(lambda t, value: 0x3C000000 | t << 16 | value, REGISTERS, st.sampled_from([0, 1, 2])),
    st.builds(
        lambda s, t, value: 0x24000000 | s << 21 | t << 16 | value,
        REGISTERS, REGISTERS, st.sampled_from([0, 0x10, 0x8000, 0xFFE0]),
    ),
    st.builds(lambda s, t, d: 0x21 | s << 21 | t << 16 | d << 11, REGISTERS, REGISTERS, REGISTERS),
    st.builds(lambda t, far: 0xAFA00000 | t << 16 | far, REGISTERS, st.sampled_from([16, 20])),
    st.builds(lambda t, far: 0x8FA00000 | t << 16 | far, REGISTERS, st.sampled_from([16, 20])),
    st.sampled_from([0x3C1C0002, 0x279C0010, 0x0399E021, 0x03990821, 0x03E00008, 0, 0x27BDFFE0]),
    st.sampled_from([0x04110001, 0x10000003, 0x14400002, 0x7C02101F, 0x7C031420, 0x45010002]),
    st.integers(0, 0xFFFFFFFF),
)  # fmt: skip
CODE = st.lists(WORDS, min_size=1, max_size=90).map(
    lambda words: b"".join(word.to_bytes(4, "big") for word in words)
)


@pytest.mark.parametrize("table", [0, 0x418000])
@pytest.mark.parametrize("times", [1, 2, 5])
def test_prologues_that_share_the_first_row(times, table, monkeypatch):
    # lui gp; addiu gp; some times addu gp, gp, t9; and the same in at, and in s0
    high, low = (0x3C1C0002, 0x3C010002, 0x3C100002), (0x279C0010, 0x24210010, 0x26100010)
    ends = (0x0399E021, 0x00391021, 0x02198021)
    for parts in zip(high, low, ends, strict=True):
        words = [*parts[:2], *parts[2:] * times, 0x27BDFFE0, *parts, 0xAFB00010]
        code = b"".join(word.to_bytes(4, "big") for word in words)
        same(program([code], table=table), monkeypatch)
        same(program([code[4:] + code], table=table), monkeypatch)


@settings(max_examples=250, deadline=None)
@given(st.lists(CODE, min_size=1, max_size=4), st.sampled_from([0, 0x418000, 0x418010, 0x418018]))
def test_pointers_to_the_table(pieces, table):
    with pytest.MonkeyPatch.context() as patch:
        same(program(pieces, table=table), patch)


@pytest.mark.parametrize("skipped", [1, 2, 3, 4])
def test_ranges_that_begin_and_end_between_words(skipped, monkeypatch):
    one = program([b"\x27\xbd\xff\xe0" * 9, b"\x3c\x1c\x00\x02" * 3])
    one.code = [(start + skipped, end - skipped) for start, end in one.code]
    same(one, monkeypatch)


@pytest.mark.parametrize("name", ["mips-hidden", "mips-ordinary", "mipsel-hidden", "mips16"])
def test_programs(name, monkeypatch):
    same(load(read_elf((FIXTURES / f"{name}.elf").read_bytes())), monkeypatch)


def test_leaves_to_the_twin_what_it_cannot_tell():
    one = program([bytes(64), bytes(64)])
    one.code = one.code[::-1]
    assert len(mips.decode(one)) == 31
    one.code = [(START, START + 4096)]
    assert len(mips.decode(one)) == 16
    one.code = []
    assert not len(mips.decode(one))
