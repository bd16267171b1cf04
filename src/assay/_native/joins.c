/* Kernel of assay.code.joins: the register of callees followed through functions. */

#include <string.h>

#include "rows.h"

#define ROUNDS 12
#define MOST_PLACES 32 /* on the stack that the register is read from, in one function */

/* What paths bring, the higher where they join; see assay.code.joins. UNSET is for rows that leave
   the register alone. */
enum { NOTHING, KEPT, MANY_KEPT, HELD, UNKNOWN, UNSET };

typedef struct {
    int64_t value;
    int64_t tag;
} State;

/* The program, and room for the states of the rows of one function: what branches have *brought*
   there, what is *held* before the rows that go through the register, and what rows *set*. */
typedef struct {
    const Flow *flow;
    const int64_t *cells;
    const uint8_t *filled;
    int64_t cell_count;
    int64_t callee, stack;
    int64_t low, high; /* the addresses of imports */
    const int64_t *sources, *targets;
    int64_t edges; /* the jumps through tables and where they lead */
    const int64_t *calls, *leads;
    int64_t call_count;  /* the rows that are known to call, tail calls included, and whom */
    int64_t first, last; /* the function */
    State *brought, *held, *set;
} Walk;

static State meet(State one, State other) {
    if (one.tag != other.tag) return one.tag > other.tag ? one : other;
    if (one.value == other.value) return one;
    return (State){0, one.tag == KEPT || one.tag == MANY_KEPT ? MANY_KEPT : UNKNOWN};
}

/* Return the one value that the function stores at *place* above its stack pointer. */
static State stored(const Walk *walk, int64_t place) {
    const Rows *rows = walk->flow->rows;
    State found = {0, NOTHING};
    int32_t cursor[256];
    memcpy(cursor, walk->flow->first, sizeof cursor);
    for (int64_t row = walk->first; row < walk->last; row++) {
        if (rows->op[row] != STORE || rows->ra[row] != walk->stack || rows->imm[row] != place)
            continue;
        int64_t cell = cell_of(walk->flow, cursor, rows->rb[row], row, row);
        cell += cell < 0 ? walk->cell_count : 0;
        if (!walk->filled[cell]) return (State){0, UNKNOWN};
        found = meet(found, (State){walk->cells[cell], HELD});
    }
    return found.tag == HELD ? found : (State){0, UNKNOWN};
}

/* Fill in what each row of the function that changes the register leaves in it. */
static void definitions(const Walk *walk) {
    const Flow *flow = walk->flow;
    const Rows *rows = flow->rows;
    for (int64_t at = 0; at < walk->last - walk->first; at++) walk->set[at] = (State){0, UNSET};
    int64_t low = flow->first[walk->callee], high = flow->first[walk->callee + 1], places = 0;
    for (int64_t behind = high; low < behind;) {
        int64_t middle = low + (behind - low) / 2;
        if (flow->keys[middle] < 2 * walk->first)
            low = middle + 1;
        else
            behind = middle;
    }
    for (; low < high && flow->keys[low] < 2 * walk->last; low++) {
        int64_t row = flow->keys[low] >> 1;
        State *set = walk->set + (row - walk->first);
        *set = (State){0, UNKNOWN};
        if (flow->keys[low] & 1) continue;
        if (walk->filled[row])
            *set = (State){walk->cells[row], HELD};
        else if (rows->op[row] == LOAD && rows->ra[row] == walk->stack && places++ < MOST_PLACES)
            *set = stored(walk, rows->imm[row]);
    }
}

/* Bring *state* to *row*; return whether that changes something. */
static int bring(const Walk *walk, int64_t row, State state) {
    if (row < walk->first || row >= walk->last) return 0;
    State *brought = walk->brought + (row - walk->first), joined = meet(state, *brought);
    int changed = joined.tag != brought->tag || joined.value != brought->value;
    *brought = joined;
    return changed;
}

/* Bring *state* to where *row* may lead; return whether that changes something. */
static int leave(const Walk *walk, int64_t row, State state) {
    const Rows *rows = walk->flow->rows;
    uint8_t op = rows->op[row];
    if (op == BRANCH || op == JUMP) return bring(walk, row_at(rows, rows->imm[row]), state);
    if (op != JUMPR) return 0;
    int changed = 0;
    int64_t edge = lower_bound(walk->sources, walk->edges, row);
    for (; edge < walk->edges && walk->sources[edge] == row; edge++)
        changed |= bring(walk, row_at(rows, walk->targets[edge]), state);
    return changed;
}

