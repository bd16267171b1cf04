/* A listing, its reaching definitions and the memory of a program as the kernels see them: the
   records of assay.code.native, and what is asked of them everywhere. */

#ifndef ASSAY_ROWS_H
#define ASSAY_ROWS_H

#include "operations.h"

#define BUCKET 6 /* one of `places` for 64 bytes of code */

/* Which of 64 bytes of code rows begin at, and the number of the first of those rows. */
typedef struct {
    uint64_t begins;
    int64_t first;
} Place;

typedef struct {
    int64_t count;
    const int64_t *address;
    const int64_t *imm;
    const uint8_t *op, *rd, *ra, *rb, *width, *cond;
    const Place *places; /* where rows begin, or NULL */
} Rows;

typedef struct {
    const Rows *rows;
    const int32_t *keys;  /* definitions: twice the row, one more for an unknown write */
    const int32_t *first; /* where those of each register begin in `keys`: 257 places */
    const int32_t *floor, *called, *origin;
    const uint8_t *clobbered, *written;
    const int64_t *resting; /* the cell of each register that nothing has written, or -1 */
    const int64_t *settings;
    int64_t settings_count;
    int64_t stub_register;
    int64_t delay;
} Flow;

typedef struct {
    int64_t big_endian;
    int64_t blocks;
    const int64_t *starts, *sizes; /* of the blocks, ascending; they do not overlap */
    const uint8_t *const *data;
    int64_t constants; /* ranges that never change, sorted by their starts */
    const int64_t *constant_starts;
    const int64_t *constant_ends; /* the furthest end before each range, and behind all */
    int64_t spans;                /* all that is mapped, in the same form */
    const int64_t *span_starts, *span_ends;
} Memory;

/* Say whether *address* lies in a range: `within` of assay.code.memory. */
static inline int within(const int64_t *starts, const int64_t *ends, int64_t count,
                         int64_t address) {
    const int64_t *first = starts;
    while (count > 1) {
        int64_t half = count / 2;
        first += -(first[half - 1] <= address) & half;
        count -= half;
    }
    return address < ends[first - starts + (count == 1 && *first <= address)];
}

/* Return how many bits of *word* are set. */
static inline int64_t bits_set(uint64_t word) {
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    return (int64_t)(((word + (word >> 4)) & 0x0F0F0F0F0F0F0F0F) * 0x0101010101010101 >> 56);
}

/* Return the row that begins at *address*, or -1. */
static inline int64_t row_at(const Rows *rows, int64_t address) {
    int64_t count = rows->count;
    if (!count || address < rows->address[0] || address > rows->address[count - 1]) return -1;
    if (rows->places) {
        uint64_t at = (uint64_t)address - (uint64_t)rows->address[0];
        const Place *place = rows->places + (at >> BUCKET);
        uint64_t bit = (uint64_t)1 << (at & 63);
        return place->begins & bit ? place->first + bits_set(place->begins & (bit - 1)) : -1;
    }
    int64_t low = lower_bound(rows->address, count, address);
    return low < count && rows->address[low] == address ? low : -1;
}

/* Read the unsigned word of *size* bytes at *address*; return whether it is mapped. */
static inline int read_word(const Memory *memory, int64_t address, int64_t size, int64_t *value) {
    int64_t low = lower_bound(memory->starts, memory->blocks, address);
    if (low == memory->blocks || memory->starts[low] != address) low--;
    if (low < 0 || size > memory->sizes[low]) return 0;
    uint64_t place = (uint64_t)address - (uint64_t)memory->starts[low];
    if (place > (uint64_t)(memory->sizes[low] - size)) return 0;
    const uint8_t *bytes = memory->data[low] + place;
    uint64_t word = 0;
    for (int64_t at = 0; at < size; at++)
        word = word << 8 | bytes[memory->big_endian ? at : size - 1 - at];
    *value = (int64_t)word;
    return 1;
}

/* Say whether what lies at *address* never changes: `Memory.constant`. */
static inline int is_constant(const Memory *memory, int64_t address) {
    return address >= 0x100 &&
           within(memory->constant_starts, memory->constant_ends, memory->constants, address);
}

/* Say whether control leaves for good behind *op*, a jump or return, and whether *op* calls. */
static inline int ends_stretch(uint8_t op) {
    return op == JUMP || op == JUMPR || op == JUMPM || op == RET || op == STOP || op == TABLE;
}

static inline int is_call(uint8_t op) {
    return op >= CALL && op <= CALLM;
}

/* Fill *places*, one for each 64 bytes of the code, with where rows begin; -1 where *capacity* is
   too small, or addresses do not ascend. */
KERNEL int64_t rows_places(const Rows *rows, Place *places, int64_t capacity);

/* Return where the call or computed jump at *row* leads, -1 for unknown; its register holds *value*
   if that is *known*. */
int64_t lead_of(const Rows *rows, const Memory *memory, int64_t row, int64_t value, int known,
                int64_t size, int64_t even);

/* Return the row that last wrote register *wanted* before *position*: `Flow.reach`. *cursor* has
   a place for each register that makes a search for the next of ascending positions short. */
int64_t reach(const Flow *flow, int32_t *cursor, uint8_t wanted, int64_t position, int64_t before);

/* The same, and the cell of what the register holds where no row has written it. */
static inline int64_t cell_of(const Flow *flow, int32_t *cursor, uint8_t wanted, int64_t position,
                              int64_t before) {
    int64_t found = reach(flow, cursor, wanted, position, before);
    return found == -1 ? flow->resting[wanted] : found;
}

#endif
