/* Kernels of assay.compare.elf.walking: backwards over all paths that lead to a row. */

#include "kernels.h"

enum { UNKNOWN = -1 };

typedef struct {
    int64_t count; /* rows */
    const uint8_t *written; /* the register that each row sets */
    const uint8_t *falls;   /* whether control comes to a row from the one above */
    const int64_t *chunk;
    const uint64_t *lost;   /* registers (bits) that a call behind the row leaves with nothing */
    const int64_t *first;   /* where the rows that jump to each row begin in `sources` */
    const int64_t *sources; /* rows */
    const int64_t *extra_rows; /* rows, ascending, that set another register */
    const uint8_t *extra_registers;
    int64_t extras;
    int64_t most;   /* rows of one walk */
    int32_t *seen;  /* of each row, the number of the walk that came to it last */
    int64_t *stack; /* room for `most` rows */
} Steps;

/* Put the rows from which control comes to *row* on the stack, those that are new to the walk.
   Return how many rows the walk has come to, UNKNOWN past `most` or outside of the chunk. */
static int64_t step_back(const Steps *steps, int64_t row, int32_t walk, int64_t chunk, int64_t come,
                         int64_t *height) {
    int64_t from = steps->first[row], until = steps->first[row + 1];
    for (int64_t at = from - (steps->falls[row] && row); at < until; at++) {
        int64_t one = at < from ? row - 1 : steps->sources[at];
        if (steps->seen[one] == walk) continue;
        if (steps->chunk[one] != chunk || come == steps->most) return UNKNOWN;
        steps->seen[one] = walk;
        steps->stack[(*height)++] = one;
        come++;
    }
    return come;
}

/* Say whether *row* sets *reg* beside the register that it writes. */
static int also_sets(const Steps *steps, int64_t row, int64_t reg) {
    int64_t at = lower_bound(steps->extra_rows, steps->extras, row);
    for (; at < steps->extras && steps->extra_rows[at] == row; at++)
        if (steps->extra_registers[at] == reg) return 1;
    return 0;
}

/* Write the rows that may set *reg* before row *user*; return how many, UNKNOWN if one is unknown.
   *walk* is a number that no earlier walk had. */
KERNEL int64_t paths_definitions(const Steps *steps, int64_t user, int64_t reg, int64_t walk,
                                 int64_t *found) {
    if (user < 0 || user >= steps->count) return UNKNOWN;
    uint64_t bit = reg >= 0 && reg < 64 ? (uint64_t)1 << reg : 0;
    int64_t chunk = steps->chunk[user], height = 0, kept = 0;
    int64_t come = step_back(steps, user, (int32_t)walk, chunk, 0, &height);
    while (come >= 0 && height) {
        int64_t row = steps->stack[--height];
        if (steps->lost[row] & bit) continue;
        if (steps->written[row] == reg) {
            found[kept++] = row;
            continue;
        }
        if (also_sets(steps, row, reg)) return UNKNOWN;
        come = step_back(steps, row, (int32_t)walk, chunk, come, &height);
    }
    return come < 0 ? UNKNOWN : kept;
}

/* Write those of the ascending rows *wanted* that control meets last before row *user*; return how
   many, UNKNOWN where a path comes from elsewhere without meeting one. */
KERNEL int64_t paths_nearest(const Steps *steps, int64_t user, const int64_t *wanted,
                             int64_t wanted_count, int64_t walk, int64_t *found) {
    if (user < 0 || user >= steps->count) return UNKNOWN;
    int64_t chunk = steps->chunk[user], height = 0, kept = 0;
    int64_t come = step_back(steps, user, (int32_t)walk, chunk, 0, &height);
    while (come >= 0 && height) {
        int64_t row = steps->stack[--height];
        int64_t at = lower_bound(wanted, wanted_count, row);
        if (at < wanted_count && wanted[at] == row)
            found[kept++] = row;
        else
            come = step_back(steps, row, (int32_t)walk, chunk, come, &height);
    }
    return come < 0 ? UNKNOWN : kept;
}
