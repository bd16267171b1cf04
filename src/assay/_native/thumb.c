/* Thumb half-words to a listing: the twin of `decode_thumb` of `assay.code.isa.thumb` and of
   `assay.code.isa.thumb_wide`. */

#include <string.h>

#include "arm_layout.h"
#include "listing.h"

enum { SP = 13, PC = 15 };
enum { NEAR = 1, DOWN, SEVERAL };

/* What a half-word looks like: a row of the table of all of them, decoded at address 0. The kind
   of its constant are the upper four bits beside the condition. */
typedef struct {
    uint8_t op, rd, ra, rb, width, cond_kind;
    int16_t imm;
} Narrow;

/* The instruction that is decoded, where it stands and where it goes. */
typedef struct {
    uint32_t first, second;
    int64_t address, at;
    Columns *columns;
} Place;

/* Return `address` plus four, as the program counter is read where it must be aligned. */
static int64_t aligned(int64_t address) {
    return (address + 4) & ~(int64_t)3;
}

/* Return the constant that a 12-bit modified immediate stands for (ThumbExpandImm). */
static int64_t expanded(uint32_t code) {
    static const int64_t spread[] = {1, 0x10001, 0x1000100, 0x1010101};
    if (!(code >> 10)) return (int64_t)(code & 0xFF) * spread[code >> 8 & 3];
    int64_t value = (code & 0x7F) | 0x80;
    int turn = code >> 7 & 31;
    return ((value >> turn) | (value << (32 - turn))) & 0xFFFFFFFF;
}

/* Return the 12 bits of a constant that are spread over both half-words. */
static uint32_t immediate(const Place *place) {
    uint32_t top = (place->first >> 10 & 1) << 11 | (place->second >> 12 & 7) << 8;
    return top | (place->second & 0xFF);
}

static void modified(const Place *place, Row *row) {
    uint32_t code = place->first >> 5 & 15, rn = place->first & 15, rd = place->second >> 8 & 15;
    int64_t value = expanded(immediate(place));
    row->ra = (uint8_t)rn, row->imm = value;
    row->rd = rd == PC ? NONE : (uint8_t)rd;
    if (code == 2) row->op = ORI;
    if (code == 8 || code == 13) row->op = rd == PC ? CMPI : ADDI;
    if (code == 13 && rd != PC) row->imm = -value;
    if ((code == 2 || code == 3) && rn == PC) {
        row->op = CONST, row->ra = NONE;
        row->imm = code == 2 ? value : ~value & 0xFFFFFFFF;
    }
}

static void plain_immediate(const Place *place, Row *row) {
    uint32_t code = place->first >> 4 & 31, rn = place->first & 15, rd = place->second >> 8 & 15;
    int64_t value = immediate(place), half = (int64_t)rn << 12 | value;
    row->rd = (uint8_t)rd;
    if (code == 0 || code == 10) {
        row->op = ADDI, row->ra = (uint8_t)rn;
        row->imm = code ? -value : value;
        if (rn == PC) {
            row->op = CONST, row->ra = NONE, row->width = RELATIVE;
            row->imm += aligned(place->address);
        }
    } else if (code == 4) {
        row->op = CONST, row->imm = half;
    } else if (code == 12) {
        row->op = INSERT, row->imm = half, row->rb = 1;
        row->ra = (uint8_t)rd;
    }
}

/* Handle branches with a condition, and the system instructions among them. */
static void limited_branch(const Place *place, Row *row) {
    uint32_t first = place->first, second = place->second, code = first >> 6 & 15;
    int64_t offset = (second >> 11 & 1) << 19 | (second >> 13 & 1) << 18;
    offset |= (first & 0x3F) << 12 | (second & 0x7FF) << 1;
    offset -= (int64_t)(first >> 10 & 1) << 20;
    row->imm = place->address + 4 + offset;
    row->op = code < 14 ? BRANCH : OTHER;
    row->cond = code >= 14 ? ALWAYS : code == 0 ? EQ : code == 1 ? NE : SOMETIMES;
    /* MRS has the shape of a conditional branch and fills a register. */
    if ((first & 0xFFE0) == 0xF3E0) row->rd = second >> 8 & 15;
    if (first == 0xF3AF && (second & 0xFF00) == 0x8000) row->op = NOP;
}

static void branch(const Place *place, Row *row) {
    uint32_t kind = (place->second >> 13 & 2) | (place->second >> 12 & 1);
    if (!kind) {
        limited_branch(place, row);
        return;
    }
    int64_t address = place->address + 4, offset = far_distance(place->first, place->second);
    row->imm = kind == 2 ? ((address & ~(int64_t)3) + offset) & ~(int64_t)3 : address + offset;
    row->op = kind >= 2 ? CALL : JUMP;
}

