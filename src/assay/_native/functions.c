/* Kernels of assay.code.functions and assay.code.calls: where functions begin and end, where calls
   and jumps lead. */

#include <string.h>

#include "findings.h"

#define TAIL_DISTANCE (1 << 14)

/* Mark what may begin a function: behind ends and last calls, and openings behind calls. */
static void mark_candidates(Search *search) {
    const Rows *rows = search->rows;
    const uint8_t *ops = rows->op, *rds = rows->rd;
    uint8_t *marks = search->marks;
    int64_t plain = -1, count = rows->count, delay = search->delay, stack = search->stack;
    for (int64_t row = 0; row < count; row++) {
        uint8_t op = ops[row], mark = marks[row];
        if (ends_stretch(op) && rows->cond[row] == ALWAYS && row + 1 + delay < count) {
            marks[row + 1 + delay] |= CANDIDATE;
        } else if (op == NOP) {
            if (mark & CANDIDATE) {
                marks[row] = mark &= (uint8_t)~CANDIDATE;
                if (row + 1 < count) marks[row + 1] |= CANDIDATE;
            }
        }
        /* What makes a stack frame, or sets up the global pointer. */
        int opens = mark & OPENING || (rds[row] == stack && op == ADDI && rows->ra[row] == stack &&
                                       rows->imm[row] < 0);
        if (opens && plain >= 0) {
            int64_t slot = plain > delay ? plain - delay : 0;
            if (is_call(ops[plain]) || (delay && is_call(ops[slot]))) marks[row] |= CANDIDATE;
        }
        if (op == BAD || op == STOP) marks[row] &= (uint8_t)~CANDIDATE;
        if (op != NOP) plain = row;
    }
}

/* Count the jumps that lead over each row from within one function, and mark where conditional
   branches lead into others. */
static void count_jumps(Search *search) {
    const int32_t *number = search->number;
    int32_t *over = search->over;
    int64_t jumps = search->branches + search->table_leads;
    for (int64_t at = 0; at < jumps; at++) {
        int64_t table = at - search->branches;
        int64_t source = table < 0 ? search->sources[at] : search->table_rows[table];
        int64_t target =
            table < 0 ? search->targets[at] : row_at(search->rows, search->table_targets[table]);
        if (target < 0) continue;
        int64_t low = source < target ? source : target, high = source < target ? target : source;
        int branch = search->rows->op[source] == BRANCH;
        if (table < 0 && !branch && high - low > TAIL_DISTANCE) continue;
        if (number[source] == number[target]) {
            over[low + 1]++;
            over[high + 1]--;
        } else if (branch) {
            search->marks[target] |= INNER;
        }
    }
}

/* Mark the candidates that no jump inside one function leads over or to, by the functions that
   are known or FOUND so far; return whether there are any: `_crossed`. */
static int mark_found(Search *search) {
    int64_t count = search->rows->count, any = 0;
    uint8_t *marks = search->marks;
    int32_t number = 0, open = 0, *numbers = search->number, *over = search->over;
    memset(over, 0, (size_t)(count + 2) * sizeof *over);
    for (int64_t row = 0; row < count; row++) {
        uint8_t mark = marks[row];
        number += (mark & (CERTAIN | FOUND)) != 0;
        numbers[row] = number;
        marks[row] = mark & (uint8_t)~(INNER | FOUND);
    }
    count_jumps(search);
    for (int64_t row = 0; row < count; row++) {
        open += over[row];
        if ((marks[row] & (CANDIDATE | INNER)) == CANDIDATE && open <= 0) {
            marks[row] |= FOUND;
            any = 1;
        }
    }
    return any;
}

void mark_gaps(Search *search) {
    mark_candidates(search);
    /* In a second round jumps that leave for a new function do not hold code together. */
    if (mark_found(search)) mark_found(search);
}

