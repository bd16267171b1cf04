"""AArch64 (A64).

Reference: Arm Architecture Reference Manual for A-profile (DDI 0487), chapter C4. Register 31
is the stack pointer here; where an instruction reads it as zero it is the mark ZERO.
"""

import numpy as np

from assay.code.isa import Isa
from assay.code.isa.a64_memory import decode_memory
from assay.code.isa.native import decode_words
from assay.code.isa.streams import code_stream, signed
from assay.code.listing import (
    ADD,
    ADDI,
    ALWAYS,
    BRANCH,
    CALL,
    CALLR,
    CMP,
    CMPI,
    CONST,
    EQ,
    EXTEND,
    INSERT,
    JUMP,
    JUMPR,
    NE,
    NONE,
    NOP,
    PARTIAL,
    RELATIVE,
    RET,
    SOMETIMES,
    STOP,
    SUB,
    ZERO,
    Listing,
    blank,
)
from assay.code.memory import Ints, Mask, among, where
from assay.code.program import Program

SP = 31


def decode(program: Program) -> Listing:
    """Return the instructions of all code ranges of *program*."""
    found = decode_words(program, "aarch64_words")
    return decode_in_numpy(program) if found is None else found[0]


def decode_in_numpy(program: Program) -> Listing:
    """Return the same without kernels."""
    stream = code_stream(program, 4, program.code)
    words = stream.words.astype(np.int64)
    if program.order == ">":
        # Instructions are little-endian even where data is not.
        words = words.astype(np.uint32).byteswap().astype(np.int64)
    listing = blank(stream.address, 4)
    listing.breaks = stream.heads
    group = words >> 25 & 15
    _immediates(listing, words, where(group >> 1 == 4))
    _branches(listing, words, where(group >> 1 == 5))
    decode_memory(listing, words, where(group & 5 == 4))
    _registers(listing, words, where(group & 7 == 5))
    _vector(listing, words, where(group & 7 == 7))
    listing.op[(words == 0xD503201F) | (words == 0)] = NOP
    listing.sort_overwrites()
    return listing


def _read(register: Ints) -> Ints:
    """Return the register numbers, 31 taken for zero."""
    return np.where(register == 31, ZERO, register)


def _written(register: Ints) -> Ints:
    """Return the register numbers, writes to 31 dropped."""
    return np.where(register == 31, NONE, register)


def _constant(listing: Listing, rows: Ints, registers: Ints, values: Ints) -> None:
    listing.op[rows] = CONST
    listing.rd[rows] = registers
    listing.imm[rows] = values


def _immediates(listing: Listing, words: Ints, rows: Ints) -> None:
    word = words[rows]
    rd, rn = word & 31, word >> 5 & 31
    wide = word >> 31 & 1 == 1
    listing.rd[rows] = _written(rd)
    page = word & 0x1F000000 == 0x10000000
    offset = signed((word >> 3 & 0x1FFFFC) | (word >> 29 & 3), 21)
    at = listing.address[rows]
    near = page & ~wide
    _constant(listing, rows[near], rd[near], (at + offset)[near])
    far = page & wide
    _constant(listing, rows[far], rd[far], ((at & ~0xFFF) + (offset << 12))[far])
    listing.ra[rows[far]] = PARTIAL
    listing.width[rows[page]] = RELATIVE
    _sums(listing, rows, word, word & 0x1F800000 == 0x11000000)
    moves = word & 0x1F800000 == 0x12800000
    _moves(listing, rows[moves], word[moves])
    logical = word & 0x1F800000 == 0x12000000
    listing.rd[rows[logical & (rd == 31) & (word >> 29 & 3 != 3)]] = SP
    _flags_lost(listing, rows[logical & (word >> 29 & 3 == 3)])
    masks = logical & (word >> 29 & 3 == 1) & (rn == 31)
    _constant(listing, rows[masks], rd[masks], _bit_masks(word[masks]))


