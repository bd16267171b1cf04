/* Ways on from an edge of a function, after the careful pass over it (`symbolic.h`). The twin is
   class Paths of assay.code.access.paths. */

#include "symbolic.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BLOCKS = 250, MAX_PATH = 60, TEXTS = 3, WAY_PARTS = 6 };
enum { CALLS, STORES, RETURNS, RETURNS_UNKNOWN, RETURNS_RESULT };

/* One block on a way: the values behind it, the one before it (-1 for none), how many those are. */
typedef struct {
    State state;
    int32_t row, before, depth;
} Visit;

typedef struct {
    Run *run;
    Visit *visits;
    int32_t *pool;
    uint8_t *stops;
    int64_t count, ends;
    Numbers waiting, effects, calls, blocks;
} Ways;

static void note_effect(Ways *ways, int64_t kind, int64_t first, const int64_t *others) {
    append(ways->run, &ways->effects, kind);
    append(ways->run, &ways->effects, first);
    for (int64_t at = 0; at < TEXTS; at++)
        append(ways->run, &ways->effects, others == NULL ? 0 : others[at]);
}

/* Note a call with the numbers among its first arguments, which may be the places of texts. */
static void note_call(Ways *ways, int64_t row, State *state) {
    Run *run = ways->run;
    int32_t given[MOST_GIVEN];
    int64_t texts[TEXTS] = {0}, count = symbolic_arguments(run, state, given, run->program->given);
    for (int64_t at = 0; at < TEXTS && at < count; at++) {
        int64_t number = run->values[given[at]].offset;
        texts[at] = kind_of(run, given[at]) == NUMBER && number > 0 ? number : 0;
    }
    int computed;
    append(run, &ways->calls, row);
    int64_t target = symbolic_callee(run, row, state, &computed);
    note_effect(ways, CALLS, target, texts);
    symbolic_after_call(run, row, target, state, given, count);
}

/* Note a constant that is stored where others can see it. */
static void note_store(Ways *ways, int64_t row, const State *state) {
    Run *run = ways->run;
    const Program *program = run->program;
    int32_t place = symbolic_address(run, row, state);
    int kind = kind_of(run, place);
    if (!place || kind == STACK || kind == UNKNOWN) return;
    int64_t number[TEXTS] = {program->second[row] & 0xFFFFFFFF};
    if (program->op[row] != STOREI) {
        int32_t value = operand(run, state, program->rb[row]);
        if (kind_of(run, value) != NUMBER) return;
        number[0] = run->values[value].offset & 0xFFFFFFFF;
    }
    note_effect(ways, STORES, place, number);
}

/* Carry out a block on *state*, and note what others can see. */
static void go_through(Ways *ways, const Block *block, State *state) {
    Run *run = ways->run;
    int64_t count = symbolic_plan(run, block->row, block->end, run->plan);
    for (int64_t at = 0; at < count && !run->failed; at++) {
        int64_t row = run->plan[at];
        int op = run->program->op[row], action = run->steps[row - run->first];
        if (action == DO_LEAVE) {
            if (is_call(op) || (is_jump(op) && call_at(run, row) >= 0))
                note_call(ways, row, state);
            else
                symbolic_step(run, row, state);
            continue;
        }
        if (op == STORE || op == STOREI) note_store(ways, row, state);
        if (action == DO_STEP)
            symbolic_step(run, row, state);
        else
            symbolic_act(run, row, state, action);
    }
}

/* Put what the branch that ends *block* compares into *sides*, and where equality leads into
   *equal*; say whether it compares. */
static int compares(Run *run, const Block *block, const State *state, int32_t sides[2],
                    int64_t *equal) {
    const Program *program = run->program;
    int64_t row = block->ending;
    if (block->onward != 2 || row < 0 || program->op[row] != BRANCH) return 0;
    if (program->cond[row] != EQ && program->cond[row] != NE) return 0;
    sides[0] = state->flags[0];
    sides[1] = state->flags[1];
    if (program->ra[row] != NONE) {
        sides[0] = operand(run, state, program->ra[row]);
        sides[1] = operand(run, state, program->rb[row]);
    }
    *equal = program->cond[row] == EQ ? target_at(run, row) : block->end;
    return 1;
}

