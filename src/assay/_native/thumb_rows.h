/* Where instructions of Thumb begin: the twin of `thumb_rows` of `assay.code.isa.thumb` and of
   `assay.code.isa.thumb_data`. */

#ifndef ASSAY_THUMB_ROWS_H
#define ASSAY_THUMB_ROWS_H

#include <string.h>

#include "arm_layout.h"

enum { MAX_ENTRIES = 1024, FARTHEST = 1 << 16 };

/* Return the place of the instruction before `place`, -1 when there is none. */
static int64_t before(const Code *code, int64_t place) {
    do place--;
    while (place >= 0 && !(code->half_marks[place] & BEGINS));
    return place;
}

/* Return one more than the constant of the comparison before `place`, 0 without one. */
static int64_t compared(const Code *code, int64_t place) {
    for (int back = 1; back < LOOK_BACK && (place = before(code, place)) >= 0; back++) {
        uint32_t half = code->halves[place];
        if (half >> 11 == 5) return (half & 0xFF) + 1;
        if ((half & 0xFFF0) == 0xF1B0) return (code->halves[place + 1] & 0xFF) + 1;
    }
    return 0;
}

/* Mark half-words from `place` on as data. */
static void mark_halves(Code *code, int64_t place, int64_t count) {
    for (int64_t at = place; at < place + count && at < code->half_count; at++)
        code->half_marks[at] |= TABLE_DATA;
}

/* Return the stretch of Thumb code that `place` lies in, looking back from `near`. */
static const Stretch *holder(const Stretch *near, int64_t place) {
    while (near->mode != THUMB || place < near->place) near--;
    return near;
}

/* Return the address that an ADR before the load at `place` leaves in register `base`, or -1. */
static int64_t table_address(const Code *code, const Stretch *near, int64_t place, uint32_t base) {
    for (int back = 0; back < LOOK_BACK && (place = before(code, place)) >= 0; back++) {
        uint32_t half = code->halves[place];
        int64_t after = (address_of(holder(near, place), place) + 4) & ~(int64_t)3;
        if ((half & 0xFF00) == (0xA000 | base << 8)) return after + 4 * (half & 0xFF);
        if (half == 0xF20F && place + 1 < code->half_count) {
            uint32_t second = code->halves[place + 1];
            if ((second >> 8 & 15) == base)
                return after + ((second >> 4 & 0x700) | (second & 0xFF));
        }
    }
    return -1;
}

/* Return how many words at `place` are distances of labels from there. */
static int64_t distances(const Code *code, int64_t place, int64_t most) {
    int64_t nearest = INT64_MAX, room = (code->half_count - place) / 2;
    most = most && most < MAX_ENTRIES ? most : MAX_ENTRIES;
    most = most < room ? most : room;
    for (int64_t entry = 0; entry < most; entry++) {
        const uint16_t *pair = code->halves + place + 2 * entry;
        int64_t word = (int32_t)(pair[0] | (uint32_t)pair[1] << 16);
        if (word > FARTHEST || word < -FARTHEST) return entry;
        int64_t ahead = word > 0 ? word & ~(int64_t)1 : FARTHEST;
        nearest = ahead < nearest ? ahead : nearest;
        /* A label nearer than the word that names it ends the table before that word. */
        if (nearest < 4 * (entry + 1)) return entry;
    }
    return most;
}

/* Mark the table of distances that the `bx` at `jump` goes through, if it does; say so. */
static int mark_distances(Code *code, const Stretch *near, int64_t jump) {
    uint32_t half = code->halves[jump];
    int64_t add = half == 0x4770 ? -1 : before(code, jump);
    if (add < 0 || code->halves[add] >> 8 != 0x44) return 0;
    uint32_t added = code->halves[add];
    int64_t load = before(code, add);
    if (((added & 7) | (added >> 4 & 8)) != (half >> 3 & 15) || before(code, load) < 0) return 0;
    uint32_t first = code->halves[load], second = code->halves[load + 1];
    if ((first & 0xFFF0) != 0xF850 || (second & 0x0FF0) != 0x0020) return 0;
    int64_t address = table_address(code, near, load, first & 15);
    int64_t place = place_of(code->stretches, code->count, near, address, THUMB);
    if (place >= 0) mark_halves(code, place, 2 * distances(code, place, compared(code, jump)));
    return 1;
}