/* Return what is known behind *row* and its delay slot, where control goes on. */
static State behind(const Walk *walk, int64_t row, State state) {
    uint8_t op = walk->flow->rows->op[row];
    if (ends_stretch(op)) return (State){0, NOTHING};
    if (!is_call(op) || state.tag == NOTHING) return state;
    int external = state.value >= walk->low && state.value < walk->high;
    if ((state.tag == HELD || state.tag == KEPT) && !external) return (State){state.value, KEPT};
    return (State){0, state.tag == MANY_KEPT ? MANY_KEPT : NOTHING};
}

/* Follow the register through all rows once; return whether something changed. */
static int follow(const Walk *walk) {
    const uint8_t *op = walk->flow->rows->op;
    State state = {0, UNKNOWN};
    int changed = 0;
    int64_t delay = walk->flow->delay;
    for (int64_t row = walk->first; row < walk->last; row++) {
        int64_t at = row - walk->first;
        if (walk->brought[at].tag != NOTHING) state = meet(state, walk->brought[at]);
        if (op[row] == CALLR || op[row] == JUMPR) walk->held[at] = state;
        if (walk->set[at].tag != UNSET) state = walk->set[at];
        if (at < delay || op[row - delay] < CALL ||
            (op[row - delay] > BRANCH && !ends_stretch(op[row - delay])))
            continue;
        changed |= leave(walk, row - delay, state);
        state = behind(walk, row - delay, state);
    }
    return changed;
}

/* Say whether *row*, of the function that begins at *first*, goes through the register to where
   nobody knows, and what stands above it may be told: what *row* reaches by another path alone,
   what comes from the stack, and last jumps of functions that were taken for import stubs. *call*
   is a place among the calls that only moves on. */
static int is_asked(const Walk *walk, int64_t row, int64_t first, int64_t *call) {
    const Flow *flow = walk->flow;
    const Rows *rows = flow->rows;
    if (rows->ra[row] != walk->callee || rows->imm[row]) return 0;
    int jumps = rows->op[row] == JUMPR;
    if (!jumps && rows->op[row] != CALLR) return 0;
    while (*call < walk->call_count && walk->calls[*call] < row) ++*call;
    if (*call < walk->call_count && walk->calls[*call] == row &&
        (jumps || walk->leads[*call] != -1))
        return 0;
    int64_t at = row - 1, floor = flow->floor[row];
    int64_t top = floor > flow->called[row] ? floor : flow->called[row];
    while (at >= top && rows->rd[at] != walk->callee) at--;
    if (at >= top && !(jumps && floor > first) &&
        (walk->filled[at] || rows->op[at] != LOAD || rows->ra[at] != walk->stack))
        return 0;
    int64_t edge = lower_bound(walk->sources, walk->edges, row);
    return edge == walk->edges || walk->sources[edge] != row;
}

/* Write the rows among *control* that call or jump through the register that callees are called
   through, and what it holds there, where all paths together tell: `follow_callees`. *owner* is
   the function of each row, from *first* up to *last*; *room* holds three states for each row, and
   the results as many as *count*. Returns how many there are, -1 when a row is none. */
KERNEL int64_t calls_joined(Walk *walk, const int64_t *control, int64_t count, const int64_t *owner,
                            const int64_t *first, const int64_t *last, int64_t functions,
                            State *room, int64_t *sites, int64_t *callees) {
    const Rows *rows = walk->flow->rows;
    int64_t found = 0, walked = -1, call = 0;
    int settled = 0;
    for (int64_t at = 0; at < count; at++) {
        int64_t row = control[at];
        if (row < 0 || row >= rows->count || owner[row] >= functions) return -1;
        int64_t number = owner[row];
        if (number < 0 || row >= last[number] || row < first[number] ||
            !is_asked(walk, row, first[number], &call))
            continue;
        if (number != walked) {
            int64_t size = last[number] - first[number];
            if (size > rows->count) return -1;
            walk->first = first[number], walk->last = last[number];
            walk->brought = room, walk->held = room + size, walk->set = room + 2 * size;
            memset(room, 0, (size_t)size * sizeof *room);
            definitions(walk);
            settled = 0;
            for (int64_t round = 0; round < ROUNDS && !settled; round++) settled = !follow(walk);
            walked = number;
        }
        State state = walk->held[row - walk->first];
        if (!settled || (state.tag != KEPT && state.tag != HELD)) continue;
        sites[found] = row;
        callees[found++] = state.value;
    }
    return found;
}
