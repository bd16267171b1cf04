"""Which rows may leave a part of an address in their register: made there, copied, put back.

A superset of what `spills.Slots` finds of each row. Nearly all rows carry none, so it is asked
first, of all of them at once.
"""

from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from assay.code.listing import ADD, ADDI, LOAD, REGISTERS, STORE
from assay.code.memory import Ints
from assay.compare.elf.half import Half
from assay.compare.elf.walking import Sources

Mask = npt.NDArray[np.bool_]
Small = npt.NDArray[np.uint8]
ROUNDS = 32
"""Steps from row to row that are followed; past them every row counts that may be reached."""
KINDS = 256
"""Registers, and what stands for none."""


class Asked(Protocol):
    """What is asked of the paths to rows."""

    def sources(self, users: Ints, registers: Small) -> Sources | None:
        """Return what may set the register of each of *users*; None where that is too much."""


class Ways(msgspec.Struct):
    """How parts come from row to row: what *rows* read in *registers* comes to a group of rows.

    `group` is that of each way, `of` the group of each row of the code, one of no way for others;
    `stored` the group of each store to the stack: the rows that load from its slot.
    """

    rows: Ints
    registers: Small
    group: Ints
    of: Ints
    stored: Ints
    count: int


def carriers(half: Half, which: tuple[Mask, Mask], defined: tuple[Ints, Ints], walk: Asked) -> Mask:
    """Return which rows of the code may carry what makers leave in their registers.

    *which* are the rows that make parts, and those of chunks that are asked for. *defined* are the
    rows that store to the stack, and the rows that set what they store.
    """
    makers, here = which
    ways = _ways(half)
    carried = np.zeros(ways.count + 1, dtype=np.bool_)
    stores, sources = defined
    carried[ways.stored[stores[(sources >= 0) & makers[np.maximum(sources, 0)]]]] = True
    marks = makers | carried[ways.of]
    asked = np.flatnonzero(_reachable(half, ways, marks) & here[ways.rows])
    reached = walk.sources(ways.rows[asked], ways.registers[asked])
    if reached is None:
        return np.ones(makers.size, dtype=np.bool_)
    group = ways.group[asked]
    for _ in range(ROUNDS):
        met = reached.touching(marks) & ~carried[group]
        if not met.any():
            return marks
        carried[group[met]] = True
        marks = makers | carried[ways.of]
    carried[group] = True
    return np.asarray(makers | carried[ways.of])


def keys_of(half: Half, rows: Ints, registers: npt.NDArray[np.integer]) -> Ints:
    """Return one number for the chunk of each row and a register."""
    return half.code.chunk[rows] * KINDS + registers


def _ways(half: Half) -> Ways:
    """Return the ways of parts: through slots of the stack, copies, sums, tables of addresses."""
    code, listing, isa = half.code, half.index.listing, half.index.isa
    op, imm = listing.op[code.rows], listing.imm[code.rows]
    first, second = listing.ra[code.rows], listing.rb[code.rows]
    by_stack = first == (isa.stack if isa else KINDS - 1)
    stores, loads = (
        np.flatnonzero((op == STORE) & by_stack),
        np.flatnonzero((op == LOAD) & by_stack),
    )
    both = np.concatenate([stores, loads])
    numbers = _numbered(code.chunk[both], imm[both])
    slots = int(numbers.max()) + 1 if numbers.size else 0
    alone = np.flatnonzero((op == ADD) | ((op == ADDI) & (imm == 0)) | ((op == LOAD) & ~by_stack))
    count = slots + alone.size
    of = np.full(op.size, count, dtype=np.int64)
    of[loads], of[alone] = numbers[stores.size :], slots + np.arange(alone.size)
    stored = np.full(op.size, count, dtype=np.int64)
    stored[stores] = numbers[: stores.size]
    sums = np.flatnonzero(op == ADD)
    rows = np.concatenate([stores, alone, sums])
    registers = np.concatenate([second[stores], first[alone], second[sums]])
    group = np.concatenate([stored[stores], of[alone], of[sums]])
    real = registers < REGISTERS
    return Ways(rows[real], registers[real], group[real], of, stored, count)


def _numbered(chunks: Ints, places: Ints) -> Ints:
    """Return a number for each pair of a chunk and a place that is that of no other pair."""
    order = np.lexsort((places, chunks))
    fresh = np.zeros(chunks.size, dtype=np.int64)
    fresh[1:] = (np.diff(chunks[order]) != 0) | (np.diff(places[order]) != 0)
    found = np.empty(chunks.size, dtype=np.int64)
    found[order] = np.cumsum(fresh)
    return found


def _reachable(half: Half, ways: Ways, marks: Mask) -> Mask:
    """Return which ways may be gone at all, by the registers that parts come to be in."""
    listing, code = half.index.listing, half.code
    written = keys_of(half, np.arange(code.rows.size), listing.rd[code.rows])
    read = keys_of(half, ways.rows, ways.registers)
    table = np.zeros(KINDS * max(len(code), 1), dtype=np.bool_)
    table[written[marks]] = True
    reached = np.zeros(ways.count + 1, dtype=np.bool_)
    for _ in range(ROUNDS):
        known = int(reached.sum())
        reached[ways.group[table[read]]] = True
        if int(reached.sum()) == known:
            return np.asarray(table[read])
        table[written[reached[ways.of]]] = True
    return np.ones(ways.rows.size, dtype=np.bool_)
