/* Kernels of assay.code.values: which definition of a register reaches a row. */

#include <string.h>

#include "rows.h"

#define HOPS 48

KERNEL int64_t rows_places(const Rows *rows, Place *places, int64_t capacity) {
    int64_t last = -1;
    uint64_t begins = 0;
    for (int64_t row = 0; row < rows->count; row++) {
        uint64_t at = (uint64_t)rows->address[row] - (uint64_t)rows->address[0];
        if (at >> BUCKET >= (uint64_t)capacity ||
            (row && rows->address[row] <= rows->address[row - 1]))
            return -1;
        if ((int64_t)(at >> BUCKET) != last) {
            if (last >= 0) places[last].begins = begins;
            while (++last < (int64_t)(at >> BUCKET)) places[last] = (Place){0, row};
            places[last].first = row;
            begins = 0;
        }
        begins |= (uint64_t)1 << (at & 63);
    }
    if (last >= 0) places[last].begins = begins;
    while (++last < capacity) places[last] = (Place){0, rows->count};
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
