/* Kernels of assay.code.tables: the jump tables that lie among the instructions, and the constants
   that computed jumps depend on. */

#include <stdlib.h>
#include <string.h>

#include "tables.h"

static int ascending(const void *one, const void *other) {
    int64_t first = *(const int64_t *)one, second = *(const int64_t *)other;
    return (first > second) - (first < second);
}

int64_t sort_once(int64_t *values, int64_t count) {
    int64_t kept = 0;
    qsort(values, (size_t)count, sizeof *values, ascending);
    for (int64_t at = 0; at < count; at++)
        if (!kept || values[at] != values[kept - 1]) values[kept++] = values[at];
    return kept;
}

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

#define MOST_PAGES 16

/* What the definitions are read from; *ambient* has registers that hold one value all over, and
   their values. The *pages* are upper parts of addresses that loads give, looked for once. */
typedef struct {
    const Flow *flow;
    const int64_t *cells;
    const uint8_t *filled;
    int64_t size, mask;
    const int64_t *ambient;
    int64_t ambient_count;
    int32_t cursor[256];
    int64_t pages[MOST_PAGES + 1], page_count;
} Source;

static int add_pair(Pairs *pairs, int64_t jump, int64_t value) {
    if (pairs->count >= pairs->capacity) return 0;
    pairs->jump[pairs->count] = jump;
    pairs->value[pairs->count++] = value;
    return 1;
}

/* Return what the load at *row* adds to a sum, 0 when it is no such load: `_parted`. */
static int64_t parted(Source *source, int64_t row) {
    const Rows *rows = source->flow->rows;
    if (rows->op[row] != LOAD || !rows->imm[row] || rows->ra[row] >= REGISTERS) return 0;
    int64_t from = reach(source->flow, source->cursor, rows->ra[row], row, row);
    return from >= 0 && rows->op[from] == ADD ? rows->imm[row] : 0;
}

/* Find the lowest pages that loads of words give. */
static void find_pages(Source *source) {
    const Rows *rows = source->flow->rows;
    int64_t *pages = source->pages, count = 0;
    for (int64_t row = 0; row < rows->count; row++) {
        int64_t value = source->cells[row];
        if (!source->filled[row] || rows->op[row] != LOAD || rows->width[row] != 4 ||
            value & 0xFFFF)
            continue;
        int64_t place = lower_bound(pages, count, value);
        if (place == MOST_PAGES || (place < count && pages[place] == value)) continue;
        memmove(pages + place + 1, pages + place, (size_t)(count - place) * sizeof *pages);
        pages[place] = value;
        count += count < MOST_PAGES;
    }
    source->page_count = count;
}

