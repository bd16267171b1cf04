/* The careful pass: visits each block once, with what all ways to it agree on (`symbolic.h`). */

#include "symbolic.h"

#include <stdlib.h>

enum { SHARED_BLOCKS = 3, MOST_ROWS = 1 << 16 };

int64_t symbolic_plan(const Run *run, int64_t block, int64_t end, int32_t *plan) {
    const Program *program = run->program;
    int64_t count = 0;
    for (int64_t row = block; row < end; row++)
        if (run->steps[row - run->first]) plan[count++] = (int32_t)row;
    if (!program->delay) return count;
    for (int64_t place = 0; place + 1 < count; place++) {
        int32_t row = plan[place];
        if (plan[place + 1] != row + 1) continue;
        if (!is_call(program->op[row]) && call_at(run, row) < 0) continue;
        plan[place] = row + 1;
        plan[++place] = row;
    }
    return count;
}

/* Carry out the rows of *plan*; the ending of *block* decides when *deciding*. */
static void carry_out(Run *run, const int32_t *plan, int64_t count, const Block *block,
                      State *state, int deciding) {
    for (int64_t at = 0; at < count && !run->failed; at++) {
        int64_t row = plan[at];
        int action = run->steps[row - run->first];
        if (action == DO_STEP) {
            symbolic_step(run, row, state);
        } else if (action != DO_LEAVE) {
            symbolic_act(run, row, state, action);
        } else {
            if (deciding && row == block->ending) symbolic_decide(run, row, block, state);
            symbolic_transfer(run, row, block->row, state);
        }
    }
}

/* Note the calls of short blocks where paths join, as *block* alone reaches them. */
static void preview(Run *run, int32_t shared, const Block *block, const State *state) {
    int32_t plan[SHARED_ROWS * SHARED_BLOCKS];
    int64_t count = 0;
    for (int turn = 0; turn < SHARED_BLOCKS && shared >= 0; turn++) {
        const Block *one = &run->blocks[shared];
        if (one->end - one->row > SHARED_ROWS) break;
        count += symbolic_plan(run, one->row, one->end, plan + count);
        if (one->onward != 1) break;
        shared = block_at(run, run->following.at[one->following]);
    }
    while (count && run->steps[plan[count - 1] - run->first] != DO_LEAVE) count--;
    if (!count) return;
    symbolic_copy(run, &run->other, state);
    carry_out(run, plan, count, block, &run->other, 0);
}

/* Keep *state* for the block or row that *row* begins, which has none. */
static void begin_with(Run *run, int64_t row, const State *state) {
    State *made = &run->states[run->state_count];
    made->registers = run->pool + run->state_count * run->registers;
    made->row = (int32_t)row;
    symbolic_copy(run, made, state);
    run->state_of[row - run->first] = (int32_t)++run->state_count;
}

static void visit(Run *run, const Block *block) {
    symbolic_copy(run, &run->work, &run->states[run->state_of[block->row - run->first] - 1]);
    int64_t count = symbolic_plan(run, block->row, block->end, run->plan);
    carry_out(run, run->plan, count, block, &run->work, 1);
    for (int32_t at = 0; at < block->onward && !run->failed; at++) {
        int64_t row = run->following.at[block->following + at];
        int32_t number = block_at(run, row);
        if (number >= 0 && run->blocks[number].leads && run->joined[row - run->first] > 1)
            preview(run, number, block, &run->work);
        int32_t known = run->state_of[row - run->first];
        if (!known)
            begin_with(run, row, &run->work);
        else if (row > block->row)
            symbolic_meet(run, &run->states[known - 1], &run->work);
    }
}

/* Begin with the arguments and the stack. */
static void enter(Run *run) {
    const Program *program = run->program;
    State *state = &run->work;
    for (int64_t at = 0; at < program->arguments; at++)
        set(run, state, program->argument[at], symbolic_value(run, ARGUMENT, at, 0));
    set(run, state, (int)program->stack, symbolic_value(run, STACK, 0, 0));
    for (int64_t at = 0; at < program->locals; at++)
        set(run, state, program->local[at], symbolic_value(run, ARGUMENT, ARGUMENTS + at, 0));
    for (int64_t at = 0; program->slot && at < ARGUMENTS; at++) {
        int32_t value = symbolic_value(run, ARGUMENT, at, 0);
        symbolic_keep(run, state, program->slot * (at + 1), value, (int)program->slot);
    }
    if (!run->failed) begin_with(run, run->first, state);
}

