"""ARM 32-bit: A32 words here, Thumb in `thumb`, which is where by `arm_modes`.

Reference: Arm Architecture Reference Manual for ARMv7-A (DDI 0406), chapters A5 and A8.
"""

import numpy as np
import numpy.typing as npt

from assay.code.isa import Isa
from assay.code.isa.arm_modes import Ranges, mode_ranges
from assay.code.isa.arm_native import decode_natively
from assay.code.isa.arm_shapes import (
    ACCESS,
    BRANCHES,
    CONDITIONS,
    DESTINATION,
    DISTANCE,
    EXTRA,
    FIRST,
    HALF,
    HINT,
    INVERTED,
    KEYS,
    NEGATED,
    PROCESSING,
    PRODUCT,
    ROTATED,
    SECOND,
    SEVERAL,
    SHORT_DISTANCE,
    STATUS,
    WIDE_TOP,
    Shapes,
    shapes,
)
from assay.code.isa.streams import Stream, code_stream, row_breaks, signed
from assay.code.isa.thumb import decode_thumb, exchange_targets, thumb_rows
from assay.code.isa.thumb_data import MAX_TABLES
from assay.code.listing import (
    ADD,
    ADDI,
    ALWAYS,
    BRANCH,
    CALL,
    CALLR,
    CONST,
    JUMP,
    JUMPM,
    JUMPR,
    LOADX,
    NONE,
    NOP,
    RELATIVE,
    RET,
    TABLE,
    ZERO,
    Listing,
    Small,
    blank,
    merge,
)
from assay.code.memory import Ints, Mask, distinct, where, within
from assay.code.program import Program

Words = npt.NDArray[np.unsignedinteger]
PC, LR, SP = 15, 14, 13


def decode(program: Program) -> Listing:
    """Return the instructions of all code ranges of *program*, A32 and Thumb.

    Calls say which mode their target is in; where that contradicts the first guess the borders
    are drawn a second time. Spans that the program comes with are taken as they are.
    """
    found = None if program.spans else decode_natively(program)
    return decode_in_numpy(program) if found is None else found


def told_modes(program: Program) -> tuple[Ranges, dict[int, bool]]:
    """Return the ranges of one mode, and of which calls say that a first guess was wrong."""
    known: dict[tuple[int, int], Ranges] = {}
    ranges = mode_ranges(program, {}, known)
    words, halves = _streams(program, ranges)
    votes = {} if program.modes else _votes(words, code_only(words), halves, ranges)
    return (mode_ranges(program, votes, known) if votes else ranges), votes


def decode_in_numpy(program: Program) -> Listing:
    """Return the same without kernels."""
    words, halves = _streams(program, program.spans or told_modes(program)[0])
    code = code_only(words)
    rows = thumb_rows(halves)
    parts = [decode_words(words, code)] if words.words.size else []
    if rows.size:
        parts.append(decode_thumb(halves, rows))
    listing = parts[0] if len(parts) == 1 else merge(parts)
    listing.sort_overwrites()
    return listing


def _streams(program: Program, ranges: list[tuple[int, int, bool]]) -> tuple[Stream, Stream]:
    words = code_stream(program, 4, [(at, end) for at, end, thumb in ranges if not thumb])
    halves = code_stream(program, 2, [(at, end) for at, end, thumb in ranges if thumb])
    return words, halves


def _votes(
    words: Stream, code: Ints, halves: Stream, ranges: list[tuple[int, int, bool]]
) -> dict[int, bool]:
    """Return the call targets, with whether they are Thumb, that *ranges* say otherwise of.

    *code* are the places of the words that are no literals. BL stays in its mode, BLX changes
    it; only BLX leads from Thumb to a multiple of four.
    """
    long = words.words[code]
    top = long >> 24
    near, change = where(top == 0xEB), where(top >> 1 == 0x7D)
    targets = words.at(code[near]) + 8 + 4 * signed(long[near].astype(np.int64), 24)
    crossing = words.at(code[change]) + 8 + 4 * signed(long[change].astype(np.int64), 24)
    crossing += long[change] >> 23 & 2
    away = exchange_targets(halves)
    if within(away, [(at, end) for at, end, is_thumb in ranges if is_thumb]).any():
        # Only now it matters which of them are instructions.
        away = exchange_targets(halves, thumb_rows(halves))
    found: dict[int, bool] = {}
    for places, thumb in ((targets, False), (crossing, True), (away, False)):
        wrong = [(at, end) for at, end, is_thumb in ranges if is_thumb != thumb]
        inside = places[within(places, wrong)]
        found.update(dict.fromkeys(distinct(inside).tolist(), thumb))
    return found


