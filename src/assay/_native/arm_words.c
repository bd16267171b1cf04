/* A32 words to a listing: the twin of `decode_words` of `assay.code.isa.arm`. */

#include "arm_layout.h"
#include "listing.h"

enum { LR = 14, SP = 13, PC = 15, KEYS = 1 << 13 };

/* As in `assay.code.isa.arm_shapes`. */
enum { ROTATED = 1, NEGATED, INVERTED, HALF, DISTANCE, SHORT_DISTANCE };
enum { PROCESSING = 1, PRODUCT, WIDE_TOP, ACCESS, EXTRA, SEVERAL, BRANCHES, HINT, STATUS };
enum { DESTINATION = 1, FIRST, SECOND };

/* What a key looks like: a row of the table of shapes. */
typedef struct {
    uint8_t op, rd, ra, rb, width, constant, family, back;
} Shape;

/* The word that is decoded, where it stands and where it goes. */
typedef struct {
    uint32_t word;
    int64_t address, at;
    const Shape *shape;
    Columns *columns;
} Place;

/* Return the constant of a word, of the kind that its shape says. */
static int64_t constant_of(uint32_t word, int kind) {
    if (kind >= ROTATED && kind <= INVERTED) {
        int64_t low = word & 0xFF;
        int turn = (word >> 8 & 15) * 2;
        int64_t value = ((low >> turn) | (low << (32 - turn))) & 0xFFFFFFFF;
        return kind == NEGATED ? -value : kind == INVERTED ? ~value & 0xFFFFFFFF : value;
    }
    if (kind == HALF) return (word >> 4 & 0xF000) | (word & 0xFFF);
    if (kind != DISTANCE && kind != SHORT_DISTANCE) return 0;
    int64_t amount = kind == DISTANCE ? word & 0xFFF : (word >> 4 & 0xF0) | (word & 15);
    return word & 0x800000 ? amount : -amount;
}

/* Handle what the fields of data processing say beyond the table. */
static void processing(const Place *place, Row *row) {
    uint32_t word = place->word;
    int by_register = !(word & 0x02000000);
    if ((word & 0xF00) && by_register) {
        if (row->op == ADDI) row->ra = word >> 16 & 15;
        row->op = OTHER;
    }
    if (row->ra == PC && row->op == ADDI && !by_register) {
        row->op = CONST, row->ra = NONE, row->width = RELATIVE;
        row->imm += place->address + 8;
    } else if (row->op == ADD && (row->ra == PC) != (row->rb == PC)) {
        row->ra = row->ra == PC ? row->rb : row->ra;
        row->op = ADDI, row->width = RELATIVE;
        row->imm = place->address + 8;
    }
    /* Plain `mov r0, r0` pads older code. */
    if (word == 0xE1A00000 || !word) row->op = NOP, row->rd = NONE;
}

/* Handle what shares the encoding space: wide moves, multiply, branch exchange, hints. */
static void status(const Place *place, Row *row) {
    uint32_t word = place->word;
    int family = place->shape->family;
    if (family == WIDE_TOP) {
        row->ra = row->rd, row->rb = 1;
    } else if (family == HINT) {
        if (!(word & 0xF0000)) row->op = NOP;
    } else if (family == PRODUCT) {
        row->rd = word >> 16 & 15;
        if (word >> 23 & 1) overwrite(place->columns, place->at, word >> 12 & 15);
    } else {
        if ((word & 0x0FFF0FF0) == 0x016F0F10) row->rd = word >> 12 & 15;
        if ((word & 0x0FFFFFD0) == 0x012FFF10) {
            row->ra = word & 15;
            row->op = word & 0x20 ? CALLR : row->ra == LR ? RET : JUMPR;
        }
    }
}

/* Turn a write to the program counter into a transfer. */
static void into_pc(const Place *place, Row *row) {
    int plain = row->op == ADDI && (place->word & 0x01E00000) == 0x01A00000;
    row->op = plain && row->ra == LR ? RET : JUMPR;
    row->rd = NONE;
    /* `add pc, pc, rX, lsl #2` jumps into a row of branches. */
    if ((place->word & 0x0FFFFFF0) == 0x008FF100) row->op = TABLE, row->width = 0;
}

static void literal(const Place *place, Row *row) {
    row->imm += place->address + 8;
    row->ra = ZERO;
}

/* Handle what the fields of word and byte accesses say beyond the table. */
static void access(const Place *place, Row *row) {
    uint32_t word = place->word, base = word >> 16 & 15;
    if (row->op == LOADX && (word & 0xFF0)) row->width = 0;
    if (row->ra == PC && !(word & 0x02000000)) literal(place, row);
    if (place->shape->back && base != SP) overwrite(place->columns, place->at, base);
    if (row->rd == PC) {
        row->rd = NONE;
        row->op = row->ra == SP ? RET : row->op == LOADX ? JUMPR : JUMPM;
        if ((word & 0x0FFFFFF0) == 0x079FF100) row->op = TABLE, row->width = 4;
    }
    if (place->shape->back && (word & 0xFFFF0FFF) == 0xE52D0004) {
        row->op = ADDI, row->rb = NONE, row->rd = SP;
        row->ra = SP, row->imm = -4;
    }
}