/* Return the row behind the last of the function from *first* up to *end*, padding left out. */
static int64_t trimmed(const Rows *rows, int64_t first, int64_t end, int64_t delay) {
    int64_t last = end;
    while (last > first && rows->op[last - 1] == NOP) last--;
    if (last <= first) return first + 1;
    if (last < end && ends_stretch(rows->op[last - 1])) last += delay;
    return last;
}

int64_t list_functions(const Search *search, int64_t capacity, Functions *found) {
    const Rows *rows = search->rows;
    const uint8_t *marks = search->marks;
    int64_t count = 0, limit = 0, padding = 0, all = rows->count;
    for (int64_t row = 0; row < all; row++) {
        if (!(marks[row] & (CERTAIN | FOUND))) continue;
        if (count >= capacity) return -1;
        found->certain[count] = (marks[row] & CERTAIN) != 0;
        found->first[count++] = row;
    }
    while (padding < all && rows->op[padding] == NOP) padding++;
    for (int64_t at = 0; at < count; at++) {
        int64_t first = found->first[at], end = at + 1 < count ? found->first[at + 1] : all;
        while (limit < search->break_count && search->breaks[limit] <= first) limit++;
        if (limit < search->break_count && search->breaks[limit] < end) end = search->breaks[limit];
        int64_t last = padding == all ? end : trimmed(rows, first, end, search->delay);
        found->last[at] = last;
        found->start[at] = rows->address[first];
        found->end[at] = rows->address[last - 1] + search->sizes[last - 1];
    }
    return count;
}

/* Return what the memory operand of *row* holds, -1 where that is unknown or may change. */
static int64_t slot_of(const Rows *rows, const Memory *memory, int64_t row, int64_t base, int known,
                       int64_t size) {
    int64_t value, place = (int64_t)((uint64_t)base + (uint64_t)rows->imm[row]);
    if (!known) return -1;
    if (size == 4) place &= 0xFFFFFFFF;
    if (!is_constant(memory, place) || !read_word(memory, place, size, &value)) return -1;
    return value;
}

int64_t lead_of(const Rows *rows, const Memory *memory, int64_t row, int64_t value, int known,
                int64_t size, int64_t even) {
    uint8_t op = rows->op[row];
    int absolute = rows->ra[row] >= REGISTERS;
    int64_t target = -1;
    if (op == CALL)
        target = rows->imm[row];
    else if (op == CALLM || op == JUMPM)
        target = slot_of(rows, memory, row, absolute ? 0 : value, absolute || known, size);
    else if ((op == CALLR || op == JUMPR) && known)
        target = (int64_t)((uint64_t)value + (uint64_t)rows->imm[row]);
    return even && target > 0 ? target & ~(int64_t)1 : target;
}

KERNEL int64_t calls_leads(const Flow *flow, const Memory *memory, const int64_t *asked,
                           int64_t count, const int64_t *cells, const uint8_t *filled,
                           int64_t cell_count, int64_t size, int64_t even, int64_t *targets) {
    const Rows *rows = flow->rows;
    int32_t cursor[256];
    memcpy(cursor, flow->first, sizeof cursor);
    for (int64_t at = 0; at < count; at++) {
        int64_t row = asked[at], cell = cell_count - 1;
        if (row < 0 || row >= rows->count) return -1;
        if (rows->op[row] != CALL) cell = cell_of(flow, cursor, rows->ra[row], row, row);
        cell += cell < 0 ? cell_count : 0;
        targets[at] = lead_of(rows, memory, row, cells[cell], filled[cell], size, even);
    }
    return 0;
}

int is_plain(const Rows *rows, int64_t row, int64_t first, int64_t delay, const uint8_t *sets) {
    for (int64_t back = -delay; back <= STUB_ROWS; back++) {
        int64_t place = row - back > 0 ? row - back : 0;
        place = place < rows->count ? place : rows->count - 1;
        if (place >= first && sets[rows->rd[place]]) return 0;
    }
    return 1;
}

/* Write the short pieces of code that do nothing but jump to an import, *low* up to *high*, and
   that import: `_stubs`. *asked* are the rows of transfers and *targets* where they lead; *plain*
   has room for them and the results for seven times as many. Returns how many there are. */