def decode_words(stream: Stream, keep: Ints) -> Listing:
    """Return the A32 words at the places *keep* of *stream* as a listing."""
    words = stream.words[keep]
    listing = blank(stream.at(keep), 4)
    listing.breaks = row_breaks(keep, stream.heads)
    table = shapes()
    condition = (words >> 28).astype(np.intp)
    key = ((words >> 16 & 0xFF0) | (words >> 4 & 15)).astype(np.intp)
    key[condition == 15] += KEYS // 2
    listing.cond = CONDITIONS.take(condition)
    listing.op, listing.width = table.op.take(key), table.width.take(key)
    _fields(listing, words, key, table)
    family = table.family.take(key)
    _constants(listing, words, table.constant.take(key))
    _processing(listing, words, where(family == PROCESSING))
    _status(listing, words, family)
    _into_pc(listing, where((listing.rd == PC) & (family <= WIDE_TOP) & (family > 0)), words)
    _access(listing, words, where(family == ACCESS), table.back.take(key))
    _extra_memory(listing, words, where(family == EXTRA))
    _multiple(listing, words, where(family == SEVERAL))
    _branches(listing, words, where(family == BRANCHES))
    _thumb_entries(listing, words)
    return listing


def _fields(listing: Listing, words: Words, key: Ints, table: Shapes) -> None:
    """Fill in the registers that the fields of *words* name."""
    low, middle = (words & 15).astype(np.uint8), (words >> 12 & 15).astype(np.uint8)
    high = (words >> 16 & 15).astype(np.uint8)
    none = np.uint8(NONE)
    listing.rd = np.where(table.rd.take(key) == DESTINATION, middle, none)
    first, second = table.ra.take(key), table.rb.take(key)
    listing.ra = np.where(first == FIRST, high, np.where(first == SECOND, low, none))
    listing.rb = np.where(second == SECOND, low, np.where(second == DESTINATION, middle, none))


def _constants(listing: Listing, words: Words, kinds: Small) -> None:
    """Fill in the constants of *words*, which are of several *kinds*."""
    rows = where((kinds >= ROTATED) & (kinds <= INVERTED))
    value, kind = _rotated(words[rows].astype(np.int64)), kinds[rows]
    value = np.where(kind == NEGATED, -value, value)
    listing.imm[rows] = np.where(kind == INVERTED, ~value & 0xFFFFFFFF, value)
    rows = where(kinds == HALF)
    word = words[rows]
    listing.imm[rows] = (word >> 4 & 0xF000) | (word & 0xFFF)
    rows = where((kinds == DISTANCE) | (kinds == SHORT_DISTANCE))
    word = words[rows].astype(np.int64)
    short = (word >> 4 & 0xF0) | (word & 15)
    amount = np.where(kinds[rows] == SHORT_DISTANCE, short, word & 0xFFF)
    listing.imm[rows] = np.where(word & 0x800000 != 0, amount, -amount)


def _thumb_entries(listing: Listing, words: Words) -> None:
    """Recognise `bx pc` with its filler, the Thumb entry in front of an A32 import stub."""
    rows = where((words == 0xE7FD4778) | (words == 0x46C04778))
    listing.op[rows], listing.rd[rows], listing.cond[rows] = JUMP, NONE, ALWAYS
    listing.imm[rows] = listing.address[rows] + 4


