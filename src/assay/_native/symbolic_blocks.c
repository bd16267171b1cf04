/* The blocks of a function: where they begin, where they go on, their order (`symbolic.h`). */

#include "symbolic.h"

#include <stdlib.h>

/* Return the row at *address* in the function or just behind it, -1 for none. */
static int64_t row_at(const Run *run, int64_t address) {
    const int64_t *addresses = run->program->address + run->first;
    int64_t count = run->behind - run->first, guess = (address - addresses[0]) >> 2;
    if (guess >= 0 && guess < count && addresses[guess] == address) return run->first + guess;
    int64_t at = address == INT64_MAX ? count - 1 : lower_bound(addresses, count, address + 1) - 1;
    return at >= 0 && addresses[at] == address ? run->first + at : -1;
}

static void head(Run *run, int64_t row, uint8_t *heads) {
    if (row >= run->first && row < run->last) heads[row - run->first] = 1;
}

/* Mark the first rows of all blocks. */
static void mark_heads(Run *run, uint8_t *heads) {
    const Program *program = run->program;
    heads[0] = 1;
    for (int64_t row = run->first; row < run->last; row++) {
        if (run->steps[row - run->first] != DO_LEAVE) continue;
        int op = program->op[row];
        if (is_call(op)) continue;
        if (op == BRANCH || op == JUMP) head(run, target_at(run, row), heads);
        if (program->cond[row] == ALWAYS || op == BRANCH || op == TABLE)
            head(run, row + 1 + program->delay, heads);
    }
    int64_t table = lower_bound(program->table_row, program->tables, run->first);
    for (; table < program->tables && program->table_row[table] < run->last; table++)
        for (int64_t at = program->table_start[table]; at < program->table_start[table + 1]; at++)
            head(run, row_at(run, program->table_target[at]), heads);
}

/* Return the row of the transfer that ends the block, -1 for none. */
static int64_t ending_of(const Run *run, int64_t block, int64_t end) {
    const Program *program = run->program;
    int64_t row = end - 1 - program->delay;
    for (row = row < block ? block : row; row < end; row++) {
        int op = program->op[row];
        if (op == BRANCH || op == JUMP || op == TABLE) return row;
        int leaves = op == JUMPR || op == JUMPM || op == RET || op == STOP;
        if (leaves && program->cond[row] == ALWAYS) return row;
    }
    return -1;
}

/* Say whether one of the rows calls a function that never returns. */
static int stops(const Run *run, int64_t first, int64_t last) {
    const Program *program = run->program;
    for (int64_t row = first; row < last; row++) {
        int64_t at = call_at(run, row);
        if (at >= 0 && program->call_marks[at] & STOPS) return 1;
    }
    return 0;
}

static int ascending(const void *left, const void *right) {
    int64_t one = *(const int64_t *)left, other = *(const int64_t *)right;
    return (one > other) - (one < other);
}

/* Append where the tables of the jump at *row* lead, ascending, each once. */
static void follow_tables(Run *run, int64_t row, int64_t onward) {
    const Program *program = run->program;
    int64_t begun = run->following.used;
    int64_t table = lower_bound(program->table_row, program->tables, row);
    for (; table < program->tables && program->table_row[table] == row; table++)
        for (int64_t at = program->table_start[table]; at < program->table_start[table + 1]; at++) {
            int64_t place = row_at(run, program->table_target[at]);
            append(run, &run->following, place < 0 ? run->first : place);
        }
    if (program->cond[row] != ALWAYS && onward >= 0) append(run, &run->following, onward);
    int64_t count = run->following.used - begun, kept = 0;
    if (count < 2) return;
    int64_t *found = run->following.at + begun;
    qsort(found, (size_t)count, sizeof(int64_t), ascending);
    for (int64_t at = 0; at < count; at++)
        if (!at || found[at] != found[at - 1]) found[kept++] = found[at];
    run->following.used = begun + kept;
}

/* Append where the block goes on. */
static void follow(Run *run, const Block *block) {
    const Program *program = run->program;
    int64_t onward = block->end < run->last ? block->end : -1;
    int64_t row = block->ending;
    if (row < 0) {
        if (onward >= 0 && !stops(run, block->row, block->end))
            append(run, &run->following, onward);
        return;
    }
    int op = program->op[row];
    if (op == JUMPR || op == TABLE) follow_tables(run, row, onward);
    if (op != BRANCH && op != JUMP) return;
    int64_t target = target_at(run, row);
    if (target >= 0 && target < run->last) append(run, &run->following, target);
    if (op == BRANCH && onward >= 0) append(run, &run->following, onward);
}

/* Note which rows call and where those that jump or branch lead. */
static void look_up(Run *run) {
    const Program *program = run->program;
    int64_t at = lower_bound(program->call_row, program->calls, run->first);
    for (; at < program->calls && program->call_row[at] < run->last; at++)
        if (program->call_row[at] >= run->first)
            run->call_of[program->call_row[at] - run->first] = (int32_t)at + 1;
    for (int64_t row = run->first; row < run->last; row++)
        if (program->op[row] == BRANCH || program->op[row] == JUMP)
            run->target_of[row - run->first] = (int32_t)row_at(run, program->imm[row]) + 1;
    run->overwrites = lower_bound(program->overwrite_row, program->overwrites, run->first);
    const int64_t *rows = program->overwrite_row + run->overwrites;
    int64_t count = lower_bound(rows, program->overwrites - run->overwrites, run->last);
    run->overwrites_end = run->overwrites + count;
}

