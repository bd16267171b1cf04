/* What each row does to the registers, the stack and the flags of a state (`symbolic.h`). The twin
   is ACTIONS of assay.code.semantics. */

#include "symbolic.h"

static int64_t minus(Run *run, int64_t left, int64_t right) {
    int64_t difference;
    if (__builtin_sub_overflow(left, right, &difference)) run->failed = 1;
    return difference;
}

static void assign(Run *run, int64_t row, State *state, int32_t value) {
    const Program *program = run->program;
    int number = program->rd[row];
    if (number >= REGISTERS) return;
    if (!value && program->known[row]) value = constant(run, program->values[row]);
    if (!value)
        value = symbolic_value(run, UNKNOWN, row, 0);
    else if (kind_of(run, value) == NUMBER)
        value = constant(run, masked(run, run->values[value].offset));
    if (program->cond[row] != ALWAYS && held(run, state, number) != value) value = 0;
    set(run, state, number, value);
}

int32_t symbolic_address(Run *run, int64_t row, const State *state) {
    const Program *program = run->program;
    if (program->ra[row] >= REGISTERS) return constant(run, masked(run, program->imm[row]));
    int32_t value = held(run, state, program->ra[row]);
    return value ? moved(run, value, program->imm[row]) : 0;
}

/* ---- memory ---- */

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
    return symbolic_value(run, MEMORY, (int64_t)address << 8 | width, 0);
}

/* Return what *width* bytes at *address* hold. */
static int32_t read_memory(Run *run, int32_t address, int width, const State *state) {
    if (!address) return 0;
    Value one = run->values[address];
    if (one.kind == STACK) {
        const Slot *slot = symbolic_slot(state, one.offset);
        if (slot == NULL ? !width : slot->width == width) return slot == NULL ? 0 : slot->value;
    }
    int64_t word;
    int whole = width == 1 || width == 2 || width == 4 || width == 8;
    if (one.kind == NUMBER && whole && fixed_word(run, one.offset, width, &word))
        return constant(run, word);
    return content_of(run, address, width);
}

/* ---- actions ---- */

static void do_load(Run *run, int64_t row, State *state) {
    int32_t address = symbolic_address(run, row, state);
    int32_t value = read_memory(run, address, run->program->width[row], state);
    assign(run, row, state, run->program->known[row] ? 0 : value);
}

static void do_plain_load(Run *run, int64_t row, State *state) {
    const Program *program = run->program;
    int32_t base = held(run, state, program->ra[row]);
    if (!base || kind_of(run, base) == NUMBER || program->known[row]) {
        do_load(run, row, state);
        return;
    }
    int width = program->width[row];
    int32_t address = moved(run, base, program->imm[row]);
    Value one = run->values[address];
    if (one.kind == STACK) {
        const Slot *slot = symbolic_slot(state, one.offset);
        if (slot == NULL ? !width : slot->width == width) {
            assign(run, row, state, slot == NULL ? 0 : slot->value);
            return;
        }
    }
    int32_t value = content_of(run, address, width);
    if (value)
        set(run, state, program->rd[row], value);
    else
        assign(run, row, state, 0);
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
    if (one.kind == NUMBER) offset = masked(run, offset);
    set(run, state, program->rd[row], symbolic_value(run, one.kind, one.key, offset));
}

static void do_add(Run *run, int64_t row, State *state) {
    int32_t first = operand(run, state, run->program->ra[row]);
    int32_t second = operand(run, state, run->program->rb[row]);
    int32_t value = 0;
    if (first && kind_of(run, second) == NUMBER)
        value = moved(run, first, sign_of(run, run->values[second].offset));
    else if (second && kind_of(run, first) == NUMBER)
        value = moved(run, second, sign_of(run, run->values[first].offset));
    assign(run, row, state, value);
}

