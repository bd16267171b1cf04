"""Compressed instructions of RISC-V.

Reference: RISC-V Instruction Set Manual, volume I, version 20191213, chapter 16.
"""

import numpy as np

from assay.code.isa.streams import signed
from assay.code.listing import (
    ADD,
    ADDI,
    BRANCH,
    CALL,
    CALLR,
    CONST,
    EQ,
    JUMP,
    JUMPR,
    LOAD,
    NE,
    NONE,
    NOP,
    PARTIAL,
    RET,
    STOP,
    STORE,
    SUB,
    ZERO,
    Listing,
)
from assay.code.memory import Ints

SP = 2


def _bits(word: Ints, *moves: tuple[int, int, int]) -> Ints:
    """Return the sum of fields: (lowest bit in the word, number of bits, place in the result)."""
    value = np.zeros(word.size, dtype=np.int64)
    for low, count, place in moves:
        value |= (word >> low & ((1 << count) - 1)) << place
    return value


def decode_compressed(listing: Listing, words: Ints, rows: Ints, bits: int) -> None:
    """Fill *rows* of *listing*, which hold 16-bit instructions."""
    word = words[rows]
    kind = (word & 3) << 3 | word >> 13
    full, small, second = word >> 7 & 31, word >> 2 & 7 | 8, word >> 2 & 31
    base = word >> 7 & 7 | 8
    listing.rd[rows] = np.where(word & 3 == 0, small, full)
    _quadrant0(listing, word, rows, kind, base=base, bits=bits)
    _quadrant1(listing, word, rows, kind, bits)
    _quadrant2(listing, word, rows, kind, full=full, second=second, bits=bits)
    listing.op[rows[(word == 1) | (word == 0)]] = NOP
    listing.rd[rows[(word == 1) | (word == 0)]] = NONE
    listing.op[rows[word == 0x9002]] = STOP


def _quadrant0(
    listing: Listing, word: Ints, rows: Ints, kind: Ints, *, base: Ints, bits: int
) -> None:
    chosen = kind == 0
    here = rows[chosen]
    listing.op[here], listing.ra[here] = ADDI, SP
    listing.imm[here] = _bits(word, (7, 4, 6), (11, 2, 4), (5, 1, 3), (6, 1, 2))[chosen]
    short = _bits(word, (5, 1, 6), (10, 3, 3), (6, 1, 2))
    long = _bits(word, (5, 2, 6), (10, 3, 3))
    register = word >> 2 & 7 | 8
    for number, load, offset, width in (
        (2, True, short, 4),
        (3, True, long, 8),
        (6, False, short, 4),
        (7, False, long, 8),
    ):
        chosen = kind == number
        here = rows[chosen]
        floating = width == 8 and bits == 32
        if not load or floating:
            listing.rd[here] = NONE
        if floating:
            continue
        listing.op[here] = LOAD if load else STORE
        listing.ra[here], listing.imm[here] = base[chosen], offset[chosen]
        # A four-byte load is sign-extended where registers have eight.
        listing.width[here] = 0 if load and width == 4 and bits == 64 else width
        if not load:
            listing.rb[here] = register[chosen]
    for number in (1, 5):
        listing.rd[rows[kind == number]] = NONE


