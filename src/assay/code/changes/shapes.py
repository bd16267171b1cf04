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


_VARIABLE = (3, 62)
"""Machines (`e_machine`) whose instructions have no fixed width: x86, x86-64."""

_WITH_NUMBER = (0x05, 0x0D, 0x15, 0x1D, 0x25, 0x2D, 0x35, 0x3D, 0xA9)
"""Their arithmetic of the accumulator with four bytes of a number."""

_WITH_ADDRESS = (
    (8, 0x80000000, 0x80000000, 0xFFFF),  # MIPS: loads and stores
    (8, 0xFC000000, 0x3C000000, 0xFFFF),  # MIPS: upper halves
    (8, 0xFC000000, 0x24000000, 0xFFFF),  # MIPS: sums
    (8, 0xF8000000, 0x08000000, 0x3FFFFFF),  # MIPS: jumps
    (20, 0xC0000000, 0xC0000000, 0xFFFF),  # PowerPC: loads and stores of floating point
    (20, 0xC0000000, 0x80000000, 0xFFFF),
    (40, 0x0E000000, 0x0C000000, 0xFF),  # ARM: loads and stores of coprocessors
    (40, 0x0000EE00, 0x0000EC00, 0xFF0000),  # the same in Thumb, the first half below
    (183, 0x0A000000, 0x08000000, 0x3FFC00),  # AArch64: loads and stores
    (183, 0x3B000000, 0x18000000, 0xFFFFE0),  # AArch64: loads of literals
)
"""Machine, bits that tell an instruction, their value, the bits that may be of an address."""


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


def words_of(index: CodeIndex, function: int) -> Ints:
    """Return what the shape of *function* is made of: two columns, a row for each instruction."""
    functions = index.functions
    if functions is None:
        return np.zeros((0, 2), dtype=np.int64)
    rows = np.arange(int(functions.first[function]), int(functions.last[function]))
    return _words(index, rows[index.listing.op[rows] != NOP])


def _words(index: CodeIndex, rows: Ints) -> Ints:
    table = index.listing
    op = table.op[rows]
    word = op.astype(np.int64)
    known = op != OTHER
    for name in ("rd", "ra", "rb", "cond", "width"):
        word = (word << 8) | np.where(known, getattr(table, name)[rows], 0)
    held = _constants(index, rows, op)
    plain = where(~known)
    held[plain] = _encoded(index, rows[plain])
    return np.stack([word, held], axis=1)


def _encoded(index: CodeIndex, rows: Ints) -> Ints:
    """Return what stands in the instructions at *rows*, 0 for what depends on where things lie.

    These are instructions that the listing does not follow: arithmetic, floating point. Of them
    only reads and writes of memory hold parts of addresses.
    """
    table, program = index.listing, index.program
    address, size = table.address[rows], table.size[rows]
    words, _ = program.memory.words(address, 4)
    halves, _ = program.memory.words(address, 2)
    if program.machine in _VARIABLE:
        kept = (size <= 4) | ((size == 5) & np.isin(words & 0xFF, _WITH_NUMBER))
        mask = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF])[np.minimum(size, 5)]
        return np.where(kept, words & mask, halves)
    words = np.where(size == 2, halves, words)
    for machine, bits, value, address_bits in _WITH_ADDRESS:
        if machine == program.machine:
            words = np.where(words & bits == value, words & ~address_bits, words)
    return words


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
