"""RISC-V, 32 and 64 bits, with compressed instructions (RV32GC, RV64GC).

Reference: RISC-V Instruction Set Manual, volume I, version 20191213, chapters 2, 5 and 16.
"""

import numpy as np

from assay.code.isa import Isa
from assay.code.isa.riscv_compressed import decode_compressed
from assay.code.isa.streams import code_stream, signed
from assay.code.listing import (
    ADD,
    ADDI,
    BAD,
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
    ORI,
    PARTIAL,
    RELATIVE,
    RET,
    SOMETIMES,
    STOP,
    STORE,
    SUB,
    ZERO,
    Listing,
    blank,
)
from assay.code.memory import Ints, among, byte_order, distinct, where
from assay.code.program import Program

SP, RA, GP = 2, 1, 3
_LOAD_WIDTHS = np.array([0, 0, 0, 8, 1, 2, 4, 0], dtype=np.uint8)


def decode(program: Program) -> Listing:
    """Return the instructions of all code ranges of *program*."""
    stream = code_stream(program, 2, program.code)
    halves = stream.words.astype(np.int64)
    place = np.arange(halves.size)
    # A long instruction hides the half-word behind it; see `thumb._sequence`.
    before = np.concatenate([[False], (halves & 3 == 3)[:-1]])
    before[stream.heads] = False
    head = np.maximum.accumulate(np.where(before, 0, place))
    rows = where((place - head) & 1 == 0)
    first = halves[rows]
    long = first & 3 == 3
    listing = blank(stream.address[rows], (2 + 2 * long).astype(np.uint8))
    listing.breaks = distinct(rows.searchsorted(stream.heads))
    second = halves[np.minimum(rows + 1, max(halves.size - 1, 0))]
    words = np.where(long, first | second << 16, first)
    decode_compressed(listing, words, where(~long), program.bits)
    _decode_long(listing, words, where(long), program.bits)
    listing.rd[listing.rd == 0] = NONE
    listing.ra[listing.ra == 0] = ZERO
    listing.rb[listing.rb == 0] = ZERO
    moved = (listing.op == ADDI) & (listing.ra == ZERO)
    listing.op[moved] = CONST
    listing.ra[moved] = NONE
    return listing


def _decode_long(listing: Listing, words: Ints, rows: Ints, bits: int) -> None:
    word = words[rows]
    code, function = word & 0x7F, word >> 12 & 7
    listing.rd[rows] = word >> 7 & 31
    quiet = among(code, (0x63, 0x23, 0x27, 0x0F, 0x07, 0x43, 0x47, 0x4B, 0x4F))
    listing.rd[rows[quiet]] = NONE
    at = listing.address[rows]
    upper = signed(word & 0xFFFFF000, 32)
    for number, base in ((0x37, 0), (0x17, 1)):
        chosen = code == number
        here = rows[chosen]
        listing.op[here], listing.ra[here] = CONST, PARTIAL
        listing.imm[here] = upper[chosen] + base * at[chosen]
        listing.width[here] = RELATIVE * base
    immediate = signed(word >> 20, 12)
    source = word >> 15 & 31
    for number in (0x13, 0x1B) if bits == 64 else (0x13,):
        for kind, operation in ((0, ADDI), (6, ORI)):
            chosen = (code == number) & (function == kind)
            here = rows[chosen]
            listing.op[here], listing.ra[here] = operation, source[chosen]
            listing.imm[here] = immediate[chosen]
    _register_sums(listing, word, rows)
    _memory(listing, word, rows, bits)
    _transfers(listing, word, rows)
    to_integer = (code == 0x53) & among(word >> 25, (0x60, 0x61, 0x70, 0x71, 0x50, 0x51))
    listing.rd[rows[(code == 0x53) & ~to_integer]] = NONE
    listing.op[rows[word == 0x00100073]] = STOP
    listing.op[rows[word == 0xC0001073]] = BAD
    listing.op[rows[word == 0x00000013]] = NOP


