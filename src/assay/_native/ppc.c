/* PowerPC words to a listing: the twin of `assay.code.isa.ppc`. */

#include "words.h"

enum { SP = 1, CTR = 32, LR = 33, FIRST_KEPT = 14, SAVES_FROM = 11 };

/* Where the result of an opcode goes: nowhere, or to the second or third register field. */
enum { NO_RESULT = 1, TO_A = 2 };

/* Return where the result of the primary opcode `code` goes. */
static int result_of(uint32_t code) {
    static const uint8_t results[64] = {
        [3] = NO_RESULT,  [4] = NO_RESULT,  [10] = NO_RESULT, [11] = NO_RESULT, [16] = NO_RESULT,
        [17] = NO_RESULT, [18] = NO_RESULT, [19] = NO_RESULT, [20] = TO_A,      [21] = TO_A,
        [23] = TO_A,      [24] = TO_A,      [25] = TO_A,      [26] = TO_A,      [27] = TO_A,
        [28] = TO_A,      [29] = TO_A,      [36] = NO_RESULT, [37] = NO_RESULT, [38] = NO_RESULT,
        [39] = NO_RESULT, [44] = NO_RESULT, [45] = NO_RESULT, [47] = NO_RESULT,
    };
    return code >= 48 ? NO_RESULT : results[code];
}

/* Return where the result of the opcode `code` of the extended group goes. */
static int extended_result_of(uint32_t code) {
    switch (code) {
    case 28:
    case 60:
    case 124:
    case 284:
    case 316:
    case 412:
    case 444:
    case 476:
    case 24:
    case 536:
    case 792:
    case 824:
    case 26:
    case 954:
    case 922:
    case 986: return TO_A;
    case 0:
    case 32:
    case 4:
    case 54:
    case 86:
    case 246:
    case 278:
    case 470:
    case 566:
    case 598:
    case 854:
    case 982:
    case 1014:
    case 467:
    case 144:
    case 146:
    case 150:
    case 151:
    case 183:
    case 215:
    case 247:
    case 407:
    case 439:
    case 662:
    case 918:
    case 661:
    case 725:
    case 663:
    case 695:
    case 727:
    case 759:
    case 535:
    case 567:
    case 599:
    case 631:
    case 983:
    case 758: return NO_RESULT;
    default: return 0;
    }
}

static void lose_flags(const Place *place) {
    overwrite(place->columns, place->at, FLAGS);
}

/* Handle sums, comparisons and logic with constants. */
static void sums(const Place *place, uint32_t code, Row *row) {
    uint32_t word = place->word, d = word >> 21 & 31, a = word >> 16 & 31;
    int64_t low = word & 0xFFFF, near = as_signed(word, 16);
    switch (code) {
    case 12:
    case 13:
    case 14:
    case 15:
        row->op = ADDI, row->ra = (uint8_t)a;
        row->imm = code == 15 ? near * 65536 : near;
        if (code >= 14 && !a) row->op = CONST, row->ra = code == 15 ? PARTIAL : NONE;
        break;
    case 24:
    case 25:
        row->op = ORI, row->ra = (uint8_t)d;
        row->imm = code == 25 ? low << 16 : low;
        break;
    case 10:
    case 11:
        row->op = CMPI, row->ra = (uint8_t)a;
        row->imm = code == 11 ? near : low;
        break;
    case 21:
        /* rlwinm ra, rs, 0, 24 or 16, 31: the low byte or half. */
        if (low == 0x063E || low == 0x043E)
            row->op = EXTEND, row->width = low == 0x063E ? 1 : 2, row->ra = (uint8_t)d;
        break;
    }
    if (code == 28 || code == 29 || code == 13 || ((code == 20 || code == 21) && (word & 1)))
        lose_flags(place);
}

/* Handle loads and stores at a constant distance. */
static void memory(const Place *place, uint32_t code, Row *row) {
    static const uint8_t widths[] = {4, 4, 1, 1, 4, 0, 1, 1, 2, 2, 0, 0, 2, 2};
    uint32_t word = place->word, d = word >> 21 & 31, a = word >> 16 & 31;
    if (code == 46) {
        for (uint32_t reg = d > FIRST_KEPT ? d : FIRST_KEPT; reg < 32; reg++)
            overwrite(place->columns, place->at, reg);
        row->rd = NONE;
        return;
    }
    if (code > 46) return;
    row->imm = as_signed(word, 16);
    if (code == 37) {
        /* `stwu r1,-n(r1)` makes the frame: that matters more than what it stores. */
        row->op = ADDI, row->rd = (uint8_t)a, row->ra = (uint8_t)a;
        return;
    }
    int store = code == 36 || code == 38 || code == 39 || code >= 44;
    row->op = store ? STORE : LOAD, row->width = widths[code - 32];
    row->ra = a ? (uint8_t)a : ZERO;
    if (store) row->rb = (uint8_t)d;
    if ((code & 1) && a != SP) overwrite(place->columns, place->at, a);
}

