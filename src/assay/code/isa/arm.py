"""ARM 32-bit: A32 words here, Thumb in `thumb`, which is where by `arm_modes`.

Reference: Arm Architecture Reference Manual for ARMv7-A (DDI 0406), chapters A5 and A8.
"""

import numpy as np
import numpy.typing as npt

from assay.code.isa import Isa
from assay.code.isa.arm_modes import mode_ranges
from assay.code.isa.streams import Stream, code_stream, row_breaks, signed
from assay.code.isa.thumb import MAX_TABLES, decode_thumb, exchange_targets, thumb_rows
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
    STOP,
    STORE,
    SUB,
    TABLE,
    ZERO,
    Listing,
    blank,
    merge,
)
from assay.code.memory import Ints, among, distinct, where, within
from assay.code.program import Program

Words = npt.NDArray[np.int64]
PC, LR, SP = 15, 14, 13


def decode(program: Program) -> Listing:
    """Return the instructions of all code ranges of *program*, A32 and Thumb.

    Calls say which mode their target is in; where that contradicts the first guess the borders
    are drawn a second time.
    """
    ranges = mode_ranges(program, {})
    words, halves = _streams(program, ranges)
    rows = thumb_rows(halves)
    if not program.modes:
        votes = _votes(words, halves, rows, ranges)
        if votes:
            ranges = mode_ranges(program, votes)
            words, halves = _streams(program, ranges)
            rows = thumb_rows(halves)
    parts = [decode_words(words)] if words.words.size else []
    if rows.size:
        parts.append(decode_thumb(halves, rows))
    return parts[0] if len(parts) == 1 else merge(parts)


def _streams(program: Program, ranges: list[tuple[int, int, bool]]) -> tuple[Stream, Stream]:
    words = code_stream(program, 4, [(at, end) for at, end, thumb in ranges if not thumb])
    halves = code_stream(program, 2, [(at, end) for at, end, thumb in ranges if thumb])
    return words, halves


def _votes(
    words: Stream, halves: Stream, rows: Ints, ranges: list[tuple[int, int, bool]]
) -> dict[int, bool]:
    """Return the call targets, with whether they are Thumb, that *ranges* say otherwise of.

    BL stays in its mode, BLX changes it; only BLX leads from Thumb to a multiple of four.
    """
    long = words.words
    code = _code_only(words)
    near = code[long[code] >> 24 == 0xEB]
    change = code[long[code] >> 25 == 0x7D]
    targets = words.address[near] + 8 + 4 * signed(long[near], 24)
    crossing = words.address[change] + 8 + 4 * signed(long[change], 24)
    crossing += long[change] >> 23 & 2
    away = exchange_targets(halves, rows)
    found: dict[int, bool] = {}
    for places, thumb in ((targets, False), (crossing, True), (away, False)):
        wrong = [(at, end) for at, end, is_thumb in ranges if is_thumb != thumb]
        inside = places[within(places, wrong)]
        found.update(dict.fromkeys(distinct(inside).tolist(), thumb))
    return found


def decode_words(stream: Stream) -> Listing:
    """Return the A32 words of *stream* as a listing, literal pools left out."""
    keep = _code_only(stream)
    words = stream.words[keep]
    listing = blank(stream.address[keep], 4)
    listing.breaks = row_breaks(keep, stream.heads)
    group = words >> 25 & 7
    condition = words >> 28
    listing.cond = np.full(words.size, SOMETIMES, dtype=np.uint8)
    listing.cond[condition >= 14] = ALWAYS
    listing.cond[condition == 0] = EQ
    listing.cond[condition == 1] = NE
    plain = condition != 15
    _processing(listing, words, where((group <= 1) & plain))
    _extra_memory(listing, words, where((group == 0) & (words & 0x90 == 0x90) & plain))
    _memory(listing, words, where((group == 2) & plain))
    _memory(listing, words, where((group == 3) & (words & 0x10 == 0) & plain))
    media = where((group == 3) & (words & 0x10 != 0) & plain)
    listing.rd[media] = words[media] >> 12 & 15
    listing.op[media[words[media] & 0x0FF000F0 == 0x07F000F0]] = STOP
    _multiple(listing, words, where((group == 4) & plain))
    _branches(listing, words, where(group == 5))
    _thumb_entries(listing, words)
    tables = where(words & 0x0FFFFFF0 == 0x079FF100)
    listing.op[tables], listing.width[tables] = TABLE, 4
    # `add pc, pc, rX, lsl #2` jumps into a row of branches.
    rows_of_branches = where(words & 0x0FFFFFF0 == 0x008FF100)
    listing.op[rows_of_branches], listing.rd[rows_of_branches] = TABLE, NONE
    listing.width[rows_of_branches] = 0
    frames = where(words & 0xFFFF0000 == 0xE92D0000)
    listing.op[frames], listing.rd[frames], listing.ra[frames] = ADDI, SP, SP
    listing.imm[frames] = -4 * np.bitwise_count(words[frames] & 0xFFFF).astype(np.int64)
    saves = where(words & 0xFFFF0FFF == 0xE52D0004)
    listing.op[saves], listing.rd[saves], listing.rb[saves] = ADDI, SP, NONE
    listing.ra[saves], listing.imm[saves] = SP, -4
    core = where(plain & (words & 0x0F100010 == 0x0E100010))
    listing.rd[core] = words[core] >> 12 & 15
    return listing


