/* LZMA decoder, written after the format's public description (lzma-specification.txt). */
#include "lzma.h"

#define MATCH_STATES 12
#define MAX_POSITIONS 16
#define LENGTH_TABLE (2 + 2 * MAX_POSITIONS * 8 + 256)

/* Where each group of probabilities starts in the table. */
enum {
    IS_MATCH = 0,
    IS_REP = IS_MATCH + MATCH_STATES * MAX_POSITIONS,
    IS_REP0 = IS_REP + MATCH_STATES,
    IS_REP1 = IS_REP0 + MATCH_STATES,
    IS_REP2 = IS_REP1 + MATCH_STATES,
    IS_LONG_REP0 = IS_REP2 + MATCH_STATES,
    SLOT = IS_LONG_REP0 + MATCH_STATES * MAX_POSITIONS,
    SPECIAL = SLOT + 4 * 64,
    ALIGN = SPECIAL + 115,
    MATCH_LENGTH = ALIGN + 16,
    REP_LENGTH = MATCH_LENGTH + LENGTH_TABLE,
    LITERAL = REP_LENGTH + LENGTH_TABLE,
};

struct decoder {
    const uint8_t *in, *in_end;
    uint32_t range, code;
    int damaged;
    uint8_t *out;
    size_t done, out_size;
    uint16_t *table;
    unsigned lc, lp_mask, pb_mask, state;
    uint32_t reps[4];
};

static void normalize(struct decoder *d)
{
    if (d->range >= 1u << 24)
        return;
    d->range <<= 8;
    if (d->in == d->in_end) {
        d->damaged = 1;
        return;
    }
    d->code = d->code << 8 | *d->in++;
}

static unsigned take_bit(struct decoder *d, unsigned slot)
{
    uint16_t *probability = d->table + slot;
    uint32_t bound = (d->range >> 11) * *probability;
    unsigned bit = d->code >= bound;

    if (bit) {
        d->range -= bound;
        d->code -= bound;
        *probability -= *probability >> 5;
    } else {
        d->range = bound;
        *probability += (2048 - *probability) >> 5;
    }
    normalize(d);
    return bit;
}

static unsigned take_tree(struct decoder *d, unsigned slot, unsigned bits)
{
    unsigned value = 1;

    for (unsigned at = 0; at < bits; at++)
        value = value << 1 | take_bit(d, slot + value);
    return value - (1u << bits);
}

static unsigned take_reverse_tree(struct decoder *d, unsigned slot, unsigned bits)
{
    unsigned index = 1, value = 0;

    for (unsigned at = 0; at < bits; at++) {
        unsigned bit = take_bit(d, slot + index);
        index = index << 1 | bit;
        value |= bit << at;
    }
    return value;
}

static uint32_t take_direct(struct decoder *d, unsigned bits)
{
    uint32_t value = 0;

    while (bits-- > 0) {
        unsigned bit;
        d->range >>= 1;
        bit = d->code >= d->range;
        if (bit)
            d->code -= d->range;
        value = value << 1 | bit;
        normalize(d);
    }
    return value;
}

static unsigned take_length(struct decoder *d, unsigned slot, unsigned position)
{
    if (take_bit(d, slot) == 0)
        return 2 + take_tree(d, slot + 2 + position * 8, 3);
    if (take_bit(d, slot + 1) == 0)
        return 10 + take_tree(d, slot + 2 + MAX_POSITIONS * 8 + position * 8, 3);
    return 18 + take_tree(d, slot + 2 + 2 * MAX_POSITIONS * 8, 8);
}

static uint32_t take_distance(struct decoder *d, unsigned length)
{
    unsigned group = length - 2 < 3 ? length - 2 : 3;
    unsigned slot = take_tree(d, SLOT + group * 64, 6);
    unsigned bits = (slot >> 1) - 1;
    uint32_t distance;

    if (slot < 4)
        return slot;
    distance = (2 | (slot & 1)) << bits;
    if (slot < 14)
        return distance + take_reverse_tree(d, SPECIAL + distance - slot, bits);
    distance += take_direct(d, bits - 4) << 4;
    return distance + take_reverse_tree(d, ALIGN, 4);
}