def code_only(stream: Stream) -> Ints:
    """Return the places of the words that no load takes for a literal."""
    words = stream.words
    # Comparing the upper halves alone is several times faster.
    top = (words >> 16).astype(np.uint16)
    literal = where(top & 0x0E5F == 0x041F)
    literal = literal[top[literal] >> 12 != 15]
    data = [stream.at(literal) + 8 + _offsets(words[literal], 0xFFF, 1)]
    vector = where(top & 0x0F3F == 0x0D1F)
    if vector.size:
        vector = vector[(words[vector] & 0xE00 == 0xA00) & (top[vector] >> 12 != 15)]
        loaded = stream.at(vector) + 8 + _offsets(words[vector], 0xFF, 4)
        data += [loaded, loaded[words[vector] & 0x100 != 0] + 4]
    tables = where(top & 0x0FFF == 0x079F)
    if tables.size:
        tables = tables[words[tables] & 0xFFF0 == 0xF100]
        data.append(_table_words(stream, tables[:MAX_TABLES]))
    return stream.without(np.concatenate(data))


def _offsets(words: Words, mask: int, scale: int) -> Ints:
    """Return the distances in the low bits of *words*, bit 23 tells their sign."""
    offset = (words & mask).astype(np.int64) * scale
    return np.where(words & 0x800000 != 0, offset, -offset)


def _table_words(stream: Stream, tables: Ints) -> Ints:
    """Return the addresses of the words of `ldr pc,[pc,rX,lsl #2]` tables.

    The comparison before the jump gives their number; a branch lies between.
    """
    words = stream.words
    found = [np.zeros(0, dtype=np.int64)]
    for place in tables.tolist():
        register = int(words[place]) & 15
        for back in range(1, min(8, place) + 1):
            word = int(words[place - back])
            if word & 0x0FFFF000 == 0x03500000 | register << 16:
                entries = np.arange((word & 0xFF) + 1, dtype=np.int64)
                found.append(stream.at(np.array([place])) + 8 + 4 * entries)
                break
    return np.concatenate(found)


def _rotated(words: Ints) -> Ints:
    value = words & 0xFF
    turn = (words >> 8 & 15) * 2
    return ((value >> turn) | (value << (32 - turn))) & 0xFFFFFFFF


def _processing(listing: Listing, words: Words, rows: Ints) -> None:
    """Handle what the fields of data processing say beyond the table."""
    word = words[rows]
    by_register = word & 0x02000000 == 0
    shifted = rows[(word & 0xF00 != 0) & by_register]
    moved = shifted[listing.op[shifted] == ADDI]
    listing.ra[moved] = words[moved] >> 16 & 15
    listing.op[shifted] = 0
    op, base = listing.op.take(rows), listing.ra.take(rows)
    here = rows[(base == PC) & (op == ADDI) & ~by_register]
    listing.op[here], listing.ra[here], listing.width[here] = CONST, NONE, RELATIVE
    listing.imm[here] += listing.address[here] + 8
    sums = rows[op == ADD]
    for register, other in ((listing.ra, listing.rb), (listing.rb, listing.ra)) * bool(sums.size):
        at = sums[(register[sums] == PC) & (other[sums] != PC)]
        listing.op[at], listing.ra[at], listing.width[at] = ADDI, other[at], RELATIVE
        listing.imm[at] = listing.address[at] + 8
    # Plain `mov r0, r0` pads older code.
    idle = rows[(word == 0xE1A00000) | (word == 0)]
    listing.op[idle], listing.rd[idle] = NOP, NONE


def _status(listing: Listing, words: Words, family: Small) -> None:
    """Handle what shares the encoding space: wide moves, multiply, branch exchange, hints."""
    present = np.bincount(family, minlength=STATUS + 1)
    if present[WIDE_TOP]:
        top = where(family == WIDE_TOP)
        listing.ra[top], listing.rb[top] = listing.rd[top], 1
    if present[HINT]:
        hint = where(family == HINT)
        listing.op[hint[words[hint] & 0xF0000 == 0]] = NOP
    if present[STATUS]:
        _exchange(listing, words, where(family == STATUS))
    if present[PRODUCT]:
        at = where(family == PRODUCT)
        listing.rd[at] = words[at] >> 16 & 15
        long = at[words[at] >> 23 & 1 == 1]
        listing.overwrite(long, words[long] >> 12 & 15)


