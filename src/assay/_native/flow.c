/* Kernels of assay.code.values: which definition of a register reaches a row. */

#include <string.h>

#include "rows.h"

#define HOPS 48

/* Fill *places* with the first row at or behind each 64 bytes of the code; *capacity* entries are
   enough for the span of the addresses, or -1 is returned. */
KERNEL int64_t rows_places(const Rows *rows, int32_t *places, int64_t capacity) {
    int64_t next = 0;
    for (int64_t row = 0; row < rows->count; row++) {
        uint64_t place = ((uint64_t)rows->address[row] - (uint64_t)rows->address[0]) >> BUCKET;
        if (place + 1 >= (uint64_t)capacity ||
            (row && rows->address[row] <= rows->address[row - 1]))
            return -1;
        while (next <= (int64_t)place) places[next++] = (int32_t)row;
    }
    while (next < capacity) places[next++] = (int32_t)rows->count;
    return 0;
}

/* Write the row of each address, 0 where there is none, and whether there is one. */
KERNEL int64_t rows_find(const Rows *rows, const int64_t *addresses, int64_t count, int64_t *found,
                         uint8_t *good) {
    for (int64_t at = 0; at < count; at++) {
        int64_t row = row_at(rows, addresses[at]);
        good[at] = row >= 0;
        found[at] = row >= 0 ? row : 0;
    }
    return 0;
}

/* Sort the definitions by register, row and whether they are unknown: `_definitions`.
   *order* takes the extra overwrites by their rows, *heads* has a place for each row and one. */
static int sort_definitions(const Rows *rows, const int64_t *extra_row,
                            const uint8_t *extra_register, int64_t extras, int32_t *keys,
                            int32_t *first, int32_t *heads, int32_t *order) {
    int32_t total[257] = {0};
    memset(heads, 0, (size_t)(rows->count + 1) * sizeof *heads);
    for (int64_t row = 0; row < rows->count; row++) total[rows->rd[row]]++;
    for (int mark = REGISTERS; mark < 256; mark++) total[mark] = 0;
    for (int64_t at = 0; at < extras; at++) {
        if (extra_row[at] < 0 || extra_row[at] >= rows->count) return -1;
        total[extra_register[at]]++;
        heads[extra_row[at]]++;
    }
    int32_t sum = 0, next[256];
    for (int one = 0; one < 256; one++) {
        first[one] = next[one] = sum;
        sum += total[one];
    }
    first[256] = sum;
    sum = 0;
    for (int64_t row = 0; row <= rows->count; row++) {
        sum += heads[row];
        heads[row] = sum;
    }
    for (int64_t at = extras - 1; at >= 0; at--) order[--heads[extra_row[at]]] = (int32_t)at;
    for (int64_t row = 0; row < rows->count; row++) {
        if (rows->rd[row] < REGISTERS) keys[next[rows->rd[row]]++] = (int32_t)(2 * row);
        for (int32_t at = heads[row]; at < heads[row + 1]; at++)
            keys[next[extra_register[order[at]]]++] = (int32_t)(2 * row + 1);
    }
    return 0;
}

/* Replace the marks in *last*, which are their own places, by the last one at or before each. */
static void run_on(int32_t *last, int64_t count) {
    for (int64_t row = 1; row < count; row++)
        if (!last[row]) last[row] = last[row - 1];
}

/* Mark where control comes from elsewhere and what follows calls: `_floors`, `_last_calls`. */
static int mark_stretches(const Rows *rows, const int64_t *breaks, int64_t break_count,
                          const int64_t *starts, int64_t start_count, int64_t delay, int32_t *floor,
                          int32_t *called) {
    int64_t top = rows->count + 1;
    for (int64_t row = 0; row < rows->count; row++) {
        uint8_t op = rows->op[row];
        int64_t behind = row + 1 + delay < top ? row + 1 + delay : top;
        if (ends_stretch(op) && rows->cond[row] == ALWAYS)
            floor[behind] = (int32_t)behind;
        else if (is_call(op))
            called[behind] = (int32_t)behind;
    }
    for (int64_t at = 0; at < break_count; at++) {
        if (breaks[at] < 0) return -1;
        int64_t row = breaks[at] < top ? breaks[at] : top;
        floor[row] = (int32_t)row;
    }
    for (int64_t at = 0; at < start_count; at++) {
        int64_t row = row_at(rows, starts[at]);
        if (row >= 0) floor[row] = (int32_t)row;
    }
    run_on(floor, top + 1);
    run_on(called, top + 1);
    return 0;
}

/* Write the branches to rows, and by which of them control comes to each floor: `_branches`,
   `_origins`. *first* and *origin* have two places more than there are rows. */
