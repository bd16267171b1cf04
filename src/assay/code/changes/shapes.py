"""The shape of each function as a digest in which nothing depends on where things lie.

Looser than `assay.code.fingerprints` in what leads out of the function or forms addresses: an
unchanged function of a program that was linked anew must have an unchanged shape.
"""

import hashlib

import numpy as np

from assay.code.index import CodeIndex
from assay.code.listing import (
    ADDI,
    BRANCH,
    CMPI,
    CMPM,
    CONST,
    JUMP,
    NOP,
    OTHER,
    PARTIAL,
    RELATIVE,
    STOREI,
)
from assay.code.memory import Ints, member, where

_NUMBERS = member(CONST, CMPI, CMPM, STOREI)
_NEAR = member(BRANCH, JUMP)
_SMALL = 64


def shapes(index: CodeIndex) -> list[bytes]:
    """Return a digest of each function of *index*, in their order."""
    functions = index.functions
    if functions is None or not len(functions):
        return []
    rows = where((index.owner >= 0) & (index.listing.op != NOP))
    words = _words(index, rows)
    owner = index.owner[rows]
    first = np.searchsorted(owner, np.arange(len(functions) + 1))
    return [
        hashlib.blake2b(words[low:high].tobytes(), digest_size=12).digest()
        for low, high in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)
    ]


def _words(index: CodeIndex, rows: Ints) -> Ints:
    table = index.listing
    op = table.op[rows]
    word = op.astype(np.int64)
    known = op != OTHER
    for name in ("rd", "ra", "rb", "cond", "width"):
        word = (word << 8) | np.where(known, getattr(table, name)[rows], 0)
    return np.stack([word, _constants(index, rows, op)], axis=1)


def _constants(index: CodeIndex, rows: Ints, op: "np.typing.NDArray[np.uint8]") -> Ints:
    """Return the number in each row, 0 where it may be a part of an address."""
    table = index.listing
    imm = table.imm[rows].copy()
    near = _NEAR[op]
    targets, good = table.find(imm[near])
    inside = good & (index.owner[targets] == index.owner[rows[near]])
    imm[near] = np.where(inside, targets - rows[near], 0)
    plain = _NUMBERS[op] & (table.ra[rows] != PARTIAL) & (table.width[rows] != RELATIVE)
    plain &= ~index.program.memory.mapped(imm)
    if index.flow is not None and not (index.program.fixed or index.program.relocatable):
        plain &= index.flow.absolute[rows] | (op != CONST)
    small = (op == ADDI) & (np.abs(imm) < _SMALL)
    return np.where(plain | small | near, imm, 0)