def _sums(listing: Listing, rows: Ints, word: Ints, chosen: Mask) -> None:
    """Handle addition and subtraction of constants, comparison included."""
    at, word = rows[chosen], word[chosen]
    value = (word >> 10 & 0xFFF) << np.where(word >> 22 & 1 == 1, 12, 0)
    value = np.where(word >> 30 & 1 == 1, -value, value)
    listing.op[at] = ADDI
    listing.rd[at] = word & 31
    listing.ra[at] = word >> 5 & 31
    listing.imm[at] = value
    flags = word >> 29 & 1 == 1
    compare = flags & (word & 31 == 31)
    here = at[compare]
    listing.op[here], listing.rd[here] = CMPI, NONE
    listing.imm[here] = -value[compare]
    _flags_lost(listing, at[flags & ~compare])


def _moves(listing: Listing, rows: Ints, word: Ints) -> None:
    kind = word >> 29 & 3
    half = word >> 21 & 3
    value = (word >> 5 & 0xFFFF) << (16 * half)
    narrow = word >> 31 & 1 == 0
    inverted = np.where(narrow, ~value & 0xFFFFFFFF, ~value)
    plain = kind != 3
    numbers = np.where(kind == 0, inverted, value)
    _constant(listing, rows[plain], _written(word & 31)[plain], numbers[plain])
    keeps = rows[~plain]
    listing.op[keeps] = INSERT
    listing.ra[keeps] = listing.rd[keeps]
    listing.rb[keeps] = half[~plain]
    listing.imm[keeps] = (word >> 5 & 0xFFFF)[~plain]


def _bit_masks(word: Ints) -> Ints:
    """Return the constants of logical immediates (DecodeBitMasks)."""
    codes, back = np.unique((word >> 10 & 0x1FFF) | (word >> 31 & 1) << 13, return_inverse=True)
    values = [_bit_mask(code) for code in codes.tolist()]
    return np.array(values, dtype=np.int64)[back] if values else np.zeros(0, dtype=np.int64)


def _bit_mask(code: int) -> int:
    ones, turn = code & 63, code >> 6 & 63
    size_code = (code >> 12 & 1) << 6 | (~ones & 63)
    if size_code < 2:
        return 0
    size = 1 << (size_code.bit_length() - 1)
    ones, turn = ones & (size - 1), turn & (size - 1)
    pattern = (1 << (ones + 1)) - 1
    pattern = ((pattern >> turn) | (pattern << (size - turn))) & ((1 << size) - 1)
    width = 64 if code >> 13 else 32
    value = sum(pattern << step for step in range(0, width, size))
    return value - (1 << 64) if value >> 63 else value


def _flags_lost(listing: Listing, rows: Ints) -> None:
    """Note that *rows* set the flags in a way that is not followed."""
    listing.overwrite_flags(rows)


def _branches(listing: Listing, words: Ints, rows: Ints) -> None:
    word = words[rows]
    at = listing.address[rows]
    direct = word & 0x7C000000 == 0x14000000
    listing.imm[rows[direct]] = (at + 4 * signed(word, 26))[direct]
    listing.op[rows[direct]] = np.where(word[direct] >> 31 == 1, CALL, JUMP)
    limited = word & 0xFF000000 == 0x54000000
    zero = word & 0x7E000000 == 0x34000000
    near = (at + 4 * signed(word >> 5, 19))[limited | zero]
    here = rows[limited | zero]
    listing.op[here], listing.imm[here] = BRANCH, near
    code = word[limited] & 15
    cond = np.where(code == 0, EQ, np.where(code == 1, NE, SOMETIMES))
    listing.cond[rows[limited]] = cond
    listing.op[rows[limited][code >= 14]] = JUMP
    listing.cond[rows[limited][code >= 14]] = ALWAYS
    listing.ra[rows[zero]] = _read(word & 31)[zero]
    listing.rb[rows[zero]] = ZERO
    listing.cond[rows[zero]] = np.where(word[zero] >> 24 & 1 == 1, NE, EQ)
    bit = word & 0x7E000000 == 0x36000000
    here = rows[bit]
    listing.op[here], listing.cond[here] = BRANCH, SOMETIMES
    listing.imm[here] = (at + 4 * signed(word >> 5, 14))[bit]
    register = word & 0xFE000000 == 0xD6000000
    kind = (word >> 21 & 7)[register]
    listing.op[rows[register]] = np.where(kind == 0, JUMPR, np.where(kind == 1, CALLR, RET))
    listing.ra[rows[register]] = (word >> 5 & 31)[register]
    listing.op[rows[word & 0xFFE0001F == 0xD4200000]] = STOP
    system = word & 0xFFF00000 == 0xD5300000
    listing.rd[rows[system]] = _written(word & 31)[system]


