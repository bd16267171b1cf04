/* Kernel of assay.code.whole: the index of a program from its listing on, in one call. It does what
   the kernels of the single steps do, one after the other, for nearly every program. */

#include <string.h>

#include "whole.h"

/* What is written to the head of the block: the definitions as later kernels take them, then how
   far it came, how long the lists of the groundwork are, and of each list where it begins among
   those kept and how long it is. */
typedef struct {
    Flow flow;
    int64_t done, ground[5], begins[LISTS], counts[LISTS], used;
} Head;

enum { GROUND = 1, ALL = 2 };

/* Lay out what is kept for each row in the block, behind the head; 0 when it is too small. The
   order is that of assay.code.whole. */
static int lay_out_block(const Goal *goal, Ground *ground) {
    int64_t rows = goal->rows->count, extras = goal->premises.extras, *at = goal->block;
    int64_t cells = rows + 3 + goal->premises.ambient_count, places = goal->place_count;
    int64_t numbers = 3 * (rows + 2) + 257 + rows + extras, head = sizeof(Head) / sizeof *at;
    if (rows < 1 || extras < 0 || goal->premises.ambient_count < 0 || places < 0 ||
        goal->block_size <
            head + 2 * places + cells + 256 + rows + numbers / 2 + 1 + (4 * cells + 256) / 8 + 1)
        return 0;
    ground->places = places ? (Place *)(at + head) : NULL;
    ground->place_count = places;
    ground->cells.value = at + head + 2 * places;
    ground->resting = ground->cells.value + cells;
    int32_t *number = (int32_t *)(ground->resting + 256 + rows);
    ground->floor = number;
    ground->called = number + rows + 2;
    ground->origin = ground->called + rows + 2;
    ground->first = ground->origin + rows + 2;
    ground->keys = ground->first + 257;
    uint8_t *byte = (uint8_t *)(ground->resting + 256 + rows + numbers / 2 + 1);
    ground->cells.filled = byte;
    ground->cells.absolute = byte + cells;
    ground->cells.consumed = byte + 2 * cells;
    ground->marks = byte + 3 * cells;
    ground->written = byte + 4 * cells;
    ground->cells.size = cells;
    memset(ground->cells.value, 0, (size_t)cells * sizeof *at);
    memset(byte, 0, (size_t)(4 * cells));
    return 1;
}

/* Lay out the lists of the groundwork in the arena; 0 when it is too small. */
static int lay_out_lists(const Goal *goal, Arena *arena, Ground *ground) {
    int64_t most = goal->most, room = most + 1;
    if (most < 0 || most > goal->rows->count + 1) return 0;
    room += goal->premises.start_count + goal->premises.break_count;
    int64_t *lists = take(arena, 8 * room);
    int64_t *scratch = take(arena, 3 * (most + 1) + goal->rows->count / 2 + 2);
    int64_t *ops = take(arena, most / 8 + 1);
    if (!lists || !scratch || !ops) return 0;
    int64_t **list[] = {&ground->control,   &ground->certain,  &ground->sources,
                        &ground->targets,   &ground->operands, &ground->operand_cells,
                        &ground->transfers, &ground->leads};
    for (int one = 0; one < 8; one++) *list[one] = lists + one * room;
    ground->scratch = (int32_t *)scratch;
    ground->control_op = (uint8_t *)ops;
    ground->most = most;
    return 1;
}

/* Put the lists of the groundwork one behind the other, and free the rest of the arena. */
static void gather_ground(Ground *ground, Arena *arena) {
    const int64_t *counts = ground->counts;
    int64_t **list[] = {&ground->control,   &ground->certain,  &ground->sources,
                        &ground->targets,   &ground->operands, &ground->operand_cells,
                        &ground->transfers, &ground->leads};
    const int64_t lengths[] = {counts[0], counts[1], counts[2], counts[2],
                               counts[3], counts[3], counts[4], counts[4]};
    arena->used = 0;
    for (int one = 0; one < 8; one++) {
        size_t bytes = (size_t)lengths[one] * sizeof **list[one];
        *list[one] = memmove(arena->base + arena->used, *list[one], bytes);
        arena->used += lengths[one];
    }
    uint8_t *ops = (uint8_t *)(arena->base + arena->used);
    ground->control_op = memmove(ops, ground->control_op, (size_t)counts[0]);
    arena->used += (counts[0] + 7) / 8;
}

/* Find definitions, constants, where transfers lead and certain starts: 0, or what `groundwork`
   returns. */
