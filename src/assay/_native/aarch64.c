/* AArch64 words to a listing: the twin of `assay.code.isa.aarch64` and of its `a64_memory`. */

#include "words.h"

enum { SP = 31 };

/* Return a register number, 31 taken for zero. */
static uint8_t read(uint32_t reg) {
    return reg == 31 ? ZERO : (uint8_t)reg;
}

/* Return a register number, writes to 31 dropped. */
static uint8_t written(uint32_t reg) {
    return reg == 31 ? NONE : (uint8_t)reg;
}

static void lose_flags(const Place *place) {
    overwrite(place->columns, place->at, FLAGS);
}

/* Return the constant of a logical immediate (DecodeBitMasks). */
static int64_t bit_mask(uint32_t word) {
    uint32_t ones = word >> 10 & 63, turn = word >> 16 & 63;
    uint32_t code = (word >> 22 & 1) << 6 | (~ones & 63), size = 64;
    if (code < 2) return 0;
    while (!(code & size)) size >>= 1;
    ones &= size - 1, turn &= size - 1;
    uint64_t all = size == 64 ? ~UINT64_C(0) : (UINT64_C(1) << size) - 1;
    uint64_t pattern = ones == 63 ? ~UINT64_C(0) : (UINT64_C(1) << (ones + 1)) - 1, value = 0;
    if (turn) pattern = (pattern >> turn | pattern << (size - turn)) & all;
    for (uint32_t step = 0; step < (word >> 31 ? 64u : 32u); step += size) value += pattern << step;
    return (int64_t)value;
}

/* Handle addition and subtraction of constants, comparison included. */
static void sum(const Place *place, Row *row) {
    uint32_t word = place->word;
    int64_t value = (int64_t)(word >> 10 & 0xFFF) << (word >> 22 & 1 ? 12 : 0);
    value = word >> 30 & 1 ? -value : value;
    row->op = ADDI, row->rd = word & 31, row->ra = word >> 5 & 31;
    row->imm = value;
    if (!(word >> 29 & 1)) return;
    if ((word & 31) == 31)
        row->op = CMPI, row->rd = NONE, row->imm = -value;
    else
        lose_flags(place);
}

static void move_wide(const Place *place, Row *row) {
    uint32_t word = place->word, kind = word >> 29 & 3, half = word >> 21 & 3;
    int64_t number = word >> 5 & 0xFFFF, value = (int64_t)((uint64_t)number << (16 * half));
    if (kind == 3) {
        row->op = INSERT, row->ra = row->rd, row->rb = (uint8_t)half;
        row->imm = number;
        return;
    }
    row->op = CONST;
    row->imm = kind ? value : word >> 31 ? ~value : ~value & 0xFFFFFFFF;
}

static void logical_immediate(const Place *place, Row *row) {
    uint32_t word = place->word, kind = word >> 29 & 3;
    if (kind == 3)
        lose_flags(place);
    else
        row->rd = word & 31;
    if (kind == 1 && (word >> 5 & 31) == 31) row->op = CONST, row->imm = bit_mask(word);
}

static void immediates(const Place *place, Row *row) {
    uint32_t word = place->word;
    row->rd = written(word & 31);
    if ((word & 0x1F000000) == 0x10000000) {
        int64_t offset = as_signed((word >> 3 & 0x1FFFFC) | (word >> 29 & 3), 21);
        row->op = CONST, row->rd = word & 31, row->width = RELATIVE;
        row->imm = place->address + offset;
        if (word >> 31) {
            row->ra = PARTIAL;
            row->imm = (place->address & ~(int64_t)0xFFF) + offset * 4096;
        }
    } else if ((word & 0x1F800000) == 0x11000000) {
        sum(place, row);
    } else if ((word & 0x1F800000) == 0x12800000) {
        move_wide(place, row);
    } else if ((word & 0x1F800000) == 0x12000000) {
        logical_immediate(place, row);
    }
}

