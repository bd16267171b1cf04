"""The kernels of the index and the numpy code beside them say the same, on anything."""

import re
from contextlib import contextmanager
from functools import cache

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from assay import _native
from assay.code import findings, index, listing, relocations
from assay.code.calls import _transfers, resolve, stub_columns
from assay.code.findings import Before, conclude
from assay.code.index import CodeIndex, complete
from assay.code.isa import all_isas
from assay.code.joins import Joining, follow_callees
from assay.code.listing import CALL, CONST, JUMP, JUMPR, NONE, REGISTERS, RET, TABLE, ZERO, blank
from assay.code.memory import Area, Memory, distinct, listed, union, within
from assay.code.native import address_of, kernels
from assay.code.pointers import words_of_data
from assay.code.program import Program
from assay.code.tables import JumpTable, jump_tables
from assay.code.texts import Texts
from assay.code.values import evaluate
from assay.code.whole import begin

BASE = 0x1000
DATA = 0x8000
REGISTERS_USED = (0, 1, 2, 3, 11, 29, 30, 31, 249, ZERO, NONE, 253)
FEW = settings(max_examples=100, deadline=None)


@pytest.fixture(autouse=True)
def compiled():
    if not kernels():
        pytest.skip("no compiled kernels here")


@contextmanager
def switched_off():
    """Take the kernels away for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(_native.SWITCH, "0")
        _native.library.cache_clear()
        yield
    _native.library.cache_clear()


def both(work):
    """Return what *work* returns with the kernels and without."""
    assert kernels()
    first = work()
    with switched_off():
        assert not kernels()
        return first, work()


def random_listing(seed: int, count: int):
    """Return a listing of nonsense: any operation on any operands, targets near and far."""
    made = np.random.default_rng(seed)
    sizes = made.choice([2, 4, 4, 6, 200], count)
    listing = blank(BASE + np.cumsum(sizes) - sizes[0], 4)
    listing.op[:] = made.integers(0, 30, count)
    for name in ("rd", "ra", "rb"):
        getattr(listing, name)[:] = made.choice(REGISTERS_USED, count)
    places = [*listing.address.tolist(), BASE - 4, DATA, DATA + 9, DATA + 252, -1, 1 << 62]
    imm = np.concatenate(
        [np.array(places), made.integers(-300, 300, 40), made.integers(0, 1 << 32, 4)]
    )
    listing.imm[:] = made.choice(imm, count)
    listing.width[:] = made.choice([0, 1, 2, 4, 8, 16], count)
    listing.cond[:] = made.choice([0, 0, 0, 3], count)
    extra = int(made.integers(0, count + 1))
    listing.overwrite(made.integers(0, count, extra), made.choice(REGISTERS_USED, extra))
    listing.breaks = distinct(np.concatenate([[0], made.integers(0, count, 2)]))
    return listing


def random_program(seed: int, isa, listing) -> Program:
    made = np.random.default_rng(seed)
    data = made.integers(0, 256, 256).astype(np.uint8)
    words = listing.address[made.integers(0, len(listing), 32)].astype(f"{'<>'[seed % 2]}u4")
    data[:128] = words.view(np.uint8)
    code = np.zeros(int(listing.address[-1]) + 4 - BASE, dtype=np.uint8)
    areas = [
        Area(BASE, code, 0, code=True, fixed=True),
        Area(BASE + 0x100000, data[:100].copy(), 0, code=False, fixed=False),
        Area(DATA + 0x200000, data, 0, code=False, fixed=bool(seed % 3)),
    ]
    areas = areas if seed % 5 else areas[:1]
    span = (BASE, BASE + int(code.size))
    memory = Memory(areas, "<>"[seed % 2], isa.bits)
    memory.frozen.append((BASE + 0x100010, BASE + 0x100020))
    program = Program(isa.machines[0], isa.bits, memory.order, 0, 0, memory, [span])
    program.extern_base, program.externs = int(listing.address[-1]), {1: "exit"}
    program.names[int(listing.address[0])] = "abort"
    program.loose, program.fixed = not seed % 3, not seed % 4
    program.pointers = distinct(listing.address[: len(listing) // 2])
    if not seed % 3:
        program.fragments = distinct(made.choice(listing.address, 1 + len(listing) // 4))
    return program


def columns_of(flow) -> list[np.ndarray]:
    names = ("floor", "called", "origin", "written", "cells", "filled", "absolute", "consumed")
    return [
        *(getattr(flow, name).copy() for name in names),
        flow.branches.sources, flow.branches.targets, *flow.operands,
    ]  # fmt: skip


def same(first, second) -> None:
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert np.asarray(one).dtype == np.asarray(other).dtype
        np.testing.assert_array_equal(one, other)


@cache
def instruction_sets():
    return all_isas()


@FEW
@given(st.integers(0, 2**32), st.integers(1, 90), st.integers(0, 20))
def test_flow_of_nonsense_is_the_same(seed, count, which):
    isas = instruction_sets()
    isa = msgspec.structs.replace(isas[which % len(isas)], callee_register=3)

    def work():
        made = np.random.default_rng(seed)
        listing = random_listing(seed, count)
        program = random_program(seed, isa, listing)
        starts = np.append(made.choice(listing.address, 4), listing.address[0] + 1)
        program.starts = distinct(starts)
        flow, certain, _ = begin(program, isa, listing, wanted=False)
        assert (flow.native is not None) == kernels()
        found = [*columns_of(flow), certain, *_transfers(flow), *listing.control]
        registers = made.choice(REGISTERS_USED, 200).astype(np.uint8)
        positions = made.integers(0, count + 2, 200)
        before = np.minimum(positions, made.integers(0, count + 2, 200))
        found += [flow.reach(registers, positions), flow.reach(registers, positions, before)]
        found += [
            *flow.value_of(registers, positions),
            *flow.value_of(registers, positions, before),
        ]
        floors = flow.floor[made.integers(0, count, 6)]
        fresh = floors[flow.origin[floors] < 0]
        flow.origin[fresh] = made.integers(0, count, fresh.size)
        middle = int(made.integers(0, count))
        evaluate(flow, [(0, middle // 2), (middle, count)])
        return found + columns_of(flow) + list(listing.find(listing.imm)) + whole(flow, made)

    same(*both(work))


def whole(flow, made) -> list[np.ndarray]:
    """Return what the steps behind the constants make of *flow*."""
    listing, program = flow.listing, flow.program
    texts = Texts(program)
    targets = listing.address[made.integers(0, len(listing), 12)].reshape(4, 3)
    tables = [
        JumpTable(int(made.integers(0, len(listing))), DATA, 3, 4, distinct(one)) for one in targets
    ]
    certain = distinct(made.choice(listing.address, 5))
    calls, stubs = resolve(flow)
    read = jump_tables(flow, certain)
    tables = tables[: int(made.integers(0, 4))]
    known = Before(texts, certain, tables, calls, stubs)
    assert (findings._by_kernel(flow, known) is not None) == kernels()
    refers, functions, owner, called = conclude(flow, known)
    followed = follow_callees(flow, Joining(functions, owner, called, tables))
    asked = np.concatenate([made.integers(0, 400, 300) + DATA + 0x200000, listing.imm])
    single = [texts.length(int(one)) for one in asked]
    return [
        calls.row, calls.target, *(np.array(one) for one in sorted(stubs.items())),
        *((one.row, one.address, one.entries, one.size) for one in read),
        *(one.targets for one in read),
        functions.starts, functions.ends, functions.first, functions.last, functions.certain,
        called.row, called.site, called.target, called.tail, owner,
        followed.row, followed.site, followed.target, followed.tail,
        refers.row, refers.site, refers.target, refers.length,
        texts.lengths(asked), single, *words_of_data(program), *program.memory.words(asked, 4),
        program.memory.mapped(asked), program.memory.constant(asked),
    ]  # fmt: skip


def index_of_nonsense(seed: int, count: int, isa) -> CodeIndex:
    """Return the index of a random program with imports, of which some are among its code."""
    made = np.random.default_rng(seed)
    listing = random_listing(seed, count)
    program = random_program(seed, isa, listing)
    program.starts = distinct(made.choice(listing.address, 3))
    program.extern_base = int(made.choice(listing.address))
    program.externs = dict.fromkeys(range(int(made.integers(0, 30))), "exit")
    keys = made.choice(listing.address, int(made.integers(0, 3)))
    program.fixups = {int(one): program.extern_base for one in keys}
    listing.op[made.integers(0, count, 1 + count // 8)] = made.choice([JUMPR, JUMP, CONST, TABLE])
    for row in made.integers(0, count - 1, count // 12).tolist():
        listing.op[row : row + 2], listing.rd[row : row + 2] = (CONST, JUMPR), (11, NONE)
        listing.imm[row : row + 2] = program.extern_base + 16, 0
        listing.ra[row + 1] = 11
        leading = made.integers(0, count, 3)
        listing.op[leading], listing.imm[leading] = JUMP, listing.address[row]
        listing.op[np.maximum(leading - 1 - isa.delay, 0)] = RET
    found = CodeIndex(program, isa)
    complete(found, isa, listing)
    return found


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 120), st.integers(0, 20))
def test_index_of_nonsense_is_the_same_at_once_and_step_by_step(seed, count, which):
    isas = instruction_sets()

    def work():
        found = index_of_nonsense(seed, count, isas[which % len(isas)])
        flow, refers, functions, calls = found._flow, found.references, found.functions, found.calls
        return [
            *columns_of(flow)[:-2], *_transfers(flow), *found.listing.control,
            *(np.array(one) for one in sorted(found.stubs.items())),
            *stub_columns(flow, found.stubs),
            *((one.row, one.address, one.entries, one.size) for one in found.tables),
            *(one.targets for one in found.tables),
            functions.starts, functions.ends, functions.first, functions.last, functions.certain,
            refers.row, refers.site, refers.target, refers.length, found.owner,
            calls.row, calls.site, calls.target, calls.tail, *words_of_data(found.program),
        ]  # fmt: skip

    same(*both(work))


@FEW
@given(st.integers(0, 2**32), st.booleans())
def test_strings_have_the_same_lengths(seed, loose):
    def work():
        made = np.random.default_rng(seed)
        letters = [*range(0x20, 0x7F), 9, 10] * int(made.integers(1, 40))
        areas = [
            Area(start, made.choice([0, 1, 200, *letters], size).astype(np.uint8), 0, code, fixed)
            for start, size, code, fixed in (
                (0x1000, 3000, False, True), (0x2000, 800, True, True),
                (0x9000, 70_000, False, False),
            )
        ]  # fmt: skip
        if seed % 2:
            areas[2].data[:] = 65
            areas[2].data[66_000] = 0
        memory = Memory(areas, "<", 32)
        code = [(0x1800, 0x1810), (0x1A00, 0x1A04), (0x2000, 0x2320)]
        program = Program(40, 32, "<", 0, 0, memory, code, loose=loose)
        asked = np.concatenate(
            [made.integers(0xF00, 0x2400, 500), made.integers(0x9000, 0x1A200, 300)]
        )
        found = Texts(program)
        return [found.lengths(asked), [found.length(one) for one in asked.tolist()]]

    same(*both(work))


NUMBERS = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 40), max_size=30)


@FEW
@given(NUMBERS, NUMBERS, st.booleans(), st.sampled_from([1, 2, 4, 8]), st.sampled_from("<>"))
def test_sets_ranges_and_words_are_the_same(first, second, ordered, size, order):
    one, other = (np.array(sorted(x) if ordered else x, dtype=np.int64) for x in (first, second))
    ranges = sorted((at, at + 5) for at in second if at < 2**62)
    areas = [Area(at, np.arange(9, dtype=np.uint8), 0, code=False, fixed=True) for at in (3, 20)]

    def work():
        memory = Memory(
            [Area(x.start, x.data.copy(), 0, x.code, x.fixed) for x in areas], order, 32
        )
        found = [union(one, other), distinct(one), listed(one, distinct(other))]
        found += [within(one, ranges), *memory.words(one, size), memory.constant(one)]
        relocations.write(memory, np.array([3, 25]), np.array([1 << 60, -1]), size)
        # Of words that overlap the last one counts.
        near = np.array([4, 3, 6, 3, 12, 20, 1 << 62, -5, 28, 5])
        relocations.write(memory, near, np.arange(10) * 0x0123_4567_89AB, size)
        held = [area.data for area in memory.areas]
        return [*found, *memory.words(one, size), memory.mapped(other), *held]

    same(*both(work))


def test_flow_of_a_kernel_is_used_and_equal_on_programs(fixtures):
    for path in sorted(fixtures.glob("*.elf")):
        data = path.read_bytes()

        def work(data=data):
            found = index(data)
            if found.flow is None:
                return [found.owner]
            calls, functions, refers = found.calls, found.functions, found.references
            tables = [one for table in found.tables for one in (table.row, table.targets)]
            used = found.flow.native is not None
            assert used == kernels()
            return [
                *columns_of(found.flow), found.owner, calls.row, calls.target, calls.tail,
                functions.starts, functions.ends, functions.certain, *tables,
                refers.row, refers.target, refers.length, sorted(found.stubs.items()),
            ]  # fmt: skip

        same(*both(work))


def test_positions_outside_are_refused():
    isa = instruction_sets()[0]
    listing = random_listing(1, 20)
    listing.op[:] = JUMP
    flow, *_ = begin(random_program(1, isa, listing), isa, listing)
    assert flow.native is not None
    with pytest.raises(IndexError):
        flow.reach(np.flatnonzero(flow.written)[:1].astype(np.uint8), np.array([1000]))


def test_damaged_listing_is_left_to_numpy():
    isa = instruction_sets()[0]
    listing = random_listing(2, 20)
    listing.extra_index = np.array([5000], dtype=np.int64)
    listing.extra_register = np.array([REGISTERS - 1], dtype=np.uint8)
    flow, *_ = begin(random_program(2, isa, listing), isa, listing)
    assert flow.native is None


def test_operations_in_c_are_those_of_the_listing():
    text = (_native.FOLDER / "operations.h").read_text("utf-8")
    stated = {}
    for body in re.findall(r"enum \{([^}]*)\}", text):
        number = -1
        for name, value in re.findall(r"(\w+)(?: = (\d+))?", body):
            number = int(value) if value else number + 1
            stated[name] = number
    named = {"MEMORY_OPERAND": "MEMORY"}
    assert len(stated) > 35
    assert stated == {name: getattr(listing, named.get(name, name)) for name in stated}


def test_addresses_are_those_of_the_bytes():
    block = np.arange(12, dtype=np.int64)
    fixed = np.frombuffer(b"0123", dtype=np.uint8)
    assert address_of(block[3:5]) == block.ctypes.data + 24
    assert address_of(fixed) == fixed.ctypes.data
    with pytest.raises(ValueError, match="several pieces"):
        address_of(block[::2])


def test_areas_that_overlap_are_left_to_numpy():
    data = np.zeros(16, dtype=np.uint8)
    areas = [Area(at, data, 0, code=True, fixed=True) for at in (0x1000, 0x1010, 0x1018)]
    columns, held = Memory(areas[:2], "<", 32).parts()
    place = data.ctypes.data
    assert columns.tolist() == [[0x1000, 0x1010], [16, 16], [place, place]]
    assert len(held) == 2
    assert Memory(areas, "<", 32).parts() is None


def test_operations_of_a_listing_are_known_before_and_after_they_are_listed():
    rows = blank(0x1000 + 4 * np.arange(3), 4)
    rows.op[1] = JUMP
    for _ in range(2):
        assert rows.has(JUMP)
        assert rows.has(CALL, JUMP)
        assert not rows.has(CALL, JUMPR)
        rows.transfers(listing._CONTROL)
