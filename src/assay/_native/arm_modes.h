/* Which code of an ARM program is A32 and which Thumb: the twin of `assay.code.isa.arm_modes`. */

#ifndef ASSAY_ARM_MODES_H
#define ASSAY_ARM_MODES_H

#include <stdlib.h>
#include <string.h>

#include "ranges.h"

enum {
    SURELY_THUMB = 110,
    SURELY_WORDS = 450,
    MOST_WALKS = 1024,
    LONGEST_WALK = 1024,
    SHORT = 64,
    UNSURE = 2
};

/* What is known of a program: areas, starts and Thumb functions, mapping symbols, votes. */
typedef struct {
    const int64_t *areas, *starts, *marked, *mode_at, *voted;
    const uint8_t *mode, *vote;
    int64_t area_count, start_count, marked_count, mode_count, vote_count, big, hint;
} Known;

/* Where ranges (start, end, is Thumb) go, and how many there is room for. */
typedef struct {
    int64_t *row, count, room;
} Found;

/* The pieces of one range: borders, and what was counted before each word and half-word. */
typedef struct {
    const int64_t *voted;
    const uint8_t *vote;
    int64_t *cuts, cut_count, vote_count;
    int32_t *always, *signs;
    int64_t words, halves, whole;
    uint8_t *sure;
} Pieces;

/* Add a range; return 0 when there is no room. */
static int put(Found *found, int64_t start, int64_t end, int thumb) {
    if (found->count >= found->room) return 0;
    int64_t *row = found->row + RANGE_FIELDS * found->count++;
    row[0] = start, row[1] = end, row[2] = thumb;
    return 1;
}

static int by_value(const void *first, const void *second) {
    int64_t one = *(const int64_t *)first, other = *(const int64_t *)second;
    return (one > other) - (one < other);
}

/* Return where the A32 function at `start` ends, its literals included; at most `end`. */
static int64_t end_of_words(const Area *area, int64_t start, int64_t end, int64_t big) {
    int64_t size = end - start < LONGEST_WALK ? end - start : LONGEST_WALK;
    int64_t inner = start, pool = start, stop = start + size / 4 * 4;
    for (int64_t at = start; at < stop; at += 4) {
        uint32_t word = word_at(area->data + (at - area->start), big);
        if ((word & 0x0F7F0000) == 0x051F0000) {
            int64_t offset = word & 0x800000 ? (int64_t)(word & 0xFFF) : -(int64_t)(word & 0xFFF);
            pool = pool > at + 12 + offset ? pool : at + 12 + offset;
        } else if ((word & 0x0F800000) == 0x0A000000 && word >> 28 < 14) {
            int64_t target = at + 8 + 4 * (int64_t)(word & 0xFFFFFF);
            target = target < end ? target : end;
            inner = inner > target ? inner : target;
        }
        int leaves = word >> 28 == 14 &&
                     ((word & 0x0FFFFFF0) == 0x012FFF10 || (word & 0x0F000000) == 0x0A000000 ||
                      (word & 0x0FFF8000) == 0x08BD8000 || word == 0xE1A0F00E);
        if (leaves && at >= inner) {
            int64_t until = at + 4 > pool ? at + 4 : pool;
            return until < end ? until : end;
        }
    }
    return stop;
}

/* Note the known starts from `starts` to `stop` as borders, every 256 bytes if these are few. */
static void make_cuts(const int64_t *starts, const int64_t *stop, int64_t start, int64_t end,
                      Pieces *all) {
    int64_t count = 0, grid = start, *cuts = all->cuts;
    int64_t step = (stop - starts + 2) * 512 < end - start ? 256 : end - start;
    while (starts < stop || grid < end) {
        int even = starts >= stop || (grid < end && grid <= *starts);
        int64_t at = even ? grid : *starts;
        grid += even ? step : 0;
        starts += !even;
        if (!count || cuts[count - 1] != at) cuts[count++] = at;
    }
    cuts[count++] = end;
    all->cut_count = count;
}

/* Add where functions begin that were voted for, and where those of A32 among them end. */
static void add_votes(const Area *area, int64_t end, int64_t big, Pieces *all) {
    int64_t *cuts = all->cuts, count = all->cut_count, walks = 0, kept = 1;
    for (int64_t place = 0; place < all->vote_count; place++) {
        int64_t at = all->voted[place];
        cuts[count++] = at;
        if (!all->vote[place] && walks++ < MOST_WALKS)
            cuts[count++] = end_of_words(area, at, end, big);
    }
    qsort(cuts, (size_t)count, sizeof *cuts, by_value);
    for (int64_t place = 1; place < count; place++)
        if (cuts[place] != cuts[kept - 1]) cuts[kept++] = cuts[place];
    all->cut_count = kept;
}

