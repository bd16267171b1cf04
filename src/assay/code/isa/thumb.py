"""Thumb and Thumb-2: half-words to a Listing.

Reference: Arm Architecture Reference Manual for ARMv7-A (DDI 0406), chapters A6 and A8.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from assay.code.isa.streams import Stream, row_breaks
from assay.code.isa.thumb_data import data_in_code
from assay.code.isa.thumb_wide import decode_wide, far_distance
from assay.code.listing import (
    ADD,
    ADDI,
    ALWAYS,
    BRANCH,
    CALLR,
    CMP,
    CMPI,
    CONST,
    EQ,
    EXTEND,
    JUMP,
    JUMPR,
    LOAD,
    LOADX,
    NE,
    NONE,
    NOP,
    RELATIVE,
    RET,
    SOMETIMES,
    STOP,
    STORE,
    SUB,
    ZERO,
    Listing,
    Small,
    blank,
)
from assay.code.memory import Ints, Mask, among, where

Halves = npt.NDArray[np.unsignedinteger]
SP, LR, PC = 13, 14, 15
NEAR, DOWN, SEVERAL = 1, 2, 3
_CONDITIONS = np.array([EQ, NE, *[SOMETIMES] * 12, ALWAYS, SOMETIMES], dtype=np.uint8)
_LOWEST_BIT = np.array([0, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0])


def thumb_rows(stream: Stream) -> Ints:
    """Return the places of *stream* where instructions begin, data in code left out."""
    halves = stream.words
    if not halves.size:
        return np.zeros(0, dtype=np.int64)
    long = halves >= 0xE800
    data = data_in_code(stream, where(_sequence(stream, long)))
    # A long instruction whose second half is data or missing is none.
    return where(_sequence(stream, long & ~data) & ~data)


def exchange_targets(stream: Stream, rows: Ints | None = None) -> Ints:
    """Return where the BLX instructions at *rows* lead, or at all places: to A32 code."""
    halves = stream.words
    long = where((halves if rows is None else halves[rows]) & 0xF800 == 0xF000)
    long = long if rows is None else rows[long]
    second = halves[np.minimum(long + 1, max(halves.size - 1, 0))]
    chosen = second & 0xD001 == 0xC000
    long = long[chosen]
    first, second = halves[long].astype(np.int64), second[chosen].astype(np.int64)
    return np.asarray((stream.at(long) + 4 & ~3) + far_distance(first, second))


def decode_thumb(stream: Stream, rows: Ints) -> Listing:
    """Return the Thumb instructions at the places *rows* of *stream* as a listing."""
    halves = stream.words
    first = halves[rows]
    listing = _narrow_rows(first.astype(np.intp), stream.at(rows))
    listing.breaks = row_breaks(rows, stream.heads)
    places = where(first >= 0xE800)
    listing.size[places] = 4
    second = halves[np.minimum(rows[places] + 1, max(halves.size - 1, 0))]
    decode_wide(listing, first[places], second, places)
    _conditions(listing, first)
    return listing


def _narrow_rows(first: Ints, address: Ints) -> Listing:
    """Return the listing of short instructions, looked up in a table of all of them."""
    table, short, kinds = narrow_table()
    listing = blank(address, 2)
    for name in ("op", "rd", "ra", "rb", "width", "cond"):
        setattr(listing, name, getattr(table, name).take(first))
    listing.imm = short.take(first).astype(np.int64)
    kind = kinds.take(first)
    rows = where(kind != 0)
    kind = kind[rows]
    near, down, several = (rows[kind == number] for number in (NEAR, DOWN, SEVERAL))
    listing.imm[near] += address[near]
    listing.imm[down] += address[down] & ~3
    overwrites(listing, several, first[several] & 0xFF, range(8))
    return listing


@cache
def narrow_table() -> tuple[Listing, npt.NDArray[np.int16], Small]:
    """Return all 65,536 half-words decoded at address 0, and their constants in 16 bits.

    Besides, of which the constant depends on the address (NEAR: plain, DOWN: rounded down to
    a multiple of four), and which load SEVERAL registers, as the bits of the low byte say.
    """
    half = np.arange(0x10000, dtype=np.int64)
    listing = blank(np.zeros(0x10000, dtype=np.int64), 2)
    _narrow(listing, half, half)
    kind = np.zeros(0x10000, dtype=np.uint8)
    added = (half >> 8 == 0x44) & (half >> 3 & 15 == PC)
    kind[among(listing.op, (BRANCH, JUMP)) | added] = NEAR
    kind[(half >> 11 == 9) | (half >> 11 == 20)] = DOWN
    kind[half & 0xFFF8 == 0x4778] = DOWN
    kind[half >= 0xE800] = 0
    loads = (half >> 9 == 0x5E) | (half >> 11 == 0x19)
    kind[loads & (half & 0xFF != 0)] = SEVERAL
    return listing, listing.imm.astype(np.int16), kind


def _sequence(stream: Stream, long: Mask) -> Mask:
    """Return where instructions begin: in a run of long ones only every other half-word.

    A run begins behind a half-word that is short or data, so its parity is known. All runs are
    told at once by the carries of one addition, each bit of a number being a half-word.
    """
    runs = long.copy()
    # No instruction reaches into another range.
    runs[stream.heads[1:] - 1] = False
    bits = int.from_bytes(np.packbits(runs, bitorder="little").tobytes(), "little")
    size = long.size // 8 + 1
    even = int.from_bytes(b"\x55" * size, "little")
    # Added to its first bit a run turns to zero: so those are told that begin at even places.
    regular = bits & ~(bits + (bits & ~(bits << 1) & even))
    second = ((regular & even) | ((bits ^ regular) & even << 1)) << 1
    marks = np.frombuffer(second.to_bytes(size, "little"), dtype=np.uint8)
    halves = np.unpackbits(marks, count=long.size, bitorder="little")
    return np.asarray(halves == 0)


def _narrow(listing: Listing, half: Ints, rows: Ints) -> None:
    top = half >> 11
    low, middle, high = half & 7, half >> 3 & 7, half >> 6 & 7
    address = listing.address[rows]
    _arithmetic(listing, half, rows, (low, middle, high))
    _registers(listing, half, rows)
    _memory(listing, half, rows, (low, middle, high))
    literal = top == 9
    at = rows[literal]
    listing.op[at], listing.ra[at], listing.width[at] = LOAD, ZERO, 4
    listing.rd[at] = half[literal] >> 8 & 7
    listing.imm[at] = ((address[literal] + 4) & ~3) + 4 * (half[literal] & 0xFF)
    for kind in (20, 21):
        chosen = top == kind
        at = rows[chosen]
        listing.rd[at] = half[chosen] >> 8 & 7
        listing.imm[at] = 4 * (half[chosen] & 0xFF)
        listing.op[at], listing.ra[at] = (CONST, NONE) if kind == 20 else (ADDI, SP)
        if kind == 20:
            listing.width[at] = RELATIVE
            listing.imm[at] += (address[chosen] + 4) & ~3
    _miscellaneous(listing, half, rows)
    _branches(listing, half, rows)


def _arithmetic(listing: Listing, half: Ints, rows: Ints, fields: tuple[Ints, ...]) -> None:
    low, middle, high = fields
    top = half >> 11
    shift = top < 3
    listing.rd[rows[shift]] = low[shift]
    move = half >> 6 == 0
    listing.op[rows[move]], listing.ra[rows[move]] = ADDI, middle[move]
    three = top == 3
    at = rows[three]
    listing.rd[at], listing.ra[at] = low[three], middle[three]
    kind = half[three] >> 9 & 3
    listing.op[at] = np.where(kind == 0, ADD, np.where(kind == 1, SUB, ADDI))
    listing.rb[at] = np.where(kind < 2, high[three], NONE)
    listing.imm[at] = np.where(kind == 2, high[three], np.where(kind == 3, -high[three], 0))
    for code, operation, sign in ((4, CONST, 1), (5, CMPI, 1), (6, ADDI, 1), (7, ADDI, -1)):
        chosen = top == code
        at = rows[chosen]
        register = half[chosen] >> 8 & 7
        listing.op[at] = operation
        listing.rd[at] = NONE if operation == CMPI else register
        listing.ra[at] = NONE if operation == CONST else register
        listing.imm[at] = sign * (half[chosen] & 0xFF)


def _registers(listing: Listing, half: Ints, rows: Ints) -> None:
    process = half >> 10 == 16
    kind = half >> 6 & 15
    compares = process & ((kind == 8) | (kind == 10) | (kind == 11))
    listing.rd[rows[process & ~compares]] = (half & 7)[process & ~compares]
    at = rows[process & (kind == 10)]
    listing.op[at] = CMP
    listing.ra[at] = (half & 7)[process & (kind == 10)]
    listing.rb[at] = (half >> 3 & 7)[process & (kind == 10)]
    wide = (half & 7) | (half >> 4 & 8)
    other = half >> 3 & 15
    for code, operation in ((0x44, ADD), (0x45, CMP), (0x46, ADDI)):
        chosen = half >> 8 == code
        at = rows[chosen]
        listing.op[at] = operation
        listing.rd[at] = NONE if operation == CMP else wide[chosen]
        listing.ra[at] = other[chosen] if operation == ADDI else wide[chosen]
        listing.rb[at] = NONE if operation == ADDI else other[chosen]
        if operation == ADD:
            relative = at[other[chosen] == PC]
            listing.op[relative], listing.rb[relative] = ADDI, NONE
            listing.imm[relative] = listing.address[relative] + 4
            listing.width[relative] = RELATIVE
    into = rows[((half >> 8 == 0x44) | (half >> 8 == 0x46)) & (wide == PC)]
    returns = (listing.ra[into] == LR) & (listing.op[into] == ADDI)
    listing.op[into] = np.where(returns, RET, JUMPR)
    listing.rd[into] = NONE
    exchange = half >> 8 == 0x47
    at = rows[exchange]
    listing.ra[at] = other[exchange]
    linked = half[exchange] & 0x80 != 0
    listing.op[at] = np.where(linked, CALLR, np.where(other[exchange] == LR, RET, JUMPR))
    onward = at[other[exchange] == PC]
    listing.op[onward], listing.ra[onward] = JUMP, NONE
    listing.imm[onward] = (listing.address[onward] + 4) & ~3


def _memory(listing: Listing, half: Ints, rows: Ints, fields: tuple[Ints, ...]) -> None:
    low, middle, high = fields
    indexed = half >> 12 == 5
    kind = half >> 9 & 7
    at = rows[indexed & (kind >= 3)]
    chosen = indexed & (kind >= 3)
    listing.op[at], listing.rd[at] = LOADX, low[chosen]
    listing.ra[at], listing.rb[at] = middle[chosen], high[chosen]
    listing.width[at] = np.array([0, 0, 0, 0, 4, 2, 1, 0], dtype=np.uint8)[kind[chosen]]
    amount = half >> 6 & 31
    for code, size in ((12, 4), (14, 1), (16, 2)):
        for load in (0, 1):
            chosen = half >> 11 == code + load
            fields_ = low[chosen], middle[chosen], amount[chosen] * size
            _access(listing, rows[chosen], fields_, size, load=bool(load))
    for load in (0, 1):
        chosen = half >> 11 == 18 + load
        stack = np.full(int(chosen.sum()), SP)
        fields_ = half[chosen] >> 8 & 7, stack, 4 * (half[chosen] & 0xFF)
        _access(listing, rows[chosen], fields_, 4, load=bool(load))


def _access(
    listing: Listing, rows: Ints, fields: tuple[Ints, Ints, Ints], size: int, *, load: bool
) -> None:
    register, base, offset = fields
    listing.op[rows] = LOAD if load else STORE
    listing.rd[rows] = register if load else NONE
    listing.rb[rows] = NONE if load else register
    listing.ra[rows], listing.imm[rows], listing.width[rows] = base, offset, size


def overwrites(listing: Listing, rows: Ints, lists: Ints, registers: range) -> None:
    """Note that each of *rows* overwrites the *registers* whose bit is set in *lists*."""
    if rows.size:
        numbers = np.array(registers)
        which, register = (lists[:, None] >> numbers & 1).nonzero()
        listing.overwrite(rows[which], numbers[register])


def _miscellaneous(listing: Listing, half: Ints, rows: Ints) -> None:
    stack = half >> 8 == 0xB0
    at = rows[stack]
    amount = 4 * (half[stack] & 0x7F)
    listing.op[at], listing.rd[at], listing.ra[at] = ADDI, SP, SP
    listing.imm[at] = np.where(half[stack] & 0x80 != 0, -amount, amount)
    zero = half & 0xF500 == 0xB100
    at = rows[zero]
    listing.op[at], listing.ra[at], listing.rb[at] = BRANCH, half[zero] & 7, ZERO
    listing.cond[at] = np.where(half[zero] & 0x800 != 0, NE, EQ)
    offset = (half[zero] >> 3 & 0x40) | (half[zero] >> 2 & 0x3E)
    listing.imm[at] = listing.address[at] + 4 + offset
    saves = half >> 9 == 0x5A
    at = rows[saves]
    listing.op[at], listing.rd[at], listing.ra[at] = ADDI, SP, SP
    listing.imm[at] = -4 * np.bitwise_count(half[saves] & 0x1FF).astype(np.int64)
    pops = half >> 9 == 0x5E
    listing.op[rows[pops & (half & 0x100 != 0)]] = RET
    extends = (half >> 8 == 0xB2) | (half >> 8 == 0xBA)
    listing.rd[rows[extends]] = half[extends] & 7
    # REV turns the bytes of a word round: the same value as far as its origin goes.
    for code, width in ((0xB2C0, 1), (0xB280, 2), (0xBA00, 8)):
        at = rows[half & 0xFFC0 == code]
        listing.op[at], listing.width[at] = EXTEND, width
        listing.ra[at] = half[at] >> 3 & 7
    # Zeros pad behind literal pools; as an instruction they would be `movs r0, r0`.
    idle = (half & 0xFF0F == 0xBF00) | (half == 0x46C0) | (half == 0)
    listing.op[rows[idle]], listing.rd[rows[idle]] = NOP, NONE


def _branches(listing: Listing, half: Ints, rows: Ints) -> None:
    chosen = half >> 12 == 0xD
    at, code = rows[chosen], half[chosen] >> 8 & 15
    offset = ((half[chosen] & 0xFF) ^ 0x80) - 0x80
    listing.imm[at] = listing.address[at] + 4 + 2 * offset
    listing.op[at] = np.where(code < 14, BRANCH, np.where(code == 14, STOP, 0))
    listing.cond[at] = np.where(code == 0, EQ, np.where(code == 1, NE, SOMETIMES))
    listing.cond[at[code >= 14]] = ALWAYS
    chosen = half >> 11 == 0x1C
    at = rows[chosen]
    offset = ((half[chosen] & 0x7FF) ^ 0x400) - 0x400
    listing.imm[at] = listing.address[at] + 4 + 2 * offset
    listing.op[at] = JUMP


def _conditions(listing: Listing, first: Halves) -> None:
    """Carry the condition of each IT instruction to the up to four that follow it."""
    heads = where((first >> 8 == 0xBF) & (first & 15 != 0))
    mask = first[heads].astype(np.int64) & 15
    length = 4 - _LOWEST_BIT.take(mask)
    base = first[heads].astype(np.int64) >> 4 & 15
    step = np.arange(1, 5)[:, None]
    at = heads + step
    chosen = (length >= step) & (at < len(listing))
    # The first follows the condition itself, the others what their bit of the mask says.
    flip = np.where(step > 1, (mask >> (5 - step) & 1) ^ (base & 1), 0)
    at, code = at[chosen], (base ^ flip)[chosen]
    listing.cond[at] = _CONDITIONS.take(code)
    jumps = at[(listing.op[at] == JUMP) & (code != 14)]
    listing.op[jumps] = BRANCH
