"""The kernel of the careful pass finds what its twin in Python does, to the last value."""

from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from assay._native import library
from assay.code import index
from assay.code.access.paths import Paths
from assay.code.calls import Calls
from assay.code.compiled import PARTS, Read, Written
from assay.code.index import CodeIndex
from assay.code.isa import all_isas
from assay.code.listing import NAMES, Listing
from assay.code.memory import Area, Memory
from assay.code.program import Program
from assay.code.semantics import ACTIONS, MAX_DEPTH
from assay.code.study import Study
from assay.code.symbolic import Reader
from assay.code.tables import JumpTable

FOLDER = Path(__file__).resolve().parent
PROGRAMS = sorted([*FOLDER.glob("fixtures/*.elf"), *FOLDER.glob("access/fixtures/*.elf")])
BASE = 0x10000
NAMED = (0x5000, 0x5010, 0x5020, 0x5030, BASE + 8, BASE + 16, BASE + 24, BASE + 28)
STRAIGHT = (
    "branch other const addi add load store sub push pop storei extend call callr cmp cmpi cmpm"
)
OPERATIONS = [*range(len(NAMES)), *(NAMES.index(one) for one in STRAIGHT.split() * 5)]
"""All, and those more often that control does not leave at."""

needs_kernel = pytest.mark.skipif(library() is None, reason="the kernels are not compiled")


def assert_same(compiled, twin):
    """Compare all that two readers of one function say."""
    found, expected = compiled.found, twin.found
    assert not isinstance(expected, Read)
    assert list(found.blocks.items()) == list(expected.blocks.items())
    assert found.calls == expected.calls
    assert [dict(one.stack) for one in found.calls] == [dict(one.stack) for one in expected.calls]
    assert found.decisions == expected.decisions
    assert found.returns == expected.returns
    assert (found.function, found.entry) == (expected.function, expected.entry)
    assert compiled.ends == twin.ends
    assert compiled.order() == twin.order()
    assert list(compiled.states) == list(twin.states)
    for row, state in twin.states.items():
        other = compiled.states[row]
        assert (other.registers, other.slots) == (state.registers, state.slots)
        assert other.flags == state.flags


def assert_same_ways(compiled, twin, most):
    """Compare what happens behind *most* edges of one function, and from blocks on."""
    ours, theirs = Paths(compiled), Paths(twin)
    blocks = twin.found.blocks
    edges = [(block, one) for block, onward in blocks.items() for one in onward][:most]
    edges += [(one.block, one.equal) for one in twin.found.decisions[:most]]
    for edge in edges:
        assert ours.behind(edge) == theirs.behind(edge)
    assert ours.returned_without(frozenset(edges[:2])) == theirs.returned_without(
        frozenset(edges[:2])
    )
    for block in list(blocks)[:3]:
        assert ours.after(block) == theirs.after(block)


@needs_kernel
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda one: one.stem)
def test_the_kernel_reads_programs_as_its_twin_does(path):
    content = path.read_bytes()
    found, plain = index(content), index(content)
    if found.functions is None:
        pytest.skip("there is no decoder for this program")
    plain.prepared.kernel = None
    for number in range(len(found.functions)):
        compiled, twin = Reader(found, number), Reader(plain, number)
        assert isinstance(compiled.found, Read)
        assert_same(compiled, twin)
        assert_same_ways(compiled, twin, 3)


