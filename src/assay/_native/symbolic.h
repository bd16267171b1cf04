/* The careful pass over one function: blocks, then every row once on symbolic values.

   The twin is class Reader of assay.code.symbolic with the actions of assay.code.semantics, whose
   words are used here. Values are interned: equal ones have the same number, 0 is an unknown one.
   What does not fit 64 bits, or the room that a run may take, is left to the twin (GIVE_UP).

   symbolic_values.c   room, interned values, stack slots, states
   symbolic_rows.c     what each row does to a state
   symbolic_calls.c    calls, returns and decisions
   symbolic_blocks.c   the blocks of the function, where they go on, their order
   symbolic_pass.c     the visit of each block; the kernel read_function
   symbolic_results.c  what is written for Python
   symbolic_ways.c     the ways on from an edge; the kernel follow_paths */

#ifndef ASSAY_SYMBOLIC_H
#define ASSAY_SYMBOLIC_H

#include "operations.h"

/* Limits of the twin: arguments of a call, all that it may be given, how often an address may
   itself have been read from memory, rows of a block that is previewed. */
enum { ARGUMENTS = 6, MOST_GIVEN = 16, MAX_DEPTH = 64, SHARED_ROWS = 10 };
/* What a kernel returns for the twin to do the work. */
enum { GIVE_UP = -1 };

/* Places in ACTIONS of assay.code.semantics. */
enum {
    DO_NOTHING,
    DO_CONST,
    DO_ADDI,
    DO_LOAD,
    DO_OTHER,
    DO_FIXED,
    DO_PLAIN_CONST,
    DO_PLAIN_ADDI,
    DO_PLAIN_LOAD,
    DO_PLAIN_OTHER,
    DO_PLAIN_FIXED,
    DO_ADD,
    DO_SUB,
    DO_STORE,
    DO_STOREI,
    DO_PUSH,
    DO_POP,
    DO_CMPI,
    DO_CMP,
    DO_CMPM,
    DO_EXTEND,
    DO_STEP,
    DO_LEAVE
};

/* Kinds of values; the order is that of KINDS in assay.code.compiled. */
enum { NUMBER = 1, STACK, ARGUMENT, RESULT, UNKNOWN, MEMORY };

/* Marks of a call: what it calls never returns, or leaves the stack slots as they are. */
enum { STOPS = 1, KEEPS = 2, HANDS_BACK = 4 };

/* What the kernel reads of a program: _LAYOUT of assay.code.prepared. */
typedef struct {
    int64_t rows;
    const int64_t *address, *imm, *values;
    const int32_t *second;
    const uint8_t *op, *rd, *ra, *rb, *width, *cond, *known, *actions, *leaves;
    int64_t calls;
    const int64_t *call_row, *call_target;
    const uint8_t *call_marks;
    int64_t kept;
    const int64_t *kept_target;
    int64_t stubs;
    const int64_t *stub, *import;
    int64_t overwrites;
    const int64_t *overwrite_row;
    const uint8_t *overwrite_register;
    int64_t tables;
    const int64_t *table_row, *table_start, *table_target;
    int64_t areas;
    const int64_t *area_start, *area_size;
    const uint8_t *const *area_data;
    const uint8_t *area_fixed;
    int64_t frozen;
    const int64_t *frozen_start, *frozen_end;
    int64_t registers, big, wide, delay, even, stack, result, slot;
    int64_t arguments, given, locals, clobbered;
    const uint8_t *argument, *local, *clobber;
} Program;

/* A value: where it comes from (the key; for MEMORY the address' number << 8 | width), how far from
   there; the next of its chain; its number in the result; whether the result has it; its depth. */
typedef struct {
    int64_t key, offset;
    int32_t next, given;
    uint8_t kind, marked, depth;
} Value;

/* What is known to be on the stack at *place*, in bytes from the stack pointer at
   the entry of the function; *width* is that of the value in bytes. */
typedef struct {
    int64_t place;
    int32_t value, width;
} Slot;

/* Stack slots in order of their places; shared by states, copied before they change. */
typedef struct {
    int32_t used, room, holders;
    Slot slot[];
} Slots;

/* What the registers and the stack hold before *row*, and what was compared last. */
typedef struct {
    int32_t *registers;
    Slots *slots;
    int32_t row, flags[2];
} State;