/* Count before each word how many more begin with "always" than continue with it. */
static void count_always(const uint8_t *data, int64_t big, Pieces *all) {
    int upper = big ? 0 : 3;
    int32_t sum = 0, *always = all->always;
    int64_t words = all->words;
    always[0] = 0;
    for (int64_t word = 0; word < words; word++) {
        sum += (data[4 * word + upper] >> 4 == 14) - (data[4 * word + (upper ^ 2)] >> 4 == 14);
        always[word + 1] = sum;
    }
    all->whole = (sum > 0 ? sum : 0) * (int64_t)1000 / (all->words > 1 ? all->words : 1);
}

/* Count before each half-word the `push {..., lr}`, `pop {..., pc}` and `bx lr`. */
static void count_signs(const uint8_t *data, int64_t big, Pieces *all) {
    int32_t sum = 0;
    all->signs[0] = 0;
    for (int64_t place = 0; place < all->halves; place++) {
        uint16_t half = half_at(data + 2 * place, big);
        sum += half >> 8 == 0xB5 || half >> 8 == 0xBD || half == 0x4770;
        all->signs[place + 1] = sum;
    }
}

/* Return the count at `place`, of which there are `last` + 1. */
static int64_t at_edge(const int32_t *counts, int64_t place, int64_t last) {
    return counts[place < last ? place : last];
}

/* Return the share of A32-like words of piece `number`, in permille. */
static int64_t share_of(const Pieces *all, int64_t number, int64_t first) {
    int64_t low = (all->cuts[number] - first + 3) >> 2;
    int64_t high = (all->cuts[number + 1] - first) >> 2;
    low = low < all->words ? low : all->words;
    high = high < all->words ? high : all->words;
    int64_t more = at_edge(all->always, high, all->words) - at_edge(all->always, low, all->words);
    int64_t share = (more > 0 ? more : 0) * 1000 / (high - low > 1 ? high - low : 1);
    if (all->whole <= SURELY_WORDS || share >= SURELY_THUMB) return share;
    /* Among A32 code a piece without a sign of Thumb is a pool of literals or a table. */
    int64_t behind = at_edge(all->signs, 2 * high, all->halves);
    return behind > at_edge(all->signs, 2 * low, all->halves) ? share : SURELY_THUMB;
}

/* Say of every piece whether it is Thumb (in `sure`) and add the ranges; 0 without room. */
static int classify(const Known *known, Pieces *all, int64_t first, Found *found) {
    int64_t pieces = all->cut_count - 1, begun = 0;
    int sure = 0;
    for (int64_t number = 0; number < pieces; number++) {
        int called = is_listed(all->voted, all->vote_count, all->cuts[number]);
        int64_t share = called ? SURELY_THUMB : share_of(all, number, first);
        int thumb = share < SURELY_THUMB;
        if (!thumb && share <= SURELY_WORDS)
            thumb = sure ? all->sure[number - 1] : UNSURE;
        else if (!sure && (sure = 1))
            memset(all->sure, thumb, (size_t)number);
        all->sure[number] = (uint8_t)thumb;
    }
    for (int64_t number = 0; number < pieces; number++) {
        int64_t at = all->cuts[number];
        if (all->sure[number] == UNSURE)
            all->sure[number] = all->whole < (SURELY_THUMB + SURELY_WORDS) / 2;
        if (is_listed(known->marked, known->marked_count, at)) all->sure[number] = 1;
        int64_t vote = lower_bound(all->voted, all->vote_count, at);
        if (vote < all->vote_count && all->voted[vote] == at)
            all->sure[number] = all->vote[vote] != 0;
        if (number && all->sure[number] == all->sure[number - 1]) continue;
        if (number && !put(found, begun, at, all->sure[number - 1])) return 0;
        begun = all->sure[number] ? at : four_up(at);
    }
    return put(found, begun, all->cuts[pieces], all->sure[pieces - 1]);
}

/* Classify a short range by the highest bytes of its words alone. */
static int classify_short(const Known *known, const Area *area, int64_t start, int64_t end,
                          Found *found) {
    int64_t first = four_up(start), count = 0, words = 0;
    for (int64_t at = first + (known->big ? 0 : 3); at < end; at += 4, count++)
        words += area->data[at - area->start] >> 4 == 14;
    int thumb =
        is_listed(known->marked, known->marked_count, start) || words * 1000 < SURELY_WORDS * count;
    return put(found, thumb ? start : first, end, thumb);
}