def _thumb_entries(listing: Listing, words: Words) -> None:
    """Recognise `bx pc` with its filler, the Thumb entry in front of an A32 import stub."""
    rows = where((words == 0xE7FD4778) | (words == 0x46C04778))
    listing.op[rows], listing.rd[rows], listing.cond[rows] = JUMP, NONE, ALWAYS
    listing.imm[rows] = listing.address[rows] + 4


def _code_only(stream: Stream) -> Ints:
    """Return the places of the words that no load takes for a literal."""
    words = stream.words
    literal = where((words & 0x0E5F0000 == 0x041F0000) & (words >> 28 != 15))
    offset = words[literal] & 0xFFF
    offset = np.where(words[literal] & 0x800000 != 0, offset, -offset)
    targets = stream.address[literal] + 8 + offset
    vector = where((words & 0x0F3F0E00 == 0x0D1F0A00) & (words >> 28 != 15))
    offset = (words[vector] & 0xFF) * 4
    offset = np.where(words[vector] & 0x800000 != 0, offset, -offset)
    loaded = stream.address[vector] + 8 + offset
    double = loaded[words[vector] & 0x100 != 0] + 4
    return stream.without(np.concatenate([targets, loaded, double, _table_words(stream)]))


def _table_words(stream: Stream) -> Ints:
    """Return the addresses of the words of `ldr pc,[pc,rX,lsl #2]` tables.

    The comparison before the jump gives their number; a branch lies between.
    """
    words = stream.words
    found = [np.zeros(0, dtype=np.int64)]
    for place in where(words & 0x0FFFFFF0 == 0x079FF100)[:MAX_TABLES].tolist():
        register = int(words[place]) & 15
        for back in range(1, min(8, place) + 1):
            word = int(words[place - back])
            if word & 0x0FFFF000 == 0x03500000 | register << 16:
                entries = np.arange((word & 0xFF) + 1, dtype=np.int64)
                found.append(stream.address[place] + 8 + 4 * entries)
                break
    return np.concatenate(found)


def _rotated(words: Words) -> Ints:
    value = words & 0xFF
    turn = (words >> 8 & 15) * 2
    return ((value >> turn) | (value << (32 - turn))) & 0xFFFFFFFF


def _processing(listing: Listing, words: Words, rows: Ints) -> None:
    word = words[rows]
    code = word >> 21 & 15
    rd, rn, rm = word >> 12 & 15, word >> 16 & 15, word & 15
    immediate = word >> 25 & 1 == 1
    simple = ~immediate & (word & 0xFF0 == 0)
    value = _rotated(word)
    listing.rd[rows] = rd
    listing.ra[rows] = rn
    listing.rb[rows] = np.where(immediate, NONE, rm)
    compares = (code >= 8) & (code <= 11)
    flags = compares & (word >> 20 & 1 == 1)
    listing.rd[rows[compares]] = NONE
    equal = flags & ((code == 10) | (code == 11))
    _set(listing, rows[equal & immediate], CMPI)
    listing.imm[rows[equal & immediate]] = np.where(code == 11, -value, value)[equal & immediate]
    _set(listing, rows[equal & simple], CMP)
    for kind, sign in ((4, 1), (2, -1)):
        chosen = (code == kind) & immediate
        _set(listing, rows[chosen], ADDI)
        listing.imm[rows[chosen]] = sign * value[chosen]
    _set(listing, rows[(code == 4) & simple], ADD)
    _set(listing, rows[(code == 2) & simple], SUB)
    chosen = (code == 12) & immediate
    _set(listing, rows[chosen], ORI)
    listing.imm[rows[chosen]] = value[chosen]
    for kind, constant in ((13, value), (15, ~value & 0xFFFFFFFF)):
        chosen = (code == kind) & immediate
        _constant(listing, rows[chosen], constant[chosen])
    moves = (code == 13) & simple
    _set(listing, rows[moves], ADDI)
    listing.ra[rows[moves]] = rm[moves]
    _relative(
        listing,
        rows,
        rn,
        rm,
        immediate=immediate & ((code == 4) | (code == 2)),
        simple=simple & (code == 4),
    )
    _special(listing, words, rows)
    _into_pc(listing, rows[(listing.rd[rows] == PC)], words)