static void shifted(const Place *place, Row *row) {
    uint32_t code = place->first >> 5 & 15, rn = place->first & 15;
    uint32_t rd = place->second >> 8 & 15, rm = place->second & 15;
    row->rd = rd == PC ? NONE : (uint8_t)rd;
    row->ra = (uint8_t)rn, row->rb = (uint8_t)rm;
    if (place->second & 0x70F0) return;
    if (code == 8)
        row->op = ADD;
    else if (code == 13)
        row->op = rd == PC ? CMP : SUB;
    else if (code == 2 && rn == PC)
        row->op = ADDI, row->ra = (uint8_t)rm, row->rb = NONE;
}

/* Return the distance of an access from its base register, by what form it has. */
static int64_t distance_of(const Place *place, int literal, int wide, int brief) {
    int64_t low = place->second & 0xFF;
    if (wide) {
        int64_t offset = place->second & 0xFFF;
        return literal && !(place->first & 0x80) ? -offset : offset;
    }
    if (!brief || !(place->second & 0x400)) return 0;
    return place->second & 0x200 ? low : -low;
}

static void memory(const Place *place, Row *row) {
    static const uint8_t sizes[] = {1, 2, 4, 0};
    uint32_t first = place->first, second = place->second, rn = first & 15, rt = second >> 12 & 15;
    int load = first >> 4 & 1, size = sizes[first >> 5 & 3];
    int literal = rn == PC && load, wide = (first & 0x80) || literal;
    int brief = !wide && (second & 0x800);
    row->op = load ? LOAD : STORE;
    row->rd = load ? (uint8_t)rt : NONE;
    row->rb = load ? NONE : (uint8_t)rt;
    row->ra = (uint8_t)rn, row->imm = distance_of(place, literal, wide, brief);
    /* Sign-extending loads are not plain values. */
    row->width = first & 0x100 ? 0 : (uint8_t)size;
    if (literal) row->ra = ZERO, row->imm += aligned(place->address);
    if (!wide && !brief) {
        row->op = load ? LOADX : OTHER;
        row->rb = load ? second & 15 : NONE;
        row->width = second & 0x30 ? 0 : row->width;
    }
    if (brief && (second & 0x100) && rn != SP) overwrite(place->columns, place->at, rn);
    if (load && rt == PC) {
        row->rd = NONE;
        row->op = size != 4 ? OTHER : row->ra == SP ? RET : row->op == LOADX ? JUMPR : JUMPM;
    }
}

/* Handle load and store of pairs, of several registers, and table branches. */
static void pairs(const Place *place, Row *row) {
    uint32_t first = place->first, second = place->second, base = first & 15;
    int many = (first & 0xFE40) == 0xE800, pair = (first & 0xFE40) == 0xE840;
    int load = pair && (first & 0x10), both = load && (first & 0x0120);
    if (many && (first & 0x10)) {
        overwrite_all(place->columns, place->at, second & 0x7FFF);
        if (second & 0x8000) row->op = RET;
    }
    if (first == 0xE92D) {
        row->op = ADDI, row->rd = SP, row->ra = SP;
        row->imm = -4 * bits_of(second & 0xFFFF);
    }
    if (many && (first & 0x20) && base != SP) overwrite(place->columns, place->at, base);
    if (load) row->rd = second >> 12 & 15;
    if (both) overwrite(place->columns, place->at, second >> 8 & 15);
    if (pair && (first & 0xFFF0) == 0xE840) row->rd = second >> 8 & 15;
    if (both && (first & 0x20) && base != SP) overwrite(place->columns, place->at, base);
    if ((first & 0xFFF0) == 0xE8D0 && (second & 0xFFE0) == 0xF000) {
        row->op = TABLE, row->rd = NONE;
        row->ra = (uint8_t)base, row->rb = second & 15;
        row->width = 1 + (second >> 4 & 1);
    }
}

/* Note what registers, multiplies and coprocessor moves overwrite. */
static void rest(const Place *place, Row *row) {
    uint32_t first = place->first, second = place->second, reg = second >> 12 & 15;
    if ((first & 0xFF00) == 0xFA00 || (first & 0xFF00) == 0xFB00) row->rd = second >> 8 & 15;
    int divides = (first & 0x70) == 0x10 || (first & 0x70) == 0x30;
    if ((first & 0xFF80) == 0xFB80 && !divides) overwrite(place->columns, place->at, reg);
    if ((first & 0xEF10) == 0xEE10 && (second & 0x10)) row->rd = reg == PC ? NONE : (uint8_t)reg;
    if ((first & 0xFFF0) == 0xEC50) {
        row->rd = (uint8_t)reg;
        overwrite(place->columns, place->at, first & 15);
    }
}

