/* What the kernel of assay.code.whole works on: see `whole.c`. */

#ifndef ASSAY_WHOLE_H
#define ASSAY_WHOLE_H

#include "findings.h"
#include "groundwork.h"
#include "tables.h"

/* All that is known of a program when its listing was made. */
typedef struct {
    Rows *rows;
    const Memory *memory;
    const Texts *texts;
    const uint8_t *sizes;
    Premises premises;
    const int64_t *openings;
    int64_t opening_count, machine, delay;
    const uint8_t *clobbered;
    const int64_t *settings;
    int64_t settings_count, stub_register;
    const uint8_t *arguments; /* which of 256 registers take arguments */
    const int64_t *entry_sizes;
    int64_t entry_size_count;
    const int64_t *pointers; /* addresses that relocated data holds, ascending */
    int64_t pointer_count;
    const int64_t *fragments; /* see `Concluding` */
    int64_t fragment_count;
    const int64_t *last;
    int64_t last_count;
    const int64_t *fixups, *fixed_imports; /* stubs that symbols name, ascending */
    int64_t fixup_count;
    int64_t low, high; /* the range of the addresses of imports */
    int64_t fixed, numbers, shortest, covered;
    int64_t wanted; /* whether to go on behind the groundwork */
    int64_t place_count, most;
    int64_t *block, block_size, *arena, arena_size;
} Goal;

/* Numbers that are lent in the order in which they are asked for, from both ends. */
typedef struct {
    int64_t *base, used, size;
} Arena;

/* Return *count* numbers, NULL when there are no more. */
static inline int64_t *take(Arena *arena, int64_t count) {
    if (count < 0 || count > arena->size - arena->used) return NULL;
    arena->used += count;
    return arena->base + arena->used - count;
}

/* Return *count* numbers from the end, NULL when there are no more; `size` is to be restored. */
static inline int64_t *borrow(Arena *arena, int64_t count) {
    if (count < 0 || count > arena->size - arena->used) return NULL;
    return arena->base + (arena->size -= count);
}

/* The lists that are kept, in the order of assay.code.whole. */
enum {
    STUBS,
    IMPORTS,
    WORDS,
    PLACES,
    TABLES,
    TABLE_TARGETS,
    REFERENCES,
    FUNCTIONS = REFERENCES + 4,
    CALLS = FUNCTIONS + 4,
    CERTAIN_FLAGS = CALLS + 3,
    TAIL_FLAGS,
    LISTS
};

/* A list: where it is, its length, and the size of its members. */
typedef struct {
    const void *from;
    int64_t count, size;
} Kept;

/* What is known at each step; *kept* and the rest are those of the last that was done. */
typedef struct {
    const Goal *goal;
    Flow *flow;
    Ground ground;
    Arena arena;
    Kept kept[LISTS];
    int64_t jumps, tables, computed; /* rows of JUMPR, of TABLE, of CALLR and CALLM */
    int64_t slots;                   /* rows of JUMPM */
    int64_t *stubs, *imports, stub_count;
    int64_t *call_row, *call_target, call_count;
    const int64_t *certain;
    int64_t certain_count;
    int64_t *table, table_count;       /* row, address, entries, size and targets of each */
    int64_t *lead_row, *lead, leads;   /* where tables lead, and whose tables they are */
    int64_t *held, word_count;         /* pointers, words of data, and where these lie */
} Work;

/* Find import stubs, and the calls looked through them: `resolve`. 0 where there is no room. */
int resolve_calls(Work *work);

/* Find the jump tables: `jump_tables` and `unread_tables`; 0 for what only these can. */
int find_tables(Work *work);

/* Find the words of data that are addresses of code: behind the pointers in `held`, and where they
   lie behind them; 0 where there is no room. */
int find_words(Work *work);

/* Let control reach the targets of the tables: `reconsider`; -1 where something does not fit, 1
   where transfers lead elsewhere than before. */
int reconsider_tables(Work *work);

#endif
