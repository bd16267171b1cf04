/* Kernels of assay.code.tables: the jump tables that lie among the instructions, and the constants
   that computed jumps depend on. */

#include <stdlib.h>
#include <string.h>

#include "rows.h"

#define MAX_ENTRIES 1024

static int ascending(const void *one, const void *other) {
    int64_t first = *(const int64_t *)one, second = *(const int64_t *)other;
    return (first > second) - (first < second);
}

/* Sort *count* numbers; return how many different ones there are, which come first. */
static int64_t sort_once(int64_t *values, int64_t count) {
    int64_t kept = 0;
    qsort(values, (size_t)count, sizeof *values, ascending);
    for (int64_t at = 0; at < count; at++)
        if (!kept || values[at] != values[kept - 1]) values[kept++] = values[at];
    return kept;
}

/* Read the tables behind the jumps at *asked*, whose entries have *size* bytes and which reach up
   to the row *behind* rows on: `_inline_of_size`. Writes where each begins, its entries, and how
   many *targets* it has that are rows, ascending. Returns their number, -1 when there are more
   than *capacity* or a row does not exist. */
KERNEL int64_t tables_inline(const Rows *rows, const Memory *memory, const int64_t *asked,
                             int64_t count, int64_t size, int64_t behind, int64_t capacity,
                             int64_t *starts, int64_t *entries, int64_t *kept, int64_t *targets) {
    int64_t total = 0;
    for (int64_t at = 0; at < count; at++) {
        int64_t row = asked[at], found = 0;
        if (row < 0 || row + behind >= rows->count) return -1;
        int64_t start = rows->address[row] + (size == 4 ? 8 : 4);
        int64_t room = rows->address[row + behind] - start;
        int64_t most = room < 0 ? 0 : room / size < MAX_ENTRIES ? room / size : MAX_ENTRIES;
        if (total + most > capacity) return -1;
        for (int64_t entry = 0; entry < most; entry++) {
            int64_t value;
            if (!read_word(memory, start + size * entry, size, &value)) continue;
            value = size == 4 ? value : start + 2 * value;
            if (row_at(rows, value) >= 0) targets[total + found++] = value;
        }
        starts[at] = start;
        entries[at] = most;
        kept[at] = sort_once(targets + total, found);
        total += kept[at];
    }
    return total;
}

#define DEPTH 6

/* Definitions on which jumps depend: of whose jump, the row, and what a load adds to it. */
typedef struct {
    int64_t *owner, *row, *ahead;
    int64_t count;
} Trail;

/* Pairs of a jump and a constant behind it. */
typedef struct {
    int64_t *jump, *value;
    int64_t count, capacity;
} Pairs;

/* What the definitions are read from. */
typedef struct {
    const Flow *flow;
    const int64_t *cells;
    const uint8_t *filled;
    int64_t size, mask;
    int32_t cursor[256];
} Source;

static int add_pair(Pairs *pairs, int64_t jump, int64_t value) {
    if (pairs->count >= pairs->capacity) return 0;
    pairs->jump[pairs->count] = jump;
    pairs->value[pairs->count++] = value;
    return 1;
}

/* Note the constants of the definitions of *trail*; return whether there was room. */
static int note_constants(Source *source, const Trail *trail, Pairs *pairs) {
    const Rows *rows = source->flow->rows;
    for (int64_t at = 0; at < trail->count; at++) {
        int64_t owner = trail->owner[at], row = trail->row[at], ahead = trail->ahead[at];
        int64_t value = source->cells[row];
        if (!source->filled[row]) continue;
        if (ahead && !add_pair(pairs, owner, (value + ahead) & source->mask)) return 0;
        if (!add_pair(pairs, owner, value)) return 0;
    }
    /* A table's address can be the displacement of the load, from a known base or none. */
    for (int64_t at = 0; at < trail->count; at++) {
        int64_t row = trail->row[at];
        if (rows->op[row] != LOADX || !rows->imm[row]) continue;
        int64_t cell = cell_of(source->flow, source->cursor, rows->ra[row], row, row);
        cell += cell < 0 ? source->size : 0;
        int64_t base = source->filled[cell] ? source->cells[cell] : 0;
        if (!add_pair(pairs, trail->owner[at], (base + rows->imm[row]) & source->mask)) return 0;
    }
    return 1;
}