static int64_t follow_branches(const Rows *rows, const int32_t *floor, int64_t *sources,
                               int64_t *targets, int32_t *first, int32_t *origin) {
    int64_t count = 0, size = rows->count + 2;
    memset(first, 0xFF, (size_t)size * sizeof *first);
    for (int64_t row = 0; row < rows->count; row++) {
        if (rows->op[row] != BRANCH && rows->op[row] != JUMP) continue;
        int64_t target = row_at(rows, rows->imm[row]);
        if (target < 0) continue;
        sources[count] = row;
        targets[count++] = target;
        if (first[target] < 0) first[target] = (int32_t)row;
    }
    memcpy(origin, first, (size_t)size * sizeof *first);
    for (int64_t row = size - 1; row >= 0; row--)
        if (first[row] >= 0 && first[row] < floor[row]) origin[floor[row]] = first[row];
    return count;
}

/* Work out all of `flow_of`; return the number of branches, -1 for a listing that is none.
   *floor* and *called* come as zeros, *scratch* has room for the rows, two and the extras. */
KERNEL int64_t flow_define(const Rows *rows, const int64_t *extra_row,
                           const uint8_t *extra_register, int64_t extras, const int64_t *breaks,
                           int64_t break_count, const int64_t *starts, int64_t start_count,
                           int64_t delay, int32_t *keys, int32_t *first, int32_t *floor,
                           int32_t *called, int32_t *origin, int64_t *sources, int64_t *targets,
                           int32_t *scratch) {
    int32_t *order = scratch + rows->count + 2;
    if (delay < 0 || delay > 1 ||
        sort_definitions(rows, extra_row, extra_register, extras, keys, first, scratch, order) ||
        mark_stretches(rows, breaks, break_count, starts, start_count, delay, floor, called))
        return -1;
    return follow_branches(rows, floor, sources, targets, scratch, origin);
}

/* Return the first place from *low* up to *high* whose key is not below *key*, looked for around
   *from*: the next question is mostly about a place near the last one. */
static int64_t keys_below(const int32_t *keys, int64_t low, int64_t high, int64_t from,
                          int64_t key) {
    int64_t step = 1;
    if (from < high && keys[from] < key) {
        for (low = from + 1; low + step <= high && keys[low + step - 1] < key; step *= 2)
            low += step;
        high = low + step - 1 < high ? low + step - 1 : high;
    } else {
        for (high = from; high - step >= low && keys[high - step] >= key; step *= 2) high -= step;
        low = high - step + 1 > low ? high - step + 1 : low;
    }
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Return the row that sets the register of import stubs where no definition of it is known. */
static int64_t settled(const Flow *flow, int64_t position) {
    const Rows *rows = flow->rows;
    int64_t behind = position + 2 < rows->count - 1 ? position + 2 : rows->count - 1;
    if (rows->op[behind] == JUMPR) return -1;
    int64_t place = lower_bound(flow->settings, flow->settings_count, position) - 1;
    return place >= 0 ? flow->settings[place] : -1;
}

int64_t reach(const Flow *flow, int32_t *cursor, uint8_t wanted, int64_t position, int64_t before) {
    int64_t asked = position, mark = position, found = -1, place = cursor[wanted];
    int fragile = flow->clobbered[wanted];
    for (int hop = 0; hop < HOPS && flow->written[wanted]; hop++) {
        int64_t low = flow->first[wanted];
        place = keys_below(flow->keys, low, flow->first[wanted + 1], place, 2 * position);
        cursor[wanted] = hop ? cursor[wanted] : (int32_t)place;
        int64_t key = place > low ? flow->keys[place - 1] : -1;
        int64_t row = key >> 1;
        int64_t floor = flow->floor[position < before ? position : before];
        int inside = row >= floor;
        int lost = fragile && flow->called[before] > (inside ? row : floor);
        found = lost ? -2 : !inside ? -1 : key & 1 ? -2 : row;
        int64_t source = flow->origin[floor];
        if (inside || lost || source < 0 || source >= flow->rows->count) break;
        /* A loop that nothing leads into comes round to where it was. */
        if (hop > 1 && source == mark) break;
        if (!(hop & (hop - 1))) mark = source;
        before = source;
        position = source + 1 + flow->delay;
    }
    if (found == -1 && flow->settings_count && wanted == flow->stub_register)
        return settled(flow, asked);
    return found;
}

/* Write the row that last wrote each register before each position: `Flow.reach`. Returns -1 when
   a position is outside the listing. */
KERNEL int64_t flow_reach(const Flow *flow, const uint8_t *registers, const int64_t *positions,
                          const int64_t *before, int64_t count, int64_t *found) {
    int32_t cursor[256];
    int64_t top = flow->rows->count + 1;
    memcpy(cursor, flow->first, sizeof cursor);
    for (int64_t at = 0; at < count; at++) {
        if (positions[at] < 0 || positions[at] > top || before[at] < 0 || before[at] > top)
            return -1;
        found[at] = reach(flow, cursor, registers[at], positions[at], before[at]);
    }
    return 0;
}