/* A list of numbers that grows. */
typedef struct {
    int64_t *at;
    int64_t used, room;
} Numbers;

/* The rows from *row* up to *end*; the transfer that ends it, -1 for none; where in the following
   rows its *onward* ones begin; whether it calls, or is short and leads to one that does. */
typedef struct {
    int32_t row, end, ending, following, onward;
    uint8_t leads;
} Block;

/* One run: the function, what is known of it so far, and whether it had to be given up. */
typedef struct {
    const Program *program;
    int64_t first, last, behind, registers, slots_made;
    uint8_t *handlers, *steps;
    int failed;
    Value *values;
    int32_t *heads;
    int64_t value_count, value_room, head_mask;
    Block *blocks;
    int32_t *by_row, *block_of, *state_of, *joined, *order, *plan, *call_of, *target_of;
    int64_t overwrites, overwrites_end;
    int64_t block_count, order_count, state_count;
    State *states, work, other;
    int32_t *pool;
    Numbers following, calls, decisions, returns, kept, kept_start;
} Run;

/* Where numbers are written: the places of the parts, one behind the last part, then these. */
typedef struct {
    int64_t *at;
    int64_t used, room, parts;
} Output;

/* ---- symbolic_values.c ---- */

/* Return room for *count* things of *size* bytes, zeroed; give up when there is none. */
void *symbolic_room(Run *run, int64_t count, size_t size);

/* Double the room of *numbers* and say so, or give up. */
int symbolic_more_numbers(Run *run, Numbers *numbers);

/* Return the number of the value, which is made when there is none like it. */
int32_t symbolic_value(Run *run, int kind, int64_t key, int64_t offset);

/* Return the slot at *place*, NULL when it is not known. */
const Slot *symbolic_slot(const State *state, int64_t place);

/* Give up a hold on *slots*, which go with the last one. */
void symbolic_let_go(Slots *slots);

/* Forget the slot at *place*. */
void symbolic_drop(Run *run, State *state, int64_t place);

/* Keep *value* of *width* bytes at *place*; an unknown one is forgotten. */
void symbolic_keep(Run *run, State *state, int64_t place, int32_t value, int width);

/* Make *into*, which has registers of its own, equal to *from*; the slots are shared. */
void symbolic_copy(const Run *run, State *into, const State *from);

/* Keep of *mine* what *other* agrees with. */
void symbolic_meet(Run *run, State *mine, const State *other);

/* ---- symbolic_rows.c ---- */

/* Return the address of the memory operand of *row*. */
int32_t symbolic_address(Run *run, int64_t row, const State *state);

/* Carry out what ACTIONS has at *action* on *state*, further registers aside. */
void symbolic_act(Run *run, int64_t row, State *state, int action);

/* Carry out *row*, and forget the further registers that it overwrites. */
void symbolic_step(Run *run, int64_t row, State *state);

/* ---- symbolic_calls.c ---- */

/* Note the slots of *state* and return the number of the note. */
int64_t symbolic_note_slots(Run *run, const State *state);

/* Put what the call is given into *given*, up to *most* in registers; return how many that are. */
int64_t symbolic_arguments(const Run *run, const State *state, int32_t *given, int64_t most);

/* Return where the call at *row* goes; say in *computed* whether a value tells it. */
int64_t symbolic_callee(const Run *run, int64_t row, const State *state, int *computed);

/* Forget what a call may change, and note that its result is what the result register holds. */
void symbolic_after_call(Run *run, int64_t row, int64_t target, State *state, const int32_t *given,
                         int64_t count);

/* Carry out the call, jump or return at *row* of the block at *block*, and note it. */
void symbolic_transfer(Run *run, int64_t row, int64_t block, State *state);

/* Note what the branch at *row*, which ends *block*, compares, and where it leads. */
void symbolic_decide(Run *run, int64_t row, const Block *block, State *state);

/* ---- symbolic_blocks.c ---- */

/* Find out what carries out each row, split the function into blocks, and put them in order. */
void symbolic_split(Run *run);

/* ---- symbolic_pass.c ---- */

/* Say whether the numbers of the program are such that the pass keeps to its arrays. */
int symbolic_acceptable(const Program *program, int64_t first, int64_t last);

/* Carry out the pass. */
void symbolic_run(Run *run);

