/* What calls say of the mode of their targets: the twin of `_votes` of `assay.code.isa.arm`. */

#ifndef ASSAY_ARM_VOTES_H
#define ASSAY_ARM_VOTES_H

#include <stdlib.h>

#include "arm_layout.h"
#include "arm_modes.h"

/* Votes that the ranges be told anew: twice an address, plus one where Thumb begins there. */
typedef struct {
    const Found *found;
    int64_t *vote, count;
} Votes;

/* Vote that `address` is of `mode`, if it lies in a range of the other one; each vote only once
   where there is a mark to remember it. */
static void vote_for(Code *code, Votes *votes, const Stretch *near, int64_t address, int mode) {
    int64_t low = 0, high = votes->found->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (votes->found->row[RANGE_FIELDS * middle] <= address)
            low = middle + 1;
        else
            high = middle;
    }
    const int64_t *range = votes->found->row + RANGE_FIELDS * (low - 1);
    if (!low || address >= range[1] || range[2] == mode) return;
    int64_t place = place_of(code->stretches, code->count, near, address, !mode);
    if (place >= 0) {
        uint8_t *mark = (mode == A32 ? code->half_marks : code->word_marks) + place;
        if (*mark & VOTED) return;
        *mark |= VOTED;
    }
    votes->vote[votes->count++] = 2 * address + mode;
}

/* Vote for the targets of the calls of A32: BL stays in its mode, BLX changes it. */
static void vote_words(Code *code, Votes *votes) {
    for (int64_t number = 0; number < code->count; number++) {
        const Stretch *near = code->stretches + number;
        for (int64_t step = 0; near->mode == A32 && step < near->count; step++) {
            uint32_t word = code->words[near->place + step];
            int linked = (word >> 24 == 0xEB) & (code->half_count > 0);
            int changes = word >> 25 == 0x7D;
            if (!(linked | changes) || !(code->word_marks[near->place + step] & ROW)) continue;
            int64_t offset = (int64_t)((word & 0xFFFFFF) ^ 0x800000) - 0x800000;
            int64_t target = near->first + 4 * step + 8 + 4 * offset;
            target += changes ? word >> 23 & 2 : 0;
            vote_for(code, votes, near, target, changes ? THUMB : A32);
        }
    }
}

/* Vote for the targets of BLX of Thumb: to A32 code. */
static void vote_halves(Code *code, Votes *votes) {
    const Stretch *near = code->stretches;
    for (int64_t number = 0; number < code->call_count; number++) {
        int64_t place = code->calls[number];
        if (number && place < code->calls[number - 1]) near = code->stretches;
        while (near->mode != THUMB || place >= near->place + near->count) near++;
        uint32_t first = code->halves[place];
        uint32_t second = code->halves[place + 1 < code->half_count ? place + 1 : place];
        if ((second & 0xD001) != 0xC000 || !(code->half_marks[place] & ROW)) continue;
        int64_t after = (address_of(near, place) + 4) & ~(int64_t)3;
        vote_for(code, votes, near, after + far_distance(first, second), A32);
    }
}

/* Let the rows of `code` vote; sort the votes into `known` and return how many there are, -1
   without memory. The caller frees `known->voted`. */
static int64_t collect_votes(Code *code, const Found *found, Known *known) {
    int64_t most = code->call_count + code->word_count + 1, kept = 0;
    Votes votes = {found, malloc((size_t)most * (sizeof(int64_t) + 1)), 0};
    known->voted = votes.vote;
    if (!votes.vote) return -1;
    uint8_t *thumb = (uint8_t *)(votes.vote + most);
    vote_words(code, &votes);
    vote_halves(code, &votes);
    qsort(votes.vote, (size_t)votes.count, sizeof *votes.vote, by_value);
    for (int64_t number = 0; number < votes.count; number++) {
        int64_t vote = votes.vote[number];
        if (kept && vote >> 1 == votes.vote[kept - 1]) continue;
        thumb[kept] = vote & 1;
        votes.vote[kept++] = vote >> 1;
    }
    known->vote = thumb;
    return known->vote_count = kept;
}

#endif
