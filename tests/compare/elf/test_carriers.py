"""Rows that may carry a part of an address: a superset, also over copies, slots and circles."""

from pathlib import Path

import numpy as np
import pytest

from assay.code.listing import ADD, ADDI, CONST, LOAD, OTHER, STORE
from assay.compare.elf import carriers as module
from assay.compare.elf.carriers import carriers, keys_of
from assay.compare.elf.half import read_half
from assay.compare.elf.paths import walker_of
from assay.compare.elf.walking import PlainWalk, Sources, steps_of

HERE = Path(__file__).resolve().parent / "programs"
STACK = 29


class Listing:
    def __init__(self, rows):
        columns = np.array(rows, dtype=np.int64).reshape(-1, 5)
        for name, column in zip(("op", "rd", "ra", "rb"), columns.T[:4], strict=True):
            setattr(self, name, column.astype(np.uint8))
        self.imm = columns[:, 4]


class Part:
    """A program of one chunk with these rows: kind, what it writes, two it reads, a number."""

    def __init__(self, rows):
        count = len(rows)

        class Code:
            rows = np.arange(count)
            chunk = np.zeros(count, dtype=np.int64)

            def __len__(self):
                return 1

        class Isa:
            stack = STACK

        class Index:
            listing, isa = Listing(rows), Isa()

        self.code, self.index = Code(), Index()


class Before:
    """Paths on which control comes from the row above alone."""

    def __init__(self, written):
        self.written = written

    def sources(self, users, registers):
        found = []
        for user, register in zip(users.tolist(), registers.tolist(), strict=True):
            above = [row for row in range(user) if self.written[row] == register]
            found.append(above[-1:])
        offsets = np.cumsum([0, *map(len, found)])
        return Sources(offsets, np.array([row for one in found for row in one], dtype=np.int64))


def carried(rows, makers, defined=((), ())):
    part = Part(rows)
    marks = np.zeros(len(rows), dtype=np.bool_)
    marks[list(makers)] = True
    here = np.ones(len(rows), dtype=np.bool_)
    stores = tuple(np.array(one, dtype=np.int64) for one in defined)
    found = carriers(part, (marks, here), stores, Before(part.index.listing.rd))
    return np.flatnonzero(found).tolist()


NO = 255


def test_copies_and_sums_carry_what_they_read():
    rows = [
        (CONST, 1, NO, NO, 0),
        (ADDI, 2, 1, NO, 0),
        (ADD, 3, 2, 7, 0),
        (ADDI, 4, 7, NO, 0),
        (ADDI, 5, 1, NO, 8),
        (ADD, 6, 7, 3, 0),
    ]
    assert carried(rows, [0]) == [0, 1, 2, 5]


def test_what_is_overwritten_is_carried_no_further():
    rows = [(CONST, 1, NO, NO, 0), (OTHER, 1, NO, NO, 0), (ADDI, 2, 1, NO, 0)]
    assert carried(rows, [0]) == [0]


def test_a_slot_of_the_stack_gives_back_what_was_put_there():
    rows = [
        (CONST, 1, NO, NO, 0),
        (ADDI, 2, 1, NO, 0),
        (STORE, NO, STACK, 2, 16),
        (LOAD, 3, STACK, NO, 16),
        (LOAD, 4, STACK, NO, 20),
        (ADDI, 5, 3, NO, 0),
    ]
    assert carried(rows, [0]) == [0, 1, 3, 5]
    # What sets the stored register may be known otherwise than by the paths.
    assert carried([*rows[:1], (OTHER, 2, NO, NO, 0), *rows[2:]], [0], ((2,), (0,))) == [0, 3, 5]


def test_a_load_through_what_is_carried_counts():
    rows = [(CONST, 1, NO, NO, 0), (LOAD, 2, 1, NO, 4), (LOAD, 3, 7, NO, 4), (ADDI, 4, 2, NO, 0)]
    assert carried(rows, [0]) == [0, 1, 3]


def test_without_makers_nothing_is_carried():
    assert (
        carried([(ADDI, 2, 1, NO, 0), (STORE, NO, STACK, 2, 0), (LOAD, 1, STACK, NO, 0)], []) == []
    )


def test_past_the_rounds_all_that_may_be_reached_counts(monkeypatch):
    rows = [(CONST, 0, NO, NO, 0), *((ADDI, at, at - 1, NO, 0) for at in range(1, 12))]
    assert carried(rows, [0]) == list(range(12))
    monkeypatch.setattr(module, "ROUNDS", 3)
    assert carried(rows, [0]) == list(range(12))


def test_keys_tell_chunks_and_registers_apart():
    part = Part([(OTHER, 0, NO, NO, 0)] * 3)
    part.code.chunk = np.array([0, 0, 1])
    found = keys_of(part, np.array([0, 1, 2, 2]), np.array([7, 8, 7, 255]))
    assert len(set(found.tolist())) == 4


@pytest.mark.parametrize("target", ["aarch64", "mipsel"])
def test_both_walks_tell_the_same_sources(target):
    half = read_half((HERE / f"base-paths-{target}").read_bytes())
    plain, walk = PlainWalk(steps_of(half)), walker_of(half)
    users = np.arange(0, half.code.rows.size, 2)
    for register in (2, 4, 31):
        registers = np.full(users.size, register, dtype=np.uint8)
        one, two = plain.sources(users, registers), walk.sources(users, registers)
        assert np.array_equal(one.offsets, two.offsets)
        for start, end in zip(one.offsets[:-1].tolist(), one.offsets[1:].tolist(), strict=True):
            assert set(one.rows[start:end].tolist()) == set(two.rows[start:end].tolist())


def test_too_many_sources_are_not_kept(monkeypatch):
    half = read_half((HERE / "base-paths-mipsel").read_bytes())
    users = np.arange(half.code.rows.size)
    registers = np.full(users.size, 2, dtype=np.uint8)
    monkeypatch.setattr("assay.compare.elf.walking.MOST_SOURCES", 3)
    assert walker_of(half).sources(users, registers) is None
    assert PlainWalk(steps_of(half)).sources(users, registers) is None
