/* Values of the careful pass, interned; stack slots; states (`symbolic.h`). */

#include "symbolic.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 1 << 21, MOST_NUMBERS = 1 << 24, MOST_SLOTS = 1 << 23 };

void *symbolic_room(Run *run, int64_t count, size_t size) {
    void *found = calloc((size_t)count + 1, size);
    if (found == NULL) run->failed = 1;
    return found;
}

int symbolic_more_numbers(Run *run, Numbers *numbers) {
    int64_t room = numbers->room ? 2 * numbers->room : 256;
    int64_t *at = room > MOST_NUMBERS ? NULL : realloc(numbers->at, (size_t)room * 8);
    if (at == NULL) {
        run->failed = 1;
        return 0;
    }
    numbers->at = at;
    numbers->room = room;
    return 1;
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

int32_t symbolic_value(Run *run, int kind, int64_t key, int64_t offset) {
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

/* ---- stack slots ---- */

void symbolic_let_go(Slots *slots) {
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
        if (slots->slot[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const Slot *symbolic_slot(const State *state, int64_t place) {
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
    symbolic_let_go(old);
    state->slots = made;
    return 1;
}

void symbolic_drop(Run *run, State *state, int64_t place) {
    int32_t at = slot_at(state->slots, place);
    if (symbolic_slot(state, place) == NULL || !own(run, state)) return;
    Slots *slots = state->slots;
    size_t behind = (size_t)(slots->used - at - 1);
    memmove(&slots->slot[at], &slots->slot[at + 1], behind * sizeof(Slot));
    slots->used--;
}

void symbolic_keep(Run *run, State *state, int64_t place, int32_t value, int width) {
    if (!value) {
        symbolic_drop(run, state, place);
        return;
    }
    const Slot *held = symbolic_slot(state, place);
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

void symbolic_copy(const Run *run, State *into, const State *from) {
    memcpy(into->registers, from->registers, (size_t)run->registers * sizeof(int32_t));
    memcpy(into->flags, from->flags, sizeof(into->flags));
    if (from->slots != NULL) from->slots->holders++;
    symbolic_let_go(into->slots);
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
    symbolic_let_go(mine->slots);
    mine->slots = kept;
}

void symbolic_meet(Run *run, State *mine, const State *other) {
    for (int64_t at = 0; at < run->registers; at++)
        mine->registers[at] = mine->registers[at] == other->registers[at] ? mine->registers[at] : 0;
    meet_slots(run, mine, other->slots);
    if (mine->flags[0] != other->flags[0] || mine->flags[1] != other->flags[1])
        mine->flags[0] = mine->flags[1] = 0;
}
