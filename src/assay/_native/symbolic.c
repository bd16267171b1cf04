/* The careful pass over one function: blocks, then every row once on symbolic values.

   The twin is class Reader of assay.code.symbolic with the actions of assay.code.semantics, whose
   words are used here. Values are interned: equal ones have the same number, 0 is an unknown one.
   What does not fit 64 bits or the limits below is left to the twin (GIVE_UP). */

#include "kernels.h"

#include <stdlib.h>
#include <string.h>

enum { SHARED_ROWS = 10, SHARED_BLOCKS = 3, ARGUMENTS = 6, MOST_GIVEN = 16, MAX_DEPTH = 64 };
enum { GIVE_UP = -1, PARTS = 15 };
enum { MOST_ROWS = 1 << 16 };
enum { MOST_VALUES = 1 << 21, MOST_NUMBERS = 1 << 24, MOST_SLOTS = 1 << 23 };

/* Operations and marks of assay.code.listing. */
enum { LOAD = 6, CALL = 9, CALLR, CALLM, JUMP, JUMPR, JUMPM, BRANCH, CMPI, CMP, RET, STOP };
enum { STORE = 7, STOREI = 22, TABLE = 23 };
enum { NONE = 255, ZERO = 254, MEMORY_OPERAND = 248, FLAGS = 249, REGISTERS = 250 };
enum { ALWAYS = 0, EQ = 1, NE = 2 };

/* Places in ACTIONS of assay.code.semantics. */
enum {
    DO_NOTHING, DO_CONST, DO_ADDI, DO_LOAD, DO_OTHER, DO_FIXED,
    DO_PLAIN_CONST, DO_PLAIN_ADDI, DO_PLAIN_LOAD, DO_PLAIN_OTHER, DO_PLAIN_FIXED,
    DO_ADD, DO_SUB, DO_STORE, DO_STOREI, DO_PUSH, DO_POP, DO_CMPI, DO_CMP, DO_CMPM, DO_EXTEND,
    DO_STEP, DO_LEAVE
};

/* Kinds of values; the order is that of KINDS in assay.code.compiled. */
enum { CONST = 1, STACK, ARGUMENT, RESULT, UNKNOWN, MEMORY };

enum { STOPS = 1, KEEPS = 2 };

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

typedef struct {
    int64_t key, offset;
    int32_t next, given;
    uint8_t kind, marked, depth;
} Value;

typedef struct {
    int64_t place;
    int32_t value, width;
} Slot;

/* Stack slots in order of their places; shared by states, copied before they change. */
typedef struct {
    int32_t used, room, holders;
    Slot slot[];
} Slots;

typedef struct {
    int32_t *registers;
    Slots *slots;
    int32_t row, flags[2];
} State;

typedef struct {
    int64_t *at;
    int64_t used, room;
} Numbers;

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

/* Return room for *count* things of *size* bytes, zeroed; give up when there is none. */
static void *room_for(Run *run, int64_t count, size_t size) {
    void *found = calloc((size_t)count + 1, size);
    if (found == NULL) run->failed = 1;
    return found;
}

static void append(Run *run, Numbers *numbers, int64_t number) {
    if (numbers->used == numbers->room) {
        int64_t room = numbers->room ? 2 * numbers->room : 256;
        int64_t *at = room > MOST_NUMBERS ? NULL : realloc(numbers->at, (size_t)room * 8);
        if (at == NULL) {
            run->failed = 1;
            return;
        }
        numbers->at = at;
        numbers->room = room;
    }
    numbers->at[numbers->used++] = number;
}

