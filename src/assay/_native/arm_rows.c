/* Where the instructions of an ARM program begin, and in which mode: literal pools and tables told
   from code.

   The twin of all of `assay.code.isa.arm` that comes before decoding, here of `code_only`. */

#include <stdlib.h>
#include <string.h>

#include "arm_votes.h"
#include "thumb_rows.h"

/* Copy `many` words or half-words from `data` in native order. */
static void copy_stretch(Code *code, int64_t mode, int64_t at, const uint8_t *data, int64_t many,
                         int64_t big) {
    uint32_t *words = code->words + at;
    uint16_t *halves = code->halves + at;
    if (big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)) {
        memcpy(mode == A32 ? (void *)words : halves, data, (size_t)many << (2 - mode));
        return;
    }
    for (int64_t word = 0; mode == A32 && word < many; word++)
        words[word] = word_at(data + 4 * word, big);
    for (int64_t half = 0; mode == THUMB && half < many; half++)
        halves[half] = half_at(data + 2 * half, big);
}

/* Copy the words of each range; 0 when ranges overlap or leave their area. */
static int copy(const Known *known, const Found *found, Code *code) {
    int64_t hint = 0, used[2] = {0, 0}, room[2] = {code->half_room / 2, code->half_room};
    Area area;
    code->count = 0;
    for (int64_t number = 0; number < found->count; number++) {
        const int64_t *range = found->row + RANGE_FIELDS * number;
        int64_t start = range[0], end = range[1], mode = range[2];
        if ((number && start < range[1 - RANGE_FIELDS]) ||
            !find_area(known->areas, known->area_count, start, end, &hint, &area))
            return 0;
        int64_t first = mode == THUMB ? (start + 1) & ~(int64_t)1 : four_up(start);
        int64_t many = (end - first) >> (2 - mode), at = used[mode];
        if (first >= end || !many) continue;
        if (many > room[mode] - at) return 0;
        copy_stretch(code, mode, at, area.data + (first - area.start), many, known->big);
        code->stretches[code->count++] = (Stretch){first, at, many, mode, 0};
        used[mode] += many;
    }
    code->word_count = used[A32], code->half_count = used[THUMB];
    return 1;
}

/* Mark the word of A32 code at `address` as data. */
static void mark_word(Code *code, const Stretch *near, int64_t address) {
    int64_t place = place_of(code->stretches, code->count, near, address, A32);
    if (place >= 0) code->word_marks[place] = 0;
}

/* Mark the words of the table behind the `ldr pc, [pc, rX, lsl #2]` at `place`. */
static void mark_table(Code *code, const Stretch *near, int64_t place, int64_t address) {
    uint32_t wanted = 0x03500000 | (code->words[place] & 15) << 16;
    for (int64_t back = 1; back <= LOOK_BACK && back <= place; back++) {
        uint32_t word = code->words[place - back];
        if ((word & 0x0FFFF000) != wanted) continue;
        for (int64_t entry = 0; entry <= (word & 0xFF); entry++)
            mark_word(code, near, address + 8 + 4 * entry);
        return;
    }
}

/* Mark the word or the two words that the vector load at `address` takes for literals. */
static void mark_vector(Code *code, const Stretch *near, int64_t address, uint32_t word) {
    int64_t offset = 4 * (int64_t)(word & 0xFF);
    if ((word & 0xE00) != 0xA00 || word >> 28 == 15) return;
    offset = word & 0x800000 ? offset : -offset;
    mark_word(code, near, address + 8 + offset);
    if (word & 0x100) mark_word(code, near, address + 12 + offset);
}

/* Mark the words that a load takes for literals, or a jump for a table, as data. */
static void mark_words(Code *code, const Stretch *near, int64_t *tables) {
    for (int64_t step = 0; step < near->count; step++) {
        uint32_t word = code->words[near->place + step], top = word >> 16;
        int64_t address = near->first + 4 * step;
        /* All of them load, relative to the program counter. */
        if ((top & 0x1F) != 0x1F) continue;
        if ((top & 0x0E5F) == 0x041F) {
            int64_t offset = word & 0xFFF;
            if (word >> 28 != 15)
                mark_word(code, near, address + 8 + (word & 0x800000 ? offset : -offset));
        } else if ((top & 0x0F3F) == 0x0D1F) {
            mark_vector(code, near, address, word);
        } else if ((top & 0x0FFF) == 0x079F && (word & 0xFFF0) == 0xF100) {
            if ((*tables)++ < MAX_TABLES) mark_table(code, near, near->place + step, address);
        }
    }
}

/* Return how many of the `count` marks are those of rows. */
static int64_t count_rows(const uint8_t *marks, int64_t count) {
    int64_t rows = 0, place = 0;
    for (; place + 8 <= count; place += 8) {
        uint64_t eight;
        memcpy(&eight, marks + place, sizeof eight);
        rows += (int64_t)((eight & EIGHT * ROW) * EIGHT >> 56);
    }
    for (; place < count; place++) rows += marks[place] & ROW;
    return rows;
}

/* Copy the words of the ranges and mark where instructions begin; 0 for what only the twin
   handles. What is the same in `old` code is taken over. */