/* Note what *row* would load from, behind a sum with one of the pages: `_paged`. */
static int note_paged(Source *source, int64_t owner, int64_t row, Pairs *pairs) {
    int64_t ahead = source->filled[row] ? 0 : parted(source, row);
    if (!ahead) return 1;
    if (source->page_count < 0) find_pages(source);
    for (int64_t at = 0; at < source->page_count; at++)
        if (!add_pair(pairs, owner, (source->pages[at] + ahead) & 0xFFFFFFFF)) return 0;
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
    for (int64_t one = 0; one < source->ambient_count; one++)
        for (int64_t at = 0; at < trail->count; at++) {
            int64_t row = trail->row[at], wanted = source->ambient[2 * one];
            if ((rows->ra[row] == wanted || rows->rb[row] == wanted) &&
                !add_pair(pairs, trail->owner[at], source->ambient[2 * one + 1]))
                return 0;
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
    for (int64_t at = 0; source->ambient_count && at < trail->count; at++)
        if (!note_paged(source, trail->owner[at], trail->row[at], pairs)) return 0;
    return 1;
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

KERNEL int64_t tables_constants(const Flow *flow, const int64_t *jumps, int64_t count,
                                const int64_t *cells, const uint8_t *filled, int64_t size,
                                int64_t mask, const int64_t *ambient, int64_t ambient_count,
                                int64_t capacity, int64_t *work, int64_t room, int64_t *found,
                                int64_t *values) {
    const Rows *rows = flow->rows;
    Source source = {flow, cells, filled, size, mask, ambient, ambient_count, {0}, {0}, -1};
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

#define MOST_GUESSED 22 /* constants of one jump that may be its table or base */

/* What tables may be made of: the constants behind each jump, in *order* of the first of them. */
typedef struct {
    const int64_t *jumps;
    int64_t count;
    int64_t *constants, *held, *order;
    int64_t ordered;
} Behind;

/* What is read as a table: *low* and *high* bound where entries lead. */
typedef struct {
    const Rows *rows;
    const Memory *memory;
    int64_t packed, narrow, even; /* entries count instructions; addresses of 32 bits; of ARM */
    int64_t low, high;
} Reader;

/* Collect the constants of each jump, each once and at most so many. */
static int collect_behind(Behind *behind, const int64_t *jumps, const int64_t *values,
                          int64_t count) {
    memset(behind->held, 0, (size_t)behind->count * sizeof *behind->held);
    for (int64_t at = 0; at < count; at++) {
        int64_t one = lower_bound(behind->jumps, behind->count, jumps[at]), known = 0;
        if (one == behind->count || behind->jumps[one] != jumps[at]) return 0;
        int64_t *constants = behind->constants + MOST_GUESSED * one, held = behind->held[one];
        if (!held) behind->order[behind->ordered++] = one;
        for (int64_t place = 0; place < held; place++) known |= constants[place] == values[at];
        if (!known && held < MOST_GUESSED) constants[behind->held[one]++] = values[at];
    }
    return 1;
}

/* Return where an entry of *size* bytes leads, relative to *base* where that is not 0. */
static int64_t entry_target(const Reader *reader, int64_t value, int64_t base, int64_t size) {
    uint64_t target = (uint64_t)value;
    if (base && size < 8) {
        uint64_t sign = (uint64_t)1 << (8 * size - 1);
        target = (target ^ sign) - sign;
    }
    target = target * (reader->packed && size < 4 ? 4 : 1) + (uint64_t)base;
    return (int64_t)(reader->narrow ? target & 0xFFFFFFFF : target);
}

/* Return how many entries of a table lead to rows within bounds; these are written. */
static int64_t read_entries(const Reader *reader, int64_t at, int64_t base, int64_t size,
                            int64_t *targets) {
    int64_t value, count = 0;
    for (int64_t entry = 0; entry < 2; entry++) {
        if (!read_word(reader->memory, at + entry * size, size, &value)) return 0;
        int64_t target = entry_target(reader, value, base, size);
        if (target < reader->low || target >= reader->high) return 0;
    }
    for (; count < MAX_ENTRIES; count++) {
        if (!read_word(reader->memory, at + count * size, size, &value)) break;
        int64_t target = entry_target(reader, value, base, size);
        if (reader->even) target &= ~(int64_t)1;
        if (target < reader->low || target >= reader->high || row_at(reader->rows, target) < 0)
            break;
        targets[count] = target;
    }
    return count;
}

/* Write the longest table among the guesses of jump *one*: its address, base, size and entries. */
static void best_table(const Reader *reader, const Behind *behind, int64_t one,
                       const int64_t *sizes, int64_t size_count, int64_t *best) {
    const int64_t *constants = behind->constants + MOST_GUESSED * one;
    int64_t targets[MAX_ENTRIES], held = behind->held[one];
    best[3] = 1;
    for (int64_t table = 0; table < held; table++)
        for (int64_t base = -1; base < held; base++)
            for (int64_t kind = 0; kind < size_count; kind++) {
                int64_t from = base < 0 ? 0 : constants[base];
                int64_t count = read_entries(reader, constants[table], from, sizes[kind], targets);
                if (count <= best[3]) continue;
                best[0] = constants[table];
                best[1] = from;
                best[2] = sizes[kind];
                best[3] = count;
            }
}

/* Let *reader* look for the table of the jump at *row* in its function, if that is known. */
static void set_bounds(Reader *reader, int64_t row, const int64_t *starts, int64_t start_count) {
    int64_t address = reader->rows->address[row];
    int64_t behind = lower_bound(starts, start_count, address);
    if (behind < start_count && starts[behind] == address) behind++;
    reader->low = behind ? starts[behind - 1] : 0;
    reader->high = behind < start_count ? starts[behind] : INT64_MAX;
    if (reader->low < address - NEAR) reader->low = address - NEAR;
    if (reader->high > address + NEAR) reader->high = address + NEAR;
}

KERNEL int64_t tables_guessed(const Rows *rows, const Memory *memory, const int64_t *asked,
                              int64_t count, const int64_t *pair_jumps, const int64_t *pair_values,
                              int64_t pairs, const int64_t *starts, int64_t start_count,
                              const int64_t *sizes, int64_t size_count, int64_t machine,
                              int64_t bits, int64_t *work, int64_t capacity, int64_t *found,
                              int64_t *targets) {
    Behind behind = {
        asked, count, work, work + MOST_GUESSED * count, work + (MOST_GUESSED + 1) * count, 0};
    Reader reader = {rows, memory, machine == AARCH64, bits == 32, machine == ARM, 0, 0};
    int64_t tables = 0, total = 0;
    for (int64_t at = 0; at < count; at++)
        if (asked[at] < 0 || asked[at] >= rows->count || (at && asked[at] <= asked[at - 1]))
            return -1;
    if (!collect_behind(&behind, pair_jumps, pair_values, pairs)) return -1;
    for (int64_t at = 0; at < behind.ordered; at++) {
        int64_t best[4], *row = found + 5 * tables;
        set_bounds(&reader, asked[behind.order[at]], starts, start_count);
        best_table(&reader, &behind, behind.order[at], sizes, size_count, best);
        if (best[3] < 2) continue;
        if (total + best[3] > capacity) return -1;
        read_entries(&reader, best[0], best[1], best[2], targets + total);
        row[0] = asked[behind.order[at]];
        row[1] = best[0];
        row[2] = best[3];
        row[3] = best[2];
        row[4] = sort_once(targets + total, best[3]);
        total += row[4];
        tables++;
    }
    return tables;
}