/* Decode the rest of an instruction of two half-words. */
static void decode_wide(const Place *place, Row *row) {
    uint32_t first = place->first;
    if ((first & 0xF800) == 0xF000) {
        if (place->second & 0x8000)
            branch(place, row);
        else if (first & 0x200)
            plain_immediate(place, row);
        else
            modified(place, row);
        return;
    }
    switch (first >> 9) {
    case 0x74: pairs(place, row); break;
    case 0x75: shifted(place, row); break;
    case 0x7C: memory(place, row); break;
    default: rest(place, row);
    }
}

/* Complete a short instruction by what depends on its address, or names several registers. */
static void complete(const Place *place, int kind, Row *row) {
    if (kind == NEAR)
        row->imm += place->address;
    else if (kind == DOWN)
        row->imm += place->address & ~(int64_t)3;
    else if (kind == SEVERAL)
        overwrite_all(place->columns, place->at, place->first & 0xFF);
}

/* Give a row the condition of the IT instructions among the four rows before it, which are the
   low bytes of `heads`, the nearest lowest. The furthest counts. */
static void put_condition(uint32_t heads, Row *row) {
    int jump = row->op == JUMP;
    for (int step = 1; step <= 4; step++, heads >>= 8) {
        uint32_t mask = heads & 15, base = heads >> 4 & 15, code = base;
        /* The lowest bit of the mask that is set tells how many follow. */
        if (!mask || !(mask & ((1u << (5 - step)) - 1))) continue;
        /* The first follows the condition itself, the others what their bit of the mask says. */
        if (step > 1) code ^= (mask >> (5 - step) & 1) ^ (base & 1);
        row->cond = code == 14 ? ALWAYS : code > 1 ? SOMETIMES : code ? NE : EQ;
        if (jump && code != 14) row->op = BRANCH;
    }
}

/* Decode one instruction. */
static Row decode(const Place *place, const uint8_t *narrow) {
    Row row = {0, OTHER, NONE, NONE, NONE, 0, ALWAYS};
    if (place->first >= 0xE800) {
        decode_wide(place, &row);
        return row;
    }
    Narrow known;
    memcpy(&known, narrow + sizeof known * place->first, sizeof known);
    row =
        (Row){known.imm, known.op, known.rd, known.ra, known.rb, known.width, known.cond_kind & 15};
    if (known.cond_kind >> 4) complete(place, known.cond_kind >> 4, &row);
    return row;
}

/* Write the rows of the Thumb `stretches` to the columns `wide` and `small` of `rows` rows.

   `marks` says which of the `half_count` `halves` are rows, `narrow` is the table of all
   half-words, in rows of eight bytes. Returns how many further registers are overwritten; those
   that there is room for are in `extra_row` and `extra`. */
KERNEL int64_t thumb_halves(const uint16_t *halves, int64_t half_count, const uint8_t *marks,
                            const int64_t *stretches, int64_t count, const uint8_t *narrow,
                            int64_t *wide, uint8_t *small, int64_t rows, int64_t *extra_row,
                            uint8_t *extra, int64_t extra_room) {
    Columns columns = columns_of(wide, small, rows, extra_row, extra, extra_room);
    uint32_t heads = 0;
    for (int64_t number = 0; number < count; number++) {
        const Stretch *near = (const Stretch *)stretches + number;
        int64_t at = near->row, end = near->mode == THUMB ? near->place + near->count : 0;
        for (int64_t spot = near->place; spot < end; spot++) {
            __builtin_prefetch(narrow + sizeof(Narrow) * halves[spot + 8 < end ? spot + 8 : spot]);
            if (!(marks[spot] & ROW)) continue;
            uint32_t first = halves[spot], wide_one = first >= 0xE800;
            Place place = {first, halves[spot + 1 < half_count ? spot + 1 : spot],
                           near->first + 2 * (spot - near->place), at, &columns};
            Row row = decode(&place, narrow);
            if (heads) put_condition(heads, &row);
            heads = heads << 8 | (first >> 8 == 0xBF && first & 15 ? first & 0xFF : 0);
            put_row(&columns, at++, place.address, 2 + 2 * (int)wide_one, &row);
            /* Behind a long one is its second half, but at the end of a range. */
            spot += wide_one & (spot + 1 < end);
        }
    }
    return columns.extra_count;
}