/* Put into *state* what taking the edge of equality out of *block* tells of a result. */
static void learn(Run *run, const Block *block, int64_t taken, State *state) {
    int32_t sides[2];
    int64_t equal;
    if (!compares(run, block, state, sides, &equal) || taken != equal) return;
    if (kind_of(run, sides[0]) != RESULT || kind_of(run, sides[1]) != NUMBER) return;
    for (int64_t at = 0; at < run->registers; at++)
        if (state->registers[at] == sides[0]) state->registers[at] = sides[1];
}

/* Return the one row that *block* goes on to where the values decide it, else -1. */
static int64_t decided(Run *run, const Block *block, const State *state) {
    int32_t sides[2];
    int64_t equal;
    if (!compares(run, block, state, sides, &equal)) return -1;
    if (kind_of(run, sides[0]) != NUMBER || kind_of(run, sides[1]) != NUMBER) return -1;
    const int64_t *onward = run->following.at + block->following;
    int64_t left = run->values[sides[0]].offset, right = run->values[sides[1]].offset;
    int64_t other = onward[0] != equal ? onward[0] : onward[1];
    int64_t wanted = ((left ^ right) & 0xFFFFFFFF) == 0 ? equal : other;
    return wanted == onward[0] || wanted == onward[1] ? wanted : -1;
}

/* Note what is returned, where *block* returns. */
static void note_return(Ways *ways, const Block *block, const State *state) {
    Run *run = ways->run;
    int64_t row = block->row;
    while (row < block->end && run->program->op[row] != RET) row++;
    if (row == block->end) return;
    Value one = run->values[held(run, state, (int)run->program->result)];
    if (one.kind == NUMBER)
        note_effect(ways, RETURNS, one.offset & 0xFFFFFFFF, NULL);
    else if (one.kind == RESULT)
        note_effect(ways, RETURNS_RESULT, one.key, NULL);
    else
        note_effect(ways, RETURNS_UNKNOWN, 0, NULL);
}

/* Say whether the way that ended with the visit *number* went through the block at *row*. */
static int passed(const Ways *ways, int32_t number, int64_t row) {
    for (; number >= 0; number = ways->visits[number].before)
        if (ways->visits[number].row == row) return 1;
    return 0;
}

/* Go through the block at *row* behind the visit *before*, and let its ways on wait. */
static void go_on(Ways *ways, const Block *block, int32_t before, const State *begun) {
    Run *run = ways->run;
    Visit *visit = &ways->visits[ways->count];
    visit->state.registers = ways->pool + ways->count * run->registers;
    visit->row = block->row;
    visit->before = before;
    visit->depth = before < 0 ? 0 : ways->visits[before].depth + 1;
    symbolic_copy(run, &visit->state, before < 0 ? begun : &ways->visits[before].state);
    if (before >= 0) {
        int32_t from = block_at(run, ways->visits[before].row);
        learn(run, &run->blocks[from], block->row, &visit->state);
    }
    append(run, &ways->blocks, block->row);
    go_through(ways, block, &visit->state);
    int64_t only = decided(run, block, &visit->state);
    if (!block->onward) {
        ways->ends++;
        note_return(ways, block, &visit->state);
    }
    for (int32_t at = 0; at < block->onward && visit->depth < MAX_PATH; at++) {
        int64_t row = run->following.at[block->following + at];
        if (only >= 0 && (row != only || (at && run->following.at[block->following] == only)))
            continue;
        append(run, &ways->waiting, row);
        append(run, &ways->waiting, ways->count);
    }
    ways->count++;
}

/* Follow all ways on from *row*, which begin with the values *begun*. */
static void go_along(Ways *ways, int64_t row, const State *begun) {
    Run *run = ways->run;
    append(run, &ways->waiting, row);
    append(run, &ways->waiting, -1);
    for (int budget = MAX_BLOCKS; budget && ways->waiting.used && !run->failed; budget--) {
        ways->waiting.used -= 2;
        row = ways->waiting.at[ways->waiting.used];
        int32_t before = (int32_t)ways->waiting.at[ways->waiting.used + 1];
        int32_t number = block_at(run, row);
        if (number < 0 || ways->stops[number] || passed(ways, before, row))
            ways->ends++;
        else
            go_on(ways, &run->blocks[number], before, begun);
    }
}