/* Mark the table behind the TBB or TBH at `place`. */
static void mark_branches(Code *code, int64_t place) {
    uint32_t second = place + 1 < code->half_count ? code->halves[place + 1] : 0;
    int64_t entries = compared(code, place), size = 1 + (second >> 4 & 1);
    if ((second & 0xFFE0) == 0xF000 && entries)
        mark_halves(code, place + 2, (entries * size + 1) / 2);
}

/* Follow the instructions of a stretch, long ones over two half-words. */
static void sweep(Code *code, const Stretch *near) {
    const uint16_t *halves = code->halves;
    uint8_t *marks = code->half_marks;
    int64_t end = near->place + near->count, last = code->half_count - 1;
    int64_t *remarkable = code->remarkable + code->remarkable_count;
    int64_t *calls = code->calls + code->call_count;
    for (int64_t place = near->place; place < end; place++) {
        uint32_t half = halves[place];
        marks[place] = ROW | BEGINS;
        *remarkable = place;
        if (half < 0xE800) {
            /* Loads of literals, `bx` and `blx`. */
            remarkable += ((half & 0xF800) == 0x4800) | ((half & 0xFF87) == 0x4700);
            continue;
        }
        /* The loads of literals among the long ones, TBB and TBH end in 0x1F. */
        remarkable += (half & 0x1F) == 0x1F;
        uint32_t second = halves[place + (place < last)];
        *calls = place;
        calls += ((half & 0xF800) == 0xF000) & ((second & 0xD001) == 0xC000);
        place++;
    }
    code->remarkable_count = remarkable - code->remarkable;
    code->call_count = calls - code->calls;
}

/* Take what `sweep` found in the same stretch of `old` code, all but the calls. */
static void take_over(Code *code, const Stretch *near, const Code *old, const Stretch *same) {
    uint8_t *marks = code->half_marks + near->place;
    const uint8_t *known = old->half_marks + same->place;
    int64_t step = 0;
    for (; step + 8 <= near->count; step += 8) {
        uint64_t eight;
        memcpy(&eight, known + step, sizeof eight);
        eight = (eight & EIGHT * BEGINS) / BEGINS * (ROW | BEGINS);
        memcpy(marks + step, &eight, sizeof eight);
    }
    for (; step < near->count; step++) marks[step] = known[step] & BEGINS ? ROW | BEGINS : 0;
    int64_t low = lower_bound(old->remarkable, old->remarkable_count, same->place);
    for (; low < old->remarkable_count; low++) {
        step = old->remarkable[low] - same->place;
        if (step >= near->count) return;
        code->remarkable[code->remarkable_count++] = near->place + step;
    }
}

/* Mark where instructions would begin if there were no data. */
static void mark_begins(Code *code, const Code *old) {
    const Stretch *same = old ? old->stretches : NULL, *stop = old ? same + old->count : NULL;
    code->remarkable_count = code->call_count = 0;
    for (int64_t number = 0; number < code->count; number++) {
        const Stretch *near = code->stretches + number;
        if (near->mode != THUMB) continue;
        while (same < stop && same->first < near->first) same++;
        if (same < stop && same->first == near->first && same->count == near->count &&
            same->mode == THUMB)
            take_over(code, near, old, same);
        else
            sweep(code, near);
    }
}