static int find_rows(const Known *known, const Found *found, Code *code, const Code *old) {
    int64_t tables = 0;
    if (!copy(known, found, code)) return 0;
    code->half_marks = code->word_marks + code->word_count;
    memset(code->word_marks, ROW, (size_t)code->word_count);
    memset(code->half_marks, 0, (size_t)code->half_count);
    for (int64_t number = 0; number < code->count; number++)
        if (code->stretches[number].mode == A32)
            mark_words(code, code->stretches + number, &tables);
    mark_begins(code, old);
    mark_tables(code);
    mark_literals(code);
    for (int64_t number = 0; number < code->count; number++)
        if (code->stretches[number].mode == THUMB) leave_out(code, code->stretches + number);
    return 1;
}

/* Tell ranges and rows a second time, by the votes of the first; 0 when it cannot. */
static int find_again(Known *known, const int64_t *spans, int64_t count, Found *found, Code *code) {
    size_t table = (size_t)code->count * sizeof *code->stretches, halves = (size_t)code->half_count;
    Code old = *code;
    old.stretches = malloc(table + halves + 1);
    code->remarkable = malloc((size_t)(code->half_room + 1) * sizeof *code->remarkable);
    int done = 0;
    if (old.stretches && code->remarkable) {
        memcpy(old.stretches, code->stretches, table);
        old.half_marks = (uint8_t *)(old.stretches + old.count);
        memcpy(old.half_marks, code->half_marks, halves);
        done = tell_modes(known, spans, count, found) && find_rows(known, found, code, &old);
    }
    free(old.stretches);
    free(old.remarkable);
    return done;
}

/* Count the rows of each stretch: `counts` gets words, half-words, A32 rows, Thumb rows, stretches
   and breaks, `breaks` the rows at which a range begins. */
static void count_up(Code *code, int64_t *breaks, int64_t *counts) {
    int64_t rows[2] = {0, 0}, broken = 0;
    for (int64_t number = 0; number < code->count; number++) {
        Stretch *near = code->stretches + number;
        const uint8_t *marks = near->mode == A32 ? code->word_marks : code->half_marks;
        int64_t many = count_rows(marks + near->place, near->count);
        near->row = rows[A32] + rows[THUMB];
        rows[near->mode] += many;
        if (many) breaks[broken++] = near->row;
    }
    counts[0] = code->word_count, counts[1] = code->half_count;
    counts[2] = rows[A32], counts[3] = rows[THUMB], counts[4] = code->count, counts[5] = broken;
}

/* Return how many half-words there may be in `spans`, -1 when these do not ascend. */
static int64_t halves_in(const int64_t *spans, int64_t count) {
    int64_t sum = 0;
    for (int64_t number = 0; number < count; number++) {
        int64_t start = spans[2 * number], end = spans[2 * number + 1];
        if (start < 0 || start >= end || (number && start < spans[2 * number - 1])) return -1;
        sum += (end - start) / 2;
    }
    return sum;
}

/* Tell A32 from Thumb and instructions from data in `spans` of code.

   `marked` are the functions that symbols say are Thumb; mapping symbols are `mode_at` and the
   letter in `mode`. All ascend. Copies the code to `words` (room for a quarter of its bytes) and
   `halves` (half), marks in `marks` (as much as both) where instructions begin, of the words and
   then of the half-words, describes the ranges that hold any in `stretches` and notes in `breaks`
   the rows at which one begins. There is `room` for that many ranges. `counts` is what
   `count_up` says. Returns 0, or -1 for what only the twin handles. */
KERNEL int64_t arm_rows(const int64_t *areas, int64_t area_count, const int64_t *spans,
                        int64_t span_count, const int64_t *starts, int64_t start_count,
                        const int64_t *marked, int64_t marked_count, const int64_t *mode_at,
                        const uint8_t *mode, int64_t mode_count, int64_t big, uint32_t *words,
                        uint16_t *halves, uint8_t *marks, int64_t *stretches, int64_t *breaks,
                        int64_t room, int64_t *counts) {
    int64_t half_room = halves_in(spans, span_count);
    if (half_room < 0) return -1;
    Known known = {areas,      starts,      marked,       mode_at,    NULL, mode, NULL,
                   area_count, start_count, marked_count, mode_count, 0,    big,  0};
    Found found = {malloc((size_t)room * RANGE_FIELDS * sizeof(int64_t)), 0, room};
    Code code = {.words = words,
                 .halves = halves,
                 .word_marks = marks,
                 .stretches = (Stretch *)stretches,
                 .half_room = half_room};
    size_t list = (size_t)(half_room + 1) * sizeof(int64_t);
    code.remarkable = malloc(list), code.calls = malloc(list), code.loads = malloc(list);
    int done = found.row && code.remarkable && code.calls && code.loads &&
               areas_ascend(areas, area_count) && starts_ascend(&known) &&
               tell_modes(&known, spans, span_count, &found) &&
               find_rows(&known, &found, &code, NULL);
    if (done && !mode_count) {
        int64_t votes = collect_votes(&code, &found, &known);
        done = votes >= 0 && (!votes || find_again(&known, spans, span_count, &found, &code));
    }
    if (done) count_up(&code, breaks, counts);
    free((void *)known.voted);
    free(code.loads);
    free(code.calls);
    free(code.remarkable);
    free(found.row);
    return done ? 0 : -1;
}