/* Handle what pairs and literals say beyond the table. */
static void extra_memory(const Place *place, Row *row) {
    uint32_t word = place->word;
    if ((word & 0x100060) == 0x40)
        overwrite(place->columns, place->at, ((word >> 12 & 15) + 1) & 15);
    if ((word & 0x1400000) == 0x1400000 && row->ra == PC) literal(place, row);
}

/* Handle loads and stores of several registers. */
static void several(const Place *place, Row *row) {
    uint32_t word = place->word, base = word >> 16 & 15;
    if ((word >> 21 & 1) && base != SP) overwrite(place->columns, place->at, base);
    if (word >> 20 & 1) {
        overwrite_all(place->columns, place->at, word & 0x7FFF);
        if (word >> 15 & 1) row->op = RET;
    }
    if (word >> 16 == 0xE92D) {
        row->op = ADDI, row->rd = SP, row->ra = SP;
        row->imm = -4 * bits_of(word & 0xFFFF);
    }
}

/* Handle B, BL and BLX. */
static void branches(const Place *place, Row *row) {
    uint32_t word = place->word;
    int64_t offset = (int64_t)((word & 0xFFFFFF) ^ 0x800000) - 0x800000;
    int exchange = word >> 28 == 15, bit = word >> 24 & 1;
    row->imm = (place->address + 8 + offset * 4 + (exchange ? 2 * bit : 0)) & 0xFFFFFFFF;
    row->op = bit || exchange ? CALL : row->cond == ALWAYS ? JUMP : BRANCH;
}

/* Decode one word. */
static void decode(const Place *place) {
    const Shape *shape = place->shape;
    uint32_t word = place->word, condition = word >> 28;
    uint8_t low = word & 15, middle = word >> 12 & 15, high = word >> 16 & 15;
    Row row = {0, shape->op, NONE, NONE, NONE, shape->width, ALWAYS};
    row.cond = condition > 13 ? ALWAYS : condition > 1 ? SOMETIMES : condition ? NE : EQ;
    row.rd = shape->rd == DESTINATION ? middle : NONE;
    row.ra = shape->ra == FIRST ? high : shape->ra == SECOND ? low : NONE;
    row.rb = shape->rb == SECOND ? low : shape->rb == DESTINATION ? middle : NONE;
    row.imm = constant_of(word, shape->constant);
    switch (shape->family) {
    case PROCESSING: processing(place, &row); break;
    case PRODUCT:
    case WIDE_TOP:
    case HINT:
    case STATUS: status(place, &row); break;
    case ACCESS: access(place, &row); break;
    case EXTRA: extra_memory(place, &row); break;
    case SEVERAL: several(place, &row); break;
    case BRANCHES: branches(place, &row); break;
    }
    if (row.rd == PC && shape->family && shape->family <= WIDE_TOP) into_pc(place, &row);
    /* `bx pc` with its filler: the Thumb entry in front of an A32 import stub. */
    if (word == 0xE7FD4778 || word == 0x46C04778) {
        row.op = JUMP, row.rd = NONE, row.cond = ALWAYS;
        row.imm = place->address + 4;
    }
    put_row(place->columns, place->at, place->address, 4, &row);
}

/* Write the rows of the A32 `stretches` to the columns `wide` and `small` of `rows` rows.

   `marks` says which of `words` are rows, `shapes` is the table of what keys look like, in rows
   of eight bytes. Returns how many further registers are overwritten; those that there is room
   for are in `extra_row` and `extra`. */
KERNEL int64_t arm_words(const uint32_t *words, const uint8_t *marks, const int64_t *stretches,
                         int64_t count, const uint8_t *shapes, int64_t *wide, uint8_t *small,
                         int64_t rows, int64_t *extra_row, uint8_t *extra, int64_t extra_room) {
    Columns columns = columns_of(wide, small, rows, extra_row, extra, extra_room);
    for (int64_t number = 0; number < count; number++) {
        const Stretch *near = (const Stretch *)stretches + number;
        int64_t at = near->row;
        for (int64_t step = 0; near->mode == A32 && step < near->count; step++) {
            uint32_t word = words[near->place + step];
            if (!(marks[near->place + step] & ROW)) continue;
            uint32_t key = (word >> 16 & 0xFF0) | (word >> 4 & 15);
            key += word >> 28 == 15 ? KEYS / 2 : 0;
            Place place = {word, near->first + 4 * step, at++, (const Shape *)shapes + key,
                           &columns};
            decode(&place);
        }
    }
    return columns.extra_count;
}