/* Handle branches that compare, with a condition, with zero or with a bit. */
static void limited_branch(const Place *place, Row *row) {
    uint32_t word = place->word, code = word & 15;
    row->op = BRANCH;
    if ((word & 0x7E000000) == 0x36000000) {
        row->cond = SOMETIMES;
        row->imm = place->address + 4 * as_signed(word >> 5, 14);
        return;
    }
    row->imm = place->address + 4 * as_signed(word >> 5, 19);
    if (word >> 24 == 0x54) {
        row->cond = code >= 14 ? ALWAYS : code == 0 ? EQ : code == 1 ? NE : SOMETIMES;
        row->op = code >= 14 ? JUMP : BRANCH;
    } else {
        row->ra = read(word & 31), row->rb = ZERO;
        row->cond = word >> 24 & 1 ? NE : EQ;
    }
}

static void branches(const Place *place, Row *row) {
    uint32_t word = place->word, kind = word >> 21 & 7;
    if ((word & 0x7C000000) == 0x14000000) {
        row->imm = place->address + 4 * as_signed(word, 26);
        row->op = word >> 31 ? CALL : JUMP;
    } else if (word >> 24 == 0x54 || (word & 0x7C000000) == 0x34000000) {
        limited_branch(place, row);
    } else if ((word & 0xFE000000) == 0xD6000000) {
        row->op = kind == 0 ? JUMPR : kind == 1 ? CALLR : RET;
        row->ra = word >> 5 & 31;
    } else if ((word & 0xFFE0001F) == 0xD4200000) {
        row->op = STOP;
    } else if ((word & 0xFFF00000) == 0xD5300000) {
        row->rd = written(word & 31);
    }
}

/* Handle loads and stores of one register. */
static void single(const Place *place, Row *row) {
    uint32_t word = place->word, size = word >> 30, kind = word >> 22 & 3, mode = word >> 10 & 3;
    uint32_t rt = word & 31, rn = word >> 5 & 31;
    int vector = word >> 26 & 1, store = !kind && !vector;
    /* A prefetch has the shape of a signed load of eight bytes. */
    int load = kind && !vector && !(size == 3 && kind == 2);
    row->rd = load ? written(rt) : NONE;
    row->ra = (uint8_t)rn;
    row->width = load && kind > 1 ? 0 : (uint8_t)(1 << size);
    if ((word & 0x3B200C00) == 0x38200800) {
        row->op = load ? LOADX : OTHER;
        row->rb = load ? word >> 16 & 31 : NONE;
        if ((word >> 12 & 1) && size) row->width = 0;
        return;
    }
    row->op = load ? LOAD : store ? STORE : OTHER;
    row->rb = store ? read(rt) : NONE;
    if ((word & 0x3B000000) == 0x39000000) {
        row->imm = (int64_t)(word >> 10 & 0xFFF) << size;
        return;
    }
    row->imm = mode == 1 ? 0 : as_signed(word >> 12, 9);
    if ((mode & 1) && rn != SP) overwrite(place->columns, place->at, rn);
}

static void pairs(const Place *place, Row *row) {
    uint32_t word = place->word, rt = word & 31, rn = word >> 5 & 31, second = word >> 10 & 31;
    uint32_t mode = word >> 23 & 3;
    int vector = word >> 26 & 1, load = (word >> 22 & 1) && !vector, size = word >> 31 ? 8 : 4;
    int64_t slots = as_signed(word >> 15, 7);
    row->op = load ? LOAD : vector ? OTHER : STORE;
    row->rd = load ? written(rt) : NONE;
    row->ra = (uint8_t)rn, row->width = (uint8_t)size;
    row->imm = mode == 1 ? 0 : slots * size;
    row->rb = load || vector ? NONE : read(rt);
    if (load && second != 31) overwrite(place->columns, place->at, second);
    if ((mode & 1) && rn != SP) overwrite(place->columns, place->at, rn);
    /* `stp x29, x30, [sp, #-n]!` makes the frame: that matters more than what it stores. */
    if (mode == 3 && rn == SP && !load) {
        row->op = ADDI, row->rd = SP, row->ra = SP, row->rb = NONE;
        row->imm = slots * (vector ? (int64_t)4 << (word >> 30) : size);
    }
}