/* Return what the load at *row* adds to a sum, 0 when it is no such load: `_parted`. */
static int64_t parted(Source *source, int64_t row) {
    const Rows *rows = source->flow->rows;
    if (rows->op[row] != LOAD || !rows->imm[row] || rows->ra[row] >= REGISTERS) return 0;
    int64_t from = reach(source->flow, source->cursor, rows->ra[row], row, row);
    return from >= 0 && rows->op[from] == ADD ? rows->imm[row] : 0;
}

/* Keep the definitions of *trail* that are followed to their operands. */
static void keep_followed(Source *source, Trail *trail) {
    const Rows *rows = source->flow->rows;
    int64_t kept = 0;
    for (int64_t at = 0; at < trail->count; at++) {
        int64_t row = trail->row[at];
        uint8_t op = rows->op[row];
        if (source->filled[row] ||
            !(op == OTHER || (op >= ADDI && op <= ORI) || op == LOAD || op == LOADX || op == SUB))
            continue;
        /* Where the index is added to the upper part, the load has the lower part. */
        int64_t ahead = op == ADD ? trail->ahead[at] : parted(source, row);
        trail->owner[kept] = trail->owner[at];
        trail->row[kept] = row;
        trail->ahead[kept++] = ahead;
    }
    trail->count = kept;
}

/* Add to *next* the definition that reaches operand *wanted* of place *at* of *trail*. */
static int follow(Source *source, const Trail *trail, int64_t at, uint8_t wanted, Trail *next,
                  int64_t capacity) {
    if (wanted >= REGISTERS) return 1;
    int64_t row = trail->row[at];
    int64_t from = reach(source->flow, source->cursor, wanted, row, row);
    if (from < 0) return 1;
    if (next->count >= capacity) return 0;
    next->owner[next->count] = trail->owner[at];
    next->row[next->count] = from;
    next->ahead[next->count++] = trail->ahead[at];
    return 1;
}

/* Write the constants that the targets of *jumps* are computed from, nearest first, beside the
   jumps: `_constants_behind`. *work* has room for six times *capacity* definitions. Returns how
   many there are, -1 when there is no room or a row does not exist. */
KERNEL int64_t tables_constants(const Flow *flow, const int64_t *jumps, int64_t count,
                                const int64_t *cells, const uint8_t *filled, int64_t size,
                                int64_t mask, int64_t capacity, int64_t *work, int64_t room,
                                int64_t *found, int64_t *values) {
    const Rows *rows = flow->rows;
    Source source = {flow, cells, filled, size, mask, {0}};
    Pairs pairs = {found, values, 0, room};
    Trail trail = {work, work + capacity, work + 2 * capacity, 0};
    Trail next = {work + 3 * capacity, work + 4 * capacity, work + 5 * capacity, 0};
    memcpy(source.cursor, flow->first, sizeof source.cursor);
    for (int64_t at = 0; at < count; at++) {
        int64_t jump = jumps[at];
        if (jump < 0 || jump >= rows->count || trail.count >= capacity) return -1;
        if (rows->ra[jump] == NONE && !add_pair(&pairs, jump, rows->imm[jump])) return -1;
        Trail one = {&jump, &jump, &(int64_t){0}, 1};
        if (!follow(&source, &one, 0, rows->ra[jump], &trail, capacity)) return -1;
    }
    for (int depth = 0; depth < DEPTH && trail.count; depth++) {
        if (!note_constants(&source, &trail, &pairs)) return -1;
        keep_followed(&source, &trail);
        next.count = 0;
        for (int64_t at = 0; at < trail.count; at++)
            if (!follow(&source, &trail, at, rows->ra[trail.row[at]], &next, capacity)) return -1;
        for (int64_t at = 0; at < trail.count; at++) {
            uint8_t op = rows->op[trail.row[at]];
            int paired = op == ADD || op == LOADX || op == OTHER || op == SUB;
            if (paired && !follow(&source, &trail, at, rows->rb[trail.row[at]], &next, capacity))
                return -1;
        }
        Trail done = trail;
        trail = next;
        next = done;
    }
    return pairs.count;
}
