/* Kernels of assay.compare.elf.walking: backwards over all paths that lead to a row.

   Rows stand in blocks: control comes to all but the first from the row above alone, and leaves all
   but the last to the row below alone. A block in which nothing sets a register is one step. */

#include "kernels.h"

enum { UNKNOWN = -1 };

typedef struct {
    int64_t count; /* rows */
    const uint8_t *written; /* the register that each row sets */
    const uint8_t *falls;   /* whether control comes to a row from the one above */
    const int64_t *chunk;
    const uint64_t *lost;   /* registers (bits) that a call behind the row leaves with nothing */
    const int64_t *first;   /* where the rows that jump to each row begin in `sources` */
    const int64_t *sources; /* rows */
    const int64_t *extra_rows; /* rows, ascending, that set another register */
    const uint8_t *extra_registers;
    const int64_t *block; /* the number of each row's block */
    const int64_t *head;  /* the first row of each block */
    const uint64_t *sets; /* registers (bits) that each block sets or loses */
    int64_t extras;
    int64_t most;   /* rows of one walk */
    int32_t *seen;  /* of each block, the number of the walk that came to its end last */
    int64_t *stack; /* room for `most` rows */
} Steps;

typedef struct {
    const Steps *steps;
    int64_t user, chunk, come, height; /* `come`: rows that the walk came to and left */
    int32_t number;
} Walk;

/* Put *row*, from which control comes to where the walk is, on the stack if its block is new.
   Return 0 past `most` rows or outside of the chunk. */
static int arrive(Walk *walk, int64_t row) {
    const Steps *steps = walk->steps;
    int32_t *seen = steps->seen + steps->block[row];
    if (*seen == walk->number) return 1;
    if (steps->chunk[row] != walk->chunk) return 0;
    if (walk->come + walk->height >= steps->most) return 0;
    *seen = walk->number;
    steps->stack[walk->height++] = row;
    return 1;
}

/* Let the walk come to all rows from which control comes to *row*, the first of a block. */
static int step_back(Walk *walk, int64_t row) {
    const Steps *steps = walk->steps;
    if (steps->falls[row] && row && !arrive(walk, row - 1)) return 0;
    for (int64_t at = steps->first[row]; at < steps->first[row + 1]; at++)
        if (!arrive(walk, steps->sources[at])) return 0;
    return 1;
}

/* Begin a walk before row *user*; return 0 where nothing is known of it. */
static int begin(Walk *walk, const Steps *steps, int64_t user, int64_t number) {
    if (user < 0 || user >= steps->count) return 0;
    *walk = (Walk){steps, user, steps->chunk[user], 0, 0, (int32_t)number};
    if (user == steps->head[steps->block[user]]) return step_back(walk, user);
    if (steps->most < 1) return 0;
    /* The rest of the block is new to the walk still, should it come to its end. */
    steps->stack[walk->height++] = user - 1;
    return 1;
}

/* Return the lowest row of the block of *row* that is new to the walk. */
static int64_t lowest(const Walk *walk, int64_t row) {
    int64_t head = walk->steps->head[walk->steps->block[row]];
    return row >= walk->user && head < walk->user ? walk->user : head;
}

/* Count the rows from *row* down to *low*; return 0 past `most`. */
static int count_rows(Walk *walk, int64_t row, int64_t low) {
    walk->come += row - low + 1;
    return walk->come <= walk->steps->most;
}

/* Go on where nothing was met from the end of a block down to row *low*. */
static int go_on(Walk *walk, int64_t low) {
    return low == walk->user && low != walk->steps->head[walk->steps->block[low]]
               ? 1
               : step_back(walk, low);
}

/* Say whether *row* sets *reg* beside the register that it writes. */
static int also_sets(const Steps *steps, int64_t row, int64_t reg) {
    int64_t at = lower_bound(steps->extra_rows, steps->extras, row);
    for (; at < steps->extras && steps->extra_rows[at] == row; at++)
        if (steps->extra_registers[at] == reg) return 1;
    return 0;
}

/* Return the row from *row* down to *low* that sets or loses *reg*, UNKNOWN for none. */
static int64_t setter(const Steps *steps, int64_t row, int64_t low, int64_t reg) {
    uint64_t bit = reg >= 0 && reg < 64 ? (uint64_t)1 << reg : 0;
    if (bit && !(steps->sets[steps->block[row]] & bit)) return UNKNOWN;
    for (; row >= low; row--)
        if (steps->lost[row] & bit || steps->written[row] == reg || also_sets(steps, row, reg))
            return row;
    return UNKNOWN;
}

/* Write the rows that may set *reg* before row *user*; return how many, UNKNOWN if one is unknown.
   *walk* is a number that no earlier walk had. */
KERNEL int64_t paths_definitions(const Steps *steps, int64_t user, int64_t reg, int64_t walk,
                                 int64_t *found) {
    Walk self;
    uint64_t bit = reg >= 0 && reg < 64 ? (uint64_t)1 << reg : 0;
    int64_t kept = 0;
    if (!begin(&self, steps, user, walk)) return UNKNOWN;
    while (self.height) {
        int64_t row = steps->stack[--self.height], low = lowest(&self, row);
        int64_t set = setter(steps, row, low, reg);
        if (!count_rows(&self, row, set < 0 ? low : set)) return UNKNOWN;
        if (set < 0) {
            if (!go_on(&self, low)) return UNKNOWN;
        } else if (!(steps->lost[set] & bit)) {
            if (steps->written[set] != reg) return UNKNOWN;
            found[kept++] = set;
        }
    }
    return kept;
}

/* Write for each of *count* rows *users* the rows that may set its register of *registers*, one
   after the other, none where one is unknown; `offsets[n]` is where those of user n begin, and the
   last one is where all end. *walk* and as many numbers behind it are new. *room* has space for
   `most` rows. Return how many rows there are, -1 where *found* has no space for so many. */
KERNEL int64_t paths_sources(const Steps *steps, const int64_t *users, const uint8_t *registers,
                             int64_t count, int64_t walk, int64_t *room, int64_t *offsets,
                             int64_t *found, int64_t space) {
    int64_t total = 0;
    for (int64_t at = 0; at < count; at++) {
        int64_t kept = paths_definitions(steps, users[at], registers[at], walk + at, room);
        offsets[at] = total;
        if (kept > space - total) return UNKNOWN;
        for (int64_t one = 0; one < kept; one++) found[total++] = room[one];
    }
    offsets[count] = total;
    return total;
}

/* Write those of the ascending rows *wanted* that control meets last before row *user*; return how
   many, UNKNOWN where a path comes from elsewhere without meeting one. */
KERNEL int64_t paths_nearest(const Steps *steps, int64_t user, const int64_t *wanted,
                             int64_t wanted_count, int64_t walk, int64_t *found) {
    Walk self;
    int64_t kept = 0;
    if (!begin(&self, steps, user, walk)) return UNKNOWN;
    while (self.height) {
        int64_t row = steps->stack[--self.height], low = lowest(&self, row);
        int64_t at = lower_bound(wanted, wanted_count, row + 1) - 1;
        int meets = at >= 0 && wanted[at] >= low;
        if (!count_rows(&self, row, meets ? wanted[at] : low)) return UNKNOWN;
        if (meets)
            found[kept++] = wanted[at];
        else if (!go_on(&self, low))
            return UNKNOWN;
    }
    return kept;
}
