/* Import stubs, and calls looked through them, for the kernel of assay.code.whole: the twin of
   `resolve` of assay.code.calls where no caller sets a register for its stub. */

#include <string.h>

#include "whole.h"

/* Addresses, ascending, and the imports that they lead to. */
typedef struct {
    int64_t *key, *import, count;
} Pairs;

/* Return the import that *address* leads to, -1 for none. */
static inline int64_t import_of(const Pairs *pairs, int64_t address) {
    int64_t count = pairs->count;
    if (!count || address < pairs->key[0] || address > pairs->key[count - 1]) return -1;
    int64_t place = lower_bound(pairs->key, count, address);
    return pairs->key[place] == address ? pairs->import[place] : -1;
}

/* Say whether the transfer at place *at* is a jump to an import. */
static int is_import(const Work *work, int64_t at) {
    const Goal *goal = work->goal;
    uint8_t op = goal->rows->op[work->ground.transfers[at]];
    int64_t lead = work->ground.leads[at];
    return (op == JUMPR || op == JUMPM) && lead >= goal->low && lead < goal->high;
}

/* Note the short pieces of code that do nothing but jump to an import: of two that share rows the
   longer one counts, which is the later one. */
static int find_pieces(const Work *work, Pairs *found) {
    const Goal *goal = work->goal;
    const Rows *rows = goal->rows;
    int64_t last = -1;
    found->count = 0;
    for (int64_t at = 0; at < work->ground.counts[4]; at++) {
        if (!is_import(work, at)) continue;
        int64_t row = work->ground.transfers[at], floor = work->flow->floor[row];
        int64_t first = floor > row - STUB_ROWS ? floor : row - STUB_ROWS;
        if (!is_plain(rows, row, first, goal->delay, goal->arguments)) continue;
        for (int64_t place = first > 0 ? first : 0; place <= row; place++) {
            int64_t behind = last - place;
            if (behind >= found->count) return 0;
            if (behind < 0) found->key[found->count++] = rows->address[last = place];
            found->import[found->count - 1 - (behind > 0 ? behind : 0)] = work->ground.leads[at];
        }
    }
    return 1;
}

/* Say whether the row behind the jump at *row* sets an argument on the way. */
static int sets_behind(const Goal *goal, int64_t row) {
    int64_t behind = row + goal->delay < goal->rows->count ? row + goal->delay : row;
    return goal->delay && goal->arguments[goal->rows->rd[behind]];
}

/* Note the jumps that do nothing but lead to one of *pieces*, or to one that was noted above. */
static void find_lead_ins(const Work *work, const Pairs *pieces, Pairs *found) {
    const Rows *rows = work->goal->rows;
    found->count = 0;
    for (int64_t at = 0; pieces->count && at < work->ground.counts[0]; at++) {
        int64_t row = work->ground.control[at];
        if (work->ground.control_op[at] != JUMP || work->flow->floor[row] != row ||
            sets_behind(work->goal, row))
            continue;
        int64_t import = import_of(pieces, rows->imm[row]);
        if (import < 0) import = import_of(found, rows->imm[row]);
        if (import < 0 || import_of(pieces, rows->address[row]) >= 0) continue;
        found->key[found->count] = rows->address[row];
        found->import[found->count++] = import;
    }
}

/* Add the *more* pairs to *pairs*, whose addresses are others or count for less; there is room. */
static void add_pairs(Pairs *pairs, const int64_t *keys, const int64_t *imports, int64_t more) {
    int64_t one = pairs->count, to = one + more, top = to;
    while (more) {
        int same = one && pairs->key[one - 1] == keys[more - 1];
        int theirs = !one || pairs->key[one - 1] <= keys[more - 1];
        to--;
        pairs->key[to] = theirs ? keys[more - 1] : pairs->key[one - 1];
        pairs->import[to] = theirs ? imports[more - 1] : pairs->import[one - 1];
        more -= theirs;
        one -= !theirs || same;
    }
    memmove(pairs->key + one, pairs->key + to, (size_t)(top - to) * sizeof *keys);
    memmove(pairs->import + one, pairs->import + to, (size_t)(top - to) * sizeof *keys);
    pairs->count = one + top - to;
}

/* Find the stubs, ascending; 0 where there is no room. */
static int find_stubs(Work *work) {
    const Goal *goal = work->goal;
    Arena *arena = &work->arena;
    int64_t external = 0, size = arena->size, jumps = work->jumps + work->slots;
    for (int64_t at = 0; jumps && at < work->ground.counts[4]; at++)
        external += is_import(work, at);
    int64_t added = external ? work->ground.counts[0] : 0;
    int64_t most = (STUB_ROWS + 1) * external + added + goal->fixup_count;
    int64_t *room = take(arena, 2 * most), *more = borrow(arena, 2 * added);
    if (!room || !more) return 0;
    Pairs found = {room, room + most, 0}, lead_ins = {more, more + added, 0};
    if (external && !find_pieces(work, &found)) return 0;
    find_lead_ins(work, &found, &lead_ins);
    add_pairs(&found, lead_ins.key, lead_ins.import, lead_ins.count);
    add_pairs(&found, goal->fixups, goal->fixed_imports, goal->fixup_count);
    work->stubs = room;
    work->imports = memmove(room + found.count, found.import, (size_t)found.count * sizeof *room);
    work->stub_count = found.count;
    arena->used -= 2 * (most - found.count);
    arena->size = size;
    return 1;
}

int resolve_calls(Work *work) {
    const Rows *rows = work->goal->rows;
    int64_t transfers = work->ground.counts[4], count = 0;
    if (!find_stubs(work)) return 0;
    int64_t *room = take(&work->arena, 2 * transfers);
    if (!room) return 0;
    Pairs stubs = {work->stubs, work->imports, work->stub_count};
    for (int64_t at = 0; at < transfers; at++) {
        int64_t row = work->ground.transfers[at], target = work->ground.leads[at];
        if (!is_call(rows->op[row])) continue;
        int64_t import = import_of(&stubs, target);
        room[count] = row;
        room[transfers + count++] = import < 0 ? target : import;
    }
    work->call_row = room;
    work->call_target = room + transfers;
    work->call_count = count;
    return 1;
}
