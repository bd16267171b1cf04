"""PowerPC 32-bit, big- and little-endian.

Reference: Power ISA 2.07, book I; System V ABI PowerPC supplement (secure PLT). The count and
link registers are registers 32 and 33 here.
"""

import numpy as np

from assay.code.isa import Isa
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
    JUMP,
    JUMPR,
    LOAD,
    LOADX,
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
from assay.code.memory import Ints, among, distinct, member, union, where
from assay.code.program import Program

CTR, LR, SP, STUBS = 32, 33, 1, 30
FETCH_LINK = 0x800B0004  # lwz r0,4(r11)
_BEFORE = (0x4E800020, 0x60000000, 0)  # blr, nop, padding
FEWEST_SAVED = 12
"""Registers, less one, that a routine of the run-time library saves at least (18 to 30)."""
SETTING_ROWS = 16
NEXT_INSTRUCTION = 0x429F0005  # bcl 20,31,$+4: how position-independent code finds itself

# Opcodes whose result goes to `rA`, the third field, instead of `rD`.
_TO_A = member(20, 21, 23, 24, 25, 26, 27, 28, 29)
_NO_RESULT = member(
    *(3, 17, 18, 16, 19, 10, 11, 4, *range(36, 40), 44, 45, 47, *range(48, 64)),
)
_EXTENDED_TO_A = (28, 60, 124, 284, 316, 412, 444, 476, 24, 536, 792, 824, 26, 954, 922, 986)
_EXTENDED_NONE = (
    *(0, 32, 4, 54, 86, 246, 278, 470, 566, 598, 854, 982, 1014, 467, 144, 146, 150, 151, 183),
    *(215, 247, 407, 439, 662, 918, 661, 725, 663, 695, 727, 759, 535, 567, 599, 631, 983, 758),
)
_LOADS = {32: 4, 33: 4, 34: 1, 35: 1, 40: 2, 41: 2, 42: 0, 43: 0}
_STORES = {36: 4, 38: 1, 39: 1, 44: 2, 45: 2}


def decode(program: Program) -> Listing:
    """Return the instructions of all code ranges of *program*.

    The starts of the program then hold those of the run-time library's routines, too.
    """
    found = decode_words(program, "ppc_words")
    if found is None:
        return decode_in_numpy(program)
    listing, saves = found
    if saves:
        words = code_stream(program, 4, program.code).words.astype(np.int64)
        _add_routines(program, listing, words)
    return listing


def decode_in_numpy(program: Program) -> Listing:
    """Return the same without kernels."""
    stream = code_stream(program, 4, program.code)
    words = stream.words.astype(np.int64)
    listing = blank(stream.address, 4)
    listing.breaks = stream.heads
    primary = words >> 26
    rd, ra = words >> 21 & 31, words >> 16 & 31
    to_a = _TO_A[primary]
    silent = _NO_RESULT[primary]
    listing.rd = np.where(silent, NONE, np.where(to_a, ra, rd)).astype(np.uint8)
    _sums(listing, words, primary)
    _memory(listing, words, primary)
    _branches(listing, words, primary)
    _extended(listing, words, where(primary == 31))
    listing.op[(words == 0x60000000) | (words == 0)] = NOP
    listing.rd[listing.op == NOP] = NONE
    _own_address(listing, words)
    _add_routines(program, listing, words)
    listing.sort_overwrites()
    return listing


def _add_routines(program: Program, listing: Listing, words: Ints) -> None:
    """Add the rows of routines that save and restore registers to the starts of *program*."""
    program.starts = union(program.starts, listing.address[_register_routines(words)])


def _sums(listing: Listing, words: Ints, primary: Ints) -> None:
    rd, ra = words >> 21 & 31, words >> 16 & 31
    low = words & 0xFFFF
    small = signed(words, 16)
    for code, shift in ((14, 0), (15, 16), (12, 0), (13, 0)):
        rows = where(primary == code)
        listing.op[rows], listing.imm[rows] = ADDI, small[rows] << shift
        listing.ra[rows] = ra[rows]
        if code in (14, 15):
            constant = rows[ra[rows] == 0]
            listing.op[constant] = CONST
            listing.ra[constant] = PARTIAL if code == 15 else NONE
    for code, shift in ((24, 0), (25, 16)):
        rows = where(primary == code)
        listing.op[rows], listing.imm[rows] = ORI, low[rows] << shift
        listing.ra[rows] = rd[rows]
    for code, value in ((11, small), (10, low)):
        rows = where(primary == code)
        listing.op[rows], listing.imm[rows] = CMPI, value[rows]
        listing.ra[rows] = ra[rows]
    listing.overwrite_flags(where((primary == 28) | (primary == 29) | (primary == 13)))
    # rlwinm ra, rs, 0, 24 or 16, 31: the low byte or half.
    for mask, width in ((0x063E, 1), (0x043E, 2)):
        rows = where((primary == 21) & (words & 0xFFFF == mask))
        listing.op[rows], listing.width[rows], listing.ra[rows] = EXTEND, width, rd[rows]
    turned = where(((primary == 20) | (primary == 21)) & (words & 1 == 1))
    listing.overwrite_flags(turned)


