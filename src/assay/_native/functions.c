/* Kernels of assay.code.functions and assay.code.calls: where functions begin and end, where calls
   and jumps lead. */

#include <string.h>

#include "rows.h"

#define TAIL_DISTANCE (1 << 14)

enum { CANDIDATE = 1, OPENING = 2, CERTAIN = 4, FOUND = 8, INNER = 16 };

/* What is known of one listing while its functions are looked for. */
typedef struct {
    const Rows *rows;
    int64_t delay;
    const int64_t *sources, *targets; /* jumps; of the first `branches` far ones do not count */
    int64_t jumps, branches;
    uint8_t *marks;
    int32_t *number, *over;
} Search;

/* Set *mark* at the rows that are listed; return whether all of them exist. */
static int mark_rows(Search *search, const int64_t *listed, int64_t count, uint8_t mark) {
    for (int64_t at = 0; at < count; at++) {
        if (listed[at] < 0 || listed[at] >= search->rows->count) return 0;
        search->marks[listed[at]] |= mark;
    }
    return 1;
}

/* Mark what may begin a function: behind ends and last calls, and openings behind calls. */
static void mark_candidates(Search *search) {
    const Rows *rows = search->rows;
    uint8_t *marks = search->marks;
    int64_t plain = -1; /* the last row that is no padding */
    for (int64_t row = 0; row < rows->count; row++) {
        uint8_t op = rows->op[row];
        int64_t behind = row + 1 + search->delay;
        if (ends_stretch(op) && rows->cond[row] == ALWAYS && behind < rows->count)
            marks[behind] |= CANDIDATE;
        if (op == NOP && marks[row] & CANDIDATE) {
            marks[row] &= (uint8_t)~CANDIDATE;
            if (row + 1 < rows->count) marks[row + 1] |= CANDIDATE;
        }
        if (marks[row] & OPENING && plain >= 0) {
            int64_t slot = plain > search->delay ? plain - search->delay : 0;
            if (is_call(rows->op[plain]) || (search->delay && is_call(rows->op[slot])))
                marks[row] |= CANDIDATE;
        }
        if (op == BAD || op == STOP) marks[row] &= (uint8_t)~CANDIDATE;
        if (op != NOP) plain = row;
    }
}

/* Mark the candidates that no jump inside one function leads over or to, by the functions that
   are known or FOUND so far; return whether there are any: `_crossed`. */
static int mark_found(Search *search) {
    const Rows *rows = search->rows;
    int64_t size = rows->count + 2, any = 0;
    int32_t number = 0, open = 0;
    memset(search->over, 0, (size_t)size * sizeof *search->over);
    for (int64_t row = 0; row < rows->count; row++) {
        number += (search->marks[row] & (CERTAIN | FOUND)) != 0;
        search->number[row] = number;
        search->marks[row] &= (uint8_t)~INNER;
    }
    for (int64_t at = 0; at < search->jumps; at++) {
        int64_t source = search->sources[at], target = search->targets[at];
        int64_t low = source < target ? source : target, high = source < target ? target : source;
        int branch = rows->op[source] == BRANCH;
        if (at < search->branches && !branch && high - low > TAIL_DISTANCE) continue;
        if (search->number[source] == search->number[target]) {
            search->over[low + 1]++;
            search->over[high + 1]--;
        } else if (branch) {
            search->marks[target] |= INNER;
        }
    }
    for (int64_t row = 0; row < rows->count; row++) {
        uint8_t *mark = &search->marks[row];
        open += search->over[row];
        *mark &= (uint8_t)~FOUND;
        if (*mark & CANDIDATE && !(*mark & INNER) && open <= 0) {
            *mark |= FOUND;
            any = 1;
        }
    }
    return any;
}

/* Return the row behind the last of the function from *first* up to *end*, padding left out. */
static int64_t trimmed(const Rows *rows, int64_t first, int64_t end, int64_t delay) {
    int64_t last = end;
    while (last > first && rows->op[last - 1] == NOP) last--;
    if (last <= first) return first + 1;
    if (last < end && ends_stretch(rows->op[last - 1])) last += delay;
    return last;
}

/* Write where functions begin and end and which are certain; return their number, or -1 when a
   row does not exist. *known* are the rows of certain ones; with *gaps* others are looked for
   between them. *marks* comes as zeros, it and *scratch* have two places for each row and four. */