static void take_literal(struct decoder *d)
{
    unsigned previous = d->done > 0 ? d->out[d->done - 1] : 0;
    unsigned context = ((d->done & d->lp_mask) << d->lc) + (previous >> (8 - d->lc));
    unsigned slot = LITERAL + 768 * context, value = 1;

    if (d->state >= 7) {
        unsigned matched = d->out[d->done - d->reps[0] - 1];
        while (value < 0x100) {
            unsigned expected = matched >> 7 & 1;
            unsigned bit = take_bit(d, slot + ((1 + expected) << 8) + value);
            matched <<= 1;
            value = value << 1 | bit;
            if (bit != expected)
                break;
        }
    }
    while (value < 0x100)
        value = value << 1 | take_bit(d, slot + value);
    d->out[d->done++] = (uint8_t)value;
    d->state = d->state < 4 ? 0 : d->state < 10 ? d->state - 3 : d->state - 6;
}

static void move_to_front(uint32_t *reps, unsigned index)
{
    uint32_t chosen = reps[index];

    for (; index > 0; index--)
        reps[index] = reps[index - 1];
    reps[0] = chosen;
}

/* Returns the length of the repeated match; 1 stands for a single byte. */
static unsigned take_repeat(struct decoder *d, unsigned position)
{
    if (take_bit(d, IS_REP0 + d->state) == 0) {
        if (take_bit(d, IS_LONG_REP0 + d->state * MAX_POSITIONS + position) == 0) {
            d->state = d->state < 7 ? 9 : 11;
            return 1;
        }
    } else if (take_bit(d, IS_REP1 + d->state) == 0) {
        move_to_front(d->reps, 1);
    } else {
        move_to_front(d->reps, take_bit(d, IS_REP2 + d->state) == 0 ? 2 : 3);
    }
    d->state = d->state < 7 ? 8 : 11;
    return take_length(d, REP_LENGTH, position);
}

static void copy_match(struct decoder *d, unsigned length)
{
    if (d->reps[0] >= d->done || length > d->out_size - d->done) {
        d->damaged = 1;
        return;
    }
    for (; length > 0; length--, d->done++)
        d->out[d->done] = d->out[d->done - d->reps[0] - 1];
}

/* Decodes one packet; returns 0 at the end marker. */
static int take_packet(struct decoder *d)
{
    unsigned position = d->done & d->pb_mask, length;

    if (take_bit(d, IS_MATCH + d->state * MAX_POSITIONS + position) == 0) {
        if (d->done >= d->out_size)
            d->damaged = 1;
        else
            take_literal(d);
        return 1;
    }
    if (take_bit(d, IS_REP + d->state)) {
        length = take_repeat(d, position);
    } else {
        length = take_length(d, MATCH_LENGTH, position);
        move_to_front(d->reps, 3);
        d->state = d->state < 7 ? 7 : 10;
        d->reps[0] = take_distance(d, length);
        if (d->reps[0] == 0xffffffffu)
            return 0;
    }
    copy_match(d, length);
    return 1;
}

size_t lzma_unpack(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size, uint16_t *table)
{
    struct decoder d = {.range = 0xffffffffu, .out = out, .out_size = out_size, .table = table};
    unsigned properties = in_size < LZMA_HEADER_SIZE + 5 ? 225 : in[0];

    if (properties >= 225 || properties % 9 + properties / 9 % 5 > 4)
        return 0;
    d.lc = properties % 9;
    d.lp_mask = (1u << (properties / 9 % 5)) - 1;
    d.pb_mask = (1u << (properties / 45)) - 1;
    for (unsigned at = 0; at < LZMA_TABLE_SIZE; at++)
        table[at] = 1024;
    d.in_end = in + in_size;
    for (in += LZMA_HEADER_SIZE + 1, d.in = in + 4; in < d.in; in++)
        d.code = d.code << 8 | *in;
    while (!d.damaged && take_packet(&d))
        ;
    return d.damaged ? 0 : d.done;
}
