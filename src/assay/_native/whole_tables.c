/* Jump tables for the kernel of assay.code.whole: the twin of `jump_tables`, `unread_tables` and
   `reconsider` of assay.code.tables. */

#include <stdlib.h>
#include <string.h>

#include "whole.h"

#define MOST_JUMPS 50000
#define FEWEST_ENTRIES 4

/* What tables_constants and tables_guessed have room for, for each jump. */
enum { TRAIL = 16, PAIRS = 64, MORE_PAIRS = 256 };

/* Add a table and where it leads, of which *kept* targets were written; 0 without room. */
static int add_table(Work *work, int64_t row, int64_t address, int64_t entries, int64_t size,
                     int64_t kept) {
    int64_t *table = work->table + 5 * work->table_count++;
    table[0] = row, table[1] = address, table[2] = entries, table[3] = size, table[4] = kept;
    work->leads += kept;
    return take(&work->arena, kept) != NULL;
}

/* Add the row of branches from two rows behind *row* on, an A32 `add pc, pc, rX, lsl #2`. */
static int add_branches(Work *work, int64_t row) {
    const Rows *rows = work->goal->rows;
    int64_t last = row + 2, most = row + 2 + MAX_ENTRIES;
    most = most < rows->count ? most : rows->count;
    while (last < most && rows->op[last] == JUMP) last++;
    int64_t count = last - row - 2;
    if (count <= 0) return 1;
    if (count > work->arena.size - work->arena.used) return 0;
    memcpy(work->lead + work->leads, rows->address + row + 2, (size_t)count * sizeof *work->lead);
    return add_table(work, row, rows->address[row + 2], count, 4, count);
}

/* Find the tables that lie behind their jumps: `_inline_tables`. */
static int find_inline(Work *work) {
    const Rows *rows = work->goal->rows;
    int64_t start, entries, kept;
    for (int64_t at = 0; work->tables && at < work->ground.counts[0]; at++) {
        int64_t row = work->ground.control[at], size = rows->width[row];
        if (work->ground.control_op[at] != TABLE) continue;
        if (!size && !add_branches(work, row)) return 0;
        if (size != 1 && size != 2 && size != 4) continue;
        int64_t behind = size == 4 ? 2 : 1, room = work->arena.size - work->arena.used;
        if (row + behind >= rows->count) continue;
        int64_t *targets = work->lead + work->leads;
        if (tables_inline(rows, work->goal->memory, &row, 1, size, behind, room, &start, &entries,
                          &kept, targets) < 0)
            return 0;
        if (kept && !add_table(work, row, start, entries, size, kept)) return 0;
    }
    return 1;
}

/* Find the tables of the computed jumps: `_computed`. */
static int find_computed(Work *work) {
    const Goal *goal = work->goal;
    const Premises *known = &goal->premises;
    Arena *arena = &work->arena;
    int64_t size = arena->size, count = work->jumps, next = 0;
    int64_t most = TRAIL * count, room = (known->ambient_count ? MORE_PAIRS : PAIRS) * count;
    int64_t *jumps = borrow(arena, count), *guesses = borrow(arena, 6 * most);
    int64_t *pairs = borrow(arena, 2 * room), *found = borrow(arena, 5 * count);
    if (!jumps || !guesses || !pairs || !found) return 0;
    for (int64_t at = 0; at < work->ground.counts[0]; at++)
        if (work->ground.control_op[at] == JUMPR) jumps[next++] = work->ground.control[at];
    const Cells *cells = &work->ground.cells;
    int64_t behind = tables_constants(
        work->flow, jumps, count, cells->value, cells->filled, cells->size, known->mask,
        known->ambient, known->ambient_count, most, guesses, room, pairs, pairs + room);
    if (behind < 0) return 0;
    int64_t tables = tables_guessed(goal->rows, goal->memory, jumps, count, pairs, pairs + room,
                                    behind, work->certain, work->certain_count, goal->entry_sizes,
                                    goal->entry_size_count, goal->machine, 8 * known->size, guesses,
                                    arena->size - arena->used, found, work->lead + work->leads);
    arena->size = size;
    for (int64_t at = 0; at < tables; at++) {
        const int64_t *one = found + 5 * at;
        if (!add_table(work, one[0], one[1], one[2], one[3], one[4])) return 0;
    }
    return tables >= 0;
}

/* Keep of the *count* words those that are known to be addresses; *places* go with them. */
static int64_t keep_listed(const Goal *goal, int64_t *words, int64_t *places, int64_t count) {
    int64_t kept = 0;
    for (int64_t at = 0; at < count; at++) {
        int64_t place = lower_bound(goal->pointers, goal->pointer_count, words[at]);
        words[kept] = words[at];
        places[kept] = places[at];
        kept += place < goal->pointer_count && goal->pointers[place] == words[at];
    }
    return kept;
}