KERNEL int64_t functions_found(const Rows *rows, int64_t delay, int64_t gaps, const int64_t *known,
                               int64_t known_count, const int64_t *breaks, int64_t break_count,
                               const int64_t *behind, int64_t behind_count, const int64_t *openings,
                               int64_t opening_count, const int64_t *sources,
                               const int64_t *targets, int64_t jumps, int64_t branches,
                               int64_t *first, int64_t *last, uint8_t *certain, uint8_t *marks,
                               int32_t *scratch) {
    Search search = {
        rows, delay, sources, targets, jumps, branches, marks, scratch, scratch + rows->count + 2};
    int64_t count = 0, limit = 0, padding = 0;
    if (!mark_rows(&search, known, known_count, CERTAIN) ||
        !mark_rows(&search, openings, opening_count, OPENING) ||
        !mark_rows(&search, breaks, break_count, CANDIDATE) ||
        !mark_rows(&search, behind, behind_count, CANDIDATE))
        return -1;
    for (int64_t at = 0; at < jumps; at++)
        if (sources[at] < 0 || sources[at] >= rows->count || targets[at] < 0 ||
            targets[at] >= rows->count)
            return -1;
    if (gaps) {
        mark_candidates(&search);
        /* In a second round jumps that leave for a new function do not hold code together. */
        if (mark_found(&search)) mark_found(&search);
    }
    for (int64_t row = 0; row < rows->count; row++) {
        padding += rows->op[row] == NOP;
        if (marks[row] & (CERTAIN | FOUND)) {
            certain[count] = (marks[row] & CERTAIN) != 0;
            first[count++] = row;
        }
    }
    for (int64_t at = 0; at < count; at++) {
        int64_t end = at + 1 < count ? first[at + 1] : rows->count;
        while (limit < break_count && breaks[limit] <= first[at]) limit++;
        if (limit < break_count && breaks[limit] < end) end = breaks[limit];
        last[at] = padding == rows->count ? end : trimmed(rows, first[at], end, delay);
    }
    return count;
}

/* Write the number of the function of each of *rows* rows, -1 outside all: `_owners`. */
KERNEL int64_t functions_owners(const int64_t *first, const int64_t *last, int64_t count,
                                int64_t rows, int64_t *owner) {
    int64_t row = 0;
    for (int64_t at = 0; at < count; at++) {
        if (first[at] < row || last[at] < first[at] || last[at] > rows) return -1;
        while (row < first[at]) owner[row++] = -1;
        while (row < last[at]) owner[row++] = at;
    }
    while (row < rows) owner[row++] = -1;
    return 0;
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

/* Write where the calls and computed jumps at *asked* lead, -1 for unknown: `_leads`. *even* says
   that targets are even; *size* is that of an address in bytes. */
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

#define STUB_ROWS 6

/* Say whether the jump at *row* does nothing but jump, from *first* on: code that sets one of the
   registers *sets* before it jumps is a function. */
static int is_plain(const Rows *rows, int64_t row, int64_t first, int64_t delay,
                    const uint8_t *sets) {
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

/* Return what *target* leads to, looked through the import stubs at *keys*. */
static int64_t through(const int64_t *keys, const int64_t *values, int64_t count, int64_t target) {
    int64_t place = lower_bound(keys, count, target);
    return place < count && keys[place] == target ? values[place] : target;
}

/* Write the jumps from one function to the start of another or to an import, and where they lead:
   `tail_calls`. *control* are the rows of all transfers, *computed* those of computed ones and
   *leads* where these lead. Returns how many there are, -1 when a row does not exist. */
KERNEL int64_t calls_tail(const Rows *rows, const int64_t *control, int64_t control_count,
                          const int64_t *computed, const int64_t *leads, int64_t computed_count,
                          const int64_t *owner, const int64_t *keys, const int64_t *values,
                          int64_t stub_count, int64_t low, int64_t high, int64_t *found,
                          int64_t *targets) {
    int64_t count = 0, next = 0;
    for (int64_t at = 0; at < control_count; at++) {
        int64_t row = control[at];
        if (row < 0 || row >= rows->count) return -1;
        uint8_t op = rows->op[row];
        while (next < computed_count && computed[next] < row) next++;
        int indirect = op == JUMPR || op == JUMPM;
        if ((op != JUMP && !indirect) || owner[row] < 0) continue;
        int64_t place = lower_bound(keys, stub_count, rows->address[row]);
        if (place < stub_count && keys[place] == rows->address[row]) continue; /* a stub itself */
        int64_t target = rows->imm[row];
        if (indirect) {
            if (next == computed_count || computed[next] != row || leads[next] <= 0) continue;
            target = through(keys, values, stub_count, leads[next]);
        } else {
            int64_t to = row_at(rows, target);
            int begins = to >= 0 && owner[to] != owner[row] && (!to || owner[to - 1] != owner[to]);
            target = through(keys, values, stub_count, target);
            if (!begins && (target < low || target >= high)) continue;
        }
        found[count] = row;
        targets[count++] = target;
    }
    return count;
}
