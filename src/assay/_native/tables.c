/* Kernel of assay.code.tables: the jump tables that lie among the instructions. */

#include <stdlib.h>

#include "rows.h"

#define MAX_ENTRIES 1024

static int ascending(const void *one, const void *other)
{
    int64_t first = *(const int64_t *)one, second = *(const int64_t *)other;
    return (first > second) - (first < second);
}

/* Sort *count* numbers; return how many different ones there are, which come first. */
static int64_t sort_once(int64_t *values, int64_t count)
{
    int64_t kept = 0;
    qsort(values, (size_t)count, sizeof *values, ascending);
    for (int64_t at = 0; at < count; at++)
        if (!kept || values[at] != values[kept - 1])
            values[kept++] = values[at];
    return kept;
}

/* Read the tables behind the jumps at *asked*, whose entries have *size* bytes and which reach up
   to the row *behind* rows on: `_inline_of_size`. Writes where each begins, its entries, and how
   many *targets* it has that are rows, ascending. Returns their number, -1 when there are more
   than *capacity* or a row does not exist. */
KERNEL int64_t tables_inline(const Rows *rows, const Memory *memory, const int64_t *asked,
                             int64_t count, int64_t size, int64_t behind, int64_t capacity,
                             int64_t *starts, int64_t *entries, int64_t *kept, int64_t *targets)
{
    int64_t total = 0;
    for (int64_t at = 0; at < count; at++) {
        int64_t row = asked[at], found = 0;
        if (row < 0 || row + behind >= rows->count)
            return -1;
        int64_t start = rows->address[row] + (size == 4 ? 8 : 4);
        int64_t room = rows->address[row + behind] - start;
        int64_t most = room < 0 ? 0 : room / size < MAX_ENTRIES ? room / size : MAX_ENTRIES;
        if (total + most > capacity)
            return -1;
        for (int64_t entry = 0; entry < most; entry++) {
            int64_t value;
            if (!read_word(memory, start + size * entry, size, &value))
                continue;
            value = size == 4 ? value : start + 2 * value;
            if (row_at(rows, value) >= 0)
                targets[total + found++] = value;
        }
        starts[at] = start;
        entries[at] = most;
        kept[at] = sort_once(targets + total, found);
        total += kept[at];
    }
    return total;
}
