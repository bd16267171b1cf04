/* Kernel of assay.code.groundwork: what the index of every program begins with, in one call. */

#include <string.h>

#include "groundwork.h"

enum { CONTROL = 1, ENDS = 2, CALLS = 4, DIRECT = 8, TRANSFER = 16, COMPUTED = 32, PENDING = 64 };

static const uint8_t kinds[256] = {
    [CALL] = CONTROL | CALLS | TRANSFER,
    [CALLR] = CONTROL | CALLS | TRANSFER | COMPUTED,
    [CALLM] = CONTROL | CALLS | TRANSFER | COMPUTED,
    [JUMP] = CONTROL | ENDS | DIRECT,
    [JUMPR] = CONTROL | ENDS | TRANSFER | COMPUTED,
    [JUMPM] = CONTROL | ENDS | TRANSFER | COMPUTED,
    [BRANCH] = CONTROL | DIRECT,
    [RET] = CONTROL | ENDS,
    [STOP] = CONTROL | ENDS,
    [TABLE] = CONTROL | ENDS,
    [ADDI] = PENDING,
    [ADD] = PENDING,
    [ORI] = PENDING,
    [INSERT] = PENDING,
    [LOAD] = PENDING,
    [SUB] = PENDING,
};

/* List the rows that transfer control and count the definitions of each register; 0 for too many
   rows. */
static int survey(const Rows *rows, Ground *ground, int32_t *total) {
    const uint8_t *op = rows->op, *rd = rows->rd;
    int64_t count = 0, last = rows->count, most = ground->most, *control = ground->control;
    uint8_t *control_op = ground->control_op;
    for (int64_t row = 0; row < last && count <= most; row++) {
        total[rd[row]]++;
        control[count] = row;
        control_op[count] = op[row];
        count += kinds[op[row]] & CONTROL;
    }
    ground->counts[0] = count;
    for (int mark = REGISTERS; mark < 256; mark++) total[mark] = 0;
    return count <= most;
}

/* Mark what direct calls lead to, where control ends and what follows calls; list the branches to
   rows and the transfers, and in *scratch* the first branch to each row. */
static void follow_control(const Rows *rows, const Premises *asked, int64_t delay, Ground *ground) {
    int64_t branches = 0, transfers = 0, top = rows->count + 1;
    int32_t *first = ground->scratch;
    memset(first, 0xFF, (size_t)(rows->count + 2) * sizeof *first);
    for (int64_t at = 0; at < ground->counts[0]; at++) {
        int64_t row = ground->control[at];
        int64_t behind = row + 1 + delay < top ? row + 1 + delay : top;
        uint8_t op = rows->op[row], kind = kinds[op];
        if (kind & ENDS && rows->cond[row] == ALWAYS)
            ground->floor[behind] = (int32_t)behind;
        else if (kind & CALLS)
            ground->called[behind] = (int32_t)behind;
        if (kind & TRANSFER) ground->transfers[transfers++] = row;
        int calls =
            op == CALL && within(asked->code_starts, asked->code_ends, asked->code, rows->imm[row]);
        if (!calls && !(kind & DIRECT)) continue;
        int64_t target = row_at(rows, rows->imm[row]);
        if (target < 0) continue;
        if (calls) {
            ground->marks[target] = 1;
            continue;
        }
        ground->sources[branches] = row;
        ground->targets[branches++] = target;
        if (first[target] < 0) first[target] = (int32_t)row;
    }
    ground->counts[2] = branches;
    ground->counts[4] = transfers;
}

/* Return the first marked row from *row* on, -1 for none. */
static int64_t next_marked(const uint8_t *marks, int64_t row, int64_t count) {
    const uint8_t *found = row < count ? memchr(marks + row, 1, (size_t)(count - row)) : NULL;
    return found ? found - marks : -1;
}

/* Write the ascending *starts* and the addresses of the marked rows, in order and each once; return
   how many those are. */
static int64_t join_starts(const Rows *rows, const uint8_t *marks, const int64_t *starts,
                           int64_t start_count, int64_t *joined) {
    int64_t count = 0, next = 0;
    for (int64_t row = 0; (row = next_marked(marks, row, rows->count)) >= 0; row++) {
        int64_t address = rows->address[row];
        while (next < start_count && starts[next] < address) joined[count++] = starts[next++];
        next += next < start_count && starts[next] == address;
        joined[count++] = address;
    }
    while (next < start_count) joined[count++] = starts[next++];
    return count;
}

KERNEL int64_t starts_called(const Rows *rows, const int64_t *code_starts, const int64_t *code_ends,
                             int64_t code, const int64_t *targets, int64_t count,
                             const int64_t *starts, int64_t start_count, uint8_t *marks,
                             int64_t *joined) {
    for (int64_t at = 0; at < count; at++) {
        int inside = within(code_starts, code_ends, code, targets[at]);
        int64_t row = inside ? row_at(rows, targets[at]) : -1;
        if (row >= 0) marks[row] = 1;
    }
    return join_starts(rows, marks, starts, start_count, joined);
}

