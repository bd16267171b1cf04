/* Kernel of assay.code.findings: what is found in a program once its calls and tables are known, in
   one call. */

#include <string.h>

#include "findings.h"

/* Set *mark* at the rows that are listed; return whether all of them exist. */
static int mark_rows(const Rows *rows, uint8_t *marks, const int64_t *listed, int64_t count,
                     uint8_t mark) {
    for (int64_t at = 0; at < count; at++) {
        if (listed[at] < 0 || listed[at] >= rows->count) return 0;
        marks[listed[at]] |= mark;
    }
    return 1;
}

/* Return how many fragments begin at or before *address*. */
static int64_t fragment_of(const Concluding *asked, int64_t address) {
    int64_t place = lower_bound(asked->fragments, asked->fragment_count, address);
    return place + (place < asked->fragment_count && asked->fragments[place] == address);
}

/* Note which fragments jump to where a register says. */
static void note_jumping(const Rows *rows, const Concluding *asked, Concluded *found) {
    const Known *calls = &asked->calls;
    for (int64_t at = 0; asked->fragment_count && at < calls->control_count; at++) {
        uint8_t op = rows->op[calls->control[at]];
        if (op == JUMPR || op == JUMPM)
            found->jumping[fragment_of(asked, rows->address[calls->control[at]])] = 1;
    }
    found->jumping[0] = 0;
}

/* Mark the row at *address* if that may begin a function: an address inside a function that jumps
   by a register is a label (`_computed_labels`). */
static void mark_held(const Rows *rows, const Concluding *asked, const Texts *texts,
                      int64_t address, Concluded *found) {
    address &= asked->even ? ~(int64_t)1 : -1;
    /* A multiple of 64 KiB is the upper half of an address more often than a function. */
    if (!(address & 0xFFFF) || !within(texts->code_starts, texts->code_ends, texts->code, address))
        return;
    int64_t row = row_at(rows, address);
    if (row < 0) return;
    if (asked->fragment_count) {
        int64_t place = fragment_of(asked, address);
        int begins = place && asked->fragments[place - 1] == address;
        if (found->jumping[place] && !begins) return;
    }
    found->marks[row] |= HELD;
}

/* Let those of the HELD rows begin functions that control does not run into: `_held_starts`. */
static void choose_held(const Rows *rows, const Flow *flow, uint8_t *marks) {
    int64_t plain = -1, delay = flow->delay;
    for (int64_t row = 0; row < rows->count; row++) {
        uint8_t op = rows->op[row];
        if ((marks[row] & (HELD | LABEL)) == HELD && op != BAD) {
            int64_t slot = plain > delay ? plain - delay : 0;
            int called =
                plain >= 0 && (is_call(rows->op[plain]) || (delay && is_call(rows->op[slot])));
            if (called || flow->floor[row] == row) marks[row] |= CERTAIN;
        }
        plain = op != NOP ? row : plain;
    }
}

/* Mark what begins functions by all that refers to it; 0 when a row does not exist. */
static int mark_starts(const Rows *rows, const Concluding *asked, const Flow *flow,
                       const Texts *texts, Concluded *found) {
    uint8_t *marks = found->marks;
    for (int64_t at = 0; at < asked->calls.control_count; at++)
        if (asked->calls.control[at] < 0 || asked->calls.control[at] >= rows->count) return 0;
    for (int64_t at = 0; at < asked->certain_count; at++) {
        int64_t row = row_at(rows, asked->certain[at]);
        if (row >= 0 && rows->op[row] != BAD) marks[row] |= CERTAIN;
    }
    for (int64_t at = 0; at < asked->table_leads; at++) {
        if (asked->table_rows[at] < 0 || asked->table_rows[at] >= rows->count) return 0;
        int64_t row = row_at(rows, asked->table_targets[at]);
        if (row >= 0) marks[row] |= LABEL;
    }
    note_jumping(rows, asked, found);
    for (int64_t at = 0; at < found->counts[0]; at++)
        mark_held(rows, asked, texts, found->references.target[at], found);
    for (int64_t at = 0; at < asked->held_count; at++)
        mark_held(rows, asked, texts, asked->held[at], found);
    choose_held(rows, flow, marks);
    return 1;
}

/* Mark what lies behind calls that never return, and where code begins, as candidates. */
static int mark_behind(const Rows *rows, const Concluding *asked, int64_t delay, uint8_t *marks) {
    for (int64_t at = 0; asked->last_count && at < asked->calls.control_count; at++) {
        int64_t row = asked->calls.control[at], behind = row + 1 + delay;
        if (rows->op[row] != CALL || behind >= rows->count) continue;
        int64_t place = lower_bound(asked->last, asked->last_count, rows->imm[row]);
        if (place < asked->last_count && asked->last[place] == rows->imm[row])
            marks[behind] |= CANDIDATE;
    }
    return mark_rows(rows, marks, asked->breaks, asked->break_count, CANDIDATE) &&
           mark_rows(rows, marks, asked->openings, asked->opening_count, OPENING);
}

/* Write the number of the function of each row, -1 outside all: `_owners`. */
static int own_rows(const Functions *functions, int64_t count, int64_t rows, int64_t *owner) {
    int64_t row = 0;
    for (int64_t at = 0; at < count; at++) {
        if (functions->first[at] < row || functions->last[at] > rows) return 0;
        while (row < functions->first[at]) owner[row++] = -1;
        while (row < functions->last[at]) owner[row++] = at;
    }
    while (row < rows) owner[row++] = -1;
    return 1;
}

KERNEL int64_t findings(const Flow *flow, const Memory *memory, const Texts *texts,
                        const Concluding *asked, Concluded *found) {
    const Rows *rows = flow->rows;
    Search search = {rows,
                     asked->sizes,
                     flow->delay,
                     asked->stack,
                     asked->sources,
                     asked->targets,
                     asked->branches,
                     asked->table_rows,
                     asked->table_targets,
                     asked->table_leads,
                     asked->breaks,
                     asked->break_count,
                     found->marks,
                     found->scratch,
                     found->scratch + rows->count + 2};
    found->counts[0] =
        form_references(rows, memory, texts, &asked->cells, asked->numbers, asked->shortest,
                        found->most, found->scratch, &found->references);
    if (found->counts[0] < 0) return 1;
    if (!mark_starts(rows, asked, flow, texts, found)) return -1;
    for (int64_t at = 0; at < asked->branches; at++)
        if (asked->sources[at] < 0 || asked->sources[at] >= rows->count || asked->targets[at] < 0 ||
            asked->targets[at] >= rows->count)
            return -1;
    int64_t known = 0;
    while (known < rows->count && !(found->marks[known] & CERTAIN)) known++;
    if (known < rows->count && !asked->covered) {
        if (!mark_behind(rows, asked, flow->delay, found->marks)) return -1;
        mark_gaps(&search);
    }
    found->counts[1] = list_functions(&search, found->most, &found->functions);
    if (found->counts[1] < 0) return 1;
    if (!own_rows(&found->functions, found->counts[1], rows->count, found->owner)) return -1;
    found->counts[2] = merge_calls(rows, &asked->calls, found->owner, &found->calls);
    return found->counts[2] < 0 ? -1 : 0;
}
