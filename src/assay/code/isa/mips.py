"""MIPS32 (and MIPS64 code in 32-bit files), both byte orders.

Reference: MIPS Architecture for Programmers, volume II-A. `$gp` follows the MIPS psABI: one
value per global offset table, set up in each function's first three instructions.
"""

from functools import cache
from typing import Final

import numpy as np

from assay.code.isa import Isa
from assay.code.isa.mips_native import decode_natively
from assay.code.isa.mips_pointer import set_elsewhere, usual_sums
from assay.code.listing import (
    ADD,
    ADDI,
    ALWAYS,
    BAD,
    BRANCH,
    CALL,
    CALLR,
    CONST,
    EQ,
    EXTEND,
    JUMP,
    JUMPR,
    LOAD,
    NE,
    NONE,
    NOP,
    ORI,
    OTHER,
    PARTIAL,
    RELATIVE,
    RET,
    SOMETIMES,
    STORE,
    SUB,
    ZERO,
    Listing,
    Small,
    blank,
    join,
)
from assay.code.memory import Ints, as_words, union, where
from assay.code.program import Program
from assay.code.symbols import DT_PLTGOT

GP: Final = 28
T9: Final = 25
GP_BIAS: Final = 0x7FF0

# What each primary opcode does; 64 + function for SPECIAL. Fields: operation, which field is
# overwritten (0 none, 1 rd, 2 rt), width of the memory access.
_OPERATION = np.zeros(128, dtype=np.uint8)
_WRITES = np.zeros(128, dtype=np.uint8)
_WIDTH = np.zeros(128, dtype=np.uint8)
for _code, _operation, _writes, _width in (
    (2, JUMP, 0, 0), (3, CALL, 0, 0), (4, BRANCH, 0, 0), (5, BRANCH, 0, 0), (6, BRANCH, 0, 0),
    (7, BRANCH, 0, 0), (20, BRANCH, 0, 0), (21, BRANCH, 0, 0), (22, BRANCH, 0, 0),
    (23, BRANCH, 0, 0), (1, BRANCH, 0, 0), (8, ADDI, 2, 0), (9, ADDI, 2, 0), (10, OTHER, 2, 0),
    (11, OTHER, 2, 0), (12, OTHER, 2, 0), (13, ORI, 2, 0), (14, OTHER, 2, 0), (15, CONST, 2, 0),
    (24, ADDI, 2, 0), (25, ADDI, 2, 0), (32, LOAD, 2, 1), (33, LOAD, 2, 2), (34, OTHER, 2, 4),
    (35, LOAD, 2, 4), (36, LOAD, 2, 1), (37, LOAD, 2, 2), (38, OTHER, 2, 4), (39, LOAD, 2, 4),
    (40, STORE, 0, 1), (41, STORE, 0, 2), (43, STORE, 0, 4), (48, LOAD, 2, 4), (55, LOAD, 2, 8),
    (56, OTHER, 2, 4), (63, STORE, 0, 8), (18, BAD, 0, 0), (31, OTHER, 2, 0),
    (28, OTHER, 1, 0), (59, BAD, 0, 0), (60, BAD, 0, 0), (19, OTHER, 0, 0), (29, CALL, 0, 0),
    (64 + 0, OTHER, 1, 0), (64 + 2, OTHER, 1, 0), (64 + 3, OTHER, 1, 0), (64 + 4, OTHER, 1, 0),
    (64 + 6, OTHER, 1, 0), (64 + 7, OTHER, 1, 0), (64 + 8, JUMPR, 0, 0), (64 + 9, CALLR, 1, 0),
    (64 + 10, OTHER, 1, 0), (64 + 11, OTHER, 1, 0), (64 + 16, OTHER, 1, 0),
    (64 + 18, OTHER, 1, 0), (64 + 32, ADD, 1, 0), (64 + 33, ADD, 1, 0), (64 + 34, SUB, 1, 0),
    (64 + 35, SUB, 1, 0), (64 + 36, OTHER, 1, 0), (64 + 37, OTHER, 1, 0), (64 + 38, OTHER, 1, 0),
    (64 + 39, OTHER, 1, 0), (64 + 42, OTHER, 1, 0), (64 + 43, OTHER, 1, 0), (64 + 45, ADD, 1, 0),
    (64 + 1, BAD, 0, 0), (64 + 5, BAD, 0, 0), (64 + 40, BAD, 0, 0), (64 + 41, BAD, 0, 0),
    (64 + 53, BAD, 0, 0), (64 + 55, BAD, 0, 0), (64 + 57, BAD, 0, 0), (64 + 61, BAD, 0, 0),
):  # fmt: skip
    _OPERATION[_code], _WRITES[_code], _WIDTH[_code] = _operation, _writes, _width


@cache
def _opcodes() -> Small:
    """Return the columns above beside one another, in rows of four bytes."""
    return np.column_stack([_OPERATION, _WRITES, _WIDTH, np.zeros(128, dtype=np.uint8)])