def _exchange(listing: Listing, words: Words, at: Ints) -> None:
    """Handle BX, BLX and CLZ at the rows *at*."""
    counted = at[words[at] & 0x0FFF0FF0 == 0x016F0F10]
    listing.rd[counted] = words[counted] >> 12 & 15
    at = at[words[at] & 0x0FFFFFD0 == 0x012FFF10]
    listing.ra[at] = words[at] & 15
    linked = words[at] & 0x20 != 0
    listing.op[at] = np.where(linked, CALLR, np.where(listing.ra[at] == LR, RET, JUMPR))


def _into_pc(listing: Listing, rows: Ints, words: Words) -> None:
    """Turn writes to the program counter into transfers."""
    moves = rows[listing.op[rows] == ADDI]
    plain = moves[words[moves] & 0x01E00000 == 0x01A00000]
    listing.op[rows], listing.rd[rows] = JUMPR, NONE
    listing.op[plain[listing.ra[plain] == LR]] = RET
    # `add pc, pc, rX, lsl #2` jumps into a row of branches.
    table = rows[words[rows] & 0x0FFFFFF0 == 0x008FF100]
    listing.op[table], listing.width[table] = TABLE, 0


def _access(listing: Listing, words: Words, rows: Ints, back: Mask) -> None:
    """Handle what the fields of word and byte accesses say beyond the table."""
    word = words[rows]
    indexed = (listing.op.take(rows) == LOADX) & (word & 0xFF0 != 0)
    listing.width[rows[indexed]] = 0
    _literal(listing, rows[(listing.ra.take(rows) == PC) & (word & 0x02000000 == 0)])
    moved = rows[back.take(rows)]
    base = words[moved] >> 16 & 15
    listing.overwrite(moved[base != SP], base[base != SP])
    into = rows[listing.rd.take(rows) == PC]
    if into.size:
        listing.rd[into] = NONE
        popped = listing.ra[into] == SP
        listing.op[into] = np.where(listing.op[into] == LOADX, JUMPR, JUMPM)
        listing.op[into[popped]] = RET
        table = into[words[into] & 0x0FFFFFF0 == 0x079FF100]
        listing.op[table], listing.width[table] = TABLE, 4
    saves = moved[words[moved] & 0xFFFF0FFF == 0xE52D0004]
    listing.op[saves], listing.rb[saves], listing.rd[saves] = ADDI, NONE, SP
    listing.ra[saves], listing.imm[saves] = SP, -4


def _literal(listing: Listing, rows: Ints) -> None:
    listing.imm[rows] += listing.address[rows] + 8
    listing.ra[rows] = ZERO


def _extra_memory(listing: Listing, words: Words, rows: Ints) -> None:
    """Handle what pairs and literals say beyond the table."""
    if not rows.size:
        return
    pair = rows[words[rows] & 0x100060 == 0x40]
    listing.overwrite(pair, (words[pair] >> 12 & 15) + 1 & 15)
    immediate = words[rows] & 0x1400000 == 0x1400000
    _literal(listing, rows[(listing.ra[rows] == PC) & immediate])


def _multiple(listing: Listing, words: Words, rows: Ints) -> None:
    if not rows.size:
        return
    word = words[rows]
    base = word >> 16 & 15
    back = (word >> 21 & 1 == 1) & (base != SP)
    listing.overwrite(rows[back], base[back])
    load = where(word >> 20 & 1 == 1)
    which, register = (word[load, None] >> np.arange(15) & 1).nonzero()
    listing.overwrite(rows[load[which]], register)
    listing.op[rows[load[word[load] >> 15 & 1 == 1]]] = RET
    frames = rows[word >> 16 == 0xE92D]
    listing.op[frames], listing.rd[frames], listing.ra[frames] = ADDI, SP, SP
    listing.imm[frames] = -4 * np.bitwise_count(words[frames] & 0xFFFF).astype(np.int64)


def _branches(listing: Listing, words: Words, rows: Ints) -> None:
    word = words[rows].astype(np.int64)
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