def _memory(listing: Listing, words: Ints, primary: Ints) -> None:
    rd, ra = words >> 21 & 31, words >> 16 & 31
    base = np.where(ra == 0, ZERO, ra)
    offset = signed(words, 16)
    for table, operation in ((_LOADS, LOAD), (_STORES, STORE)):
        for code, width in table.items():
            rows = where(primary == code)
            listing.op[rows], listing.width[rows] = operation, width
            listing.ra[rows], listing.imm[rows] = base[rows], offset[rows]
            if operation == STORE:
                listing.rb[rows] = rd[rows]
    update = among(primary, (33, 35, 39, 41, 43, 45)) & (ra != SP)
    listing.overwrite(where(update), ra[update])
    # `stwu r1,-n(r1)` makes the frame: that matters more than what it stores.
    frame = where(primary == 37)
    listing.op[frame], listing.rd[frame] = ADDI, ra[frame]
    listing.ra[frame], listing.imm[frame], listing.rb[frame] = ra[frame], offset[frame], NONE
    several = where(primary == 46)
    for register in range(14, 32):
        rows = several[rd[several] <= register]
        listing.overwrite(rows, np.full(rows.size, register))
    listing.rd[several] = NONE


def _branches(listing: Listing, words: Ints, primary: Ints) -> None:
    at = listing.address
    linked, absolute = words & 1 == 1, words & 2 != 0
    rows = where(primary == 18)
    distance = signed(words[rows] & 0x03FFFFFC, 26)
    listing.imm[rows] = np.where(absolute[rows], distance, at[rows] + distance) & 0xFFFFFFFF
    listing.op[rows] = np.where(linked[rows], CALL, JUMP)
    rows = where(primary == 16)
    distance = signed(words[rows] & 0xFFFC, 16)
    listing.imm[rows] = np.where(absolute[rows], distance, at[rows] + distance) & 0xFFFFFFFF
    listing.cond[rows] = _conditions(words[rows])
    always = listing.cond[rows] == ALWAYS
    listing.op[rows] = np.where(linked[rows], CALL, np.where(always, JUMP, BRANCH))
    rows = where(primary == 19)
    kind = words[rows] >> 1 & 0x3FF
    through = rows[(kind == 16) | (kind == 528)]
    count = words[through] >> 1 & 0x3FF == 528
    listing.cond[through] = _conditions(words[through])
    listing.ra[through] = np.where(count, CTR, LR)
    plain = np.where(count, JUMPR, RET)
    listing.op[through] = np.where(linked[through], CALLR, plain)
    listing.op[where(words == 0x7FE00008)] = STOP


def _conditions(words: Ints) -> Ints:
    options, bit = words >> 21 & 31, words >> 16 & 3
    always = options & 0x14 == 0x14
    cond = np.full(words.size, SOMETIMES)
    cond[(options & 0x1C == 0x0C) & (bit == 2)] = EQ
    cond[(options & 0x1C == 0x04) & (bit == 2)] = NE
    cond[always] = ALWAYS
    return cond


