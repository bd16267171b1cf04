/* What the kernels of assay.code.findings, assay.code.references, assay.code.functions share. */

#ifndef ASSAY_FINDINGS_H
#define ASSAY_FINDINGS_H

#include "values.h"

/* The mapped areas of a program, ascending, and the code among them. */
typedef struct {
    int64_t areas;
    const int64_t *starts, *sizes;
    const uint8_t *const *data;
    const uint8_t *fixed;
    const int64_t *pages; /* where the pages of each area begin in `stops` */
    int32_t *stops; /* the first byte at or behind each page where no text goes on */
    int64_t code; /* ranges of code, which are disjoint and hold no text, but for `loose` */
    const int64_t *code_starts, *code_ends;
    int64_t loose;
} Texts;

/* Rows that refer to mapped addresses, where these are, and the lengths of the strings there. */
typedef struct {
    int64_t *row, *site, *target, *length;
} References;

/* Write the rows that form mapped addresses, at most *capacity*; return how many, -1 for more:
   `formed_addresses`. With *numbers* an address may be made of numbers alone; strings among
   instructions have at least *shortest* bytes. *candidates* has room for all rows and one. */
int64_t form_references(const Rows *rows, const Memory *memory, const Texts *texts,
                        const Cells *cells, int64_t numbers, int64_t shortest, int64_t capacity,
                        int32_t *candidates, References *found);

enum { CANDIDATE = 1, OPENING = 2, CERTAIN = 4, FOUND = 8, INNER = 16, HELD = 32, LABEL = 64 };

/* What is known of one listing while its functions are looked for. */
typedef struct {
    const Rows *rows;
    const uint8_t *sizes; /* of the instructions, in bytes */
    int64_t delay, stack;
    const int64_t *sources, *targets; /* branches; far jumps among them do not count */
    int64_t branches;
    const int64_t *table_rows, *table_targets; /* where tables lead, and whose tables they are */
    int64_t table_leads;
    const int64_t *breaks;
    int64_t break_count;
    uint8_t *marks;
    int32_t *number, *over;
} Search;

/* Functions: their rows, addresses, and which are certain. */
typedef struct {
    int64_t *first, *last, *start, *end;
    uint8_t *certain;
} Functions;

/* Mark what begins a function although nothing refers to it: `_gap_starts`. */
void mark_gaps(Search *search);

/* Write the functions that begin at marked rows, at most *capacity*; return how many, -1 for
   more. */
int64_t list_functions(const Search *search, int64_t capacity, Functions *found);

/* Calls in order of their rows, from where to where, and which are tail calls. */
typedef struct {
    int64_t *row, *site, *target;
    uint8_t *tail;
} Calls;

/* What is known of calls before tail calls are looked for: rows that transfer *control*, among
   them *computed* ones and where these *lead*; calls that are none, *row* and *target*; import
   stubs and the imports behind them; the range of the addresses of imports. */
typedef struct {
    const int64_t *control;
    int64_t control_count;
    const int64_t *computed, *leads;
    int64_t computed_count;
    const int64_t *row, *target;
    int64_t count;
    const int64_t *stubs, *imports;
    int64_t stub_count, low, high;
} Known;

/* Write the calls that are *known* and the tail calls, in order; *owner* has the function of each
   row. Returns how many there are, -1 when a row does not exist. */
int64_t merge_calls(const Rows *rows, const Known *known, const int64_t *owner, Calls *found);

/* What is known of a program before its functions are looked for. */
typedef struct {
    const uint8_t *sizes;
    int64_t stack, numbers, shortest, even, covered;
    const int64_t *certain; /* addresses at which functions begin */
    int64_t certain_count;
    const int64_t *held; /* addresses that data holds */
    int64_t held_count;
    const int64_t *fragments; /* what unwind tables list, ascending, where they list all */
    int64_t fragment_count;
    const int64_t *last; /* functions that never return, ascending */
    int64_t last_count;
    const int64_t *breaks;
    int64_t break_count;
    const int64_t *openings;
    int64_t opening_count;
    const int64_t *table_rows, *table_targets;
    int64_t table_leads;
    const int64_t *sources, *targets;
    int64_t branches;
    Cells cells;
    Known calls;
} Concluding;

/* What is found. With *n* rows: references and functions have *most* places, *owner* n; *calls* one
   for each call and each row that transfers control; *marks* n, which come as zeros, *scratch* 2 n
   and 4, *jumping* one more than there are fragments, which come as zeros. */
typedef struct {
    References references;
    Functions functions;
    Calls calls;
    int64_t *owner;
    uint8_t *marks, *jumping;
    int32_t *scratch;
    int64_t most;
    int64_t counts[3]; /* of references, functions and calls */
} Concluded;

/* Find references, functions, whose each row is, and tail calls; return -1 where a row does not
   exist, 1 when lists are too short. */
KERNEL int64_t findings(const Flow *flow, const Memory *memory, const Texts *texts,
                        const Concluding *asked, Concluded *found);

/* Write the words of data that are addresses of code, and where they lie; return how many, -1 when
   there are more than *capacity*: `_words_of_data`. Words have *size* bytes and are aligned. */
KERNEL int64_t words_of_data(const Texts *texts, int64_t size, int64_t big_endian, int64_t capacity,
                             int64_t *held, int64_t *places);

/* Write where the calls and computed jumps at *asked* lead, -1 for unknown: `_leads`. *even* says
   that targets are even; *size* is that of an address in bytes. */
KERNEL int64_t calls_leads(const Flow *flow, const Memory *memory, const int64_t *asked,
                           int64_t count, const int64_t *cells, const uint8_t *filled,
                           int64_t cell_count, int64_t size, int64_t even, int64_t *targets);

#define STUB_ROWS 6

/* Say whether the jump at *row* does nothing but jump, from *first* on: code that sets one of the
   registers *sets* before it jumps is a function. */
int is_plain(const Rows *rows, int64_t row, int64_t first, int64_t delay, const uint8_t *sets);

#endif
