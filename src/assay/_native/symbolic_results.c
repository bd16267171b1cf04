/* What the careful pass found, written as numbers for assay.code.compiled (`symbolic.h`). */

#include "symbolic.h"

enum { PARTS = 15 };

/* Mark all values that the result has. */
static void mark_values(Run *run, int64_t given, int with_states) {
    for (int64_t at = 0; at < run->calls.used; at += 4 + given)
        for (int64_t one = 0; one < given; one++) mark(run, run->calls.at[at + 4 + one]);
    for (int64_t at = 0; at < run->decisions.used; at += 6) {
        mark(run, run->decisions.at[at + 2]);
        mark(run, run->decisions.at[at + 3]);
    }
    for (int64_t at = 0; at < run->returns.used; at++) mark(run, run->returns.at[at]);
    for (int64_t at = 0; at < run->kept.used; at += 3) mark(run, run->kept.at[at + 1]);
    for (int64_t at = 0; with_states && at < run->state_count; at++) {
        for (int64_t one = 0; one < run->registers; one++)
            mark(run, run->states[at].registers[one]);
        mark(run, run->states[at].flags[0]);
        mark(run, run->states[at].flags[1]);
    }
}

void symbolic_number_values(Run *run, int64_t counts[2]) {
    for (int64_t id = run->value_count - 1; id > 0; id--)
        if (run->values[id].marked && run->values[id].kind == MEMORY)
            mark(run, run->values[id].key >> 8);
    counts[0] = counts[1] = 0;
    for (int64_t id = 1; id < run->value_count; id++) {
        Value *one = &run->values[id];
        if (one->marked) one->given = (int32_t)++counts[one->kind == MEMORY];
    }
    for (int64_t id = 1; id < run->value_count; id++) {
        Value *one = &run->values[id];
        if (one->marked && one->kind == MEMORY) one->given += (int32_t)counts[0];
    }
}

static void put_value(const Run *run, Output *output, int64_t id) {
    put(output, run->values[id].given);
}

void symbolic_put_values(const Run *run, Output *output, const int64_t counts[2]) {
    int64_t begin[2];
    for (int sort = 0; sort < 2; sort++) {
        begin_part(output);
        begin[sort] = output->used;
        output->used += 3 * counts[sort];
    }
    if (output->used > output->room) return;
    for (int64_t id = 1; id < run->value_count; id++) {
        const Value *one = &run->values[id];
        if (!one->given) continue;
        int turn = one->kind == MEMORY;
        int64_t *column = output->at + begin[turn]++;
        column[0] = turn ? run->values[one->key >> 8].given : one->kind;
        column[counts[turn]] = turn ? one->key & 0xFF : one->key;
        column[2 * counts[turn]] = one->offset;
    }
}

static void put_calls(const Run *run, Output *output, int64_t given) {
    const Numbers *calls = &run->calls;
    for (int64_t column = 0; column < 4; column++) {
        begin_part(output);
        for (int64_t at = column; at < calls->used; at += 4 + given) put(output, calls->at[at]);
    }
    begin_part(output);
    for (int64_t at = 4; at < calls->used; at += 4 + given)
        for (int64_t one = 0; one < given; one++) put_value(run, output, calls->at[at + one]);
}

static void put_found(const Run *run, Output *output) {
    begin_part(output);
    for (int64_t at = 0; at < run->decisions.used; at++)
        if (at % 6 == 2 || at % 6 == 3)
            put_value(run, output, run->decisions.at[at]);
        else
            put(output, run->decisions.at[at]);
    begin_part(output);
    for (int64_t at = 0; at < run->returns.used; at++) put_value(run, output, run->returns.at[at]);
    begin_part(output);
    for (int64_t at = 0; at < run->kept_start.used; at++) put(output, run->kept_start.at[at]);
    put(output, run->kept.used / 3);
    begin_part(output);
    for (int64_t at = 0; at < run->kept.used; at++)
        if (at % 3 == 1)
            put_value(run, output, run->kept.at[at]);
        else
            put(output, run->kept.at[at]);
}

static void put_blocks(const Run *run, Output *output) {
    begin_part(output);
    for (int64_t at = 0; at < run->block_count; at++) put(output, run->blocks[at].row);
    begin_part(output);
    for (int64_t at = 0; at < run->block_count; at++) put(output, run->blocks[at].following);
    put(output, run->following.used);
    begin_part(output);
    for (int64_t at = 0; at < run->following.used; at++) put(output, run->following.at[at]);
}

/* Write each state: its row, the number of its slots' note, its flags and registers. */
static void put_states(const Run *run, Output *output, int64_t noted) {
    for (int64_t at = 0; at < run->state_count; at++) {
        const State *state = &run->states[at];
        put(output, state->row);
        put(output, noted + at);
        put_value(run, output, state->flags[0]);
        put_value(run, output, state->flags[1]);
        for (int64_t one = 0; one < run->registers; one++)
            put_value(run, output, state->registers[one]);
    }
}

int64_t symbolic_put_all(Run *run, Output *output, int with_states) {
    const Program *program = run->program;
    int64_t given = program->slot ? ARGUMENTS + program->locals : program->arguments;
    int64_t noted = run->kept_start.used, counts[2];
    for (int64_t at = 0; with_states && at < run->state_count; at++)
        symbolic_note_slots(run, &run->states[at]);
    if (run->failed) return GIVE_UP;
    mark_values(run, given, with_states);
    symbolic_number_values(run, counts);
    output->used = PARTS + 1;
    put_blocks(run, output);
    put_calls(run, output, given);
    put_found(run, output);
    symbolic_put_values(run, output, counts);
    begin_part(output);
    if (with_states) {
        put(output, run->registers);
        put_states(run, output, noted);
    }
    begin_part(output);
    return output->used;
}
