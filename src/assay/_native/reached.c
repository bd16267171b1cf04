/* Which blocks of a function can be reached only over one edge.

   The twin is `Study._behind` of assay.code.study. */

#include <string.h>

#include "kernels.h"

enum { NOT_READ = -1 };

/* The blocks of a function: their first rows, ascending, and the rows at which each goes on. */
struct blocks {
    const int64_t *rows, *starts, *onward;
    int64_t count;
};

/* Return the number of the block that begins at *row*, NOT_READ for none. */
static int64_t number_of(const struct blocks *blocks, int64_t row) {
    int64_t at = lower_bound(blocks->rows, blocks->count, row);
    return at < blocks->count && blocks->rows[at] == row ? at : NOT_READ;
}

/* Mark in *seen* what is reached from the *used* blocks that wait, but over the edge from block
   *from* to block *to*. Returns how many blocks have waited in all, NOT_READ for an edge to a row
   that begins no block. */
static int64_t spread(const struct blocks *blocks, int64_t from, int64_t to, uint8_t *seen,
                      int64_t *waiting, int64_t used) {
    for (int64_t at = 0; at < used; at++) {
        int64_t block = waiting[at];
        for (int64_t edge = blocks->starts[block]; edge < blocks->starts[block + 1]; edge++) {
            int64_t next = number_of(blocks, blocks->onward[edge]);
            if (next == NOT_READ) return NOT_READ;
            if (seen[next] || (block == from && next == to)) continue;
            seen[next] = 1;
            waiting[used++] = next; /* each block waits once: there is room for all */
        }
    }
    return used;
}

/* Say whether *starts* are those of *edges* rows: ascending, from the first to behind the last. */
static int is_laid_out(const struct blocks *blocks, int64_t edges) {
    for (int64_t at = 0; at < blocks->count; at++)
        if (blocks->starts[at] < 0 || blocks->starts[at] > blocks->starts[at + 1] ||
            (at && blocks->rows[at - 1] >= blocks->rows[at]))
            return 0;
    return blocks->starts[blocks->count] <= edges;
}

/* Write the first rows of the blocks that are reached from *entry* only over the edge from the
   block at row *from* to that at *to*, and return how many there are. The *count* blocks begin at
   *rows* and go on at the rows *onward* (*edges* of them), those of block n from *starts*[n] on.
   *seen*, *waiting* and *found* have room for *count*. NOT_READ where rows are no blocks. */
KERNEL int64_t blocks_behind(const int64_t *rows, int64_t count, const int64_t *starts,
                             const int64_t *onward, int64_t edges, int64_t entry, int64_t from,
                             int64_t to, uint8_t *seen, int64_t *waiting, int64_t *found) {
    struct blocks blocks = {rows, starts, onward, count};
    if (count < 1 || !is_laid_out(&blocks, edges)) return NOT_READ;
    int64_t first = number_of(&blocks, entry), before = number_of(&blocks, from);
    int64_t after = number_of(&blocks, to);
    if (first == NOT_READ || before == NOT_READ || after == NOT_READ) return NOT_READ;
    int64_t edge = starts[before];
    while (edge < starts[before + 1] && onward[edge] != to) edge++;
    if (edge == starts[before + 1]) return 0;
    memset(seen, 0, (size_t)count);
    seen[first] = 1;
    waiting[0] = first;
    int64_t used = spread(&blocks, before, after, seen, waiting, 1);
    if (used == NOT_READ) return NOT_READ;
    if (seen[after] || !seen[before]) return 0;
    seen[after] = 1;
    waiting[0] = after;
    used = spread(&blocks, before, after, seen, waiting, 1);
    for (int64_t at = 0; at < used; at++) found[at] = rows[waiting[at]];
    return used;
}
