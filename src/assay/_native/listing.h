/* The columns of `assay.code.listing.Listing`. */

#ifndef ASSAY_LISTING_H
#define ASSAY_LISTING_H

#include "operations.h"

/* One row, but for the address. */
typedef struct {
    int64_t imm;
    uint8_t op, rd, ra, rb, width, cond;
} Row;

/* The columns of all rows, and the further registers that some of them overwrite. */
typedef struct {
    int64_t *address, *imm, *extra_row;
    uint8_t *size, *op, *rd, *ra, *rb, *width, *cond, *extra;
    int64_t extra_count, extra_room;
} Columns;

/* Return the columns of `rows` rows: two of int64 in `wide`, seven of bytes in `small`. */
static inline Columns columns_of(int64_t *wide, uint8_t *small, int64_t rows, int64_t *extra_row,
                                 uint8_t *extra, int64_t extra_room) {
    return (Columns){wide,
                     wide + rows,
                     extra_row,
                     small,
                     small + rows,
                     small + 2 * rows,
                     small + 3 * rows,
                     small + 4 * rows,
                     small + 5 * rows,
                     small + 6 * rows,
                     extra,
                     0,
                     extra_room};
}

/* Write a row. */
static inline void put_row(Columns *columns, int64_t at, int64_t address, int size,
                           const Row *row) {
    columns->address[at] = address;
    columns->imm[at] = row->imm;
    columns->size[at] = (uint8_t)size;
    columns->op[at] = row->op;
    columns->rd[at] = row->rd;
    columns->ra[at] = row->ra;
    columns->rb[at] = row->rb;
    columns->width[at] = row->width;
    columns->cond[at] = row->cond;
}

/* Note that the row `at` also overwrites `reg`; what there is no room for is only counted. */
static inline void overwrite(Columns *columns, int64_t at, uint32_t reg) {
    if (columns->extra_count < columns->extra_room) {
        columns->extra_row[columns->extra_count] = at;
        columns->extra[columns->extra_count] = (uint8_t)reg;
    }
    columns->extra_count++;
}

/* Note that the row `at` overwrites each register whose bit is set in `list`, lowest first. */
static inline void overwrite_all(Columns *columns, int64_t at, uint32_t list) {
    for (uint32_t reg = 0; list; reg++, list >>= 1)
        if (list & 1) overwrite(columns, at, reg);
}

/* Return how many bits of `list` are set. */
static inline int64_t bits_of(uint32_t list) {
    int64_t count = 0;
    for (; list; list &= list - 1) count++;
    return count;
}

#endif
