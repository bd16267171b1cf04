"""Fingerprints of functions: one that is exact but for addresses, one that survives rewriting.

The exact one hashes every instruction with its registers and constants; what depends on where
things lie is left out. The sketch is a MinHash over short runs of operations and the constants
between them, blind to registers. Both are pure functions of the code.
"""

import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value
from assay.code.index import CodeIndex
from assay.code.listing import ADDI, BRANCH, CALL, CONST, JUMP, LOAD, NOP, RELATIVE, STORE
from assay.code.memory import Ints, member, where

Hashes = npt.NDArray[np.uint64]

SKETCH = 16
SHORTEST = 4
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_NEAR = member(BRANCH, JUMP)
_SEEDS = tuple(
    np.uint64((number + 1) * 0x2545F4914F6CDD1D & 0xFFFFFFFFFFFFFFFF) for number in range(SKETCH)
)
AT_ONCE = 1 << 14
"""Rows that are mixed together."""
_FORMING = member(CONST, ADDI, LOAD, STORE)


class Fingerprints(Value):
    """One row per function of the index; `rows` are how many instructions each has."""

    exact: Hashes
    sketch: npt.NDArray[np.uint32]
    rows: Ints

    def likeness(self, first: int, other: "Fingerprints", second: int) -> int:
        """Return how alike two functions are, in permille of the sketch."""
        same = self.sketch[first] == other.sketch[second]
        return int(same.sum()) * 1000 // SKETCH


def fingerprints(index: CodeIndex) -> Fingerprints:
    """Return the fingerprints of all functions of *index*."""
    functions = index.functions
    if functions is None or not len(functions):
        nothing = np.zeros(0, dtype=np.uint64)
        return Fingerprints(nothing, np.zeros((0, SKETCH), np.uint32), np.zeros(0, np.int64))
    kept = where((index.owner >= 0) & (index.listing.op != NOP))
    owner = index.owner[kept]
    first = owner.searchsorted(np.arange(len(functions)))
    place = np.arange(kept.size) - first[owner]
    counts = np.bincount(owner, minlength=len(functions)).astype(np.int64)
    constants = _own_constants(index, kept)
    exact = _exact(_full(index, kept, constants), place, owner, len(functions))
    sketch = _sketch(_shape(index, kept, constants), place, owner, len(functions))
    return Fingerprints(exact, sketch, counts)


def _mixed(values: Hashes) -> Hashes:
    """Return *values* scrambled (the finaliser of SplitMix64)."""
    mixed = values >> np.uint64(30)
    mixed ^= values
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _own_constants(index: CodeIndex, rows: Ints) -> Ints:
    """Return the constant in each row, 0 where it depends on where things lie."""
    table = index.listing
    op = table.op[rows]
    imm = table.imm[rows].copy()
    imm[op == CALL] = 0
    near = _NEAR[op]
    targets, good = table.find(imm[near])
    imm[near] = np.where(good, targets - rows[near], 0)
    if index.flow is not None:
        flow = index.flow
        known = flow.known[rows] & index.program.memory.mapped(flow.values[rows])
        if not (index.program.fixed or index.program.relocatable):
            known &= ~flow.absolute[rows]
        known |= table.width[rows] == RELATIVE
        imm[known & _FORMING[op]] = 0
        touched = np.zeros(len(table), dtype=np.bool_)
        touched[index.accesses[0].row] = True
        imm[touched[rows]] = 0
    return imm


def _full(index: CodeIndex, rows: Ints, constants: Ints) -> Hashes:
    table = index.listing
    word = np.zeros(rows.size, dtype=np.uint64)
    for name in ("op", "rd", "ra", "rb", "cond", "width"):
        word = (word << np.uint64(8)) | getattr(table, name)[rows].astype(np.uint64)
    return _mixed(word ^ _mixed(constants.astype(np.uint64)))


def _shape(index: CodeIndex, rows: Ints, constants: Ints) -> Hashes:
    """Return each row without registers, branch distances and large constants."""
    table = index.listing
    word = table.op[rows].astype(np.uint64) << np.uint64(16)
    word |= table.width[rows].astype(np.uint64)
    plain = ~_NEAR[table.op[rows]] & (table.ra[rows] != (index.isa.stack if index.isa else 0))
    return _mixed(word ^ np.where(plain, constants, 0).astype(np.uint64) << np.uint64(24))


def _exact(words: Hashes, place: Ints, owner: Ints, count: int) -> Hashes:
    """Return one hash per function in which the order of *words* matters."""
    powers = np.ones(int(place.max()) + 1 if place.size else 1, dtype=np.uint64)
    powers[1:] = _FACTOR
    np.multiply.accumulate(powers, out=powers)
    total = np.zeros(count, dtype=np.uint64)
    starts = where(place == 0)
    if starts.size:
        total[owner[starts]] = np.add.reduceat(words * powers.take(place), starts)
    return _mixed(total)


def _sketch(words: Hashes, place: Ints, owner: Ints, count: int) -> npt.NDArray[np.uint32]:
    """Return SKETCH minima per function over all runs of three rows."""
    runs = words.copy()
    runs[1:] ^= np.where(place[1:] >= 1, words[:-1] * _FACTOR, 0)
    runs[2:] ^= np.where(place[2:] >= 2, _mixed(words[:-2]), 0)
    sketch = np.full((count, SKETCH), 0xFFFFFFFF, dtype=np.uint32)
    starts = where(place == 0)
    numbers = owner[starts]
    # Some functions at a time: what is small enough to stay in the cache is mixed much faster.
    first = 0
    while first < starts.size:
        last = max(int(starts.searchsorted(starts[first] + AT_ONCE)), first + 1)
        end = starts[last] if last < starts.size else runs.size
        part, heads = runs[starts[first] : end], starts[first:last] - starts[first]
        for number, seed in enumerate(_SEEDS):
            minima = np.minimum.reduceat(_mixed(part ^ seed), heads)
            sketch[numbers[first:last], number] = minima >> np.uint64(32)
        first = last
    return sketch
