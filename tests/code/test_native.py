"""The kernels of the index and the numpy code beside them say the same, on anything."""

from contextlib import contextmanager
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from assay import _native
from assay.code import index
from assay.code.definitions import flow_of
from assay.code.isa import all_isas
from assay.code.listing import JUMP, NONE, REGISTERS, ZERO, blank
from assay.code.memory import Area, Memory, distinct
from assay.code.native import kernels
from assay.code.program import Program
from assay.code.values import evaluate

BASE = 0x1000
DATA = 0x8000
REGISTERS_USED = (0, 1, 2, 3, 11, 29, 30, 31, 249, ZERO, NONE, 253)
FEW = settings(max_examples=150, deadline=None)


@pytest.fixture(autouse=True)
def compiled():
    if kernels() is None:
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
    assert kernels() is not None
    first = work()
    with switched_off():
        assert kernels() is None
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
    return Program(isa.machines[0], isa.bits, memory.order, 0, 0, memory, [span])


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
    isa = isas[which % len(isas)]

    def work():
        made = np.random.default_rng(seed)
        listing = random_listing(seed, count)
        program = random_program(seed, isa, listing)
        starts = distinct(made.choice(listing.address, 4))
        flow = flow_of(program, isa, listing, starts)
        evaluate(flow)
        found = columns_of(flow)
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
        return found + columns_of(flow) + list(listing.find(listing.imm))

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
            assert used == (kernels() is not None)
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
    flow = flow_of(random_program(1, isa, listing), isa, listing, listing.address[:1])
    assert flow.native is not None
    evaluate(flow)
    with pytest.raises(IndexError):
        flow.reach(np.flatnonzero(flow.written)[:1].astype(np.uint8), np.array([1000]))


def test_damaged_listing_is_left_to_numpy():
    isa = instruction_sets()[0]
    listing = random_listing(2, 20)
    listing.extra_index = np.array([5000], dtype=np.int64)
    listing.extra_register = np.array([REGISTERS - 1], dtype=np.uint8)
    flow = flow_of(random_program(2, isa, listing), isa, listing, listing.address[:1])
    assert flow.native is None