/* Say whether *row* aligns the stack pointer by a mask, as i386 does: all stays where it was.
   What overwrites another register besides, like `leave`, does more. */
static int aligns(const Run *run, int64_t row) {
    const Program *program = run->program;
    if (!program->slot || program->rd[row] != program->stack || program->actions[program->op[row]])
        return 0;
    int64_t at = run->overwrites, end = run->overwrites_end;
    if (at != end) at += lower_bound(program->overwrite_row + at, end - at, row);
    for (; at < end && program->overwrite_row[at] == row; at++)
        if (program->overwrite_register[at] < MEMORY_OPERAND) return 0;
    return 1;
}

/* Find out what carries out each row: `handlers_of` and `steps_of` of assay.code.semantics. */
static void choose_actions(Run *run) {
    const Program *program = run->program;
    for (int64_t row = run->first; row < run->last; row++) {
        int op = program->op[row], writes = program->rd[row] < REGISTERS;
        int always = program->cond[row] == ALWAYS, place = program->actions[op];
        int fixed = op == LOAD && program->known[row] && always;
        if (aligns(run, row)) writes = 0;
        if (writes && !place) place = DO_OTHER;
        if (fixed) place = DO_FIXED;
        if (always && writes && place <= DO_FIXED) place += DO_FIXED;
        if (fixed && !writes) place = DO_NOTHING;
        run->handlers[row - run->first] = (uint8_t)place;
        run->steps[row - run->first] = (uint8_t)(program->leaves[op] ? DO_LEAVE : place);
    }
    for (int64_t at = run->overwrites; at < run->overwrites_end; at++) {
        int64_t row = program->overwrite_row[at];
        if (row < run->first || program->leaves[program->op[row]]) continue;
        run->steps[row - run->first] = DO_STEP;
    }
}

/* Split the function into blocks and find out where each goes on. */
static void split(Run *run) {
    int64_t rows = run->last - run->first;
    uint8_t *heads = symbolic_room(run, rows, 1);
    if (run->failed) return;
    mark_heads(run, heads);
    for (int64_t at = 0; at < rows; at++) run->block_count += heads[at];
    run->blocks = symbolic_room(run, run->block_count, sizeof(Block));
    int32_t number = 0;
    for (int64_t at = 0; at < rows && !run->failed; at++) {
        if (!heads[at]) continue;
        if (number) run->blocks[number - 1].end = (int32_t)(run->first + at);
        run->blocks[number++].row = (int32_t)(run->first + at);
        run->block_of[at] = number;
    }
    free(heads);
    if (run->failed) return;
    run->blocks[number - 1].end = (int32_t)run->last;
    for (int32_t at = 0; at < number && !run->failed; at++) {
        Block *block = &run->blocks[at];
        block->ending = (int32_t)ending_of(run, block->row, block->end);
        block->following = (int32_t)run->following.used;
        follow(run, block);
        block->onward = (int32_t)run->following.used - block->following;
        for (int64_t one = block->following; one < run->following.used; one++)
            run->joined[run->following.at[one] - run->first]++;
    }
}

/* Mark the short blocks that call, or lead to a short block that does. */
static void mark_leading(Run *run) {
    const Program *program = run->program;
    for (int64_t place = 0; place < run->block_count; place++) {
        Block *block = &run->blocks[place];
        for (int64_t row = block->row; row < block->end && !block->leads; row++)
            block->leads = call_at(run, row) >= 0;
    }
    for (int64_t place = run->block_count - 2; place >= 0; place--) {
        Block *block = &run->blocks[place];
        if (block->end - block->row > SHARED_ROWS) continue;
        int32_t onward = (int32_t)place + 1;
        if (block->ending >= 0 && program->op[block->ending] == JUMP)
            onward = block_at(run, target_at(run, block->ending));
        if (onward >= 0 && run->blocks[onward].leads) block->leads = 1;
    }
}

/* Put the blocks into reverse postorder. */
static void put_in_order(Run *run) {
    int64_t count = run->block_count;
    int32_t *waiting = symbolic_room(run, 2 * count, sizeof(int32_t));
    uint8_t *seen = symbolic_room(run, count, 1);
    int64_t depth = 1, found = 0;
    if (!run->failed) {
        seen[0] = 1;
        waiting[0] = waiting[1] = 0;
    }
    while (!run->failed && depth) {
        int32_t number = waiting[2 * depth - 2], next = waiting[2 * depth - 1];
        const Block *block = &run->blocks[number];
        if (next == block->onward) {
            run->order[count - ++found] = number;
            depth--;
            continue;
        }
        waiting[2 * depth - 1]++;
        int32_t onward = block_at(run, run->following.at[block->following + next]);
        if (onward < 0 || seen[onward]) continue;
        seen[onward] = 1;
        waiting[2 * depth] = onward;
        waiting[2 * depth + 1] = 0;
        depth++;
    }
    free(waiting);
    free(seen);
    run->order_count = found;
}

void symbolic_split(Run *run) {
    look_up(run);
    choose_actions(run);
    split(run);
    if (run->failed) return;
    mark_leading(run);
    put_in_order(run);
}