/* List where functions certainly begin: the known starts and the marked rows, with which stretches
   begin; return 0 when starts or breaks are not in order. */
static int gather_starts(const Rows *rows, const Premises *asked, Ground *ground) {
    for (int64_t at = 0; at < asked->break_count; at++) {
        if (asked->breaks[at] < 0 || asked->breaks[at] >= rows->count) return 0;
        ground->floor[asked->breaks[at]] = (int32_t)asked->breaks[at];
        if (!asked->loose) ground->marks[asked->breaks[at]] = 1;
    }
    for (int64_t at = 0; at < asked->start_count; at++) {
        if (at && asked->starts[at] <= asked->starts[at - 1]) return 0;
        int64_t row = row_at(rows, asked->starts[at]);
        if (row >= 0) ground->floor[row] = (int32_t)row;
    }
    for (int64_t row = 0; (row = next_marked(ground->marks, row, rows->count)) >= 0; row++)
        ground->floor[row] = (int32_t)row;
    ground->counts[1] =
        join_starts(rows, ground->marks, asked->starts, asked->start_count, ground->certain);
    return 1;
}

/* Sort the definitions by register, row and whether they are unknown, and let the marks of
   stretches and calls run on; 0 where further overwrites are not in order. */
static int define(const Rows *rows, const Premises *asked, Ground *ground, int32_t *total) {
    int32_t *next = total, sum = 0, floor = 0, called = 0, nowhere;
    int64_t extra = 0;
    for (int64_t at = 0; at < asked->extras; at++) {
        if (asked->extra_row[at] < (at ? asked->extra_row[at - 1] : 0)) return 0;
        total[asked->extra_register[at]]++;
    }
    if (asked->extras && asked->extra_row[asked->extras - 1] >= rows->count) return 0;
    for (int one = 0; one < 256; one++) {
        int32_t more = total[one];
        ground->first[one] = next[one] = sum;
        sum += more;
    }
    ground->first[256] = sum;
    const uint8_t *rd = rows->rd;
    int32_t *keys = ground->keys, *floors = ground->floor, *calls = ground->called;
    int64_t due = asked->extras ? asked->extra_row[0] : rows->count, last = rows->count;
    for (int64_t row = 0; row < last; row++) {
        floors[row] = floor = floors[row] ? floors[row] : floor;
        calls[row] = called = calls[row] ? calls[row] : called;
        /* Which rows write no register cannot be foreseen: theirs goes nowhere. */
        int32_t *key = rd[row] < REGISTERS ? keys + next[rd[row]] : &nowhere;
        *key = (int32_t)(2 * row);
        next[rd[row]] += rd[row] < REGISTERS;
        for (; due == row; due = ++extra < asked->extras ? asked->extra_row[extra] : last)
            keys[next[asked->extra_register[extra]]++] = (int32_t)(2 * row + 1);
    }
    for (int64_t row = last; row < last + 2; row++) {
        floors[row] = floor = floors[row] ? floors[row] : floor;
        calls[row] = called = calls[row] ? calls[row] : called;
    }
    return 1;
}

/* Note by which branch control comes to each floor: `_origins`. */
static void find_origins(const Rows *rows, Ground *ground) {
    const int32_t *first = ground->scratch, *floor = ground->floor;
    memcpy(ground->origin, first, (size_t)(rows->count + 2) * sizeof *first);
    for (int64_t row = rows->count + 1; row >= 0; row--)
        if (first[row] >= 0 && first[row] < floor[row]) ground->origin[floor[row]] = first[row];
}

/* Fill in which registers are written at all, and the cells of those that nothing has written. */
static void settle_registers(const Rows *rows, const Premises *asked, const Flow *flow,
                             Ground *ground) {
    const int32_t *first = ground->first;
    for (int one = 0; one < 256; one++) {
        int written = flow->clobbered[one] || first[one + 1] > first[one];
        ground->written[one] = one < REGISTERS && written;
        ground->resting[one] = -1;
    }
    ground->resting[ZERO] = rows->count;
    ground->cells.filled[rows->count] = 1;
    for (int64_t at = 0; at < asked->ambient_count; at++) {
        int64_t cell = rows->count + 1 + at;
        ground->resting[asked->ambient[2 * at] & 0xFF] = cell;
        ground->cells.value[cell] = asked->ambient[2 * at + 1];
        ground->cells.filled[cell] = 1;
    }
}

