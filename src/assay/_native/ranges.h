/* Memory areas and code ranges as tables of int64, as `assay.code.isa.arm_native` makes them. */

#ifndef ASSAY_RANGES_H
#define ASSAY_RANGES_H

#include "kernels.h"

enum { AREA_FIELDS = 3, RANGE_FIELDS = 3 };

/* One area of memory: its bytes and the address of the first. */
typedef struct {
    int64_t start, end;
    const uint8_t *data;
} Area;

/* Return row `number` of the table of areas: start, address of the bytes, size. */
static inline Area area_of(const int64_t *areas, int64_t number) {
    const int64_t *row = areas + AREA_FIELDS * number;
    return (Area){row[0], row[0] + row[2], (const uint8_t *)(intptr_t)row[1]};
}

/* Return whether the areas ascend without overlap. */
static inline int areas_ascend(const int64_t *areas, int64_t count) {
    for (int64_t number = 0; number < count; number++) {
        Area one = area_of(areas, number);
        if (one.start < 0 || one.end < one.start) return 0;
        if (number && one.start < area_of(areas, number - 1).end) return 0;
    }
    return 1;
}

/* Find the area that holds [start, end) whole, beginning at `*hint`; 0 when there is none. */
static inline int find_area(const int64_t *areas, int64_t count, int64_t start, int64_t end,
                            int64_t *hint, Area *found) {
    while (*hint < count && area_of(areas, *hint).end <= start) ++*hint;
    if (*hint >= count) return 0;
    *found = area_of(areas, *hint);
    return found->start <= start && start < end && end <= found->end;
}

/* Return the least multiple of four that is not below `address`. */
static inline int64_t four_up(int64_t address) {
    return (address + 3) & ~(int64_t)3;
}

/* Return whether `value` is among `count` ascending values. */
static inline int is_listed(const int64_t *values, int64_t count, int64_t value) {
    int64_t place = lower_bound(values, count, value);
    return place < count && values[place] == value;
}

#endif
