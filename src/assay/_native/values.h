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

#endif
