/* Where a file holds pieces of eight bytes of published constants.

   The twins are in assay.code.access.standards (`_hits`) and changed (`_standing`). */

#include "kernels.h"

enum { WORD = 4, PIECE = 8 };

/* Return the four bytes at *at* as a number, the lowest first. */
static inline uint32_t read_word(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t read_piece(const uint8_t *at) {
    return (uint64_t)read_word(at) | (uint64_t)read_word(at + WORD) << 32;
}

static uint32_t mixed_word(uint32_t word, int64_t bits) {
    return word * UINT32_C(0x9E3779B9) >> (32 - bits);
}

static uint64_t mixed_piece(uint64_t piece, int64_t bits) {
    return piece * UINT64_C(0x9E3779B97F4A7C15) >> (64 - bits);
}

static int is_listed(const uint64_t *values, int64_t count, uint64_t wanted) {
    int64_t low = 0, high = count;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (values[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && values[low] == wanted;
}

static int has(const uint8_t *filter, uint64_t place) {
    return filter[place >> 3] >> (place & 7) & 1;
}

/* Write the places in *data*, ascending, of the pieces among the *count* sorted *values* to *found*
   and return how many there are, at most *room*. *parts* and *likely* are filters with a bit for
   each of 2 ** *bits* mixed words and pieces; -1 for bits out of range. */
KERNEL int64_t standards_hits(const uint8_t *data, int64_t size, const uint8_t *parts,
                              const uint8_t *likely, int64_t bits, const uint64_t *values,
                              int64_t count, int64_t *found, int64_t room) {
    int64_t words = size / WORD, hits = 0;
    if (bits < 3 || bits > 31) return -1;
    uint32_t next = words > 0 ? read_word(data) : 0;
    for (int64_t number = 0; number < words; number++) {
        uint32_t word = next;
        int last = number + 1 == words;
        next = last ? 0 : read_word(data + WORD * (number + 1));
        if (!last && word == 0 && next == 0) continue;
        if (!has(parts, mixed_word(word, bits))) continue;
        for (int64_t at = WORD * number - 3; at <= WORD * number; at++) {
            if (at < 0 || at > size - PIECE) continue;
            uint64_t piece = read_piece(data + at);
            if (!has(likely, mixed_piece(piece, bits))) continue;
            if (!is_listed(values, count, piece)) continue;
            if (hits == room) return hits;
            found[hits++] = at;
        }
    }
    return hits;
}

enum { FILTER_BITS = 14 };

/* Set *found*[n] to 1 for each of *count* sorted *words* whose four bytes, the lowest first, stand
   somewhere in *data*. */
KERNEL int64_t standards_words(const uint8_t *data, int64_t size, const uint32_t *words,
                               int64_t count, uint8_t *found) {
    uint8_t filter[(1 << FILTER_BITS) / 8] = {0};
    int64_t left = count;
    uint32_t held = 0;
    for (int64_t number = 0; number < count; number++) {
        uint32_t place = mixed_word(words[number], FILTER_BITS);
        filter[place >> 3] |= (uint8_t)(1 << (place & 7));
    }
    for (int64_t at = 0; at < size && left; at++) {
        held = held >> 8 | (uint32_t)data[at] << 24;
        if (at < WORD - 1 || !has(filter, mixed_word(held, FILTER_BITS))) continue;
        int64_t low = 0, high = count;
        while (low < high) {
            int64_t middle = (low + high) / 2;
            if (words[middle] < held)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == count || words[low] != held || found[low]) continue;
        found[low] = 1;
        left--;
    }
    return count - left;
}