def _set(listing: Listing, rows: Ints, operation: int) -> None:
    listing.op[rows] = operation


def _constant(listing: Listing, rows: Ints, values: Ints) -> None:
    listing.op[rows] = CONST
    listing.ra[rows] = NONE
    listing.imm[rows] = values


def _relative(
    listing: Listing, rows: Ints, rn: Ints, rm: Ints, *, immediate: Ints, simple: Ints
) -> None:
    """Resolve the program counter as an operand: the address plus eight."""
    here = rows[(rn == PC) & immediate.astype(np.bool_)]
    _constant(listing, here, listing.address[here] + 8 + listing.imm[here])
    listing.width[here] = RELATIVE
    for register, other in ((rn, rm), (rm, rn)):
        chosen = (register == PC) & (other != PC) & simple.astype(np.bool_)
        at = rows[chosen]
        listing.op[at] = ADDI
        listing.ra[at] = other[chosen]
        listing.imm[at] = listing.address[at] + 8
        listing.width[at] = RELATIVE


def _special(listing: Listing, words: Words, rows: Ints) -> None:
    """Handle what shares the encoding space: wide moves, multiply, branch exchange, hints."""
    word = words[rows]
    wide = word & 0x0FF00000 == 0x03000000
    half = (word >> 4 & 0xF000) | (word & 0xFFF)
    _constant(listing, rows[wide], half[wide])
    listing.rd[rows[wide]] = (word >> 12 & 15)[wide]
    top = word & 0x0FF00000 == 0x03400000
    at = rows[top]
    listing.op[at], listing.rb[at], listing.imm[at] = INSERT, 1, half[top]
    listing.rd[at] = listing.ra[at] = (word >> 12 & 15)[top]
    hint = word & 0x0FFF0000 == 0x03200000
    listing.op[rows[hint]], listing.rd[rows[hint]] = NOP, NONE
    exchange = word & 0x0FFFFFD0 == 0x012FFF10
    at = rows[exchange]
    listing.rd[at] = NONE
    listing.ra[at] = word[exchange] & 15
    linked = word[exchange] & 0x20 != 0
    listing.op[at] = np.where(linked, CALLR, np.where(listing.ra[at] == LR, RET, JUMPR))
    counted = word & 0x0FFF0FF0 == 0x016F0F10
    listing.rd[rows[counted]] = (word >> 12 & 15)[counted]
    product = word & 0x0F0000F0 == 0x00000090
    at = rows[product]
    listing.op[at] = 0
    listing.rd[at] = (word >> 16 & 15)[product]
    long = at[words[at] >> 23 & 1 == 1]
    _overwrites(listing, long, words[long] >> 12 & 15)
    # Plain `mov r0, r0` pads older code.
    idle = rows[(word == 0xE1A00000) | (word == 0)]
    listing.op[idle], listing.rd[idle] = NOP, NONE


def _into_pc(listing: Listing, rows: Ints, words: Words) -> None:
    """Turn writes to the program counter into transfers."""
    moves = rows[listing.op[rows] == ADDI]
    listing.op[rows] = np.where(among(listing.op[rows], (CMP, CMPI)), listing.op[rows], JUMPR)
    plain = moves[words[moves] & 0x01E00000 == 0x01A00000]
    listing.op[plain[listing.ra[plain] == LR]] = RET
    listing.rd[rows] = NONE


def _overwrites(listing: Listing, rows: Ints, registers: Ints) -> None:
    listing.extra_index = np.concatenate([listing.extra_index, rows])
    listing.extra_register = np.concatenate([listing.extra_register, registers.astype(np.uint8)])


