"""MIPS functions that set up the pointer to the table of addresses: both arrive at their own.

`lui x; addiu x, x; addu y, x, $t9` adds the distance from the function to the table, which moves
with either; `bal` to the next instruction and `$ra` do the same from there. Any registers do.
Reference: MIPS psABI, chapter 5.
"""

import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value
from assay.code.listing import CONST, RELATIVE
from assay.code.memory import Ints
from assay.compare.elf.fields import words_of
from assay.compare.elf.half import Half
from assay.compare.elf.state import State

Mask = npt.NDArray[np.bool_]
MIPS, CALLEE, RETURN = 8, 25, 31
PROLOGUE, SLACK = 32, 64
"""Instructions in which the pointer is set up, and bytes by which its start may be off."""
HALF, WHOLE = 1 << 31, 0xFFFFFFFF
_LUI, _ADDIU, _ADDU, _BAL_NEXT = 15, 9, 0x21, 0x04110001


class SetUp(Value):
    """How one program sets its pointer up, for each row that completes it.

    `high` and `low` are the rows with the halves, -1 where they were not found; `excess` is what
    comes out minus the pointer; `sure` are those that the decoder takes for the pointer.
    """

    high: Ints
    low: Ints
    excess: Ints
    sure: Mask

    @property
    def whole(self) -> Mask:
        """Which set the pointer up, wherever it is counted from."""
        return np.asarray((self.high >= 0) & (self.sure | (np.abs(self.excess) <= SLACK)))


def judge_pointers(state: State) -> tuple[Mask, Mask]:
    """Return the paired rows that set up the pointer rightly, and those that do not.

    What comes out less the pointer has to be the same on both sides: zero, but for where a
    function is taken to begin.
    """
    rows = state.rows
    good, bad = np.zeros((2, rows.a.size), dtype=np.bool_)
    pointers = state.pointers
    if state.a.elf.machine != MIPS or pointers is None:
        return good, bad
    chosen = np.flatnonzero(_completes(state.a)[rows.a] & _completes(state.b)[rows.b])
    one = _set_up(state.a, rows.a[chosen], pointers[0])
    two = _set_up(state.b, rows.b[chosen], pointers[1])
    same = one.whole & two.whole & (one.excess == two.excess)
    good[chosen[same]] = True
    bad[chosen[(one.sure | two.sure) & ~same]] = True
    for left, right in ((one.high, two.high), (one.low, two.low)):
        place = np.searchsorted(rows.a, left[same])
        place = np.minimum(place, max(rows.a.size - 1, 0))
        paired = (rows.a[place] == left[same]) & (rows.b[place] == right[same])
        good[place[paired]] = True
    return good, bad


def _completes(half: Half) -> Mask:
    """Return which rows of the code add where the code is to something."""
    words = words_of(half)
    first, second = words >> 21 & 31, words >> 16 & 31
    found = (first == CALLEE) ^ (second == CALLEE)
    found |= (first == RETURN) ^ (second == RETURN)
    return np.asarray(found & (words & 0xFC0007FF == _ADDU))


def _set_up(half: Half, ends: Ints, pointer: int) -> SetUp:
    """Return what the rows *ends* of the code, which complete a pointer, make of what."""
    code, listing = half.code, half.index.listing
    words, written = words_of(half), listing.rd[code.rows]
    final = words[ends]
    first, second = final >> 21 & 31, final >> 16 & 31
    by_callee = (first == CALLEE) | (second == CALLEE)
    half_of = np.where((first == CALLEE) | (first == RETURN), second, first)
    high, low = np.full((2, ends.size), -1, dtype=np.int64)
    base = np.where(by_callee, code.starts[code.chunk[ends]], -1)
    open_ = np.ones(ends.size, dtype=np.bool_)
    for back in range(1, PROLOGUE):
        rows = np.maximum(ends - back, 0)
        open_ &= (ends >= back) & (code.chunk[rows] == code.chunk[ends])
        word = words[rows] >> 16
        adds = open_ & (low < 0) & (word == _ADDIU << 10 | half_of << 5 | half_of)
        loads = open_ & (low >= 0) & (high < 0) & (word == _LUI << 10 | half_of)
        low[adds], high[loads] = rows[adds], rows[loads]
        asks = ~by_callee & (words[rows] == _BAL_NEXT)
        base[asks] = code.address[rows[asks]] + 8
        open_ &= adds | loads | (written[rows] != half_of)
    found = (high >= 0) & (base >= 0)
    upper = (words[high] & 0xFFFF) << 16
    lower = ((words[low] & 0xFFFF) ^ 0x8000) - 0x8000
    excess = (base + upper + lower - pointer + HALF & WHOLE) - HALF
    places = code.rows[ends]
    sure = by_callee & (listing.op[places] == CONST) & (listing.width[places] == RELATIVE)
    return SetUp(np.where(found, high, -1), low, excess, sure)
