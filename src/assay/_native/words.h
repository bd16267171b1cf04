/* The loop over all words of a program, for decoders whose instructions are one word each. */

#ifndef ASSAY_WORDS_H
#define ASSAY_WORDS_H

#include "listing.h"
#include "ranges.h"

/* The word that is decoded, where it stands and where it goes. */
typedef struct {
    uint32_t word;
    int64_t address, at;
    Columns *columns;
} Place;

/* What a program's code is read from, and what a decoder writes besides columns: the rows at which
   a range begins, and how many there are of further overwrites, of these, and of noted words. */
typedef struct {
    const int64_t *areas, *spans;
    int64_t area_count, span_count, big;
    int64_t *breaks, *counts;
} Code;

/* Return the lowest `bits` of `value` as a signed number. */
static inline int64_t as_signed(uint32_t value, int bits) {
    int64_t sign = (int64_t)1 << (bits - 1);
    return ((value & (2 * sign - 1)) ^ sign) - sign;
}

/* Let `decode` make a row of each word; it returns whether the word is to be counted as noted.
   Returns 0, or -1 for what only the twin handles: ranges that do not ascend or leave their area,
   or a number of `rows` that is wrong. */
static inline int64_t decode_all(const Code *code, Columns *columns, int64_t rows,
                                 int (*decode)(const Place *, Row *)) {
    int64_t hint = 0, at = 0, broken = 0, noted = 0;
    Area area;
    if (!areas_ascend(code->areas, code->area_count)) return -1;
    for (int64_t number = 0; number < code->span_count; number++) {
        int64_t start = code->spans[2 * number], end = code->spans[2 * number + 1];
        if ((number && start < code->spans[2 * number - 1]) ||
            !find_area(code->areas, code->area_count, start, end, &hint, &area))
            return -1;
        int64_t first = four_up(start), count = (end - first) >> 2;
        if (count <= 0) continue;
        if (count > rows - at) return -1;
        const uint8_t *data = area.data + (first - area.start);
        code->breaks[broken++] = at;
        for (int64_t step = 0; step < count; step++, at++) {
            Place place = {word_at(data + 4 * step, code->big), first + 4 * step, at, columns};
            Row row = {0, OTHER, NONE, NONE, NONE, 0, ALWAYS};
            noted += decode(&place, &row);
            put_row(columns, at, place.address, 4, &row);
        }
    }
    code->counts[0] = columns->extra_count, code->counts[1] = broken, code->counts[2] = noted;
    return at == rows ? 0 : -1;
}

#endif
