/* Calls, returns and decisions, and what is noted of them (`symbolic.h`). */

#include "symbolic.h"

int64_t symbolic_note_slots(Run *run, const State *state) {
    int64_t number = run->kept_start.used;
    append(run, &run->kept_start, run->kept.used / 3);
    for (int32_t at = 0; state->slots != NULL && at < state->slots->used; at++) {
        append(run, &run->kept, state->slots->slot[at].place);
        append(run, &run->kept, state->slots->slot[at].value);
        append(run, &run->kept, state->slots->slot[at].width);
    }
    return number;
}

int64_t symbolic_arguments(const Run *run, const State *state, int32_t *given, int64_t most) {
    const Program *program = run->program;
    int64_t count = 0;
    if (!program->slot) {
        for (; count < most; count++) given[count] = held(run, state, program->argument[count]);
        return count;
    }
    int32_t top = held(run, state, (int)program->stack);
    for (; count < ARGUMENTS; count++) {
        int64_t place;
        const Slot *slot = NULL;
        int fits = !__builtin_add_overflow(run->values[top].offset, program->slot * count, &place);
        if (kind_of(run, top) == STACK && fits) slot = symbolic_slot(state, place);
        given[count] = slot == NULL ? 0 : slot->value;
    }
    for (int64_t at = 0; at < program->locals; at++)
        given[count++] = held(run, state, program->local[at]);
    return count;
}

/* Say whether what is at *target* may be called with the stack slots kept. */
static int is_kept(const Program *program, int64_t target) {
    int64_t at = lower_bound(program->kept_target, program->kept, target);
    return at < program->kept && program->kept_target[at] == target;
}

int64_t symbolic_callee(const Run *run, int64_t row, const State *state, int *computed) {
    const Program *program = run->program;
    int op = program->op[row];
    int32_t id = op == CALLR || op == JUMPR ? held(run, state, program->ra[row]) : 0;
    *computed = kind_of(run, id) == NUMBER && run->values[id].offset;
    if (!*computed) {
        int64_t known = call_at(run, row);
        return known >= 0 ? program->call_target[known] : -1;
    }
    int64_t target = run->values[id].offset;
    if (program->even) target &= ~(int64_t)1;
    int64_t at = lower_bound(program->stub, program->stubs, target);
    return at < program->stubs && program->stub[at] == target ? program->import[at] : target;
}

/* Say whether the call at *row* of *target* returns its first argument. */
static int hands_back(const Run *run, int64_t row, int64_t target) {
    int64_t known = call_at(run, row);
    return known >= 0 && run->program->call_marks[known] & HANDS_BACK &&
           run->program->call_target[known] == target;
}

void symbolic_after_call(Run *run, int64_t row, int64_t target, State *state, const int32_t *given,
                         int64_t count) {
    const Program *program = run->program;
    int32_t result = count && hands_back(run, row, target) ? given[0] : 0;
    if (!result) result = symbolic_value(run, RESULT, row, 0);
    for (int64_t at = 0; at < count && !run->failed; at++)
        if (kind_of(run, given[at]) == STACK)
            symbolic_drop(run, state, run->values[given[at]].offset);
    for (int64_t at = 0; at < program->clobbered; at++) set(run, state, program->clobber[at], 0);
    set(run, state, (int)program->result, result);
}

static void call(Run *run, int64_t row, int64_t block, State *state) {
    const Program *program = run->program;
    int computed;
    int64_t known = call_at(run, row), target = symbolic_callee(run, row, state, &computed);
    int kept = known >= 0 && program->call_marks[known] & KEEPS;
    if (computed) kept = is_kept(program, target);
    int32_t given[MOST_GIVEN];
    int64_t count = symbolic_arguments(run, state, given, program->arguments);
    append(run, &run->calls, row);
    append(run, &run->calls, block);
    append(run, &run->calls, target);
    append(run, &run->calls, kept ? symbolic_note_slots(run, state) : -1);
    for (int64_t at = 0; at < count; at++) append(run, &run->calls, given[at]);
    symbolic_after_call(run, row, target, state, given, count);
}

void symbolic_transfer(Run *run, int64_t row, int64_t block, State *state) {
    const Program *program = run->program;
    int op = program->op[row];
    if (is_call(op)) {
        call(run, row, block, state);
        return;
    }
    if (is_jump(op) && call_at(run, row) >= 0) call(run, row, block, state);
    if (op == RET) append(run, &run->returns, held(run, state, (int)program->result));
    symbolic_step(run, row, state);
}

void symbolic_decide(Run *run, int64_t row, const Block *block, State *state) {
    const Program *program = run->program;
    int cond = program->cond[row];
    if (program->op[row] != BRANCH || (cond != EQ && cond != NE)) return;
    int32_t left = state->flags[0], right = state->flags[1];
    if (program->ra[row] != NONE) {
        left = operand(run, state, program->ra[row]);
        right = operand(run, state, program->rb[row]);
    }
    int64_t taken = target_at(run, row);
    append(run, &run->decisions, row);
    append(run, &run->decisions, block->row);
    append(run, &run->decisions, left);
    append(run, &run->decisions, right);
    append(run, &run->decisions, cond == EQ ? taken : block->end);
    append(run, &run->decisions, cond == EQ ? block->end : taken);
}