/* Free all that *run* holds. */
void symbolic_free(Run *run);

/* Put the rows of a block that matter into *plan*, in the order in which they take effect; return
   how many they are. */
int64_t symbolic_plan(const Run *run, int64_t block, int64_t end, int32_t *plan);

/* ---- symbolic_results.c ---- */

/* Number the marked values, and what they were read from: those of memory behind the others.
   Put how many of both sorts there are into *counts*. */
void symbolic_number_values(Run *run, int64_t counts[2]);

/* Write the values: kinds, keys and offsets; then bases, widths and offsets of those of memory. */
void symbolic_put_values(const Run *run, Output *output, const int64_t counts[2]);

/* Write where each part begins and ends, and the parts; return how many numbers that takes. */
int64_t symbolic_put_all(Run *run, Output *output, int with_states);

/* ---- small ones that all parts use ---- */

/* Append *number*; give up when the list has become too long. */
static inline void append(Run *run, Numbers *numbers, int64_t number) {
    if (numbers->used == numbers->room && !symbolic_more_numbers(run, numbers)) return;
    numbers->at[numbers->used++] = number;
}

/* Return the sum; give up when it does not fit. */
static inline int64_t plus(Run *run, int64_t left, int64_t right) {
    int64_t sum;
    if (__builtin_add_overflow(left, right, &sum)) run->failed = 1;
    return sum;
}

/* Return *number* cut to what a register holds. */
static inline int64_t masked(const Run *run, int64_t number) {
    return run->program->wide ? number : number & 0xFFFFFFFF;
}

/* Return *number*, which a register holds, with its sign. */
static inline int64_t sign_of(const Run *run, int64_t number) {
    return !run->program->wide && number >> 31 & 1 ? number - ((int64_t)1 << 32) : number;
}

/* Return the value of a constant. */
static inline int32_t constant(Run *run, int64_t number) {
    return symbolic_value(run, NUMBER, 0, number);
}

/* Return the value *distance* behind the value *id*. */
static inline int32_t moved(Run *run, int32_t id, int64_t distance) {
    Value one = run->values[id];
    return symbolic_value(run, one.kind, one.key, plus(run, one.offset, distance));
}

/* Return the kind of the value *id*, 0 for an unknown one. */
static inline int kind_of(const Run *run, int32_t id) {
    return id ? run->values[id].kind : 0;
}

/* Return what a register was given, 0 for what is none. */
static inline int32_t held(const Run *run, const State *state, int number) {
    return number < run->registers ? state->registers[number] : 0;
}

/* Give a register *value*; what is no register takes none. */
static inline void set(const Run *run, State *state, int number, int32_t value) {
    if (number < run->registers) state->registers[number] = value;
}

/* Return what the operand *number* holds. */
static inline int32_t operand(Run *run, const State *state, int number) {
    return number == ZERO ? constant(run, 0) : held(run, state, number);
}

/* Say whether *op* calls. */
static inline int is_call(int op) {
    return op == CALL || op == CALLR || op == CALLM;
}

/* Say whether *op* jumps. */
static inline int is_jump(int op) {
    return op == JUMP || op == JUMPR || op == JUMPM;
}

/* Return where the call at *row* stands among the calls, the last of several, -1 for none. */
static inline int64_t call_at(const Run *run, int64_t row) {
    return run->call_of[row - run->first] - 1;
}

/* Return the row that the branch or jump at *row* goes to, -1 for none. */
static inline int64_t target_at(const Run *run, int64_t row) {
    return run->target_of[row - run->first] - 1;
}

/* Return the number of the block that begins at *row*, -1 for none. */
static inline int32_t block_at(const Run *run, int64_t row) {
    return row >= run->first && row < run->last ? run->block_of[row - run->first] - 1 : -1;
}

/* Mark a value as one that the result has. */
static inline void mark(Run *run, int64_t id) {
    run->values[id].marked = 1;
}

/* Write a number where there is room; count it in any case. */
static inline void put(Output *output, int64_t number) {
    if (output->used < output->room) output->at[output->used] = number;
    output->used++;
}

/* Note where the next part of the output begins. */
static inline void begin_part(Output *output) {
    if (output->parts < output->room) output->at[output->parts] = output->used;
    output->parts++;
}

#endif