int find_words(Work *work) {
    const Goal *goal = work->goal;
    Arena *arena = &work->arena;
    int64_t pointers = goal->pointer_count, most = (arena->size - arena->used - pointers) / 3;
    int64_t count = 0, *held = most < 0 ? NULL : take(arena, pointers + 2 * most);
    if (!held) return 0;
    int64_t *words = held + pointers, *places = words + most;
    if (pointers) memcpy(held, goal->pointers, (size_t)pointers * sizeof *held);
    if (goal->premises.code && (goal->fixed || pointers))
        count = words_of_data(goal->texts, goal->premises.size, goal->memory->big_endian, most,
                              words, places);
    if (count < 0) return 0;
    if (!goal->fixed) count = keep_listed(goal, words, places, count);
    memmove(words + count, places, (size_t)count * sizeof *words);
    arena->used -= 2 * (most - count);
    work->held = held;
    work->word_count = count;
    return 1;
}

/* Return how many functions begin at or before *address*. */
static int64_t function_of(const Work *work, int64_t address) {
    int64_t place = lower_bound(work->certain, work->certain_count, address);
    return place + (place < work->certain_count && work->certain[place] == address);
}

/* Note beside functions the last of their jumps for which no table was found, one more than its
   row; *read* has a zero for each row that transfers control. Returns whether there are any. */
static int note_unread(const Work *work, uint8_t *read, int64_t *jump) {
    const Rows *rows = work->goal->rows;
    const int64_t *control = work->ground.control, count = work->ground.counts[0];
    int any = 0;
    for (int64_t one = 0; one < work->table_count; one++)
        read[lower_bound(control, count, work->table[5 * one])] = 1;
    for (int64_t at = 0; at < count; at++) {
        int64_t row = control[at];
        if (work->ground.control_op[at] != JUMPR || rows->cond[row] != ALWAYS || read[at]) continue;
        jump[function_of(work, rows->address[row])] = row + 1;
        any = 1;
    }
    return any;
}

/* Say whether a stack frame is made at *address*, or the global pointer set up: `_frames`. */
static int makes_frame(const Goal *goal, int64_t address) {
    const Rows *rows = goal->rows;
    int64_t row = row_at(rows, address), stack = goal->premises.stack;
    if (row < 0) return 0;
    if (rows->op[row] == ADDI && rows->imm[row] < 0 && rows->rd[row] == stack &&
        rows->ra[row] == stack)
        return 1;
    int64_t place = lower_bound(goal->openings, goal->opening_count, row);
    return place < goal->opening_count && goal->openings[place] == row;
}

/* Return how many words from *first* on lie side by side and lead into one function, *home*. */
static int64_t run_of(const Work *work, int64_t first, int64_t *home) {
    const int64_t *words = work->held + work->goal->pointer_count;
    const int64_t *places = words + work->word_count, size = work->goal->premises.size;
    int64_t last = first + 1;
    *home = function_of(work, words[first]);
    while (last < work->word_count && places[last] - places[last - 1] == size &&
           function_of(work, words[last]) == *home)
        last++;
    return last - first;
}

/* Find runs of words of data that only a jump beside its function in *jump* can use, and add them
   to the tables if *adds*; return how many words they have, and add to *found* how many there are:
   `_runs`. */
static int64_t find_runs(Work *work, const int64_t *jump, int adds, int64_t *found) {
    const Goal *goal = work->goal;
    const int64_t *words = work->held + goal->pointer_count, *places = words + work->word_count;
    int64_t total = 0, home;
    for (int64_t at = 0, many; at < work->word_count; at += many) {
        many = run_of(work, at, &home);
        int framed = many < FEWEST_ENTRIES || !jump[home];
        /* Functions that only a table of pointers names look alike, but they make frames. */
        for (int64_t one = at; !framed && one < at + many; one++)
            framed = makes_frame(goal, words[one]);
        if (framed) continue;
        *found += 1;
        total += many;
        if (!adds) continue;
        int64_t *table = work->table + 5 * work->table_count++;
        memcpy(work->lead + work->leads, words + at, (size_t)many * sizeof *words);
        table[0] = jump[home] - 1, table[1] = places[at], table[2] = many;
        table[3] = goal->premises.size;
        table[4] = sort_once(work->lead + work->leads, many);
        work->leads += table[4];
    }
    return total;
}

/* Add the tables that nothing was seen to read: `unread_tables`; 0 where there is no room. */
static int add_unread(Work *work) {
    Arena *arena = &work->arena;
    int64_t size = arena->size, control = work->ground.counts[0] + 1, found = 0;
    uint8_t *read = (uint8_t *)borrow(arena, control / 8 + 1);
    int64_t *jump = borrow(arena, work->certain_count + 1);
    if (!read || !jump) return 0;
    memset(read, 0, (size_t)control);
    memset(jump, 0, (size_t)(work->certain_count + 1) * sizeof *jump);
    if (note_unread(work, read, jump)) {
        if (!find_words(work)) return 0;
        int64_t more = work->word_count < FEWEST_ENTRIES ? 0 : find_runs(work, jump, 0, &found);
        if (found) {
            int64_t *table = take(arena, 5 * (work->table_count + found));
            int64_t *lead = take(arena, work->leads + more);
            if (!table || !lead) return 0;
            if (work->table_count)
                memcpy(table, work->table, (size_t)work->table_count * 5 * sizeof *table);
            if (work->leads) memcpy(lead, work->lead, (size_t)work->leads * sizeof *lead);
            work->table = table, work->lead = lead;
            find_runs(work, jump, 1, &found);
        }
    }
    arena->size = size;
    return 1;
}

