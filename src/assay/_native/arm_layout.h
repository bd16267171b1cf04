/* The code of an ARM program as two runs of words, A32 and Thumb, and where its ranges lie. */

#ifndef ASSAY_ARM_LAYOUT_H
#define ASSAY_ARM_LAYOUT_H

#include "ranges.h"

enum { A32, THUMB };
enum { MAX_TABLES = 50000, LOOK_BACK = 8 };

/* One range: the address of its first word or half-word, its place among those of its mode, how
   many there are, its mode, and the row of the listing at which it begins. */
typedef struct {
    int64_t first, place, count, mode, row;
} Stretch;

/* What a mark of a word or half-word says: ROW that an instruction begins here, TABLE_DATA and
   LITERAL that this is data; the others are for working out what is: BEGINS that an instruction
   would begin here if there were no data, VOTED that a call was found to lead here. */
enum { ROW = 1, TABLE_DATA = 2, ONCE = 4, TWICE = 8, LITERAL = 16, BEGINS = 32, VOTED = 64 };
enum { DATA = TABLE_DATA | LITERAL };

/* Return the place of the word or half-word of `mode` at `address`, -1 when there is none.
   `near` is the stretch to try first. */
static inline int64_t place_of(const Stretch *stretches, int64_t count, const Stretch *near,
                               int64_t address, int64_t mode) {
    if (near->mode != mode || address < near->first ||
        (address - near->first) >> (2 - mode) >= near->count) {
        int64_t low = 0, high = count;
        while (low < high) {
            int64_t middle = low + (high - low) / 2;
            if (stretches[middle].first <= address)
                low = middle + 1;
            else
                high = middle;
        }
        near = stretches + low - 1;
        if (!low || near->mode != mode || (address - near->first) >> (2 - mode) >= near->count)
            return -1;
    }
    int64_t distance = address - near->first;
    return distance & ((4 >> mode) - 1) ? -1 : near->place + (distance >> (2 - mode));
}

/* Return how far the BL, BLX or B.W of two half-words leads from its address plus four. */
static inline int64_t far_distance(uint32_t first, uint32_t second) {
    uint32_t sign = first >> 10 & 1;
    uint32_t upper = (~(second >> 13 ^ sign) & 1) << 1 | (~(second >> 11 ^ sign) & 1);
    uint32_t offset = upper << 22 | (first & 0x3FF) << 12 | (second & 0x7FF) << 1;
    return (int64_t)offset - ((int64_t)sign << 24);
}

/* One in each of eight bytes. */
#define EIGHT UINT64_C(0x0101010101010101)

/* All code: words and half-words, a mark for each of both, and the ranges they are from.

   `remarkable` are the places of Thumb instructions that may be followed by data or name it,
   `loads` those that take literals, `calls` those that may lead to A32. */
typedef struct {
    uint32_t *words;
    uint16_t *halves;
    uint8_t *word_marks, *half_marks;
    Stretch *stretches;
    int64_t *remarkable, *calls, *loads;
    int64_t word_count, half_count, half_room, count, remarkable_count, call_count, load_count;
} Code;

/* Return the address of the half-word at `place`, which lies in the stretch `near` of Thumb. */
static inline int64_t address_of(const Stretch *near, int64_t place) {
    return near->first + 2 * (place - near->place);
}

#endif