def _extended(listing: Listing, words: Ints, rows: Ints) -> None:
    word = words[rows]
    code = word >> 1 & 0x3FF
    rd, ra, rb = word >> 21 & 31, word >> 16 & 31, word >> 11 & 31
    listing.rd[rows] = np.where(among(code, _EXTENDED_TO_A), ra, rd)
    listing.rd[rows[among(code, _EXTENDED_NONE)]] = NONE
    listing.overwrite_flags(rows[word & 1 == 1])
    moves = (code == 444) & (rd == rb)
    here = rows[moves]
    listing.op[here], listing.ra[here], listing.imm[here] = ADDI, rd[moves], 0
    for number, operation in ((266, ADD), (40, SUB)):
        chosen = code & 0x1FF == number
        here = rows[chosen]
        listing.op[here] = operation
        first, second = (ra, rb) if operation == ADD else (rb, ra)
        listing.ra[here], listing.rb[here] = first[chosen], second[chosen]
    for number, width in ((23, 4), (87, 1), (279, 2), (343, 0), (55, 4)):
        chosen = code == number
        here = rows[chosen]
        listing.op[here], listing.width[here] = LOADX, width
        listing.ra[here] = np.where(ra == 0, ZERO, ra)[chosen]
        listing.rb[here] = rb[chosen]
    compares = ((code == 0) | (code == 32)) & (word & 1 == 0)
    here = rows[compares]
    listing.op[here], listing.ra[here], listing.rb[here] = CMP, ra[compares], rb[compares]
    special = (word >> 16 & 31) | (word >> 11 & 31) << 5
    for number, register in ((9, CTR), (8, LR)):
        to = (code == 467) & (special == number)
        here = rows[to]
        listing.op[here], listing.rd[here], listing.ra[here] = ADDI, register, rd[to]
        out = (code == 339) & (special == number)
        here = rows[out]
        listing.op[here], listing.ra[here] = ADDI, register


def _own_address(listing: Listing, words: Ints) -> None:
    """Turn `bcl 20,31,$+4` into what it does: the link register holds the next address."""
    rows = where(words == NEXT_INSTRUCTION)
    listing.op[rows], listing.rd[rows] = CONST, LR
    listing.cond[rows] = ALWAYS
    listing.imm[rows] = listing.address[rows] + 4
    listing.ra[rows] = NONE
    listing.width[rows] = RELATIVE


def _register_routines(words: Ints) -> Ints:
    """Return the rows of the routines that save and restore registers, which call in anywhere.

    `_savegpr_14` to `_restfpr_31_x` are rows that store or load one register each, below the
    address in r11; in those that also return for their caller, the link register is fetched
    between the last two (Power ABI supplement, section 3.3.4).
    """
    primary, number, place = words >> 26, words >> 21 & 31, words >> 16 & 31
    saves = where(among(primary, (32, 36, 50, 54)) & (place == 11) & (number >= 14))
    if not saves.size:
        return saves
    # The next word names the next register and lies one slot higher.
    step = (1 << 21) + np.where(primary[saves[1:]] >= 50, 8, 4)
    follows = (np.diff(saves) == 1) & (np.diff(words[saves]) == step)
    ends = where(np.append(~follows, True))
    starts = np.append(0, ends[:-1] + 1)
    first, last = saves[starts], saves[ends]
    fetched = words[np.minimum(last + 1, words.size - 1)] == FETCH_LINK
    whole = (number[last] == 31) | ((number[last] == 30) & fetched)
    # Nothing runs into them; the end of a function that restores registers likewise is no routine.
    before = words[np.maximum(first - 1, 0)]
    leaves = among(before, _BEFORE) | (before & 0xFC000001 == 0x48000000)
    whole &= (last - first >= FEWEST_SAVED) & leaves
    runs = zip(first[whole].tolist(), (last + fetched)[whole].tolist(), strict=True)
    return np.concatenate([saves[:0], *(np.arange(begin, end + 1) for begin, end in runs)])


def stub_settings(listing: Listing) -> Ints:
    """Return the rows that complete r30 after `bcl 20,31,$+4`, ascending."""
    heads = where((listing.op == CONST) & (listing.rd == LR) & (listing.width == RELATIVE))
    last = np.full(heads.size, -1, dtype=np.int64)
    for step in range(1, SETTING_ROWS):
        rows = np.minimum(heads + step, len(listing) - 1)
        sums = (listing.op[rows] == ADDI) | (listing.op[rows] == ADD)
        own = (listing.ra[rows] == STUBS) | (listing.rb[rows] == STUBS)
        chosen = sums & own & (listing.rd[rows] == STUBS)
        last[chosen] = rows[chosen]
    return distinct(last[last >= 0])


_NAMES = " ".join(f"r{number}" for number in range(32)) + " ctr lr"
ISA = Isa(
    name="ppc",
    machines=(20,),
    bits=32,
    registers=tuple(_NAMES.split()),
    arguments=(3, 4, 5, 6, 7, 8, 9, 10),
    result=3,
    clobbered=frozenset({0, *range(3, 13), CTR, LR}),
    stack=SP,
    frames=(31,),
    decode=decode,
    stub_register=STUBS,
    stub_settings=stub_settings,
)
ISAS = (ISA,)
