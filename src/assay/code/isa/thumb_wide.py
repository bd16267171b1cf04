"""The 32-bit instructions of Thumb-2.

Reference: Arm Architecture Reference Manual for ARMv7-A (DDI 0406), section A6.3.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from assay.code.listing import (
    ADD,
    ADDI,
    ALWAYS,
    BRANCH,
    CALL,
    CMP,
    CMPI,
    CONST,
    EQ,
    INSERT,
    JUMP,
    JUMPM,
    JUMPR,
    LOAD,
    LOADX,
    NE,
    NONE,
    NOP,
    ORI,
    RELATIVE,
    RET,
    SOMETIMES,
    STORE,
    SUB,
    TABLE,
    ZERO,
    Listing,
    Small,
)
from assay.code.memory import Ints, where

Halves = npt.NDArray[np.unsignedinteger]
SP, PC = 13, 15
MODIFIED, PLAIN, BRANCHES, SHIFTED, MEMORY_ACCESS, PAIRS, REST = range(7)
"""Groups of encodings; the first two share their first half-words with the branches."""


def decode_wide(listing: Listing, first: Halves, second: Halves, rows: Ints) -> None:
    """Fill *rows* of *listing* from the half-words *first* and *second*."""
    group = _groups().take(first)
    group[(group <= PLAIN) & (second & 0x8000 != 0)] = BRANCHES
    decoders = (_modified, _plain_immediate, _branches, _shifted, _memory, _pairs, _rest)
    for number, decode in enumerate(decoders):
        chosen = where(group == number)
        if chosen.size:
            halves = first[chosen].astype(np.int64), second[chosen].astype(np.int64)
            decode(listing, *halves, rows[chosen])


@cache
def _groups() -> Small:
    """Return the place of the decoder of each first half-word."""
    half = np.arange(0x10000)
    found = np.full(0x10000, REST, dtype=np.uint8)
    found[half & 0xFA00 == 0xF000] = MODIFIED
    found[half & 0xFA00 == 0xF200] = PLAIN
    for number, group in ((0x74, PAIRS), (0x75, SHIFTED), (0x7C, MEMORY_ACCESS)):
        found[half >> 9 == number] = group
    return found


def _modified(listing: Listing, first: Ints, second: Ints, at: Ints) -> None:
    code, rn, rd = first >> 5 & 15, first & 15, second >> 8 & 15
    value = _expanded((first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | (second & 0xFF))
    listing.ra[at], listing.imm[at] = rn, value
    listing.rd[at] = np.where(rd == PC, NONE, rd)
    listing.op[at[code == 2]] = ORI
    listing.op[at[code == 8]] = ADDI
    subtract = at[code == 13]
    listing.op[subtract] = ADDI
    compare = at[((code == 13) | (code == 8)) & (rd == PC)]
    listing.op[compare] = CMPI
    listing.imm[subtract] = np.where(rd[code == 13] == PC, 1, -1) * value[code == 13]
    for kind, constant in ((2, value), (3, ~value & 0xFFFFFFFF)):
        moves = (code == kind) & (rn == PC)
        listing.op[at[moves]], listing.ra[at[moves]] = CONST, NONE
        listing.imm[at[moves]] = constant[moves]


def _expanded(code: Ints) -> Ints:
    """Return the constants that 12-bit modified immediates stand for (ThumbExpandImm)."""
    low = code & 0xFF
    kind = code >> 8 & 3
    spread = np.where(kind == 1, low * 0x10001, np.where(kind == 2, low * 0x1000100, low))
    spread = np.where(kind == 3, low * 0x1010101, spread)
    turn = code >> 7 & 31
    value = (code & 0x7F) | 0x80
    rotated = ((value >> turn) | (value << (32 - turn))) & 0xFFFFFFFF
    return np.where(code >> 10 == 0, spread, rotated)


def _plain_immediate(listing: Listing, first: Ints, second: Ints, at: Ints) -> None:
    code, rn, rd = first >> 4 & 31, first & 15, second >> 8 & 15
    value = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | (second & 0xFF)
    half = rn << 12 | value
    listing.rd[at] = rd
    for kind, sign in ((0, 1), (10, -1)):
        adds = code == kind
        listing.op[at[adds]], listing.ra[at[adds]] = ADDI, rn[adds]
        listing.imm[at[adds]] = sign * value[adds]
        here = at[adds & (rn == PC)]
        listing.op[here], listing.ra[here] = CONST, NONE
        listing.imm[here] += (listing.address[here] + 4) & ~3
        listing.width[here] = RELATIVE
    moves = code == 4
    listing.op[at[moves]], listing.imm[at[moves]] = CONST, half[moves]
    top = code == 12
    listing.op[at[top]], listing.imm[at[top]], listing.rb[at[top]] = INSERT, half[top], 1
    listing.ra[at[top]] = rd[top]


def far_distance(first: Ints, second: Ints) -> Ints:
    """Return the distances of BL, BLX and B.W, relative to the address plus four."""
    sign = first >> 10 & 1
    upper = (~(second >> 13 ^ sign) & 1) << 1 | (~(second >> 11 ^ sign) & 1)
    offset = upper << 22 | (first & 0x3FF) << 12 | (second & 0x7FF) << 1
    return np.asarray(offset - (sign << 24))


def _branches(listing: Listing, first: Ints, second: Ints, at: Ints) -> None:
    kind = (second >> 13 & 2) | (second >> 12 & 1)
    far = where(kind != 0)
    address = listing.address[at[far]] + 4
    offset = far_distance(first[far], second[far])
    kind = kind[far]
    target = np.where(kind == 2, (address & ~3) + offset & ~3, address + offset)
    listing.imm[at[far]], listing.op[at[far]] = target, np.where(kind >= 2, CALL, JUMP)
    limited = where(second & 0x5000 == 0)
    if limited.size:
        _limited_branches(listing, first[limited], second[limited], at[limited])


def _limited_branches(listing: Listing, first: Ints, second: Ints, at: Ints) -> None:
    """Handle branches with a condition, and the system instructions among them."""
    code = first >> 6 & 15
    offset = (second >> 11 & 1) << 19 | (second >> 13 & 1) << 18
    offset |= (first & 0x3F) << 12 | (second & 0x7FF) << 1
    offset -= (first >> 10 & 1) << 20
    listing.imm[at] = listing.address[at] + 4 + offset
    listing.op[at] = np.where(code < 14, BRANCH, 0)
    cond = np.where(code == 0, EQ, np.where(code == 1, NE, SOMETIMES))
    listing.cond[at] = np.where(code < 14, cond, ALWAYS)
    # MRS has the shape of a conditional branch and fills a register.
    special = first & 0xFFE0 == 0xF3E0
    listing.rd[at[special]] = (second >> 8 & 15)[special]
    listing.op[at[(first == 0xF3AF) & (second & 0xFF00 == 0x8000)]] = NOP


def _shifted(listing: Listing, first: Ints, second: Ints, at: Ints) -> None:
    code, rn, rd, rm = first >> 5 & 15, first & 15, second >> 8 & 15, second & 15
    simple = second & 0x70F0 == 0
    listing.rd[at] = np.where(rd == PC, NONE, rd)
    listing.ra[at], listing.rb[at] = rn, rm
    listing.op[at[(code == 8) & simple]] = ADD
    listing.op[at[(code == 13) & simple]] = SUB
    listing.op[at[(code == 13) & simple & (rd == PC)]] = CMP
    moves = (code == 2) & (rn == PC) & simple
    listing.op[at[moves]], listing.ra[at[moves]] = ADDI, rm[moves]
    listing.rb[at[moves]] = NONE


def _memory(listing: Listing, first: Ints, second: Ints, at: Ints) -> None:
    load = first >> 4 & 1 == 1
    rn, rt = first & 15, second >> 12 & 15
    size = np.array([1, 2, 4, 0], dtype=np.uint8)[first >> 5 & 3]
    literal = (rn == PC) & load
    long = (first & 0x80 != 0) | literal
    short = ~long & (second & 0x800 != 0)
    offset = np.where(long, second & 0xFFF, 0)
    offset = np.where(literal & (first & 0x80 == 0), -offset, offset)
    signed = np.where(second & 0x200 != 0, second & 0xFF, -(second & 0xFF))
    offset = np.where(short & (second & 0x400 != 0), signed, offset)
    listing.op[at] = np.where(load, LOAD, STORE)
    listing.rd[at] = np.where(load, rt, NONE)
    listing.rb[at] = np.where(load, NONE, rt)
    listing.ra[at], listing.imm[at], listing.width[at] = rn, offset, size
    # Sign-extending loads are not plain values.
    listing.width[at[first & 0x100 != 0]] = 0
    here = at[literal]
    listing.ra[here] = ZERO
    listing.imm[here] += (listing.address[here] + 4) & ~3
    indexed = ~long & ~short
    here = at[indexed]
    listing.op[here] = np.where(load[indexed], LOADX, 0)
    listing.rb[here] = np.where(load[indexed], second[indexed] & 15, NONE)
    listing.width[here] = np.where(second[indexed] & 0x30 == 0, listing.width[here], 0)
    back = short & (second & 0x100 != 0) & (rn != SP)
    listing.overwrite(at[back], rn[back])
    into = load & (rt == PC)
    here = at[into]
    listing.rd[here] = NONE
    jumps = np.where(listing.op[here] == LOADX, JUMPR, JUMPM)
    jumps = np.where(listing.ra[here] == SP, RET, jumps)
    listing.op[here] = np.where(size[into] == 4, jumps, 0)


def _pairs(listing: Listing, first: Ints, second: Ints, rows: Ints) -> None:
    """Handle load and store of pairs, of several registers, and table branches."""
    several = where((first & 0xFE40 == 0xE800) & (first & 0x10 != 0))
    which, register = (second[several, None] >> np.arange(15) & 1).nonzero()
    listing.overwrite(rows[several[which]], register)
    listing.op[rows[several[second[several] & 0x8000 != 0]]] = RET
    frames = first == 0xE92D
    at = rows[frames]
    listing.op[at], listing.rd[at], listing.ra[at] = ADDI, SP, SP
    listing.imm[at] = -4 * np.bitwise_count(second[frames] & 0xFFFF).astype(np.int64)
    back = (first & 0xFE40 == 0xE800) & (first & 0x20 != 0) & (first & 15 != SP)
    listing.overwrite(rows[back], (first & 15)[back])
    pair = first & 0xFE40 == 0xE840
    load = pair & (first & 0x10 != 0)
    both = load & (first & 0x0120 != 0)
    listing.rd[rows[load]] = (second >> 12 & 15)[load]
    listing.overwrite(rows[both], (second >> 8 & 15)[both])
    exclusive = pair & (first & 0xFFF0 == 0xE840)
    listing.rd[rows[exclusive]] = (second >> 8 & 15)[exclusive]
    moved = both & (first & 0x20 != 0) & (first & 15 != SP)
    listing.overwrite(rows[moved], (first & 15)[moved])
    table = (first & 0xFFF0 == 0xE8D0) & (second & 0xFFE0 == 0xF000)
    at = rows[table]
    listing.op[at], listing.rd[at] = TABLE, NONE
    listing.ra[at], listing.rb[at] = (first & 15)[table], (second & 15)[table]
    listing.width[at] = 1 + (second[table] >> 4 & 1)


def _rest(listing: Listing, first: Ints, second: Ints, rows: Ints) -> None:
    """Note what registers, multiplies and coprocessor moves overwrite."""
    simple = (first & 0xFF00 == 0xFA00) | (first & 0xFF00 == 0xFB00)
    listing.rd[rows[simple]] = (second >> 8 & 15)[simple]
    long = first & 0xFF80 == 0xFB80
    divides = long & ((first & 0x70 == 0x10) | (first & 0x70 == 0x30))
    listing.overwrite(rows[long & ~divides], (second >> 12 & 15)[long & ~divides])
    core = (first & 0xEF10 == 0xEE10) & (second & 0x10 != 0)
    register = second >> 12 & 15
    listing.rd[rows[core]] = np.where(register == PC, NONE, register)[core]
    both = first & 0xFFF0 == 0xEC50
    listing.rd[rows[both]] = register[both]
    listing.overwrite(rows[both], (first & 15)[both])