def _register_sums(listing: Listing, word: Ints, rows: Ints) -> None:
    code, function, top = word & 0x7F, word >> 12 & 7, word >> 25
    for number in (0x33, 0x3B):
        for kind, operation in ((0, ADD), (0x20, SUB)):
            chosen = (code == number) & (function == 0) & (top == kind)
            here = rows[chosen]
            listing.op[here] = operation
            listing.ra[here], listing.rb[here] = (
                (word >> 15 & 31)[chosen],
                (word >> 20 & 31)[chosen],
            )


def _memory(listing: Listing, word: Ints, rows: Ints, bits: int) -> None:
    code, function, source = word & 0x7F, word >> 12 & 7, word >> 15 & 31
    chosen = code == 0x03
    here = rows[chosen]
    widths = _LOAD_WIDTHS.copy()
    # A signed load of a whole register is its plain value.
    widths[2] = 4 if bits == 32 else 0
    listing.op[here], listing.ra[here] = LOAD, source[chosen]
    listing.imm[here] = signed(word >> 20, 12)[chosen]
    listing.width[here] = widths[function[chosen]]
    chosen = code == 0x23
    here = rows[chosen]
    listing.op[here], listing.ra[here] = STORE, source[chosen]
    listing.rb[here] = (word >> 20 & 31)[chosen]
    listing.imm[here] = signed((word >> 20 & 0xFE0) | (word >> 7 & 31), 12)[chosen]
    listing.width[here] = 1 << (function[chosen] & 3)


def _transfers(listing: Listing, word: Ints, rows: Ints) -> None:
    code, function = word & 0x7F, word >> 12 & 7
    rd, source = word >> 7 & 31, word >> 15 & 31
    at = listing.address[rows]
    chosen = code == 0x6F
    here = rows[chosen]
    distance = (
        (word >> 20 & 0x7FE) | (word >> 9 & 0x800) | (word & 0xFF000) | (word >> 11 & 0x100000)
    )
    listing.imm[here] = (at + signed(distance, 21))[chosen]
    listing.op[here] = np.where(rd[chosen] == 0, JUMP, CALL)
    chosen = code == 0x67
    here = rows[chosen]
    listing.imm[here] = signed(word >> 20, 12)[chosen]
    listing.ra[here] = source[chosen]
    link = (rd == RA) | (rd == 5)
    back = (rd == 0) & ((source == RA) | (source == 5))
    listing.op[here] = np.where(link, CALLR, np.where(back, RET, JUMPR))[chosen]
    chosen = code == 0x63
    here = rows[chosen]
    distance = (
        (word >> 7 & 0x1E) | (word >> 20 & 0x7E0) | (word << 4 & 0x800) | (word >> 19 & 0x1000)
    )
    listing.op[here] = BRANCH
    listing.imm[here] = (at + signed(distance, 13))[chosen]
    cond = np.where(function == 0, EQ, np.where(function == 1, NE, SOMETIMES))
    listing.cond[here] = cond[chosen]
    listing.ra[here], listing.rb[here] = source[chosen], (word >> 20 & 31)[chosen]


def ambient(program: Program) -> dict[int, int]:
    """Return what `gp` holds: the start-up code sets it by `auipc gp; addi gp, gp`."""
    order = byte_order(program.order)
    for start in sorted({program.entry, *program.starts[:4].tolist()}):
        code = program.memory.bytes_at(start, 64)
        for at in range(0, len(code) - 7, 2):
            high = int.from_bytes(code[at : at + 4], order)
            low = int.from_bytes(code[at + 4 : at + 8], order)
            if high & 0xFFF == 0x197 and low & 0xFFFFF == 0x18193:
                upper = (high & 0xFFFFF000 ^ 0x80000000) - 0x80000000
                return {GP: start + at + upper + ((low >> 20 ^ 0x800) - 0x800)}
    return {}


_NAMES = (
    "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4"
    " t5 t6"
)


def _isa(bits: int) -> Isa:
    return Isa(
        name=f"riscv{bits}",
        machines=(243,),
        bits=bits,
        registers=tuple(_NAMES.split()),
        arguments=(10, 11, 12, 13, 14, 15, 16, 17),
        result=10,
        clobbered=frozenset({1, 5, 6, 7, *range(10, 18), *range(28, 32)}),
        stack=SP,
        frames=(8,),
        decode=decode,
        align=2,
        ambient=ambient,
        table_sizes=(4, 8),
    )


ISAS = (_isa(32), _isa(64))