/* List of which jump each target of a table is. */
static int list_leads(Work *work) {
    int64_t *row = work->lead_row = take(&work->arena, work->leads);
    if (!row) return 0;
    for (int64_t one = 0; one < work->table_count; one++)
        for (int64_t at = 0; at < work->table[5 * one + 4]; at++) *row++ = work->table[5 * one];
    return 1;
}

int find_tables(Work *work) {
    Arena *arena = &work->arena;
    if (work->jumps > MOST_JUMPS || work->tables > MOST_JUMPS) return 0;
    if (work->jumps && work->goal->machine == AARCH64) return 0;
    work->table = take(arena, 5 * (work->jumps + work->tables));
    if (!work->table) return 0;
    work->lead = arena->base + arena->used;
    if (!find_inline(work) || (work->jumps && (!find_computed(work) || !add_unread(work))))
        return 0;
    return list_leads(work);
}

static int by_first(const void *one, const void *other) {
    const int64_t *first = one, *second = other;
    return (first[0] > second[0]) - (first[0] < second[0]);
}

/* Write the rows of the functions that have tables, ascending and each once; return how many
   ranges these are. *ranges* has room for one of each table. */
static int64_t find_ranges(const Work *work, int64_t *ranges) {
    const Rows *rows = work->goal->rows;
    int64_t kept = 0;
    for (int64_t one = 0; one < work->table_count; one++) {
        int64_t address = rows->address[work->table[5 * one]], place = function_of(work, address);
        int64_t low = place ? work->certain[place - 1] : 0;
        int64_t high = place < work->certain_count ? work->certain[place] : INT64_MAX;
        low = low > address - NEAR ? low : address - NEAR;
        high = high < address + NEAR ? high : address + NEAR;
        ranges[2 * one] = lower_bound(rows->address, rows->count, low);
        ranges[2 * one + 1] = lower_bound(rows->address, rows->count, high);
    }
    qsort(ranges, (size_t)work->table_count, 2 * sizeof *ranges, by_first);
    for (int64_t one = 0; one < work->table_count; one++) {
        int64_t low = ranges[2 * one], high = ranges[2 * one + 1];
        int64_t *last = ranges + 2 * kept - 2;
        if (kept && low < last[1]) {
            last[1] = last[1] > high ? last[1] : high;
        } else if (high > low) {
            ranges[2 * kept] = low;
            ranges[2 * kept++ + 1] = high;
        }
    }
    return kept;
}

/* Note by which jump control comes to the targets of tables: the first that leads there counts. */
static void lead_control(Work *work) {
    int32_t *origin = work->ground.origin;
    for (int64_t at = 0; at < work->leads; at++) {
        int64_t row = row_at(work->goal->rows, work->lead[at]);
        if (row < 0) continue;
        int32_t *of = origin + work->flow->floor[row];
        if (*of < 0) *of = (int32_t)work->lead_row[at];
    }
}

/* Evaluate the *ranges* of rows once more; 0 where that cannot be done. */
static int evaluate_again(Work *work, const int64_t *ranges, int64_t range_count) {
    const Goal *goal = work->goal;
    const Ground *ground = &work->ground;
    const Cells *cells = &ground->cells;
    int64_t count = ground->counts[3];
    int64_t *rows = borrow(&work->arena, 2 * count);
    if (!rows) return 0;
    int64_t kept =
        flow_operands_again(work->flow, cells->filled, ranges, range_count, ground->operands,
                            ground->operand_cells, count, rows, rows + count);
    int64_t *scratch = borrow(&work->arena, 3 * (kept > 0 ? kept : 0));
    if (kept < 0 || !scratch) return 0;
    return !flow_evaluate(work->flow, goal->memory, goal->premises.mask, rows, rows + count, kept,
                          cells->value, cells->filled, cells->absolute, cells->consumed,
                          cells->size, (int32_t *)scratch, ground->marks);
}

/* Look again for where transfers lead that led nowhere; return whether any does, -1 for damage. */
static int lead_again(Work *work) {
    const Goal *goal = work->goal;
    const Cells *cells = &work->ground.cells;
    int found = 0;
    for (int64_t at = 0; at < work->ground.counts[4]; at++) {
        int64_t *lead = work->ground.leads + at;
        if (*lead != -1) continue;
        if (calls_leads(work->flow, goal->memory, work->ground.transfers + at, 1, cells->value,
                        cells->filled, cells->size, goal->premises.size, goal->premises.even, lead))
            return -1;
        found |= *lead != -1;
    }
    return found;
}

int reconsider_tables(Work *work) {
    int64_t size = work->arena.size, *ranges = borrow(&work->arena, 2 * work->table_count);
    if (!ranges) return -1;
    lead_control(work);
    int64_t count = find_ranges(work, ranges);
    if (count && !evaluate_again(work, ranges, count)) return -1;
    work->arena.size = size;
    return lead_again(work);
}