/* Return the condition of a branch. */
static uint8_t condition_of(uint32_t word) {
    uint32_t options = word >> 21 & 31, bit = word >> 16 & 3;
    if ((options & 0x14) == 0x14) return ALWAYS;
    if (bit != 2 || (options & 0x14) != 0x04) return SOMETIMES;
    return options & 8 ? EQ : NE;
}

static void branches(const Place *place, uint32_t code, Row *row) {
    uint32_t word = place->word, kind = word >> 1 & 0x3FF;
    int linked = word & 1, absolute = word >> 1 & 1;
    if (code == 19) {
        if (kind != 16 && kind != 528) return;
        row->cond = condition_of(word), row->ra = kind == 528 ? CTR : LR;
        row->op = linked ? CALLR : kind == 528 ? JUMPR : RET;
        return;
    }
    int64_t distance = code == 18 ? as_signed(word & 0x03FFFFFC, 26) : as_signed(word & 0xFFFC, 16);
    row->imm = (absolute ? distance : place->address + distance) & 0xFFFFFFFF;
    row->cond = code == 18 ? ALWAYS : condition_of(word);
    row->op = linked ? CALL : row->cond == ALWAYS ? JUMP : BRANCH;
}

/* Handle moves to and from the count and the link register. */
static void special(uint32_t word, uint32_t code, Row *row) {
    uint32_t number = (word >> 16 & 31) | (word >> 11 & 31) << 5;
    uint8_t reg = number == 9 ? CTR : LR;
    if (number != 9 && number != 8) return;
    row->op = ADDI;
    if (code == 467)
        row->rd = reg, row->ra = word >> 21 & 31;
    else
        row->ra = reg;
}

/* Handle a load at the sum of two registers. */
static void indexed(uint32_t word, int width, Row *row) {
    uint32_t a = word >> 16 & 31;
    row->op = LOADX, row->width = (uint8_t)width;
    row->ra = a ? (uint8_t)a : ZERO, row->rb = word >> 11 & 31;
}

/* Handle the extended group. */
static void extended(const Place *place, Row *row) {
    uint32_t word = place->word, code = word >> 1 & 0x3FF;
    uint8_t d = word >> 21 & 31, a = word >> 16 & 31, b = word >> 11 & 31;
    int result = extended_result_of(code);
    row->rd = result == TO_A ? a : result == NO_RESULT ? NONE : d;
    if (word & 1) lose_flags(place);
    switch (code) {
    case 444:
        if (d == b) row->op = ADDI, row->ra = d;
        break;
    case 266:
    case 778: row->op = ADD, row->ra = a, row->rb = b; break;
    case 40:
    case 552: row->op = SUB, row->ra = b, row->rb = a; break;
    case 23:
    case 55: indexed(word, 4, row); break;
    case 87: indexed(word, 1, row); break;
    case 279: indexed(word, 2, row); break;
    case 343: indexed(word, 0, row); break;
    case 467:
    case 339: special(word, code, row); break;
    case 0:
    case 32:
        if (!(word & 1)) row->op = CMP, row->ra = a, row->rb = b;
        break;
    }
    if (word == 0x7FE00008) row->op = STOP;
}

/* Decode one word and say whether a routine of the run-time library may consist of its like: it
   stores or loads a register that functions keep, below the address in r11. */
static int decode(const Place *place, Row *row) {
    uint32_t word = place->word, code = word >> 26, d = word >> 21 & 31, a = word >> 16 & 31;
    int result = result_of(code);
    row->rd = result == NO_RESULT ? NONE : result == TO_A ? (uint8_t)a : (uint8_t)d;
    if (code == 31)
        extended(place, row);
    else if (code >= 32)
        memory(place, code, row);
    else if (code == 16 || code == 18 || code == 19)
        branches(place, code, row);
    else
        sums(place, code, row);
    if (word == 0x60000000 || !word) row->op = NOP, row->rd = NONE;
    /* `bcl 20,31,$+4`: the link register holds the next address. */
    if (word == 0x429F0005)
        *row = (Row){place->address + 4, CONST, LR, NONE, row->rb, RELATIVE, ALWAYS};
    int moves = code == 32 || code == 36 || code == 50 || code == 54;
    return moves && a == SAVES_FROM && d >= FIRST_KEPT;
}

/* Write the rows of all code in `spans` to the columns `wide` and `small` of `rows` rows; the
   further registers that they overwrite go to `extra_row` and `extra`, as far as there is room.
   The rest, and what is returned, is said in `words.h`. */
KERNEL int64_t ppc_words(const int64_t *areas, int64_t area_count, const int64_t *spans,
                         int64_t span_count, int64_t big, int64_t *wide, uint8_t *small,
                         int64_t rows, int64_t *breaks, int64_t *extra_row, uint8_t *extra,
                         int64_t extra_room, int64_t *counts) {
    Code code = {areas, spans, area_count, span_count, big, breaks, counts};
    Columns columns = columns_of(wide, small, rows, extra_row, extra, extra_room);
    return decode_all(&code, &columns, rows, decode);
}
