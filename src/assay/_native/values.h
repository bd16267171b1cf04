/* What the kernels of assay.code.values and assay.code.groundwork share: rows that may become
   constants. */

#ifndef ASSAY_VALUES_H
#define ASSAY_VALUES_H

#include "rows.h"

/* Rows that may become constants, and the cells of their operands. */
typedef struct {
    int32_t *row, *first, *second;
} Waiting;

/* What registers hold behind each row, and more cells than rows, the last two of which stay
   unknown; which are known, made of numbers alone, and completed by another row. */
typedef struct {
    int64_t *value;
    uint8_t *filled, *absolute, *consumed;
    int64_t size;
} Cells;

static inline int takes_two(uint8_t op) {
    return op == ADD || op == SUB;
}

/* Keep the rows whose first operand can be a constant, known or computed itself: `_hopeful`.
   *able* has a place for each cell. Returns how many are kept. */
int64_t keep_hopeful(Waiting *waiting, int64_t count, const Cells *cells, uint8_t *able);

/* Compute the constants of the *count* rows *waiting*, whose operands are cells: the rounds of
   `evaluate`. *ready* has room for as many rows. */
void evaluate_waiting(const Rows *rows, const Memory *memory, int64_t mask, Waiting *waiting,
                      int64_t count, Waiting *ready, const Cells *cells);

/* Write those of the *count* rows in the *ranges* that are no constants yet, and the cells of
   their first operands, looked for again where there were none: `_asked_again`. */
KERNEL int64_t flow_operands_again(const Flow *flow, const uint8_t *known, const int64_t *ranges,
                                   int64_t range_count, const int64_t *rows, const int64_t *cells,
                                   int64_t count, int64_t *found, int64_t *found_cells);

/* Compute the constants of *count* rows from the cells of their first operands, where the last
   two of *size* cells stay unknown: the rounds of `evaluate`. *scratch* has room for six times the
   rows, *able* for the cells. Returns -1 when a row or cell does not exist. */
KERNEL int64_t flow_evaluate(const Flow *flow, const Memory *memory, int64_t mask,
                             const int64_t *found, const int64_t *found_cells, int64_t count,
                             int64_t *value, uint8_t *filled, uint8_t *absolute, uint8_t *consumed,
                             int64_t size, int32_t *scratch, uint8_t *able);

#endif