/* ---- the run ---- */

/* Make room for a run; the room for values grows. */
static void make_room(Run *run) {
    const Program *program = run->program;
    int64_t rows = run->last - run->first;
    run->registers = program->registers;
    for (int64_t row = run->first; row < run->last; row++)
        if (program->rd[row] < REGISTERS && program->rd[row] >= run->registers)
            run->registers = program->rd[row] + 1;
    run->handlers = symbolic_room(run, rows, 1);
    run->steps = symbolic_room(run, rows, 1);
    run->value_room = 64;
    while (run->value_room < rows) run->value_room *= 2;
    run->head_mask = run->value_room - 1;
    run->value_count = 1;
    run->values = symbolic_room(run, run->value_room, sizeof(Value));
    run->heads = symbolic_room(run, run->value_room, sizeof(int32_t));
    run->by_row = symbolic_room(run, (rows + 2) * 7, sizeof(int32_t));
    if (run->failed) return;
    int32_t **columns[] = {
        &run->block_of, &run->state_of, &run->joined,    &run->order,
        &run->plan,     &run->call_of,  &run->target_of,
    };
    for (int64_t at = 0; at < 7; at++) *columns[at] = run->by_row + at * (rows + 2);
    run->work.registers = symbolic_room(run, run->registers, sizeof(int32_t));
    run->other.registers = symbolic_room(run, run->registers, sizeof(int32_t));
}

void symbolic_free(Run *run) {
    for (int64_t at = 0; at < run->state_count; at++) symbolic_let_go(run->states[at].slots);
    symbolic_let_go(run->work.slots);
    symbolic_let_go(run->other.slots);
    void *all[] = {
        run->values,       run->heads,          run->by_row,          run->handlers,
        run->steps,        run->work.registers, run->other.registers, run->blocks,
        run->states,       run->pool,           run->following.at,    run->calls.at,
        run->decisions.at, run->returns.at,     run->kept.at,         run->kept_start.at,
    };
    for (size_t at = 0; at < sizeof(all) / sizeof(all[0]); at++) free(all[at]);
}

int symbolic_acceptable(const Program *program, int64_t first, int64_t last) {
    int fits = first >= 0 && first < last && last <= program->rows && last - first <= MOST_ROWS;
    fits = fits && program->calls < INT32_MAX;
    fits = fits && program->rows < INT32_MAX - 2 && program->registers <= REGISTERS;
    fits = fits && program->delay >= 0 && program->delay <= 1 && program->slot >= 0;
    fits = fits && program->arguments <= ARGUMENTS && program->given <= MOST_GIVEN;
    return fits && program->slot <= 16 && program->locals <= MOST_GIVEN - ARGUMENTS;
}

void symbolic_run(Run *run) {
    const Program *program = run->program;
    run->behind = run->last + program->delay;
    if (run->behind > program->rows) run->behind = program->rows;
    make_room(run);
    if (run->failed) return;
    symbolic_split(run);
    if (run->failed) return;
    int64_t states = run->block_count + program->delay + 1;
    run->states = symbolic_room(run, states, sizeof(State));
    run->pool = symbolic_room(run, states * run->registers, sizeof(int32_t));
    if (run->failed) return;
    enter(run);
    for (int64_t at = run->block_count - run->order_count; at < run->block_count; at++)
        if (!run->failed) visit(run, &run->blocks[run->order[at]]);
}

/* Read the function of rows *first* up to *last*; write what was found to *out*, which has room
   for *room* numbers. Return how many were or would be written, GIVE_UP for the twin to do it. */
KERNEL int64_t read_function(const Program *program, int64_t first, int64_t last,
                             int64_t with_states, int64_t *out, int64_t room) {
    if (!symbolic_acceptable(program, first, last)) return GIVE_UP;
    Run run = {.program = program, .first = first, .last = last};
    Output output = {out, 0, room, 0};
    int64_t used = GIVE_UP;
    symbolic_run(&run);
    if (!run.failed) used = symbolic_put_all(&run, &output, with_states != 0);
    symbolic_free(&run);
    return used;
}