def _registers(listing: Listing, words: Ints, rows: Ints) -> None:
    word = words[rows]
    rd, rn, rm = word & 31, word >> 5 & 31, word >> 16 & 31
    listing.rd[rows] = _written(rd)
    # REV turns the bytes of a register round: the same value as far as its origin goes.
    turned = (word & 0x7FFFF800 == 0x5AC00800) & (rn != 31)
    listing.op[rows[turned]], listing.width[rows[turned]] = EXTEND, 8
    listing.ra[rows[turned]] = rn[turned]
    logical = word & 0x1F000000 == 0x0A000000
    moves = logical & (word & 0x60E0FC00 == 0x20000000) & (rn == 31)
    here = rows[moves]
    zero = moves & (rm == 31)
    listing.op[here], listing.ra[here] = ADDI, rm[moves]
    _constant(listing, rows[zero], _written(rd)[zero], np.zeros(int(zero.sum()), dtype=np.int64))
    _flags_lost(listing, rows[logical & (word >> 29 & 3 == 3)])
    sums = word & 0x1F200000 == 0x0B000000
    plain = sums & (word & 0xFC00 == 0)
    extended = word & 0x1F200000 == 0x0B200000
    simple = plain | (extended & (word & 0x1C00 == 0) & (word >> 13 & 3 == 3))
    here = rows[simple]
    listing.op[here] = np.where(word[simple] >> 30 & 1 == 1, SUB, ADD)
    listing.ra[here] = np.where(extended, rn, _read(rn))[simple]
    listing.rb[here] = _read(rm)[simple]
    # The scaled sum that selects from a jump table: its operands are worth knowing.
    other = extended & ~simple
    listing.ra[rows[other]], listing.rb[rows[other]] = rn[other], _read(rm)[other]
    listing.rd[rows[extended & (rd == 31)]] = SP
    flags = (sums | extended) & (word >> 29 & 1 == 1)
    compares = flags & (rd == 31) & simple & (word >> 30 & 1 == 1)
    here = rows[compares]
    listing.op[here], listing.rd[here] = CMP, NONE
    listing.rd[rows[flags & (rd == 31)]] = NONE
    conditional = word & 0x1FE00000 == 0x1A400000
    listing.rd[rows[conditional]] = NONE
    _flags_lost(listing, rows[(flags & ~compares) | conditional])


def _vector(listing: Listing, words: Ints, rows: Ints) -> None:
    """Note the general registers that moves and conversions from vectors overwrite."""
    word = words[rows]
    code = word >> 16 & 7
    convert = (word & 0x5F20FC00 == 0x1E200000) & ~among(code, (2, 3, 7))
    move = word & 0x9FE0EC00 == 0x0E002C00
    chosen = convert | move
    listing.rd[rows[chosen]] = _written(word & 31)[chosen]
    compares = word & 0x5F203C00 == 0x1E202000
    _flags_lost(listing, rows[compares])


_NAMES = " ".join(f"x{number}" for number in range(31)) + " sp"
ISA = Isa(
    name="aarch64",
    machines=(183,),
    bits=64,
    registers=tuple(_NAMES.split()),
    arguments=(0, 1, 2, 3, 4, 5, 6, 7),
    result=0,
    clobbered=frozenset({*range(19), 30}),
    stack=SP,
    frames=(29,),
    decode=decode,
    table_sizes=(4, 2, 1, 8),
)
ISAS = (ISA,)