static void memory(const Place *place, Row *row) {
    static const uint8_t widths[] = {4, 8, 0, 0};
    uint32_t word = place->word;
    if ((word & 0x3B000000) == 0x18000000) {
        if (word >> 26 & 1) return;
        row->op = LOAD, row->rd = written(word & 31), row->ra = ZERO;
        row->imm = place->address + 4 * as_signed(word >> 5, 19);
        row->width = widths[word >> 30];
    } else if ((word & 0x3B200C00) == 0x38200000) {
        row->rd = written(word & 31);
    } else if ((word & 0x3B000000) == 0x39000000 || (word & 0x3B200000) == 0x38000000 ||
               (word & 0x3B200C00) == 0x38200800) {
        single(place, row);
    } else if ((word & 0x3A000000) == 0x28000000) {
        pairs(place, row);
    } else if ((word & 0x3F000000) == 0x08000000) {
        row->rd = written(word >> 22 & 1 ? word & 31 : word >> 16 & 31);
    }
}

/* Handle sums of two registers, comparison included. */
static void sum_of_two(const Place *place, int extended, Row *row) {
    uint32_t word = place->word, rd = word & 31, rn = word >> 5 & 31, rm = word >> 16 & 31;
    int flags = word >> 29 & 1, less = word >> 30 & 1;
    int simple = extended ? !(word & 0x1C00) && (word >> 13 & 3) == 3 : !(word & 0xFC00);
    if (simple) row->op = less ? SUB : ADD;
    /* The scaled sum that selects from a jump table: its operands are worth knowing. */
    if (simple || extended) {
        row->ra = extended ? (uint8_t)rn : read(rn);
        row->rb = read(rm);
    }
    if (extended && rd == 31) row->rd = flags ? NONE : SP;
    if (flags && rd == 31 && simple && less)
        row->op = CMP;
    else if (flags)
        lose_flags(place);
}

static void registers(const Place *place, Row *row) {
    uint32_t word = place->word, rn = word >> 5 & 31, rm = word >> 16 & 31;
    row->rd = written(word & 31);
    /* REV turns the bytes of a register round: the same value as far as its origin goes. */
    if ((word & 0x7FFFF800) == 0x5AC00800 && rn != 31) {
        row->op = EXTEND, row->width = 8, row->ra = (uint8_t)rn;
    } else if ((word & 0x1F000000) == 0x0A000000) {
        if ((word & 0x60E0FC00) == 0x20000000 && rn == 31)
            row->op = rm == 31 ? CONST : ADDI, row->ra = (uint8_t)rm;
        if ((word >> 29 & 3) == 3) lose_flags(place);
    } else if ((word & 0x1F000000) == 0x0B000000) {
        sum_of_two(place, word >> 21 & 1, row);
    } else if ((word & 0x1FE00000) == 0x1A400000) {
        row->rd = NONE;
        lose_flags(place);
    }
}

/* Note the general registers that moves and conversions from vectors overwrite. */
static void vectors(const Place *place, Row *row) {
    uint32_t word = place->word, code = word >> 16 & 7;
    int convert = (word & 0x5F20FC00) == 0x1E200000 && code != 2 && code != 3 && code != 7;
    if (convert || (word & 0x9FE0EC00) == 0x0E002C00) row->rd = written(word & 31);
    if ((word & 0x5F203C00) == 0x1E202000) lose_flags(place);
}

/* Decode one word. */
static int decode(const Place *place, Row *row) {
    uint32_t word = place->word, group = word >> 25 & 15;
    if (group >> 1 == 4)
        immediates(place, row);
    else if (group >> 1 == 5)
        branches(place, row);
    else if ((group & 5) == 4)
        memory(place, row);
    else if ((group & 7) == 5)
        registers(place, row);
    else if ((group & 7) == 7)
        vectors(place, row);
    if (word == 0xD503201F || !word) row->op = NOP;
    return 0;
}

/* Write the rows of all code in `spans` to the columns `wide` and `small` of `rows` rows; the
   further registers that they overwrite go to `extra_row` and `extra`, as far as there is room.
   The rest, and what is returned, is said in `words.h`. */
KERNEL int64_t aarch64_words(const int64_t *areas, int64_t area_count, const int64_t *spans,
                             int64_t span_count, int64_t big, int64_t *wide, uint8_t *small,
                             int64_t rows, int64_t *breaks, int64_t *extra_row, uint8_t *extra,
                             int64_t extra_room, int64_t *counts) {
    (void)big; /* Instructions are little-endian even where data is not. */
    Code code = {areas, spans, area_count, span_count, 0, breaks, counts};
    Columns columns = columns_of(wide, small, rows, extra_row, extra, extra_room);
    return decode_all(&code, &columns, rows, decode);
}