def decode(program: Program) -> Listing:
    """Return the instructions of all code ranges of *program*."""
    usual = _usual_pointer(program)
    found = decode_natively(program, _opcodes(), usual)
    if found is None:
        return decode_in_numpy(program)
    listing, sums = found
    if usual is not None:
        set_elsewhere(listing, usual, sums)
    return listing


def decode_in_numpy(program: Program) -> Listing:
    """Return the same without kernels."""
    parts = []
    for start, end in program.code:
        area = program.memory.area(start)
        if area is None:
            continue
        first = -(-start // 4) * 4
        data = area.data[first - area.start : end - area.start]
        words = as_words(data, 4, program.order).astype(np.uint32)
        parts.append(_decode_range(words, first))
    listing = join(parts)
    _set_global_pointer(listing, program)
    return listing


def _decode_range(words: "np.typing.NDArray[np.uint32]", start: int) -> Listing:
    listing = blank(start + 4 * np.arange(words.size, dtype=np.int64), 4)
    primary = (words >> 26).astype(np.uint8)
    key = np.where(primary == 0, 64 + (words & 63).astype(np.uint8), primary)
    rs = (words >> 21 & 31).astype(np.uint8)
    rt = (words >> 16 & 31).astype(np.uint8)
    rd = (words >> 11 & 31).astype(np.uint8)
    writes = _WRITES[key]
    listing.op = _OPERATION[key]
    listing.width = _WIDTH[key]
    listing.rd = np.where(writes == 2, rt, np.where(writes == 1, rd, np.uint8(NONE)))
    listing.rd[listing.rd == 0] = NONE
    listing.ra, listing.rb = rs, rt
    # Register 0 always reads as zero.
    listing.ra[rs == 0] = ZERO
    listing.rb[rt == 0] = ZERO
    listing.imm = (words & 0xFFFF).astype(np.int16).astype(np.int64)
    _constants(listing, words, key)
    _jumps(listing, words, key)
    _branches(listing, primary, rt)
    _special(listing, words, key, rd)
    listing.op[words == 0] = NOP
    return listing


def _constants(listing: Listing, words: "np.typing.NDArray[np.uint32]", key: Small) -> None:
    low = (words & 0xFFFF).astype(np.int64)
    upper = key == 15
    listing.imm[upper] = low[upper] << 16
    listing.ra[upper] = PARTIAL
    logical = key == 13
    listing.imm[logical] = low[logical]
    for mask, width in ((0xFF, 1), (0xFFFF, 2)):
        rows = where((key == 12) & (low == mask))
        listing.op[rows], listing.width[rows] = EXTEND, width
    plain = (listing.ra == ZERO) & ((listing.op == ADDI) | (listing.op == ORI))
    listing.op[plain] = CONST
    listing.ra[plain] = NONE


def _jumps(listing: Listing, words: "np.typing.NDArray[np.uint32]", key: Small) -> None:
    far = where((key == 2) | (key == 3) | (key == 29))
    region = (listing.address[far] + 4) & ~0xFFFFFFF
    listing.imm[far] = region | (words[far] & 0x3FFFFFF).astype(np.int64) << 2
    listing.ra[far] = NONE
    listing.imm[(key == 72) | (key == 73)] = 0
    returns = (key == 72) & (listing.ra == 31)
    listing.op[returns] = RET
    # Before release 6 `jr` writes nothing; `jalr $0` is release 6's way to say `jr`.
    gone = (key == 73) & (listing.rd == NONE)
    listing.op[gone] = JUMPR
    listing.op[gone & (listing.ra == 31)] = RET


def _branches(listing: Listing, primary: Small, rt: Small) -> None:
    here = where(listing.op == BRANCH)
    listing.imm[here] = listing.address[here] + 4 + (listing.imm[here] << 2)
    code = primary[here]
    cond = np.full(here.size, SOMETIMES, dtype=np.uint8)
    cond[(code == 4) | (code == 20)] = EQ
    cond[(code == 5) | (code == 21)] = NE
    listing.cond[here] = cond
    same = here[(listing.ra[here] == listing.rb[here]) & (cond == EQ)]
    listing.op[same] = JUMP
    listing.cond[same] = ALWAYS
    linked = here[(code == 1) & ((rt[here] & 0x1E) == 0x10)]
    always = linked[(listing.ra[linked] == ZERO) & (rt[linked] == 0x11)]
    listing.op[linked] = CALL
    # `bal` to the instruction behind its delay slot only asks where the code is.
    own = linked[listing.imm[linked] == listing.address[linked] + 8]
    listing.op[own], listing.rd[own], listing.imm[own] = OTHER, 31, 0
    listing.cond[always] = ALWAYS
    other = here[(code == 1) | (code == 6) | (code == 7) | (code == 22) | (code == 23)]
    listing.rb[other] = NONE


def _special(
    listing: Listing, words: "np.typing.NDArray[np.uint32]", key: Small, rd: Small
) -> None:
    """Handle moves, the coprocessors and the odd fields of SPECIAL2 and SPECIAL3."""
    move = where(((key == 101) | (key == 97) | (key == 109)) & (listing.rb == ZERO))
    listing.op[move] = ADDI
    listing.imm[move] = 0
    zero = move[listing.ra[move] == ZERO]
    listing.op[zero] = CONST
    swapped = where(((key == 101) | (key == 97)) & (listing.ra == ZERO))
    swapped = swapped[listing.op[swapped] != CONST]
    listing.op[swapped] = ADDI
    listing.ra[swapped] = listing.rb[swapped]
    listing.imm[swapped] = 0
    coprocessor = where((key >= 16) & (key <= 18))
    function = words[coprocessor] >> 21 & 31
    listing.op[coprocessor] = OTHER
    moved = coprocessor[(function <= 3)]
    listing.rd[moved] = (words[moved] >> 16 & 31).astype(np.uint8)
    tests = coprocessor[function == 8]
    listing.op[tests] = BRANCH
    listing.cond[tests] = SOMETIMES
    listing.ra[tests], listing.rb[tests] = NONE, NONE
    listing.imm[tests] = listing.address[tests] + 4 + (listing.imm[tests] << 2)
    shuffled = (key == 31) & ((words & 63) == 32)
    listing.rd[shuffled] = rd[shuffled]
    listing.rd[listing.rd == 0] = NONE


def _set_global_pointer(listing: Listing, program: Program) -> None:
    """Turn `lui gp; addiu gp; addu gp,gp,t9` into one constant, and forget reloads of `$gp`."""
    ends = where((listing.op == ADD) & (listing.rd == GP))
    ends = ends[
        ((listing.ra[ends] == GP) & (listing.rb[ends] == T9))
        | ((listing.ra[ends] == T9) & (listing.rb[ends] == GP))
    ]
    usual = _usual_pointer(program)
    reloads = (listing.op == LOAD) & (listing.rd == GP)
    listing.op[reloads] = OTHER
    listing.rd[reloads] = NONE
    values, good = _sums(listing, ends)
    if usual is not None:
        # The compiler may move other instructions before the `lui`; the table is one.
        values = np.where(np.abs(values - usual) <= 64, usual, values)
    listing.op[ends[good]] = CONST
    listing.ra[ends[good]] = NONE
    listing.imm[ends[good]] = values[good]
    listing.width[ends[good]] = RELATIVE
    if usual is not None:
        set_elsewhere(listing, usual, usual_sums(listing, usual))


def _sums(listing: Listing, ends: Ints) -> tuple[Ints, "np.typing.NDArray[np.bool_]"]:
    """Return the `$gp` that each prologue at *ends* computes, and whether it could be read."""
    high = np.zeros(ends.size, dtype=np.int64)
    low = np.zeros(ends.size, dtype=np.int64)
    base = np.full(ends.size, -1, dtype=np.int64)
    for back in range(1, 8):
        rows = np.maximum(ends - back, 0)
        fresh = (listing.rd[rows] == GP) & (base < 0)
        adds = fresh & (listing.op[rows] == ADDI) & (listing.ra[rows] == GP)
        low[adds] = listing.imm[rows][adds]
        loads = fresh & (listing.op[rows] == CONST) & (listing.ra[rows] == PARTIAL)
        high[loads] = listing.imm[rows][loads]
        base[loads] = listing.address[rows][loads]
        listing.openings = union(listing.openings, rows[loads])
        listing.rd[rows[adds | loads]] = NONE
        listing.op[rows[adds | loads]] = OTHER
        listing.imm[rows[adds | loads]] = 0
    return (base + high + low) & 0xFFFFFFFF, base >= 0


def _usual_pointer(program: Program) -> int | None:
    table = program.dynamic.get(DT_PLTGOT)
    return table + GP_BIAS if table else None


def ambient(program: Program) -> dict[int, int]:
    """Return the `$gp` of the program's global offset table, where it has one."""
    usual = _usual_pointer(program)
    return {} if usual is None else {GP: usual}


_NAMES = (
    "zero at v0 v1 a0 a1 a2 a3 t0 t1 t2 t3 t4 t5 t6 t7 s0 s1 s2 s3 s4 s5 s6 s7 t8 t9 k0 k1"
    " gp sp s8 ra"
)
ISA = Isa(
    name="mips",
    machines=(8,),
    bits=32,
    registers=tuple(_NAMES.split()),
    arguments=(4, 5, 6, 7),
    result=2,
    clobbered=frozenset({*range(1, 16), 24, 25, 31}),
    stack=29,
    frames=(30,),
    decode=decode,
    delay=1,
    ambient=ambient,
    callee_register=T9,
)
ISAS = (ISA,)