def _quadrant1(listing: Listing, word: Ints, rows: Ints, kind: Ints, bits: int) -> None:
    at = listing.address[rows]
    full, base = word >> 7 & 31, word >> 7 & 7 | 8
    six = signed(_bits(word, (2, 5, 0), (12, 1, 5)), 6)
    for number, operation in ((8, ADDI), (9, ADDI), (10, CONST)):
        chosen = kind == number
        here = rows[chosen]
        listing.op[here], listing.imm[here] = operation, six[chosen]
        listing.ra[here] = NONE if operation == CONST else full[chosen]
    jump = signed(
        _bits(word, (3, 3, 1), (11, 1, 4), (2, 1, 5), (7, 1, 6), (6, 1, 7), (9, 2, 8))
        | _bits(word, (8, 1, 10), (12, 1, 11)),
        12,
    )
    for number, operation in ((13, JUMP), (9, CALL)):
        if number == 9 and bits == 64:
            continue
        chosen = kind == number
        here = rows[chosen]
        listing.op[here], listing.rd[here] = operation, NONE
        listing.ra[here], listing.imm[here] = NONE, (at + jump)[chosen]
    chosen = kind == 11
    here = rows[chosen]
    listing.op[here], listing.ra[here], listing.imm[here] = CONST, PARTIAL, six[chosen] << 12
    grow = chosen & (full == SP)
    here = rows[grow]
    listing.op[here], listing.ra[here] = ADDI, SP
    amount = _bits(word, (6, 1, 4), (2, 1, 5), (5, 1, 6), (3, 2, 7), (12, 1, 9))
    listing.imm[here] = signed(amount, 10)[grow]
    listing.rd[rows[kind == 12]] = base[kind == 12]
    subtract = (kind == 12) & (word & 0x1C60 == 0x0C00)
    here = rows[subtract]
    listing.op[here], listing.ra[here] = SUB, base[subtract]
    listing.rb[here] = (word >> 2 & 7 | 8)[subtract]
    branch = signed(_bits(word, (3, 2, 1), (10, 2, 3), (2, 1, 5), (5, 2, 6), (12, 1, 8)), 9)
    for number, cond in ((14, EQ), (15, NE)):
        chosen = kind == number
        here = rows[chosen]
        listing.op[here], listing.cond[here], listing.rd[here] = BRANCH, cond, NONE
        listing.ra[here], listing.rb[here] = base[chosen], ZERO
        listing.imm[here] = (at + branch)[chosen]


def _quadrant2(
    listing: Listing, word: Ints, rows: Ints, kind: Ints, *, full: Ints, second: Ints, bits: int
) -> None:
    short = _bits(word, (4, 3, 2), (12, 1, 5), (2, 2, 6))
    long = _bits(word, (5, 2, 3), (12, 1, 5), (2, 3, 6))
    for number, offset, width in ((18, short, 4), (19, long, 8)):
        chosen = kind == number
        here = rows[chosen]
        if width == 8 and bits == 32:
            listing.rd[here] = NONE
            continue
        listing.op[here], listing.ra[here], listing.imm[here] = LOAD, SP, offset[chosen]
        listing.width[here] = 0 if width == 4 and bits == 64 else width
    short = _bits(word, (9, 4, 2), (7, 2, 6))
    long = _bits(word, (10, 3, 3), (7, 3, 6))
    for number, offset, width in ((22, short, 4), (23, long, 8)):
        chosen = kind == number
        here = rows[chosen]
        listing.rd[here] = NONE
        if width == 8 and bits == 32:
            continue
        listing.op[here], listing.ra[here], listing.imm[here] = STORE, SP, offset[chosen]
        listing.rb[here], listing.width[here] = second[chosen], width
    listing.rd[rows[(kind == 17) | (kind == 21)]] = NONE
    _register_moves(listing, word, rows, kind == 20, full=full, second=second)


def _register_moves(
    listing: Listing, word: Ints, rows: Ints, chosen: Ints, *, full: Ints, second: Ints
) -> None:
    upper = word >> 12 & 1 == 1
    transfer = chosen.astype(np.bool_) & (second == 0)
    here = rows[transfer]
    returns = (full == 1) | (full == 5)
    plain = np.where(returns, RET, JUMPR)
    listing.op[here] = np.where(upper, CALLR, plain)[transfer]
    listing.ra[here], listing.rd[here] = full[transfer], NONE
    moves = chosen.astype(np.bool_) & (second != 0)
    copy = moves & ~upper
    here = rows[copy]
    listing.op[here], listing.ra[here], listing.imm[here] = ADDI, second[copy], 0
    sums = moves & upper
    here = rows[sums]
    listing.op[here], listing.ra[here], listing.rb[here] = ADD, full[sums], second[sums]