def _memory(listing: Listing, words: Words, rows: Ints) -> None:
    word = words[rows]
    loads = word >> 20 & 1 == 1
    register = word >> 25 & 1 == 1
    rt, rn, rm = word >> 12 & 15, word >> 16 & 15, word & 15
    offset = np.where(word >> 23 & 1 == 1, word & 0xFFF, -(word & 0xFFF))
    before = word >> 24 & 1 == 1
    listing.width[rows] = np.where(word >> 22 & 1 == 1, 1, 4)
    listing.ra[rows] = rn
    listing.imm[rows] = np.where(before & ~register, offset, 0)
    listing.op[rows] = np.where(loads, LOAD, STORE)
    listing.rd[rows] = np.where(loads, rt, NONE)
    listing.rb[rows] = np.where(loads, NONE, rt)
    indexed = loads & register
    at = rows[indexed]
    listing.op[at], listing.rb[at] = LOADX, rm[indexed]
    scaled = indexed & (word & 0xFF0 != 0)
    listing.width[rows[scaled]] = 0
    stored = rows[~loads & register]
    listing.op[stored] = 0
    listing.rb[stored] = NONE
    _literal(listing, rows[(rn == PC) & ~register])
    back = (~before | (word >> 21 & 1 == 1)) & (rn != SP)
    _overwrites(listing, rows[back], rn[back])
    _load_pc(listing, rows[(listing.rd[rows] == PC)])


def _literal(listing: Listing, rows: Ints) -> None:
    listing.imm[rows] += listing.address[rows] + 8
    listing.ra[rows] = ZERO


def _load_pc(listing: Listing, rows: Ints) -> None:
    listing.rd[rows] = NONE
    popped = listing.ra[rows] == SP
    listing.op[rows] = np.where(listing.op[rows] == LOADX, JUMPR, JUMPM)
    listing.op[rows[popped]] = RET


def _extra_memory(listing: Listing, words: Words, rows: Ints) -> None:
    """Handle half-words, signed bytes and pairs."""
    rows = rows[words[rows] >> 5 & 3 != 0]
    word = words[rows]
    kind = word >> 5 & 3
    load = (word >> 20 & 1 == 1) | (kind == 2)
    store = (word >> 20 & 1 == 0) & (kind == 1)
    offset = (word >> 4 & 0xF0) | (word & 15)
    offset = np.where(word >> 23 & 1 == 1, offset, -offset)
    immediate = (word >> 22 & 1 == 1) & (word >> 24 & 1 == 1)
    listing.op[rows] = np.where(load & immediate, LOAD, np.where(store & immediate, STORE, 0))
    listing.rd[rows] = np.where(load, word >> 12 & 15, NONE)
    listing.ra[rows] = word >> 16 & 15
    listing.rb[rows] = np.where(store, word >> 12 & 15, NONE)
    listing.imm[rows] = np.where(immediate, offset, 0)
    pair = (word >> 20 & 1 == 0) & (kind == 2)
    # Signed bytes and the two words of a pair are not single unsigned values.
    listing.width[rows] = np.where(pair | (load & (kind == 2)), 0, 2)
    _overwrites(listing, rows[pair], ((word >> 12 & 15) + 1 & 15)[pair])
    _literal(listing, rows[(listing.ra[rows] == PC) & immediate])


def _multiple(listing: Listing, words: Words, rows: Ints) -> None:
    word = words[rows]
    load = word >> 20 & 1 == 1
    back = (word >> 21 & 1 == 1) & (word >> 16 & 15 != SP)
    _overwrites(listing, rows[back], (word >> 16 & 15)[back])
    for register in range(15):
        chosen = load & (word >> register & 1 == 1)
        _overwrites(listing, rows[chosen], np.full(int(chosen.sum()), register))
    listing.op[rows[load & (word >> 15 & 1 == 1)]] = RET


def _branches(listing: Listing, words: Words, rows: Ints) -> None:
    word = words[rows]
    offset = ((word & 0xFFFFFF) ^ 0x800000) - 0x800000
    exchange = word >> 28 == 15
    linked = (word >> 24 & 1 == 1) | exchange
    half = np.where(exchange, word >> 24 & 1, 0) * 2
    listing.imm[rows] = (listing.address[rows] + 8 + offset * 4 + half) & 0xFFFFFFFF
    always = listing.cond[rows] == ALWAYS
    listing.op[rows] = np.where(linked, CALL, np.where(always, JUMP, BRANCH))


_NAMES = "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 fp ip sp lr pc"
ISA = Isa(
    name="arm",
    machines=(40,),
    bits=32,
    registers=tuple(_NAMES.split()),
    arguments=(0, 1, 2, 3),
    result=0,
    clobbered=frozenset({0, 1, 2, 3, 12, 14}),
    stack=SP,
    frames=(7, 11),
    decode=decode,
    align=2,
)
ISAS = (ISA,)