/* Return the first place in *rows*, which ascend, whose row is not below *row*. */
static int64_t lower(const int64_t *rows, int64_t count, int64_t row) {
    int64_t low = 0, high = count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (rows[middle] < row) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* ---- values ---- */

static uint64_t mixed(int64_t kind, int64_t key, int64_t offset) {
    uint64_t word = (uint64_t)offset * 0x9E3779B97F4A7C15u + (uint64_t)key;
    word = (word ^ word >> 31) * 0xBF58476D1CE4E5B9u + (uint64_t)kind;
    word = (word ^ word >> 29) * 0x94D049BB133111EBu;
    return word ^ word >> 32;
}

/* Double the room for values and link them anew. */
static void more_values(Run *run) {
    int64_t room = 2 * run->value_room;
    Value *values = NULL;
    if (room <= MOST_VALUES) values = realloc(run->values, (size_t)room * sizeof(Value));
    if (values == NULL) {
        run->failed = 1;
        return;
    }
    run->values = values;
    int32_t *heads = calloc((size_t)room, sizeof(int32_t));
    if (heads == NULL) {
        run->failed = 1;
        return;
    }
    free(run->heads);
    run->heads = heads;
    run->value_room = room;
    run->head_mask = room - 1;
    for (int64_t id = 1; id < run->value_count; id++) {
        Value *one = &values[id];
        int32_t *head = &heads[mixed(one->kind, one->key, one->offset) & (uint64_t)(room - 1)];
        one->next = *head;
        *head = (int32_t)id;
    }
}

/* Return the number of the value. */
static int32_t value_of(Run *run, int kind, int64_t key, int64_t offset) {
    if (run->failed) return 0;
    if (run->value_count == run->value_room) {
        more_values(run);
        if (run->failed) return 0;
    }
    int32_t *head = &run->heads[mixed(kind, key, offset) & (uint64_t)run->head_mask];
    for (int32_t id = *head; id; id = run->values[id].next) {
        const Value *one = &run->values[id];
        if (one->key == key && one->offset == offset && one->kind == kind) return id;
    }
    int32_t id = (int32_t)run->value_count++;
    int depth = kind == MEMORY ? run->values[key >> 8].depth + 1 : 0;
    run->values[id] = (Value){key, offset, *head, 0, (uint8_t)kind, 0, (uint8_t)depth};
    *head = id;
    return id;
}

static int64_t plus(Run *run, int64_t left, int64_t right) {
    int64_t sum;
    if (__builtin_add_overflow(left, right, &sum)) run->failed = 1;
    return sum;
}

static int64_t minus(Run *run, int64_t left, int64_t right) {
    int64_t difference;
    if (__builtin_sub_overflow(left, right, &difference)) run->failed = 1;
    return difference;
}

static int64_t masked(const Run *run, int64_t number) {
    return run->program->wide ? number : number & 0xFFFFFFFF;
}

static int64_t sign_of(const Run *run, int64_t number) {
    return !run->program->wide && number >> 31 & 1 ? number - ((int64_t)1 << 32) : number;
}

static int32_t constant(Run *run, int64_t number) {
    return value_of(run, CONST, 0, number);
}

/* Return the value *distance* behind the value *id*. */
static int32_t moved(Run *run, int32_t id, int64_t distance) {
    Value one = run->values[id];
    return value_of(run, one.kind, one.key, plus(run, one.offset, distance));
}

static int kind_of(const Run *run, int32_t id) {
    return id ? run->values[id].kind : 0;
}

/* ---- stack slots ---- */

static void let_go(Slots *slots) {
    if (slots != NULL && --slots->holders == 0) free(slots);
}

static Slots *new_slots(Run *run, int32_t room) {
    run->slots_made += room + 2;
    if (run->slots_made > MOST_SLOTS) run->failed = 1;
    Slots *made = run->failed ? NULL : malloc(sizeof(Slots) + (size_t)room * sizeof(Slot));
    if (made == NULL) {
        run->failed = 1;
        return NULL;
    }
    made->used = 0;
    made->room = room;
    made->holders = 1;
    return made;
}

/* Return where the slot at *place* is or belongs. */
static int32_t slot_at(const Slots *slots, int64_t place) {
    int32_t low = 0, high = slots == NULL ? 0 : slots->used;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (slots->slot[middle].place < place) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Return the slot at *place*, NULL when it is not known. */
static const Slot *held_at(const State *state, int64_t place) {
    int32_t at = slot_at(state->slots, place);
    if (state->slots == NULL || at == state->slots->used) return NULL;
    return state->slots->slot[at].place == place ? &state->slots->slot[at] : NULL;
}

/* Make the slots of *state* its own, with room for one more; say whether that was possible. */
static int own(Run *run, State *state) {
    Slots *old = state->slots;
    if (old != NULL && old->holders == 1 && old->used < old->room) return 1;
    int32_t used = old == NULL ? 0 : old->used;
    Slots *made = new_slots(run, used < 8 ? 16 : used + used / 2);
    if (made == NULL) return 0;
    if (used) memcpy(made->slot, old->slot, (size_t)used * sizeof(Slot));
    made->used = used;
    let_go(old);
    state->slots = made;
    return 1;
}

/* Forget the slot at *place*. */
static void drop(Run *run, State *state, int64_t place) {
    int32_t at = slot_at(state->slots, place);
    if (held_at(state, place) == NULL || !own(run, state)) return;
    Slots *slots = state->slots;
    size_t behind = (size_t)(slots->used - at - 1);
    memmove(&slots->slot[at], &slots->slot[at + 1], behind * sizeof(Slot));
    slots->used--;
}

/* Keep *value* of *width* bytes at *place*; an unknown one is forgotten. */
static void keep(Run *run, State *state, int64_t place, int32_t value, int width) {
    if (!value) {
        drop(run, state, place);
        return;
    }
    const Slot *held = held_at(state, place);
    if (held != NULL && held->value == value && held->width == width) return;
    int32_t at = slot_at(state->slots, place);
    if (!own(run, state)) return;
    Slots *slots = state->slots;
    if (held == NULL) {
        size_t behind = (size_t)(slots->used - at);
        memmove(&slots->slot[at + 1], &slots->slot[at], behind * sizeof(Slot));
        slots->used++;
    }
    slots->slot[at] = (Slot){place, value, width};
}

/* ---- states ---- */

static void copy_state(const Run *run, State *into, const State *from) {
    memcpy(into->registers, from->registers, (size_t)run->registers * sizeof(int32_t));
    memcpy(into->flags, from->flags, sizeof(into->flags));
    if (from->slots != NULL) from->slots->holders++;
    let_go(into->slots);
    into->slots = from->slots;
}

/* Keep of the slots of *mine* those that *other* has too. */
static void meet_slots(Run *run, State *mine, const Slots *other) {
    const Slots *all = mine->slots;
    if (all == other || all == NULL || !all->used) return;
    size_t size = (size_t)all->used * sizeof(Slot);
    if (other != NULL && other->used == all->used && !memcmp(all->slot, other->slot, size)) return;
    Slots *kept = new_slots(run, all->used + 1);
    if (kept == NULL) return;
    int32_t theirs = 0, count = other == NULL ? 0 : other->used;
    for (int32_t at = 0; at < all->used; at++) {
        const Slot *one = &all->slot[at];
        while (theirs < count && other->slot[theirs].place < one->place) theirs++;
        if (theirs == count) break;
        const Slot *twin = &other->slot[theirs];
        if (twin->place == one->place && twin->value == one->value && twin->width == one->width)
            kept->slot[kept->used++] = *one;
    }
    if (kept->used == all->used) {
        run->slots_made -= kept->room + 2;
        free(kept);
        return;
    }
    let_go(mine->slots);
    mine->slots = kept;
}

/* Keep of *mine* what *other* agrees with. */
static void meet(Run *run, State *mine, const State *other) {
    for (int64_t at = 0; at < run->registers; at++)
        mine->registers[at] = mine->registers[at] == other->registers[at] ? mine->registers[at] : 0;
    meet_slots(run, mine, other->slots);
    if (mine->flags[0] != other->flags[0] || mine->flags[1] != other->flags[1])
        mine->flags[0] = mine->flags[1] = 0;
}

/* Return what a register was given, 0 for what is none. */
static int32_t held(const Run *run, const State *state, int number) {
    return number < run->registers ? state->registers[number] : 0;
}

static void set(const Run *run, State *state, int number, int32_t value) {
    if (number < run->registers) state->registers[number] = value;
}

/* ---- what one row does ---- */

static int32_t operand(Run *run, const State *state, int number) {
    return number == ZERO ? constant(run, 0) : held(run, state, number);
}

static void assign(Run *run, int64_t row, State *state, int32_t value) {
    const Program *program = run->program;
    int number = program->rd[row];
    if (number >= REGISTERS) return;
    if (!value && program->known[row]) value = constant(run, program->values[row]);
    if (!value) value = value_of(run, UNKNOWN, row, 0);
    else if (kind_of(run, value) == CONST)
        value = constant(run, masked(run, run->values[value].offset));
    if (program->cond[row] != ALWAYS && held(run, state, number) != value) value = 0;
    set(run, state, number, value);
}

/* Return the address of the memory operand of *row*. */
static int32_t address_of(Run *run, int64_t row, const State *state) {
    const Program *program = run->program;
    if (program->ra[row] >= REGISTERS) return constant(run, masked(run, program->imm[row]));
    int32_t value = held(run, state, program->ra[row]);
    return value ? moved(run, value, program->imm[row]) : 0;
}

static int is_frozen(const Program *program, int64_t address) {
    for (int64_t at = 0; at < program->frozen; at++)
        if (program->frozen_start[at] <= address && address < program->frozen_end[at]) return 1;
    return 0;
}

/* Put the word at *address* into *word* and return 1, or return 0 when it may change. */
static int fixed_word(Run *run, int64_t address, int64_t width, int64_t *word) {
    const Program *program = run->program;
    int64_t at = 0;
    uint64_t place = 0;
    for (; at < program->areas; at++) {
        place = (uint64_t)address - (uint64_t)program->area_start[at];
        if (address >= program->area_start[at] && place < (uint64_t)program->area_size[at]) break;
    }
    if (at == program->areas) return 0;
    if ((uint64_t)program->area_size[at] - place < (uint64_t)width) return 0;
    if (!program->area_fixed[at] && !is_frozen(program, address)) return 0;
    const uint8_t *bytes = program->area_data[at] + place;
    uint64_t total = 0;
    for (int64_t one = 0; one < width; one++)
        total = total << 8 | bytes[program->big ? one : width - 1 - one];
    if (total >> 63) run->failed = 1;
    *word = (int64_t)total;
    return 1;
}

/* Return the value that memory holds; unknown when its address was itself read too often. */
static int32_t content_of(Run *run, int32_t address, int width) {
    if (run->values[address].depth >= MAX_DEPTH) return 0;
    return value_of(run, MEMORY, (int64_t)address << 8 | width, 0);
}

/* Return what *width* bytes at *address* hold. */
static int32_t read_memory(Run *run, int32_t address, int width, const State *state) {
    if (!address) return 0;
    Value one = run->values[address];
    if (one.kind == STACK) {
        const Slot *slot = held_at(state, one.offset);
        if (slot == NULL ? !width : slot->width == width) return slot == NULL ? 0 : slot->value;
    }
    int64_t word;
    int whole = width == 1 || width == 2 || width == 4 || width == 8;
    if (one.kind == CONST && whole && fixed_word(run, one.offset, width, &word))
        return constant(run, word);
    return content_of(run, address, width);
}

static void do_load(Run *run, int64_t row, State *state) {
    int32_t address = address_of(run, row, state);
    int32_t value = read_memory(run, address, run->program->width[row], state);
    assign(run, row, state, run->program->known[row] ? 0 : value);
}

static void do_plain_load(Run *run, int64_t row, State *state) {
    const Program *program = run->program;
    int32_t base = held(run, state, program->ra[row]);
    if (!base || kind_of(run, base) == CONST || program->known[row]) {
        do_load(run, row, state);
        return;
    }
    int width = program->width[row];
    int32_t address = moved(run, base, program->imm[row]);
    Value one = run->values[address];
    if (one.kind == STACK) {
        const Slot *slot = held_at(state, one.offset);
        if (slot == NULL ? !width : slot->width == width) {
            assign(run, row, state, slot == NULL ? 0 : slot->value);
            return;
        }
    }
    int32_t value = content_of(run, address, width);
    if (value) set(run, state, program->rd[row], value);
    else assign(run, row, state, 0);
}

static void do_plain_addi(Run *run, int64_t row, State *state) {
    const Program *program = run->program;
    int32_t base = held(run, state, program->ra[row]);
    if (!base) {
        base = operand(run, state, program->ra[row]);
        assign(run, row, state, base ? moved(run, base, program->imm[row]) : 0);
        return;
    }
    Value one = run->values[base];
    int64_t offset = plus(run, one.offset, program->imm[row]);
    if (one.kind == CONST) offset = masked(run, offset);
    set(run, state, program->rd[row], value_of(run, one.kind, one.key, offset));
}

static void do_add(Run *run, int64_t row, State *state) {
    int32_t first = operand(run, state, run->program->ra[row]);
    int32_t second = operand(run, state, run->program->rb[row]);
    int32_t value = 0;
    if (first && kind_of(run, second) == CONST)
        value = moved(run, first, sign_of(run, run->values[second].offset));
    else if (second && kind_of(run, first) == CONST)
        value = moved(run, second, sign_of(run, run->values[first].offset));
    assign(run, row, state, value);
}

static void do_sub(Run *run, int64_t row, State *state) {
    int32_t first = operand(run, state, run->program->ra[row]);
    int32_t second = operand(run, state, run->program->rb[row]);
    int32_t value = 0;
    if (first && kind_of(run, second) == CONST) {
        Value one = run->values[first];
        int64_t offset = minus(run, one.offset, sign_of(run, run->values[second].offset));
        value = value_of(run, one.kind, one.key, offset);
    }
    assign(run, row, state, value);
}

static void do_store(Run *run, int64_t row, State *state) {
    const Program *program = run->program;
    int32_t base = held(run, state, program->ra[row]);
    if (kind_of(run, base) != STACK) return;
    int32_t value = operand(run, state, program->rb[row]);
    if (program->op[row] == STOREI) value = constant(run, masked(run, program->second[row]));
    int64_t place = plus(run, run->values[base].offset, program->imm[row]);
    keep(run, state, place, value, program->width[row]);
}

static void do_push(Run *run, int64_t row, State *state) {
    const Program *program = run->program;
    int32_t top = held(run, state, (int)program->stack);
    if (!top) return;
    int number = program->rb[row], width = program->width[row];
    int32_t pushed;
    if (number == MEMORY_OPERAND)
        pushed = read_memory(run, address_of(run, row, state), width, state);
    else if (number != NONE) pushed = operand(run, state, number);
    else pushed = constant(run, masked(run, program->imm[row]));
    top = moved(run, top, -width);
    set(run, state, (int)program->stack, top);
    if (!run->failed) keep(run, state, run->values[top].offset, pushed, width);
}

static void do_pop(Run *run, int64_t row, State *state) {
    const Program *program = run->program;
    int32_t top = held(run, state, (int)program->stack);
    if (!top) return;
    int on_stack = kind_of(run, top) == STACK;
    const Slot *slot = on_stack ? held_at(state, run->values[top].offset) : NULL;
    assign(run, row, state, slot == NULL ? 0 : slot->value);
    set(run, state, (int)program->stack, moved(run, top, program->width[row]));
}

static void do_extend(Run *run, int64_t row, State *state) {
    int32_t id = operand(run, state, run->program->ra[row]);
    int width = run->program->width[row];
    Value one = id ? run->values[id] : (Value){0};
    if (one.kind == CONST) {
        if (width >= 8 && one.offset < 0) run->failed = 1;
        int64_t part = width >= 8 ? one.offset : one.offset & (((int64_t)1 << 8 * width) - 1);
        id = constant(run, part);
    } else if (one.kind != MEMORY || (one.key & 0xFF) > width || one.offset) {
        id = 0;
    }
    assign(run, row, state, id);
}

static void do_compare(Run *run, int64_t row, State *state, int action) {
    const Program *program = run->program;
    int number = program->rb[row];
    int32_t left, right;
    if (action == DO_CMPM) {
        left = read_memory(run, address_of(run, row, state), program->width[row], state);
        right = number != NONE ? operand(run, state, number)
                               : constant(run, masked(run, program->second[row]));
    } else {
        left = operand(run, state, program->ra[row]);
        right = action == DO_CMPI ? constant(run, masked(run, program->imm[row]))
                                  : operand(run, state, number);
    }
    state->flags[0] = left;
    state->flags[1] = right;
}

/* Carry out what ACTIONS has at *action* on *state*, further registers aside. */
static void act(Run *run, int64_t row, State *state, int action) {
    const Program *program = run->program;
    int32_t base;
    switch (action) {
    case DO_CONST: assign(run, row, state, constant(run, program->imm[row])); break;
    case DO_ADDI:
        base = operand(run, state, program->ra[row]);
        assign(run, row, state, base ? moved(run, base, program->imm[row]) : 0);
        break;
    case DO_LOAD: do_load(run, row, state); break;
    case DO_OTHER: assign(run, row, state, 0); break;
    case DO_FIXED: case DO_PLAIN_FIXED:
        set(run, state, program->rd[row], constant(run, masked(run, program->values[row])));
        break;
    case DO_PLAIN_CONST:
        set(run, state, program->rd[row], constant(run, masked(run, program->imm[row])));
        break;
    case DO_PLAIN_ADDI: do_plain_addi(run, row, state); break;
    case DO_PLAIN_LOAD: do_plain_load(run, row, state); break;
    case DO_PLAIN_OTHER:
        if (program->known[row]) base = constant(run, masked(run, program->values[row]));
        else base = value_of(run, UNKNOWN, row, 0);
        set(run, state, program->rd[row], base);
        break;
    case DO_ADD: do_add(run, row, state); break;
    case DO_SUB: do_sub(run, row, state); break;
    case DO_STORE: case DO_STOREI: do_store(run, row, state); break;
    case DO_PUSH: do_push(run, row, state); break;
    case DO_POP: do_pop(run, row, state); break;
    case DO_CMPI: case DO_CMP: case DO_CMPM: do_compare(run, row, state, action); break;
    case DO_EXTEND: do_extend(run, row, state); break;
    default: break;
    }
}

/* Carry out *row*, and forget the further registers that it overwrites. */
static void step(Run *run, int64_t row, State *state) {
    const Program *program = run->program;
    act(run, row, state, run->handlers[row - run->first]);
    if (run->overwrites == run->overwrites_end) return;
    const int64_t *rows = program->overwrite_row + run->overwrites;
    int64_t at = run->overwrites + lower(rows, run->overwrites_end - run->overwrites, row);
    for (; at < run->overwrites_end && program->overwrite_row[at] == row; at++) {
        set(run, state, program->overwrite_register[at], 0);
        if (program->overwrite_register[at] == FLAGS) state->flags[0] = state->flags[1] = 0;
    }
}

/* ---- calls, returns and decisions ---- */

static int is_call(int op) {
    return op == CALL || op == CALLR || op == CALLM;
}

/* Return where the call at *row* stands among the calls, the last of several, -1 for none. */
static int64_t call_at(const Run *run, int64_t row) {
    return run->call_of[row - run->first] - 1;
}

/* Note the slots of *state* and return the number of the note. */
static int64_t note_slots(Run *run, const State *state) {
    int64_t number = run->kept_start.used;
    append(run, &run->kept_start, run->kept.used / 3);
    for (int32_t at = 0; state->slots != NULL && at < state->slots->used; at++) {
        append(run, &run->kept, state->slots->slot[at].place);
        append(run, &run->kept, state->slots->slot[at].value);
        append(run, &run->kept, state->slots->slot[at].width);
    }
    return number;
}

/* Put what the call is given into *given*, up to *most* in registers; return how many that are. */
static int64_t arguments_of(const Run *run, const State *state, int32_t *given, int64_t most) {
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
        if (kind_of(run, top) == STACK && fits) slot = held_at(state, place);
        given[count] = slot == NULL ? 0 : slot->value;
    }
    for (int64_t at = 0; at < program->locals; at++)
        given[count++] = held(run, state, program->local[at]);
    return count;
}

/* Say whether what is at *target* may be called with the stack slots kept. */
static int is_kept(const Program *program, int64_t target) {
    int64_t at = lower(program->kept_target, program->kept, target);
    return at < program->kept && program->kept_target[at] == target;
}

/* Return where the call at *row* goes; say whether a value tells it. */
static int64_t callee_of(const Run *run, int64_t row, const State *state, int *computed) {
    const Program *program = run->program;
    int op = program->op[row];
    int32_t id = op == CALLR || op == JUMPR ? held(run, state, program->ra[row]) : 0;
    *computed = kind_of(run, id) == CONST && run->values[id].offset;
    if (!*computed) {
        int64_t known = call_at(run, row);
        return known >= 0 ? program->call_target[known] : -1;
    }
    int64_t target = run->values[id].offset;
    if (program->even) target &= ~(int64_t)1;
    int64_t at = lower(program->stub, program->stubs, target);
    return at < program->stubs && program->stub[at] == target ? program->import[at] : target;
}

/* Forget what a call may change, and note that its result is what the result register holds. */
static void after_call(Run *run, int64_t row, State *state, const int32_t *given, int64_t count) {
    const Program *program = run->program;
    for (int64_t at = 0; at < count && !run->failed; at++)
        if (kind_of(run, given[at]) == STACK) drop(run, state, run->values[given[at]].offset);
    for (int64_t at = 0; at < program->clobbered; at++) set(run, state, program->clobber[at], 0);
    set(run, state, (int)program->result, value_of(run, RESULT, row, 0));
}

static void call(Run *run, int64_t row, int64_t block, State *state) {
    const Program *program = run->program;
    int computed;
    int64_t known = call_at(run, row), target = callee_of(run, row, state, &computed);
    int kept = known >= 0 && program->call_marks[known] & KEEPS;
    if (computed) kept = is_kept(program, target);
    int32_t given[MOST_GIVEN];
    int64_t count = arguments_of(run, state, given, program->arguments);
    append(run, &run->calls, row);
    append(run, &run->calls, block);
    append(run, &run->calls, target);
    append(run, &run->calls, kept ? note_slots(run, state) : -1);
    for (int64_t at = 0; at < count; at++) append(run, &run->calls, given[at]);
    after_call(run, row, state, given, count);
}

static int is_jump(int op) {
    return op == JUMP || op == JUMPR || op == JUMPM;
}

/* Carry out the transfer at *row*. */
static void transfer(Run *run, int64_t row, int64_t block, State *state) {
    const Program *program = run->program;
    int op = program->op[row];
    if (is_call(op)) {
        call(run, row, block, state);
        return;
    }
    if (is_jump(op) && call_at(run, row) >= 0) call(run, row, block, state);
    if (op == RET) append(run, &run->returns, held(run, state, (int)program->result));
    step(run, row, state);
}

/* Return the row at *address* in the function or just behind it, -1 for none. */
static int64_t row_at(const Run *run, int64_t address) {
    const int64_t *addresses = run->program->address + run->first;
    int64_t count = run->behind - run->first, guess = (address - addresses[0]) >> 2;
    if (guess >= 0 && guess < count && addresses[guess] == address) return run->first + guess;
    int64_t at = address == INT64_MAX ? count - 1 : lower(addresses, count, address + 1) - 1;
    return at >= 0 && addresses[at] == address ? run->first + at : -1;
}

/* Return the row that the branch or jump at *row* goes to, -1 for none. */
static int64_t target_at(const Run *run, int64_t row) {
    return run->target_of[row - run->first] - 1;
}

static void decide(Run *run, int64_t row, const Block *block, State *state) {
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

/* ---- blocks ---- */

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
    int64_t table = lower(program->table_row, program->tables, run->first);
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
    int64_t table = lower(program->table_row, program->tables, row);
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

/* Return the number of the block that begins at *row*, -1 for none. */
static int32_t block_at(const Run *run, int64_t row) {
    return row >= run->first && row < run->last ? run->block_of[row - run->first] - 1 : -1;
}

/* Note which rows call and where those that jump or branch lead. */
static void look_up(Run *run) {
    const Program *program = run->program;
    int64_t at = lower(program->call_row, program->calls, run->first);
    for (; at < program->calls && program->call_row[at] < run->last; at++)
        if (program->call_row[at] >= run->first)
            run->call_of[program->call_row[at] - run->first] = (int32_t)at + 1;
    for (int64_t row = run->first; row < run->last; row++)
        if (program->op[row] == BRANCH || program->op[row] == JUMP)
            run->target_of[row - run->first] = (int32_t)row_at(run, program->imm[row]) + 1;
    run->overwrites = lower(program->overwrite_row, program->overwrites, run->first);
    const int64_t *rows = program->overwrite_row + run->overwrites;
    int64_t count = lower(rows, program->overwrites - run->overwrites, run->last);
    run->overwrites_end = run->overwrites + count;
}

/* Find out what carries out each row: `handlers_of` and `steps_of` of assay.code.semantics. */
static void choose_actions(Run *run) {
    const Program *program = run->program;
    for (int64_t row = run->first; row < run->last; row++) {
        int op = program->op[row], writes = program->rd[row] < REGISTERS;
        int always = program->cond[row] == ALWAYS, place = program->actions[op];
        int fixed = op == LOAD && program->known[row] && always;
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
    uint8_t *heads = room_for(run, rows, 1);
    if (run->failed) return;
    mark_heads(run, heads);
    for (int64_t at = 0; at < rows; at++) run->block_count += heads[at];
    run->blocks = room_for(run, run->block_count, sizeof(Block));
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
    int32_t *waiting = room_for(run, 2 * count, sizeof(int32_t));
    uint8_t *seen = room_for(run, count, 1);
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

/* ---- the pass ---- */

/* Put the rows of a block that matter into *plan*, in the order in which they take effect. */
static int64_t plan_of(const Run *run, int64_t block, int64_t end, int32_t *plan) {
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
static void carry_out(
    Run *run, const int32_t *plan, int64_t count, const Block *block, State *state, int deciding
) {
    for (int64_t at = 0; at < count && !run->failed; at++) {
        int64_t row = plan[at];
        int action = run->steps[row - run->first];
        if (action == DO_STEP) {
            step(run, row, state);
        } else if (action != DO_LEAVE) {
            act(run, row, state, action);
        } else {
            if (deciding && row == block->ending) decide(run, row, block, state);
            transfer(run, row, block->row, state);
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
        count += plan_of(run, one->row, one->end, plan + count);
        if (one->onward != 1) break;
        shared = block_at(run, run->following.at[one->following]);
    }
    while (count && run->steps[plan[count - 1] - run->first] != DO_LEAVE) count--;
    if (!count) return;
    copy_state(run, &run->other, state);
    carry_out(run, plan, count, block, &run->other, 0);
}

/* Keep *state* for the block or row that *row* begins, which has none. */
static void begin_with(Run *run, int64_t row, const State *state) {
    State *made = &run->states[run->state_count];
    made->registers = run->pool + run->state_count * run->registers;
    made->row = (int32_t)row;
    copy_state(run, made, state);
    run->state_of[row - run->first] = (int32_t)++run->state_count;
}

static void visit(Run *run, const Block *block) {
    copy_state(run, &run->work, &run->states[run->state_of[block->row - run->first] - 1]);
    int64_t count = plan_of(run, block->row, block->end, run->plan);
    carry_out(run, run->plan, count, block, &run->work, 1);
    for (int32_t at = 0; at < block->onward && !run->failed; at++) {
        int64_t row = run->following.at[block->following + at];
        int32_t number = block_at(run, row);
        if (number >= 0 && run->blocks[number].leads && run->joined[row - run->first] > 1)
            preview(run, number, block, &run->work);
        int32_t known = run->state_of[row - run->first];
        if (!known) begin_with(run, row, &run->work);
        else if (row > block->row) meet(run, &run->states[known - 1], &run->work);
    }
}

/* Begin with the arguments and the stack. */
static void enter(Run *run) {
    const Program *program = run->program;
    State *state = &run->work;
    for (int64_t at = 0; at < program->arguments; at++)
        set(run, state, program->argument[at], value_of(run, ARGUMENT, at, 0));
    set(run, state, (int)program->stack, value_of(run, STACK, 0, 0));
    for (int64_t at = 0; at < program->locals; at++)
        set(run, state, program->local[at], value_of(run, ARGUMENT, ARGUMENTS + at, 0));
    for (int64_t at = 0; program->slot && at < ARGUMENTS; at++) {
        int32_t value = value_of(run, ARGUMENT, at, 0);
        keep(run, state, program->slot * (at + 1), value, (int)program->slot);
    }
    if (!run->failed) begin_with(run, run->first, state);
}

/* ---- the result ---- */

static void mark(Run *run, int64_t id) {
    run->values[id].marked = 1;
}

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

/* Number the marked values, and what they were read from: those of memory behind the others. */
static void number_values(Run *run, int64_t counts[2]) {
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

/* Where numbers are written: PARTS + 1 places of parts, then these. */
typedef struct {
    int64_t *at;
    int64_t used, room, parts;
} Output;

/* Write a number where there is room; count it in any case. */
static void put(Output *output, int64_t number) {
    if (output->used < output->room) output->at[output->used] = number;
    output->used++;
}

static void put_value(const Run *run, Output *output, int64_t id) {
    put(output, run->values[id].given);
}

/* Note where the next part of the output begins. */
static void begin_part(Output *output) {
    if (output->parts < output->room) output->at[output->parts] = output->used;
    output->parts++;
}

/* Write the values: kinds, keys and offsets; then bases, widths and offsets of those of memory. */
static void put_values(const Run *run, Output *output, const int64_t counts[2]) {
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
        if (at % 6 == 2 || at % 6 == 3) put_value(run, output, run->decisions.at[at]);
        else put(output, run->decisions.at[at]);
    begin_part(output);
    for (int64_t at = 0; at < run->returns.used; at++)
        put_value(run, output, run->returns.at[at]);
    begin_part(output);
    for (int64_t at = 0; at < run->kept_start.used; at++) put(output, run->kept_start.at[at]);
    put(output, run->kept.used / 3);
    begin_part(output);
    for (int64_t at = 0; at < run->kept.used; at++)
        if (at % 3 == 1) put_value(run, output, run->kept.at[at]);
        else put(output, run->kept.at[at]);
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

/* Write where each part begins and ends, and the parts; return how many numbers that takes. */
static int64_t put_all(Run *run, Output *output, int with_states) {
    const Program *program = run->program;
    int64_t given = program->slot ? ARGUMENTS + program->locals : program->arguments;
    int64_t noted = run->kept_start.used, counts[2];
    for (int64_t at = 0; with_states && at < run->state_count; at++)
        note_slots(run, &run->states[at]);
    if (run->failed) return GIVE_UP;
    mark_values(run, given, with_states);
    number_values(run, counts);
    output->used = PARTS + 1;
    put_blocks(run, output);
    put_calls(run, output, given);
    put_found(run, output);
    put_values(run, output, counts);
    begin_part(output);
    if (with_states) {
        put(output, run->registers);
        put_states(run, output, noted);
    }
    begin_part(output);
    return output->used;
}

/* Make room for a run; the room for values grows. */
static void make_room(Run *run) {
    const Program *program = run->program;
    int64_t rows = run->last - run->first;
    run->registers = program->registers;
    for (int64_t row = run->first; row < run->last; row++)
        if (program->rd[row] < REGISTERS && program->rd[row] >= run->registers)
            run->registers = program->rd[row] + 1;
    run->handlers = room_for(run, rows, 1);
    run->steps = room_for(run, rows, 1);
    run->value_room = 64;
    while (run->value_room < rows) run->value_room *= 2;
    run->head_mask = run->value_room - 1;
    run->value_count = 1;
    run->values = room_for(run, run->value_room, sizeof(Value));
    run->heads = room_for(run, run->value_room, sizeof(int32_t));
    run->by_row = room_for(run, (rows + 2) * 7, sizeof(int32_t));
    if (run->failed) return;
    int32_t **columns[] = {
        &run->block_of, &run->state_of, &run->joined, &run->order, &run->plan, &run->call_of,
        &run->target_of,
    };
    for (int64_t at = 0; at < 7; at++) *columns[at] = run->by_row + at * (rows + 2);
    run->work.registers = room_for(run, run->registers, sizeof(int32_t));
    run->other.registers = room_for(run, run->registers, sizeof(int32_t));
}

static void free_all(Run *run) {
    for (int64_t at = 0; at < run->state_count; at++) let_go(run->states[at].slots);
    let_go(run->work.slots);
    let_go(run->other.slots);
    void *all[] = {
        run->values, run->heads, run->by_row, run->handlers, run->steps,
        run->work.registers, run->other.registers, run->blocks, run->states, run->pool,
        run->following.at, run->calls.at, run->decisions.at, run->returns.at, run->kept.at,
        run->kept_start.at,
    };
    for (size_t at = 0; at < sizeof(all) / sizeof(all[0]); at++) free(all[at]);
}

/* Say whether the numbers of the program are such that the pass keeps to its arrays. */
static int acceptable(const Program *program, int64_t first, int64_t last) {
    int fits = first >= 0 && first < last && last <= program->rows && last - first <= MOST_ROWS;
    fits = fits && program->calls < INT32_MAX;
    fits = fits && program->rows < INT32_MAX - 2 && program->registers <= REGISTERS;
    fits = fits && program->delay >= 0 && program->delay <= 1 && program->slot >= 0;
    fits = fits && program->arguments <= ARGUMENTS && program->given <= MOST_GIVEN;
    return fits && program->slot <= 16 && program->locals <= MOST_GIVEN - ARGUMENTS;
}

/* Carry out the pass. */
static void run_all(Run *run) {
    const Program *program = run->program;
    run->behind = run->last + program->delay;
    if (run->behind > program->rows) run->behind = program->rows;
    make_room(run);
    if (run->failed) return;
    look_up(run);
    choose_actions(run);
    split(run);
    if (run->failed) return;
    mark_leading(run);
    put_in_order(run);
    int64_t states = run->block_count + program->delay + 1;
    run->states = room_for(run, states, sizeof(State));
    run->pool = room_for(run, states * run->registers, sizeof(int32_t));
    if (run->failed) return;
    enter(run);
    for (int64_t at = run->block_count - run->order_count; at < run->block_count; at++)
        if (!run->failed) visit(run, &run->blocks[run->order[at]]);
}

/* Read the function of rows *first* up to *last*; write what was found to *out*, which has room
   for *room* numbers. Return how many were or would be written, GIVE_UP for the twin to do it. */
KERNEL int64_t read_function(
    const Program *program, int64_t first, int64_t last, int64_t with_states, int64_t *out,
    int64_t room
) {
    if (!acceptable(program, first, last)) return GIVE_UP;
    Run run = {.program = program, .first = first, .last = last};
    Output output = {out, 0, room, 0};
    int64_t used = GIVE_UP;
    run_all(&run);
    if (!run.failed) used = put_all(&run, &output, with_states != 0);
    free_all(&run);
    return used;
}

/* ---- ways on from an edge: the twin is class Paths of assay.code.access.paths ---- */

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
    int64_t texts[TEXTS] = {0}, count = arguments_of(run, state, given, run->program->given);
    for (int64_t at = 0; at < TEXTS && at < count; at++) {
        int64_t number = run->values[given[at]].offset;
        texts[at] = kind_of(run, given[at]) == CONST && number > 0 ? number : 0;
    }
    int computed;
    append(run, &ways->calls, row);
    note_effect(ways, CALLS, callee_of(run, row, state, &computed), texts);
    after_call(run, row, state, given, count);
}

/* Note a constant that is stored where others can see it. */
static void note_store(Ways *ways, int64_t row, const State *state) {
    Run *run = ways->run;
    const Program *program = run->program;
    int32_t place = address_of(run, row, state);
    int kind = kind_of(run, place);
    if (!place || kind == STACK || kind == UNKNOWN) return;
    int64_t number[TEXTS] = {program->second[row] & 0xFFFFFFFF};
    if (program->op[row] != STOREI) {
        int32_t value = operand(run, state, program->rb[row]);
        if (kind_of(run, value) != CONST) return;
        number[0] = run->values[value].offset & 0xFFFFFFFF;
    }
    note_effect(ways, STORES, place, number);
}

/* Carry out a block on *state*, and note what others can see. */
static void go_through(Ways *ways, const Block *block, State *state) {
    Run *run = ways->run;
    int64_t count = plan_of(run, block->row, block->end, run->plan);
    for (int64_t at = 0; at < count && !run->failed; at++) {
        int64_t row = run->plan[at];
        int op = run->program->op[row], action = run->steps[row - run->first];
        if (action == DO_LEAVE) {
            if (is_call(op) || (is_jump(op) && call_at(run, row) >= 0)) note_call(ways, row, state);
            else step(run, row, state);
            continue;
        }
        if (op == STORE || op == STOREI) note_store(ways, row, state);
        if (action == DO_STEP) step(run, row, state);
        else act(run, row, state, action);
    }
}

/* Put what the branch that ends *block* compares into *sides*, and where equality leads into
   *equal*; say whether it compares. */
static int compares(
    Run *run, const Block *block, const State *state, int32_t sides[2], int64_t *equal
) {
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
    if (kind_of(run, sides[0]) != RESULT || kind_of(run, sides[1]) != CONST) return;
    for (int64_t at = 0; at < run->registers; at++)
        if (state->registers[at] == sides[0]) state->registers[at] = sides[1];
}

/* Return the one row that *block* goes on to where the values decide it, else -1. */
static int64_t decided(Run *run, const Block *block, const State *state) {
    int32_t sides[2];
    int64_t equal;
    if (!compares(run, block, state, sides, &equal)) return -1;
    if (kind_of(run, sides[0]) != CONST || kind_of(run, sides[1]) != CONST) return -1;
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
    if (one.kind == CONST) note_effect(ways, RETURNS, one.offset & 0xFFFFFFFF, NULL);
    else if (one.kind == RESULT) note_effect(ways, RETURNS_RESULT, one.key, NULL);
    else note_effect(ways, RETURNS_UNKNOWN, 0, NULL);
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
    copy_state(run, &visit->state, before < 0 ? begun : &ways->visits[before].state);
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
        if (number < 0 || ways->stops[number] || passed(ways, before, row)) ways->ends++;
        else go_on(ways, &run->blocks[number], before, begun);
    }
}

/* Put the values that *row* begins with into *state*, unknown ones where it was not reached. */
static void begin_at(const Run *run, int64_t row, State *state) {
    int inside = row >= run->first && row < run->behind;
    int32_t known = inside ? run->state_of[row - run->first] : 0;
    if (known) {
        copy_state(run, state, &run->states[known - 1]);
        return;
    }
    memset(state->registers, 0, (size_t)run->registers * sizeof(int32_t));
    state->flags[0] = state->flags[1] = 0;
    let_go(state->slots);
    state->slots = NULL;
}

/* Follow the ways from *start*; with an *origin* those that its edge to *start* begins. */
static void follow_all(Ways *ways, int64_t origin, int64_t start) {
    Run *run = ways->run;
    State *begun = &run->other;
    ways->visits = room_for(run, MAX_BLOCKS, sizeof(Visit));
    ways->pool = room_for(run, MAX_BLOCKS * run->registers, sizeof(int32_t));
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
    number_values(run, counts);
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
    put_values(run, output, counts);
    begin_part(output);
    return output->used;
}

static void free_ways(Ways *ways) {
    for (int64_t at = 0; at < ways->count; at++) let_go(ways->visits[at].state.slots);
    void *all[] = {
        ways->visits, ways->pool, ways->stops, ways->waiting.at, ways->effects.at, ways->calls.at,
        ways->blocks.at,
    };
    for (size_t at = 0; at < sizeof(all) / sizeof(all[0]); at++) free(all[at]);
}

/* Follow the ways on from *start* in the function of rows *first* up to *last*: from its values, or
   those that the edge from *origin* (-1 for none) leads there with; up to the blocks *stops*.
   Write and return as above. */
KERNEL int64_t follow_paths(
    const Program *program, int64_t first, int64_t last, int64_t origin, int64_t start,
    const int64_t *stops, int64_t stop_count, int64_t *out, int64_t room
) {
    if (!acceptable(program, first, last)) return GIVE_UP;
    Run run = {.program = program, .first = first, .last = last};
    Ways ways = {.run = &run};
    Output output = {out, 0, room, 0};
    int64_t used = GIVE_UP;
    run_all(&run);
    ways.stops = run.failed ? NULL : room_for(&run, run.block_count, 1);
    for (int64_t at = 0; at < stop_count && !run.failed; at++)
        if (block_at(&run, stops[at]) >= 0) ways.stops[block_at(&run, stops[at])] = 1;
    if (!run.failed) follow_all(&ways, origin, start);
    if (!run.failed) used = put_ways(&ways, &output);
    free_ways(&ways);
    free_all(&run);
    return used;
}