static void do_sub(Run *run, int64_t row, State *state) {
    int32_t first = operand(run, state, run->program->ra[row]);
    int32_t second = operand(run, state, run->program->rb[row]);
    int32_t value = 0;
    if (first && kind_of(run, second) == NUMBER) {
        Value one = run->values[first];
        int64_t offset = minus(run, one.offset, sign_of(run, run->values[second].offset));
        value = symbolic_value(run, one.kind, one.key, offset);
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
    symbolic_keep(run, state, place, value, program->width[row]);
}

static void do_push(Run *run, int64_t row, State *state) {
    const Program *program = run->program;
    int32_t top = held(run, state, (int)program->stack);
    if (!top) return;
    int number = program->rb[row], width = program->width[row];
    int32_t pushed;
    if (number == MEMORY_OPERAND)
        pushed = read_memory(run, symbolic_address(run, row, state), width, state);
    else if (number != NONE)
        pushed = operand(run, state, number);
    else
        pushed = constant(run, masked(run, program->imm[row]));
    top = moved(run, top, -width);
    set(run, state, (int)program->stack, top);
    if (!run->failed) symbolic_keep(run, state, run->values[top].offset, pushed, width);
}

static void do_pop(Run *run, int64_t row, State *state) {
    const Program *program = run->program;
    int32_t top = held(run, state, (int)program->stack);
    if (!top) return;
    int on_stack = kind_of(run, top) == STACK;
    const Slot *slot = on_stack ? symbolic_slot(state, run->values[top].offset) : NULL;
    assign(run, row, state, slot == NULL ? 0 : slot->value);
    set(run, state, (int)program->stack, moved(run, top, program->width[row]));
}

static void do_extend(Run *run, int64_t row, State *state) {
    int32_t id = operand(run, state, run->program->ra[row]);
    int width = run->program->width[row];
    Value one = id ? run->values[id] : (Value){0};
    if (one.kind == NUMBER) {
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
        left = read_memory(run, symbolic_address(run, row, state), program->width[row], state);
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

void symbolic_act(Run *run, int64_t row, State *state, int action) {
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
    case DO_FIXED:
    case DO_PLAIN_FIXED:
        set(run, state, program->rd[row], constant(run, masked(run, program->values[row])));
        break;
    case DO_PLAIN_CONST:
        set(run, state, program->rd[row], constant(run, masked(run, program->imm[row])));
        break;
    case DO_PLAIN_ADDI: do_plain_addi(run, row, state); break;
    case DO_PLAIN_LOAD: do_plain_load(run, row, state); break;
    case DO_PLAIN_OTHER:
        if (program->known[row])
            base = constant(run, masked(run, program->values[row]));
        else
            base = symbolic_value(run, UNKNOWN, row, 0);
        set(run, state, program->rd[row], base);
        break;
    case DO_ADD: do_add(run, row, state); break;
    case DO_SUB: do_sub(run, row, state); break;
    case DO_STORE:
    case DO_STOREI: do_store(run, row, state); break;
    case DO_PUSH: do_push(run, row, state); break;
    case DO_POP: do_pop(run, row, state); break;
    case DO_CMPI:
    case DO_CMP:
    case DO_CMPM: do_compare(run, row, state, action); break;
    case DO_EXTEND: do_extend(run, row, state); break;
    default: break;
    }
}

/* Return the register that *row* loads a second word into, NONE where it loads no two: a load
   that overwrites one register besides, which is not its base. *at* is its first overwrite. */
static int second_of(const Run *run, int64_t row, int64_t at) {
    const Program *program = run->program;
    int found = NONE;
    if (program->op[row] != LOAD || program->cond[row] != ALWAYS) return NONE;
    for (; at < run->overwrites_end && program->overwrite_row[at] == row; at++) {
        int one = program->overwrite_register[at];
        if (one == program->ra[row]) continue;
        if (found != NONE || one >= MEMORY_OPERAND) return NONE;
        found = one;
    }
    return found;
}

void symbolic_step(Run *run, int64_t row, State *state) {
    const Program *program = run->program;
    int64_t at = run->overwrites, end = run->overwrites_end;
    if (at != end) at += lower_bound(program->overwrite_row + at, end - at, row);
    int second = at < end ? second_of(run, row, at) : NONE;
    int32_t loaded = second == NONE ? 0 : symbolic_address(run, row, state);
    if (loaded) loaded = moved(run, loaded, program->width[row]);
    if (loaded) loaded = read_memory(run, loaded, program->width[row], state);
    symbolic_act(run, row, state, run->handlers[row - run->first]);
    for (; at < end && program->overwrite_row[at] == row; at++) {
        set(run, state, program->overwrite_register[at], 0);
        if (program->overwrite_register[at] == FLAGS) state->flags[0] = state->flags[1] = 0;
    }
    if (loaded) set(run, state, second, loaded);
}