/* Classify [start, end) by its bytes, with the `count` votes from `vote` on; 0 when it cannot. */
static int by_bytes(Known *known, int64_t start, int64_t end, int64_t vote, int64_t count,
                    Found *found) {
    Area area;
    if (!find_area(known->areas, known->area_count, start, end, &known->hint, &area)) return 0;
    int64_t first = four_up(start);
    if (end - start <= SHORT && !count) return classify_short(known, &area, start, end, found);
    if (first >= end) return 0;
    /* A vote for the beginning of the range counts for none. */
    while (count && known->voted[vote] <= first) vote++, count--;
    Pieces all = {.voted = known->voted + vote, .vote = known->vote + vote, .vote_count = count};
    all.words = (end - first) / 4, all.halves = (end - first) / 2;
    const int64_t *low = known->starts + lower_bound(known->starts, known->start_count, first + 1);
    const int64_t *stop = known->starts + lower_bound(known->starts, known->start_count, end);
    int64_t most = (stop - low) + (end - first) / 256 + 2 * count + 4;
    if (all.halves >= INT32_MAX || !(all.cuts = malloc((size_t)most * (sizeof *all.cuts + 1))))
        return 0;
    all.sure = (uint8_t *)(all.cuts + most);
    all.always = malloc((size_t)(all.words + all.halves + 2) * sizeof *all.always);
    int done = 0;
    if (all.always) {
        all.signs = all.always + all.words + 1;
        const uint8_t *data = area.data + (first - area.start);
        count_always(data, known->big, &all);
        if (all.whole > SURELY_WORDS) count_signs(data, known->big, &all);
        make_cuts(low, stop, first, end, &all);
        if (count) add_votes(&area, end, known->big, &all);
        done = classify(known, &all, first, found);
    }
    free(all.always);
    free(all.cuts);
    return done;
}

/* Add the ranges that mapping symbols `low` to `high` of [start, end) tell; 0 when it cannot. */
static int by_symbols(Known *known, int64_t start, int64_t end, int64_t low, int64_t high,
                      Found *found) {
    int64_t own = found->count, head = known->mode_at[low];
    if (head > start && !by_bytes(known, start, head, 0, 0, found)) return 0;
    for (int64_t place = low; place < high; place++) {
        int64_t at = known->mode_at[place];
        int64_t until = place + 1 < high ? known->mode_at[place + 1] : end;
        int thumb = known->mode[place] == 't';
        int64_t *last = found->row + RANGE_FIELDS * (found->count - 1);
        if (known->mode[place] == 'd') continue;
        if (found->count > own && last[1] == at && last[2] == thumb)
            last[1] = until;
        else if (!put(found, thumb ? at : four_up(at), until, thumb))
            return 0;
    }
    return 1;
}

/* Return whether the starts ascend. */
static int starts_ascend(const Known *known) {
    for (int64_t place = 1; place < known->start_count; place++)
        if (known->starts[place] <= known->starts[place - 1]) return 0;
    return 1;
}

/* Drop the ranges of less than two bytes. */
static void drop_short(Found *found) {
    int64_t kept = 0;
    for (int64_t number = 0; number < found->count; number++) {
        const int64_t *row = found->row + RANGE_FIELDS * number;
        if (row[1] - row[0] < 2) continue;
        for (int field = 0; field < RANGE_FIELDS; field++)
            found->row[RANGE_FIELDS * kept + field] = row[field];
        kept++;
    }
    found->count = kept;
}

/* Write (start, end, is Thumb) of all code in the `count` pairs of `spans`, which ascend, to
   `found`; 0 for what only the twin handles: a span that leaves its area, or no room. */
static int tell_modes(Known *known, const int64_t *spans, int64_t count, Found *found) {
    known->hint = 0;
    found->count = 0;
    for (int64_t number = 0; number < count; number++) {
        int64_t start = spans[2 * number], end = spans[2 * number + 1], before = found->count;
        int64_t low = lower_bound(known->mode_at, known->mode_count, start);
        int64_t high = lower_bound(known->mode_at, known->mode_count, end);
        if (low < high && !by_symbols(known, start, end, low, high, found)) return 0;
        if (found->count > before) continue;
        int64_t from = lower_bound(known->voted, known->vote_count, start);
        int64_t own = lower_bound(known->voted, known->vote_count, end) - from;
        if (!by_bytes(known, start, end, from, own, found)) return 0;
    }
    drop_short(found);
    return 1;
}

#endif
