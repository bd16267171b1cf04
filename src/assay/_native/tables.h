/* The jump tables of a program: see `tables.c`. */

#ifndef ASSAY_TABLES_H
#define ASSAY_TABLES_H

#include "rows.h"

#define MAX_ENTRIES 1024
#define NEAR (1 << 16)

enum { ARM = 40, AARCH64 = 183 };

/* Sort *count* numbers; return how many different ones there are, which come first. */
int64_t sort_once(int64_t *values, int64_t count);

/* Read the tables behind the jumps at *asked*, whose entries have *size* bytes and which reach up
   to the row *behind* rows on: `_inline_of_size`. Writes where each begins, its entries, and how
   many *targets* it has that are rows, ascending. Returns their number, -1 when there are more
   than *capacity* or a row does not exist. */
KERNEL int64_t tables_inline(const Rows *rows, const Memory *memory, const int64_t *asked,
                             int64_t count, int64_t size, int64_t behind, int64_t capacity,
                             int64_t *starts, int64_t *entries, int64_t *kept, int64_t *targets);

/* Write the constants that the targets of *jumps* are computed from, nearest first, beside the
   jumps: `_constants_behind`. *work* has room for six times *capacity* definitions. Returns how
   many there are, -1 when there is no room or a row does not exist. */
KERNEL int64_t tables_constants(const Flow *flow, const int64_t *jumps, int64_t count,
                                const int64_t *cells, const uint8_t *filled, int64_t size,
                                int64_t mask, const int64_t *ambient, int64_t ambient_count,
                                int64_t capacity, int64_t *work, int64_t room, int64_t *found,
                                int64_t *values);

/* Write the tables of the jumps at *asked*, ascending, from the constants behind them, *pairs* of
   a jump and a value: row, address, entries, size and how many *targets* each, of which there is
   room for *capacity*: `_computed`. *starts* are where functions begin; *work* has room for 24
   numbers for each jump. Returns how many tables there are, -1 where something does not fit. */
KERNEL int64_t tables_guessed(const Rows *rows, const Memory *memory, const int64_t *asked,
                              int64_t count, const int64_t *pair_jumps, const int64_t *pair_values,
                              int64_t pairs, const int64_t *starts, int64_t start_count,
                              const int64_t *sizes, int64_t size_count, int64_t machine,
                              int64_t bits, int64_t *work, int64_t capacity, int64_t *found,
                              int64_t *targets);

#endif