def listing_of(random, count, registers):
    """Return *count* rows of anything, with addresses that branches often meet."""
    addresses = BASE + 4 * np.arange(count)
    bytes_of = {
        name: random.choice(np.array(choices, dtype=np.uint8), count)
        for name, choices in (
            ("op", OPERATIONS),
            ("rd", [*range(registers), *range(registers), 249, 253, 254, 255]),
            ("ra", [*range(registers), *range(registers), 248, 254, 255]),
            ("rb", [*range(registers), *range(registers), 248, 254, 255]),
            ("width", [1, 2, 4, 4, 4, 8, 8, 0, 9, 200]),
            ("cond", [0, 0, 0, 0, 1, 2, 3]),
        )
    }
    small = random.integers(-8, 24, count)
    wild = random.integers(-(1 << 63), (1 << 63) - 1, count)
    kind = random.integers(0, 80, count)
    imm = np.where(kind < 50, small, np.where(kind < 79, random.choice(addresses, count), wild))
    imm[kind < 10] = random.choice(NAMED, (kind < 10).sum())
    extra = random.integers(0, count, count // 8)
    return Listing(
        address=addresses,
        size=np.full(count, 4, dtype=np.uint8),
        imm=imm,
        extra_index=extra,
        extra_register=random.choice(np.array([0, 1, 2, 3, 249], dtype=np.uint8), extra.size),
        breaks=np.zeros(1, dtype=np.int64),
        second=random.integers(-9, 9, count).astype(np.int32),
        **bytes_of,
    )


def index_of(seed, isa, count):
    """Return the index of a program of anything: one function of *count* rows and a few more."""
    random = np.random.default_rng(seed)
    order = "<>"[seed % 2]
    data = random.integers(0, 255, 4 * count + 64).astype(np.uint8)
    data[::5] = 255
    areas = [Area(BASE, data, 0, True, True), Area(BASE - 64, data[:64], 0, False, False)]
    memory = Memory(areas[::-1], order, isa.bits, frozen=[(BASE - 32, BASE - 8)])
    program = Program(isa.machines[0], isa.bits, order, 0, BASE, memory, [(BASE, BASE + 4 * count)])
    listing = listing_of(random, count + 2, min(len(isa.registers), 6))
    listing.rd[random.integers(0, 9, count + 2) == 0] = isa.stack
    listing.ra[random.integers(0, 4, count + 2) == 0] = isa.stack
    places = np.concatenate([listing.address, [-1, 0], np.repeat(NAMED, 3)])
    calling = np.flatnonzero(listing.op[:count] == NAMES.index("call"))
    rows = np.sort(np.concatenate([calling, random.integers(0, count, count // 8)]))
    program.names |= {BASE + 8: "exit", BASE + 16: "strcmp", 0x5000: "bind"}
    program.externs |= {0x5010: "abort", 0x5020: "memcmp", 0x5030: "memset"}
    known = random.integers(0, 6, count + 2) == 0
    flow = SimpleNamespace(
        listing=listing,
        isa=isa,
        known=known,
        values=random.choice([0, 7, BASE, 0x5000, -4], count + 2),
    )
    tables = [
        JumpTable(int(random.integers(0, count)), 0, 5, 4, random.choice(places, 5))
        for _ in range(3)
    ]
    return CodeIndex(
        program,
        isa,
        flow,
        SimpleNamespace(first=np.array([0]), last=np.array([count])),
        Calls(rows, rows, random.choice(places, rows.size), rows < 0),
        stubs={BASE + 24: 0x5020, BASE + 28: BASE + 24, 0x5000: 0x5020},
        tables=tables,
    )


@needs_kernel
@settings(max_examples=300, deadline=None)
@given(st.integers(0, 1 << 32), st.sampled_from(all_isas()), st.integers(1, 90))
def test_the_kernel_reads_anything_as_its_twin_does(seed, isa, count):
    found, plain = index_of(seed, isa, count), index_of(seed, isa, count)
    plain.prepared.kernel = None
    compiled, twin = Reader(found, 0), Reader(plain, 0)
    assert_same(compiled, twin)
    assert_same_ways(compiled, twin, 12)


@needs_kernel
def test_most_of_anything_is_read_by_the_kernel():
    read = [Reader(index_of(seed, all_isas()[seed % 8], 40), 0).found for seed in range(40)]
    assert sum(isinstance(one, Read) for one in read) > 25


def test_without_a_kernel_the_twin_reads(monkeypatch):
    monkeypatch.setattr("assay.code.prepared.kernel", lambda *_: None)
    found = index(PROGRAMS[0].read_bytes())
    assert not isinstance(Reader(found, 0).found, Read)


@needs_kernel
def test_what_does_not_fit_64_bits_is_left_to_the_twin():
    found = index_of(3, all_isas()[0], 20)
    found.program.memory.frozen.append((1 << 63, 1 << 64))
    assert found.prepared.kernel is None
    assert not isinstance(Reader(found, 0).found, Read)
    wide = next(one for one in all_isas() if one.bits == 64)
    found = index_of(3, wide, 20)
    table = found.listing
    table.op[:], table.cond[:], table.rd[:], table.ra[:] = NAMES.index("const"), 0, 1, 1
    table.imm[:] = (1 << 63) - 1
    table.op[1:] = NAMES.index("addi")
    found.flow.known[:] = False
    assert not isinstance(Reader(found, 0).found, Read)
    assert Reader(replace(found), 0).found.blocks


@needs_kernel
def test_addresses_read_through_each_other_are_followed_so_far():
    isa = next(one for one in all_isas() if one.name == "mips")
    found, plain = index_of(1, isa, 400), index_of(1, isa, 400)
    for one in (found, plain):
        one.tables.clear()
        one.calls.row = one.calls.target = np.zeros(0, dtype=np.int64)
        one.flow.known[:] = False
        table = one.listing
        table.op[:], table.rd[:], table.ra[:], table.imm[:] = NAMES.index("load"), 8, 8, 0
        table.cond[:], table.width[:] = 0, 4
        table.op[[0, 399]] = NAMES.index("branch")
        table.ra[0], table.rb[0], table.cond[0], table.imm[0] = 4, 5, 1, table.address[200]
        table.op[[2, 200]], table.ra[[2, 200]] = NAMES.index("addi"), (4, 5)
        table.op[198], table.rd[198], table.imm[198] = NAMES.index("jump"), 255, table.address[396]
        table.ra[199] = table.ra[396] = 9
        table.op[100], table.ra[100], table.rb[100] = NAMES.index("branch"), 4, 5
        table.rd[100], table.cond[100], table.imm[100] = 255, 1, table.address[396]
    plain.prepared.kernel = None
    compiled, twin = Reader(found, 0), Reader(plain, 0)
    assert isinstance(compiled.found, Read)
    assert_same(compiled, twin)
    assert 8 not in twin.states[396].registers
    value, depth = compiled.states[102].registers[8], 0
    while value.kind == "memory":
        value, depth = value.key[0], depth + 1
    assert value.kind == "unknown"
    assert 0 < depth <= MAX_DEPTH


def test_the_kernel_knows_the_actions_by_their_places():
    names = [getattr(one, "__name__", "") for one in ACTIONS]
    source = (FOLDER.parents[1] / "src/assay/_native/symbolic.h").read_text()
    listed = source.split("DO_NOTHING", 1)[1].split("};", 1)[0].split(",")
    assert len(listed) == len(names)
    for place, (mark, name) in enumerate(zip(listed, names, strict=True)):
        plain = mark.strip().removeprefix("DO_").lower()
        if place and plain not in {"leave", "plain_fixed", "storei", "cmpi", "cmp", "cmpm"}:
            assert name.removeprefix("_do_") == plain


def written(blocks: dict[int, list[int]]) -> Written:
    """Return what the kernel writes of a function of *blocks* and nothing else."""
    onward = [row for following in blocks.values() for row in following]
    starts = [0, *accumulate(map(len, blocks.values()))]
    first = len(PARTS) + 1
    begins = [first, first + len(blocks), first + len(blocks) + len(starts)]
    end = begins[-1] + len(onward)
    rest = [end] * (len(PARTS) + 1 - len(begins))
    return Written(np.array([*begins, *rest, *blocks, *starts, *onward], dtype=np.int64))


EDGES = st.lists(st.integers(0, 7), max_size=3)


@given(st.lists(EDGES, min_size=1, max_size=8), st.integers(0, 7))
def test_blocks_only_behind_an_edge(following, entry):
    blocks = {3 * at: [3 * one for one in ways] for at, ways in enumerate(following)}
    plain = Study(0, entry=3 * entry)
    plain.blocks = {row: tuple(ways) for row, ways in blocks.items()}
    numbers = written(blocks)
    whole = all(row in blocks for ways in blocks.values() for row in ways)
    for origin in range(0, 24, 3):
        for target in (*blocks.get(origin, ()), 3):
            found = numbers.behind(3 * entry, (origin, target))
            if whole and {3 * entry, origin, target} <= blocks.keys() and library() is not None:
                assert found is not None
            if found is not None:
                assert found == plain.guarded((origin, target))


def test_blocks_that_are_out_of_order_are_left_to_the_twin():
    assert written({6: [3], 3: []}).behind(6, (6, 3)) is None
    torn = written({0: [3], 3: []})
    torn._numbers[len(PARTS) + 1 + 3] = 9
    assert torn.behind(0, (0, 3)) is None
