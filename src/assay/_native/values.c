/* Kernels of assay.code.values: the constants that instructions leave in their registers. */

#include <string.h>

#include "values.h"

#define ROUNDS 8

/* Write the constants that registers hold at positions, and which are known: `Flow.value_of`.
   There are *size* cells, the last two of which stay unknown. */
KERNEL int64_t flow_values(const Flow *flow, const uint8_t *registers, const int64_t *positions,
                           const int64_t *before, int64_t count, const int64_t *cells,
                           const uint8_t *filled, int64_t size, int64_t *values, uint8_t *known) {
    int32_t cursor[256];
    int64_t top = flow->rows->count + 1;
    memcpy(cursor, flow->first, sizeof cursor);
    for (int64_t at = 0; at < count; at++) {
        if (positions[at] < 0 || positions[at] > top || before[at] < 0 || before[at] > top)
            return -1;
        int64_t cell = cell_of(flow, cursor, registers[at], positions[at], before[at]);
        cell += cell < 0 ? size : 0;
        values[at] = cells[cell];
        known[at] = filled[cell];
    }
    return 0;
}

KERNEL int64_t flow_operands_again(const Flow *flow, const uint8_t *known, const int64_t *ranges,
                                   int64_t range_count, const int64_t *rows, const int64_t *cells,
                                   int64_t count, int64_t *found, int64_t *found_cells) {
    int32_t cursor[256];
    int64_t kept = 0, done = 0;
    memcpy(cursor, flow->first, sizeof cursor);
    for (int64_t one = 0; one < range_count; one++) {
        int64_t at = lower_bound(rows, count, ranges[2 * one]);
        for (at = at < done ? done : at; at < count && rows[at] < ranges[2 * one + 1]; at++) {
            done = at + 1;
            if (rows[at] < 0 || rows[at] >= flow->rows->count) return -1;
            if (known[rows[at]]) continue;
            uint8_t wanted = flow->rows->ra[rows[at]];
            found[kept] = rows[at];
            found_cells[kept++] =
                cells[at] == -1 ? cell_of(flow, cursor, wanted, rows[at], rows[at]) : cells[at];
        }
    }
    return kept;
}

int64_t keep_hopeful(Waiting *waiting, int64_t count, const Cells *cells, uint8_t *able) {
    for (int round = 0; round < 3; round++) {
        int64_t kept = 0;
        memcpy(able, cells->filled, (size_t)cells->size);
        for (int64_t at = 0; at < count; at++) able[waiting->row[at]] = 1;
        for (int64_t at = 0; at < count; at++) {
            waiting->row[kept] = waiting->row[at];
            waiting->first[kept] = waiting->first[at];
            waiting->second[kept] = waiting->second[at];
            kept += able[waiting->first[at]];
        }
        if (kept == count) break;
        count = kept;
    }
    return count;
}

/* Return what *row* computes from the values of its operands, before it is cut to size. */
static int64_t combined(const Rows *rows, int64_t row, int64_t first, int64_t second) {
    uint64_t one = (uint64_t)first, imm = (uint64_t)rows->imm[row];
    unsigned shift = 16u * rows->rb[row];
    switch (rows->op[row]) {
    case ADD: return (int64_t)(one + (uint64_t)second);
    case SUB: return (int64_t)(one - (uint64_t)second);
    case ORI: return (int64_t)(one | imm);
    case INSERT:
        return shift < 64 ? (int64_t)((one & ~((uint64_t)0xFFFF << shift)) | imm << shift) : first;
    default: return (int64_t)(one + imm);
    }
}

/* Read what the load at *row* reads at *address*; return whether that cannot change. */
static int load_constant(const Rows *rows, const Memory *memory, int64_t row, int64_t address,
                         int64_t *value) {
    uint8_t width = rows->width[row];
    *value = 0;
    return (width == 1 || width == 2 || width == 4 || width == 8) && is_constant(memory, address) &&
           read_word(memory, address, width, value);
}

/* Take the rows out of *waiting* whose operands are filled, into *ready*; return how many. */
static int64_t take_ready(Waiting *waiting, int64_t *count, Waiting *ready, const uint8_t *filled) {
    int64_t kept = 0, taken = 0;
    for (int64_t at = 0; at < *count; at++) {
        int32_t row = waiting->row[at], first = waiting->first[at], second = waiting->second[at];
        if (filled[first] && filled[second]) {
            ready->row[taken] = row;
            ready->first[taken] = first;
            ready->second[taken++] = second;
        } else {
            waiting->row[kept] = row;
            waiting->first[kept] = first;
            waiting->second[kept++] = second;
        }
    }
    *count = kept;
    return taken;
}

void evaluate_waiting(const Rows *rows, const Memory *memory, int64_t mask, Waiting *waiting,
                      int64_t count, Waiting *ready, const Cells *cells) {
    for (int round = 0; round < ROUNDS; round++) {
        int64_t taken = take_ready(waiting, &count, ready, cells->filled);
        if (!taken) break;
        for (int64_t at = 0; at < taken; at++) {
            int64_t row = ready->row[at], first = ready->first[at], second = ready->second[at];
            uint8_t op = rows->op[row];
            int64_t value = combined(rows, row, cells->value[first], cells->value[second]) & mask;
            int known = op != LOAD || load_constant(rows, memory, row, value, &value);
            cells->value[row] = value;
            cells->filled[row] = (uint8_t)known;
            cells->absolute[row] =
                op != LOAD && cells->absolute[first] && (cells->absolute[second] || !takes_two(op));
            if (op == ADD || (rows->width[row] == RELATIVE && op != LOAD))
                cells->consumed[first] = 1;
        }
    }
}

KERNEL int64_t flow_evaluate(const Flow *flow, const Memory *memory, int64_t mask,
                             const int64_t *found, const int64_t *found_cells, int64_t count,
                             int64_t *value, uint8_t *filled, uint8_t *absolute, uint8_t *consumed,
                             int64_t size, int32_t *scratch, uint8_t *able) {
    const Rows *rows = flow->rows;
    Cells cells = {value, filled, absolute, consumed, size};
    Waiting waiting = {scratch, scratch + count, scratch + 2 * count};
    Waiting ready = {scratch + 3 * count, scratch + 4 * count, scratch + 5 * count};
    int32_t cursor[256];
    memcpy(cursor, flow->first, sizeof cursor);
    for (int64_t at = 0; at < count; at++) {
        int64_t cell = found_cells[at] < 0 ? found_cells[at] + size : found_cells[at];
        if (found[at] < 0 || found[at] >= rows->count || cell < 0 || cell >= size) return -1;
        waiting.row[at] = (int32_t)found[at];
        waiting.first[at] = (int32_t)cell;
        waiting.second[at] = 0;
    }
    count = keep_hopeful(&waiting, count, &cells, able);
    for (int64_t at = 0; at < count; at++) {
        int64_t row = waiting.row[at], cell = rows->count;
        if (takes_two(rows->op[row])) cell = cell_of(flow, cursor, rows->rb[row], row, row);
        waiting.second[at] = (int32_t)(cell < 0 ? cell + size : cell);
    }
    evaluate_waiting(rows, memory, mask, &waiting, count, &ready, &cells);
    return 0;
}