/* Put the values that *row* begins with into *state*, unknown ones where it was not reached. */
static void begin_at(const Run *run, int64_t row, State *state) {
    int inside = row >= run->first && row < run->behind;
    int32_t known = inside ? run->state_of[row - run->first] : 0;
    if (known) {
        symbolic_copy(run, state, &run->states[known - 1]);
        return;
    }
    memset(state->registers, 0, (size_t)run->registers * sizeof(int32_t));
    state->flags[0] = state->flags[1] = 0;
    symbolic_let_go(state->slots);
    state->slots = NULL;
}

/* Follow the ways from *start*; with an *origin* those that its edge to *start* begins. */
static void follow_all(Ways *ways, int64_t origin, int64_t start) {
    Run *run = ways->run;
    State *begun = &run->other;
    ways->visits = symbolic_room(run, MAX_BLOCKS, sizeof(Visit));
    ways->pool = symbolic_room(run, MAX_BLOCKS * run->registers, sizeof(int32_t));
    if (run->failed) return;
    begin_at(run, origin >= 0 ? origin : start, begun);
    if (origin >= 0) {
        int32_t number = block_at(run, origin);
        if (number < 0) {
            run->failed = 1;
            return;
        }
        go_through(ways, &run->blocks[number], begun);
        learn(run, &run->blocks[number], start, begun);
        ways->effects.used = ways->calls.used = 0;
    }
    go_along(ways, start, begun);
}

static void put_numbers(Output *output, const Numbers *numbers) {
    begin_part(output);
    for (int64_t at = 0; at < numbers->used; at++) put(output, numbers->at[at]);
}

/* Write where the parts begin, and these: how many ways ended, effects, calls, blocks, values. */
static int64_t put_ways(Ways *ways, Output *output) {
    Run *run = ways->run;
    int64_t counts[2];
    for (int64_t at = 0; at < ways->effects.used; at += 2 + TEXTS)
        if (ways->effects.at[at] == STORES) mark(run, ways->effects.at[at + 1]);
    symbolic_number_values(run, counts);
    for (int64_t at = 0; at < ways->effects.used; at += 2 + TEXTS) {
        int64_t *first = &ways->effects.at[at + 1];
        if (ways->effects.at[at] == STORES) *first = run->values[*first].given;
    }
    output->used = WAY_PARTS + 1;
    begin_part(output);
    put(output, ways->ends);
    put_numbers(output, &ways->effects);
    put_numbers(output, &ways->calls);
    put_numbers(output, &ways->blocks);
    symbolic_put_values(run, output, counts);
    begin_part(output);
    return output->used;
}

static void free_ways(Ways *ways) {
    for (int64_t at = 0; at < ways->count; at++) symbolic_let_go(ways->visits[at].state.slots);
    void *all[] = {
        ways->visits,     ways->pool,     ways->stops,     ways->waiting.at,
        ways->effects.at, ways->calls.at, ways->blocks.at,
    };
    for (size_t at = 0; at < sizeof(all) / sizeof(all[0]); at++) free(all[at]);
}

/* Follow the ways on from *start* in the function of rows *first* up to *last*: from its values, or
   those that the edge from *origin* (-1 for none) leads there with; up to the blocks *stops*.
   Write and return as above. */
KERNEL int64_t follow_paths(const Program *program, int64_t first, int64_t last, int64_t origin,
                            int64_t start, const int64_t *stops, int64_t stop_count, int64_t *out,
                            int64_t room) {
    if (!symbolic_acceptable(program, first, last)) return GIVE_UP;
    Run run = {.program = program, .first = first, .last = last};
    Ways ways = {.run = &run};
    Output output = {out, 0, room, 0};
    int64_t used = GIVE_UP;
    symbolic_run(&run);
    ways.stops = run.failed ? NULL : symbolic_room(&run, run.block_count, 1);
    for (int64_t at = 0; at < stop_count && !run.failed; at++)
        if (block_at(&run, stops[at]) >= 0) ways.stops[block_at(&run, stops[at])] = 1;
    if (!run.failed) follow_all(&ways, origin, start);
    if (!run.failed) used = put_ways(&ways, &output);
    free_ways(&ways);
    symbolic_free(&run);
    return used;
}
