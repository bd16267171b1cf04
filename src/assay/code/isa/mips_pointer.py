"""The MIPS pointer to the table of addresses, in another register than `$gp`.

clang computes it as `lui x; addiu x, x; …; addu y, x, $t9` with registers of its choice, and lets
the rest of the function read y, or a copy of y. Reference: MIPS psABI, chapter 5.
"""

from typing import Final

import numpy as np

from assay.code.listing import (
    ADD,
    ADDI,
    CONST,
    LOAD,
    NONE,
    OTHER,
    PARTIAL,
    RELATIVE,
    STORE,
    Listing,
)
from assay.code.memory import Ints, Mask, union, where

GP: Final = 28
T9: Final = 25
STACK: Final = 29
KEPT: Final = (*range(16, 24), 30)
"""Registers that a function leaves to its caller as they were."""
PROLOGUE, SLACK = 32, 64
"""Instructions in which a function sets its pointer up, and bytes by which its start may be off."""


def usual_sums(listing: Listing, usual: int) -> tuple[Ints, Ints, Ints]:
    """Return the rows in which another register than `$gp` gets *usual*.

    And those of the upper and of the lower half of the constant that is added to `$t9` there.
    """
    ends, high, low = _sums(listing)
    values = listing.address[high] + listing.imm[high] + listing.imm[low] & 0xFFFFFFFF
    good = np.abs(values - usual) <= SLACK
    return ends[good], high[good], low[good]


def set_elsewhere(listing: Listing, usual: int, sums: tuple[Ints, Ints, Ints]) -> None:
    """Make one constant of what other registers than `$gp` get by *sums*; read those as `$gp`."""
    ends, high, low = sums
    if not ends.size:
        return
    halves = np.concatenate([high, low])
    listing.op[ends], listing.ra[ends], listing.imm[ends] = CONST, NONE, usual
    listing.width[ends] = RELATIVE
    listing.openings = union(listing.openings, high)
    listing.op[halves], listing.rd[halves], listing.imm[halves] = OTHER, NONE, 0
    for register in KEPT:
        chosen = listing.rd[ends] == register
        if chosen.any():
            _read_as_pointer(listing, register, ends[chosen])


def _sums(listing: Listing) -> tuple[Ints, Ints, Ints]:
    """Return the rows that add `$t9` to a constant, and those of its upper and its lower half."""
    ends = where((listing.op == ADD) & ((listing.ra == T9) ^ (listing.rb == T9)))
    half = np.where(listing.ra[ends] == T9, listing.rb[ends], listing.ra[ends])
    ends, half = ends[half != GP], half[half != GP]
    high = np.full(ends.size, -1, dtype=np.int64)
    low = np.full(ends.size, -1, dtype=np.int64)
    open_ = np.ones(ends.size, dtype=np.bool_)
    for back in range(1, PROLOGUE):
        rows = np.maximum(ends - back, 0)
        writes = open_ & (listing.rd[rows] == half)
        adds = writes & (low < 0) & (listing.op[rows] == ADDI) & (listing.ra[rows] == half)
        loads = writes & (low >= 0) & (listing.op[rows] == CONST) & (listing.ra[rows] == PARTIAL)
        low[adds], high[loads] = rows[adds], rows[loads]
        open_ &= ~writes | adds
    good = high >= 0
    return ends[good], high[good], low[good]


def _read_as_pointer(listing: Listing, register: int, ends: Ints) -> None:
    """Read *register* as `$gp` from the rows *ends* on, as far as it surely holds the pointer.

    That is up to where the next function makes its frame, if nothing between writes it but what
    puts back the caller's.
    """
    kept = (listing.op == STORE) & (listing.rb == register) & (listing.ra == STACK)
    saves = where(kept & (listing.width == 4))
    before = np.searchsorted(saves, ends) - 1
    close = (before >= 0) & (ends - saves[np.maximum(before, 0)] < PROLOGUE)
    ends, before = ends[close], before[close]
    if not ends.size:
        return
    slot = listing.imm[saves[before]]
    frames = where((listing.op == ADDI) & (listing.rd == STACK) & (listing.ra == STACK))
    frames = np.append(frames[listing.imm[frames] < 0], len(listing))
    stop = frames[np.searchsorted(frames, ends)]
    writes = where(listing.rd == register)
    owner = np.searchsorted(ends, writes, side="left") - 1
    inside = (owner >= 0) & (writes < stop[np.maximum(owner, 0)])
    writes, owner = writes[inside], owner[inside]
    puts_back = (listing.op[writes] == LOAD) & (listing.ra[writes] == STACK)
    puts_back &= listing.imm[writes] == slot[owner]
    good = np.ones(ends.size, dtype=np.bool_)
    good[owner[~puts_back]] = False
    span = _span(len(listing), ends[good] + 1, stop[good])
    listing.rd[ends[good]] = GP
    for column in (listing.ra, listing.rb):
        column[span & (column == register)] = GP
    copies = span & (listing.op == ADDI) & (listing.rd == GP) & (listing.ra == GP)
    copies &= listing.imm == 0
    listing.op[copies], listing.rd[copies] = OTHER, NONE


def _span(count: int, starts: Ints, ends: Ints) -> Mask:
    """Return which of *count* rows lie in one of some ranges, which do not overlap."""
    steps = np.zeros(count + 1, dtype=np.int64)
    steps[starts] += 1
    steps[np.minimum(ends, count)] -= 1
    return np.asarray(np.cumsum(steps)[:count] > 0)