static int64_t begin(Work *work) {
    const Goal *goal = work->goal;
    Ground *ground = &work->ground;
    Flow *flow = work->flow;
    if (!lay_out_block(goal, ground)) return -1;
    if (!lay_out_lists(goal, &work->arena, ground)) return 1;
    *flow = (Flow){goal->rows,      ground->keys,   ground->first,        ground->floor,
                   ground->called,  ground->origin, goal->clobbered,      ground->written,
                   ground->resting, goal->settings, goal->settings_count, goal->stub_register,
                   goal->delay};
    int64_t done = groundwork(goal->rows, goal->memory, &goal->premises, flow, ground);
    if (done) return done;
    goal->rows->places = ground->places;
    gather_ground(ground, &work->arena);
    return 0;
}

/* Count what decides which steps there are. */
static void count_kinds(Work *work) {
    for (int64_t at = 0; at < work->ground.counts[0]; at++) {
        uint8_t op = work->ground.control_op[at];
        work->jumps += op == JUMPR;
        work->slots += op == JUMPM;
        work->tables += op == TABLE;
        work->computed += op == CALLR || op == CALLM;
    }
}

/* Add what is called to the certain starts: `with_called`; 0 where there is no room. */
static int add_called(Work *work) {
    const Goal *goal = work->goal;
    const Premises *known = &goal->premises;
    work->certain = work->ground.certain;
    work->certain_count = work->ground.counts[1];
    /* What is called directly is known, and imports lie behind the code. */
    if (known->code && known->code_ends[known->code] <= goal->low && !work->computed) return 1;
    int64_t size = work->arena.size, bytes = goal->rows->count;
    uint8_t *marks = (uint8_t *)borrow(&work->arena, bytes / 8 + 1);
    int64_t *joined = take(&work->arena, work->certain_count + work->call_count);
    if (!marks || !joined) return 0;
    memset(marks, 0, (size_t)bytes);
    work->certain_count = starts_called(goal->rows, known->code_starts, known->code_ends,
                                        known->code, work->call_target, work->call_count,
                                        work->certain, work->certain_count, marks, joined);
    work->certain = joined;
    work->arena.size = size;
    return 1;
}

/* Return what is known before functions are looked for. */
static Concluding premises_of(const Work *work) {
    const Goal *goal = work->goal;
    const Ground *ground = &work->ground;
    return (Concluding){
        .sizes = goal->sizes,
        .stack = goal->premises.stack,
        .numbers = goal->numbers,
        .shortest = goal->shortest,
        .even = goal->premises.even,
        .covered = goal->covered,
        .certain = work->certain,
        .certain_count = work->certain_count,
        .held = goal->fixed ? work->held : goal->pointers,
        .held_count = goal->pointer_count + (goal->fixed ? work->word_count : 0),
        .fragments = goal->fragments,
        .fragment_count = goal->fragment_count,
        .last = goal->last,
        .last_count = goal->last_count,
        .breaks = goal->premises.breaks,
        .break_count = goal->premises.break_count,
        .openings = goal->openings,
        .opening_count = goal->opening_count,
        .table_rows = work->lead_row,
        .table_targets = work->lead,
        .table_leads = work->leads,
        .sources = ground->sources,
        .targets = ground->targets,
        .branches = ground->counts[2],
        .cells = ground->cells,
        .calls = {ground->control, ground->counts[0], ground->transfers, ground->leads,
                  ground->counts[4], work->call_row, work->call_target, work->call_count,
                  work->stubs, work->imports, work->stub_count, goal->low, goal->high},
    };
}

/* Note a list that is kept. */
static void keep(Work *work, int list, const void *from, int64_t count, int64_t size) {
    work->kept[list] = (Kept){from, count, size};
}