/* Return `cell_of` a register before *row*; *cursor* is behind its definitions above that row. */
static inline int64_t operand(const Flow *flow, int32_t *cursor, uint8_t wanted, int64_t row) {
    int32_t place = cursor[wanted];
    if (!flow->written[wanted] || place == flow->first[wanted] ||
        flow->keys[place - 1] >> 1 < flow->floor[row])
        return cell_of(flow, cursor, wanted, row, row);
    int32_t key = flow->keys[place - 1];
    int lost = flow->clobbered[wanted] && flow->called[row] > key >> 1;
    return lost || key & 1 ? -2 : key >> 1;
}

/* Fill in the constants that instructions name, and list the rows that may become constants with
   the cells of their operands: the second ones in *second*, those of transfers in *leads*. Returns
   0 where there are too many. */
static int list_operands(const Rows *rows, const Premises *asked, const Flow *flow, Ground *ground,
                         int32_t *second) {
    const uint8_t *ops = rows->op, *ra = rows->ra, *rds = rows->rd;
    const Cells cells = ground->cells;
    int64_t count = 0, transfers = 0, extra = 0, last = rows->count;
    int64_t due = asked->extras ? asked->extra_row[0] : last, stack = asked->stack;
    int32_t cursor[256];
    memcpy(cursor, flow->first, sizeof cursor);
    for (int64_t row = 0; row < last && count < ground->most; row++) {
        uint8_t op = ops[row], kind = kinds[op], rd = rds[row];
        if (op == CONST) {
            cells.filled[row] = 1;
            cells.value[row] = rows->imm[row] & asked->mask;
            cells.absolute[row] = rows->width[row] != RELATIVE;
        } else if (kind & PENDING && rd < REGISTERS && ra[row] != stack) {
            int64_t cell = operand(flow, cursor, ra[row], row), other = last;
            if (cell >= 0 && takes_two(op)) other = operand(flow, cursor, rows->rb[row], row);
            second[count] = (int32_t)(other < 0 ? other + cells.size : other);
            ground->operands[count] = row;
            ground->operand_cells[count++] = cell;
        } else if (kind & TRANSFER) {
            int64_t cell = kind & COMPUTED ? operand(flow, cursor, ra[row], row) : -1;
            ground->leads[transfers++] = cell < 0 ? cell + cells.size : cell;
        }
        cursor[rd] += rd < REGISTERS;
        for (; due == row; due = ++extra < asked->extras ? asked->extra_row[extra] : last)
            cursor[asked->extra_register[extra]]++;
    }
    ground->counts[3] = count;
    return count < ground->most;
}

/* Compute the constants of the rows that were listed, and where transfers lead. */
static void compute(const Rows *rows, const Memory *memory, const Premises *asked, Ground *ground) {
    Cells *cells = &ground->cells;
    int64_t count = ground->counts[3], most = ground->most;
    int32_t *scratch = ground->scratch;
    Waiting waiting = {scratch, scratch + most, scratch + 2 * most};
    Waiting ready = {scratch + 3 * most, scratch + 4 * most, scratch + 5 * most};
    for (int64_t at = 0; at < count; at++) {
        int64_t cell = ground->operand_cells[at];
        waiting.row[at] = (int32_t)ground->operands[at];
        waiting.first[at] = (int32_t)(cell < 0 ? cell + cells->size : cell);
    }
    count = keep_hopeful(&waiting, count, cells, ground->marks);
    evaluate_waiting(rows, memory, asked->mask, &waiting, count, &ready, cells);
    for (int64_t at = 0; at < ground->counts[4]; at++) {
        int64_t cell = ground->leads[at];
        ground->leads[at] = lead_of(rows, memory, ground->transfers[at], cells->value[cell],
                                    cells->filled[cell], asked->size, asked->even);
    }
}

int64_t groundwork(const Rows *listing, const Memory *memory, const Premises *asked, Flow *flow,
                   Ground *ground) {
    Rows placed = *listing;
    const Rows *rows = &placed;
    placed.places = ground->places;
    int32_t total[256] = {0};
    size_t size = (size_t)(rows->count + 2) * sizeof *ground->floor;
    int64_t cells = rows->count + 1 + asked->ambient_count + 2;
    if (flow->delay < 0 || flow->delay > 1 || ground->cells.size != cells ||
        (ground->places && rows_places(rows, ground->places, ground->place_count)))
        return -1;
    memset(ground->floor, 0, size);
    memset(ground->called, 0, size);
    if (!survey(rows, ground, total)) return 1;
    follow_control(rows, asked, flow->delay, ground);
    if (!gather_starts(rows, asked, ground) || !define(rows, asked, ground, total)) return -1;
    find_origins(rows, ground);
    settle_registers(rows, asked, flow, ground);
    if (!list_operands(rows, asked, flow, ground, ground->scratch + 2 * ground->most)) return 1;
    compute(rows, memory, asked, ground);
    return 0;
}