/* Mark tables behind jumps as data and note the loads of literals. */
static void mark_tables(Code *code) {
    const Stretch *near = code->stretches;
    int64_t tables = 0, jumps = 0, loads = 0;
    for (int64_t number = 0; number < code->remarkable_count; number++) {
        int64_t place = code->remarkable[number];
        uint32_t half = code->halves[place];
        while (near->mode != THUMB || place >= near->place + near->count) near++;
        if (half == 0xE8DF && tables++ < MAX_TABLES)
            mark_branches(code, place);
        else if ((half & 0xFF87) == 0x4700 && jumps < MAX_TABLES)
            jumps += mark_distances(code, near, place);
        else if ((half & 0xF800) == 0x4800 || (half & 0xFF7F) == 0xF85F ||
                 (half & 0xFF3F) == 0xED1F)
            code->loads[loads++] = place;
    }
    code->load_count = loads;
}

/* Give the half-word at `place`, and the next one, the mark `bit`. */
static void mark_pair(Code *code, int64_t place, int bit) {
    if (place < 0) return;
    code->half_marks[place] |= (uint8_t)bit;
    code->half_marks[place + 1 < code->half_count ? place + 1 : place] |= (uint8_t)bit;
}

/* Give what the load at `place` takes for a literal the mark `bit`. */
static void mark_literal(Code *code, const Stretch *near, int64_t place, int bit) {
    uint32_t half = code->halves[place];
    uint32_t second = code->halves[place + 1 < code->half_count ? place + 1 : place];
    int64_t after = (address_of(near, place) + 4) & ~(int64_t)3, offset = 4 * (half & 0xFF);
    int vector = (half & 0xFF3F) == 0xED1F;
    if (vector && (second & 0x0E00) != 0x0A00) return;
    if (vector)
        offset = 4 * (int64_t)(second & 0xFF);
    else if (half >= 0xE800)
        offset = second & 0xFFF;
    if (half >= 0xE800 && !(half & 0x80)) offset = -offset;
    for (int more = 0; more <= (vector && second & 0x100); more++) {
        int64_t target = after + offset + 4 * more;
        mark_pair(code, place_of(code->stretches, code->count, near, target, THUMB), bit);
    }
}

/* Mark literals as data. Pools and tables look like instructions too, and those name literals
   where there are none: what another load takes for a literal is not believed, unless that load
   is not either. */
static void mark_literals(Code *code) {
    static const int untrusted[] = {TABLE_DATA, TABLE_DATA | ONCE, TABLE_DATA | TWICE};
    static const int bits[] = {ONCE, TWICE, LITERAL};
    for (int round = 0; round < 3; round++) {
        const Stretch *near = code->stretches;
        for (int64_t number = 0; number < code->load_count; number++) {
            int64_t place = code->loads[number];
            while (near->mode != THUMB || place >= near->place + near->count) near++;
            if (!(code->half_marks[place] & untrusted[round]))
                mark_literal(code, near, place, bits[round]);
        }
    }
}

/* Begin instructions anew behind the data at `place` until that makes no difference any more, and
   return how far: a long one that is data, or was taken for one, is none. */
static int64_t resume(Code *code, int64_t place, int64_t end) {
    uint8_t *marks = code->half_marks;
    for (; place < end; place++) {
        if (marks[place] & DATA) {
            marks[place] &= (uint8_t)~ROW;
            continue;
        }
        if (marks[place] & ROW) break;
        marks[place] |= ROW;
        code->calls[code->call_count] = place;
        code->call_count += (code->halves[place] & 0xF800) == 0xF000;
        if (code->halves[place] >= 0xE800 && place + 1 < end) marks[++place] &= (uint8_t)~ROW;
    }
    return place;
}

/* Take data out of the rows of a stretch of Thumb. */
static void leave_out(Code *code, const Stretch *near) {
    int64_t end = near->place + near->count;
    for (int64_t place = near->place; place < end;) {
        uint64_t eight = 0;
        if (place + 8 <= end) memcpy(&eight, code->half_marks + place, sizeof eight);
        if (place + 8 <= end && !(eight & EIGHT * DATA))
            place += 8;
        else if (code->half_marks[place] & DATA)
            place = resume(code, place, end);
        else
            place++;
    }
}

#endif