/* Find the rest, with room for *most* references and functions: what `findings` returns, or 1. */
static int64_t find_rest(Work *work, int64_t most) {
    const Goal *goal = work->goal;
    Arena *arena = &work->arena;
    Concluding asked = premises_of(work);
    int64_t rows = goal->rows->count, calls = work->call_count + work->ground.counts[0];
    int64_t used = arena->used, marks = rows + goal->fragment_count + 1;
    int64_t *lists = take(arena, 8 * most + 3 * calls),
            *bytes = take(arena, (marks + most + calls) / 8 + 1);
    int64_t *scratch = take(arena, rows + 2), *called = lists + 8 * most;
    if (!lists || !bytes || !scratch) return 1;
    uint8_t *mark = (uint8_t *)bytes, *flag = mark + marks;
    memset(mark, 0, (size_t)marks);
    Concluded found = {
        {lists, lists + most, lists + 2 * most, lists + 3 * most},
        {lists + 4 * most, lists + 5 * most, lists + 6 * most, lists + 7 * most, flag},
        {called, called + calls, called + 2 * calls, flag + most},
        work->ground.resting + 256,
        mark,
        mark + rows,
        (int32_t *)scratch,
        most,
        {0}};
    int64_t done = findings(work->flow, goal->memory, goal->texts, &asked, &found);
    if (done) {
        arena->used = used;
        return done;
    }
    for (int one = 0; one < 4; one++) {
        keep(work, REFERENCES + one, lists + one * most, found.counts[0], sizeof *lists);
        keep(work, FUNCTIONS + one, lists + (4 + one) * most, found.counts[1], sizeof *lists);
    }
    for (int one = 0; one < 3; one++)
        keep(work, CALLS + one, called + one * calls, found.counts[2], sizeof *lists);
    keep(work, CERTAIN_FLAGS, flag, found.counts[1], 1);
    keep(work, TAIL_FLAGS, flag + most, found.counts[2], 1);
    return 0;
}

/* Put the lists that are kept one behind the other, in order of their places; *head* says where. */
static void gather(Work *work, int64_t used, Head *head) {
    int done[LISTS] = {0};
    for (int step = 0; step < LISTS; step++) {
        int next = -1;
        for (int list = 0; list < LISTS; list++) {
            uintptr_t place = (uintptr_t)work->kept[list].from;
            if (!done[list] && (next < 0 || place < (uintptr_t)work->kept[next].from)) next = list;
        }
        const Kept *one = &work->kept[next];
        size_t bytes = (size_t)(one->count * one->size);
        done[next] = 1;
        head->begins[next] = used;
        head->counts[next] = one->count;
        if (bytes) memmove(work->arena.base + used, one->from, bytes);
        used += (int64_t)(bytes + sizeof used - 1) / (int64_t)sizeof used;
    }
    head->used = used;
}

/* Go on behind the groundwork; 0 for what is left to the single steps, -1 where these cannot go on
   either. */
static int go_on(Work *work) {
    const Goal *goal = work->goal;
    count_kinds(work);
    if (!resolve_calls(work) || !add_called(work) || !find_tables(work)) return 0;
    if (work->table_count) {
        int elsewhere = reconsider_tables(work);
        if (elsewhere < 0 || (elsewhere && !resolve_calls(work))) return -1;
    }
    if (goal->fixed && !work->held && !find_words(work)) return -1;
    int64_t rows = goal->rows->count, done = find_rest(work, rows / 2);
    if (done > 0) done = find_rest(work, 2 * rows);
    if (done) return -1;
    int64_t known = work->word_count, pointers = goal->pointer_count;
    const int64_t *words = work->held ? work->held + pointers : NULL;
    keep(work, STUBS, work->stubs, work->stub_count, sizeof *words);
    keep(work, IMPORTS, work->imports, work->stub_count, sizeof *words);
    keep(work, WORDS, words, known, sizeof *words);
    keep(work, PLACES, words ? words + known : NULL, known, sizeof *words);
    keep(work, TABLES, work->table, 5 * work->table_count, sizeof *words);
    keep(work, TABLE_TARGETS, work->lead, work->leads, sizeof *words);
    return 1;
}

/* Work out the index of a program. The block keeps what there is for each row, behind a head, and
   the arena has at its front the lists that are found. Returns 0, or what `groundwork` returns; -2
   where the single steps must begin anew. */
KERNEL int64_t whole_index(const Goal *goal) {
    if (goal->block_size < (int64_t)(sizeof(Head) / sizeof *goal->block)) return -1;
    Head *head = (Head *)goal->block;
    Work work = {.goal = goal, .flow = &head->flow, .arena = {goal->arena, 0, goal->arena_size}};
    memset(head, 0, sizeof *head);
    int64_t failed = begin(&work);
    if (failed) return failed;
    head->done = GROUND;
    head->used = work.arena.used;
    memcpy(head->ground, work.ground.counts, sizeof head->ground);
    int64_t used = work.arena.used;
    int went = goal->wanted ? go_on(&work) : 0;
    if (went < 0) return -2;
    if (!went) return 0;
    gather(&work, used, head);
    head->done = ALL;
    if (!work.held) head->counts[WORDS] = -1;
    return 0;
}