KERNEL int64_t calls_stubs(const Rows *rows, const int32_t *floor, const int64_t *asked,
                           const int64_t *targets, int64_t count, int64_t low, int64_t high,
                           int64_t delay, const uint8_t *sets, uint8_t *plain, int64_t *places,
                           int64_t *imports) {
    int64_t found = 0, any = 0;
    for (int64_t at = 0; at < count; at++) {
        int64_t row = asked[at];
        if (row < 0 || row >= rows->count) return -1;
        int jumps = rows->op[row] == JUMPR || rows->op[row] == JUMPM;
        int64_t first = floor[row] > row - STUB_ROWS ? floor[row] : row - STUB_ROWS;
        plain[at] = jumps && targets[at] >= low && targets[at] < high &&
                    is_plain(rows, row, first, delay, sets);
        any |= plain[at];
    }
    /* From the jumps back: of two pieces that begin in one place the longer one counts. */
    for (int64_t back = 0; any && back <= STUB_ROWS; back++)
        for (int64_t at = 0; at < count; at++) {
            int64_t place = asked[at] - back;
            if (!plain[at] || place < floor[asked[at]] || place < 0) continue;
            places[found] = rows->address[place];
            imports[found++] = targets[at];
        }
    return found;
}

/* Return the place of *address* among the import stubs, -1 for none: most addresses are not even
   near them. */
static inline int64_t stub_at(const Known *known, int64_t address) {
    int64_t count = known->stub_count;
    if (!count || address < known->stubs[0] || address > known->stubs[count - 1]) return -1;
    int64_t place = lower_bound(known->stubs, count, address);
    return known->stubs[place] == address ? place : -1;
}

/* Return what *target* leads to, looked through the import stubs. */
static int64_t through(const Known *known, int64_t target) {
    int64_t place = stub_at(known, target);
    return place < 0 ? target : known->imports[place];
}

/* Say whether the jump at *row* leaves its function for the start of another or for an import, and
   for which; *lead* is where a computed one leads. */
static int is_tail(const Rows *rows, const Known *known, const int64_t *owner, int64_t row,
                   int64_t lead, int64_t *target) {
    if (stub_at(known, rows->address[row]) >= 0) return 0; /* a stub itself */
    if (rows->op[row] != JUMP) {
        *target = through(known, lead);
        return lead > 0;
    }
    int64_t to = row_at(rows, rows->imm[row]);
    int begins = to >= 0 && owner[to] != owner[row] && (!to || owner[to - 1] != owner[to]);
    *target = through(known, rows->imm[row]);
    return begins || (*target >= known->low && *target < known->high);
}

int64_t merge_calls(const Rows *rows, const Known *known, const int64_t *owner, Calls *found) {
    int64_t count = 0, next = 0, call = 0;
    for (int64_t at = 0; at <= known->control_count; at++) {
        int64_t row = at < known->control_count ? known->control[at] : rows->count;
        if (row < 0 || (row >= rows->count && at < known->control_count)) return -1;
        for (; call < known->count && known->row[call] <= row; call++, count++) {
            if (known->row[call] < 0 || known->row[call] >= rows->count) return -1;
            found->row[count] = known->row[call];
            found->target[count] = known->target[call];
            found->tail[count] = 0;
        }
        if (at == known->control_count) break;
        while (next < known->computed_count && known->computed[next] < row) next++;
        uint8_t op = rows->op[row];
        if ((op != JUMP && op != JUMPR && op != JUMPM) || owner[row] < 0) continue;
        int leads = next < known->computed_count && known->computed[next] == row;
        int64_t lead = leads ? known->leads[next] : -1;
        if (!is_tail(rows, known, owner, row, lead, &found->target[count])) continue;
        found->row[count] = row;
        found->tail[count++] = 1;
    }
    for (int64_t at = 0; at < count; at++) found->site[at] = rows->address[found->row[at]];
    return count;
}
