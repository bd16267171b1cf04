/* What the groundwork of an index is made from and what it yields: see `groundwork.c`. */

#ifndef ASSAY_GROUNDWORK_H
#define ASSAY_GROUNDWORK_H

#include "values.h"

/* What is known of a program when its listing was made. */
typedef struct {
    const int64_t *extra_row;
    const uint8_t *extra_register;
    int64_t extras;
    const int64_t *breaks;
    int64_t break_count;
    const int64_t *starts;
    int64_t start_count;
    const int64_t *code_starts, *code_ends; /* as `within` takes them */
    int64_t code, loose, stack, mask, size, even;
    const int64_t *ambient; /* registers that hold one value all over, and their values */
    int64_t ambient_count;
} Premises;

/* What is worked out. With *n* rows: *places* as `rows_places` takes them, or NULL; *floor*,
   *called* and *origin* have n + 2 places, *keys* n and one for each extra, *first* 257; *control*
   to *leads* have *most* and one more, *certain* besides one for each start and break; *cells* and
   *marks* n, 3 and one for each ambient register, which come as zeros; *scratch* six times *most*
   and n + 2. */
typedef struct {
    Place *places;
    int64_t place_count;
    int32_t *floor, *called, *origin, *keys, *first, *scratch;
    int64_t *control, *certain, *sources, *targets, *operands, *operand_cells, *transfers, *leads;
    uint8_t *control_op, *written, *marks;
    int64_t *resting;
    int64_t most;
    Cells cells;
    int64_t counts[5]; /* of control, certain, branches, operands and transfers */
} Ground;

/* Work all of it out; return -1 for a listing that is none, 1 when lists are too short. *flow*
   comes with the fields that do not point into *ground*, and with the places of those that do. */
int64_t groundwork(const Rows *listing, const Memory *memory, const Premises *asked, Flow *flow,
                   Ground *ground);

/* Write the ascending *starts* and which of *targets* in the code are rows, in order and each once;
   *marks* come as zeros. Returns how many those are. */
KERNEL int64_t starts_called(const Rows *rows, const int64_t *code_starts, const int64_t *code_ends,
                             int64_t code, const int64_t *targets, int64_t count,
                             const int64_t *starts, int64_t start_count, uint8_t *marks,
                             int64_t *joined);

#endif
