/* The first bytes of what may be an LZMA stream, decoded to learn whether it is none: the quick
   form of `_probe` of `unpack/formats/compression/lzma_alone.py`. Reference: LZMA SDK,
   lzma-specification.txt. */

#include <string.h>

#include "kernels.h"

enum { HEADER = 13, START = 5, MOST = 4096, CONTEXTS = 4, STATES = 12, POSITIONS = 16 };
enum { BROKEN = 1, UNDECIDED = 0, HALF = 1024, TOP = 1 << 24, LITERAL = 0x300 };
enum { END_SLOT = 14, FIRST_SLOT = 4, ALIGN = 4, LONGEST = 273 };

typedef struct {
    uint16_t choice[2], low[POSITIONS][8], mid[POSITIONS][8], high[256];
} Lengths;

/* The odds of each bit, as the coder has learnt them. All begin at one half. */
typedef struct {
    uint16_t match[STATES][POSITIONS], rep[STATES], rep_zero[STATES], rep_one[STATES];
    uint16_t rep_two[STATES], rep_long[STATES][POSITIONS];
    uint16_t slot[4][64], special[115], align[16];
    Lengths match_length, rep_length;
    uint16_t literal[LITERAL << CONTEXTS];
} Odds;

/* The range coder, what it reads, and what was written; `ended` when there was no more to read. */
typedef struct {
    const uint8_t *at, *end;
    uint32_t range, code;
    int ended;
    Odds odds;
    uint8_t out[MOST + LONGEST];
    uint32_t written;
} Decoder;

/* Sets all odds that streams of `contexts` for literals use to one half. */
static void forget(Decoder *decoder, int contexts) {
    uint16_t *odds = (uint16_t *)&decoder->odds;
    size_t count = offsetof(Odds, literal) / sizeof *odds + ((size_t)LITERAL << contexts);
    for (size_t one = 0; one < count; one++) odds[one] = HALF;
}

/* Takes a byte in where the range has become small. */
static inline void normalise(Decoder *decoder) {
    if (decoder->range >= TOP) return;
    decoder->range <<= 8;
    if (decoder->at == decoder->end) {
        decoder->ended = 1;
        return;
    }
    decoder->code = decoder->code << 8 | *decoder->at++;
}

/* Returns the next bit, and learns from it. */
static inline uint32_t bit_of(Decoder *decoder, uint16_t *odds) {
    normalise(decoder);
    uint32_t bound = (decoder->range >> 11) * *odds;
    if (decoder->code < bound) {
        decoder->range = bound;
        *odds += (2048 - *odds) >> 5;
        return 0;
    }
    decoder->range -= bound;
    decoder->code -= bound;
    *odds -= *odds >> 5;
    return 1;
}

/* Returns a number of so many bits, the highest first. */
static uint32_t number_of(Decoder *decoder, uint16_t *odds, int bits) {
    uint32_t value = 1;
    for (int one = 0; one < bits; one++) value = value << 1 | bit_of(decoder, odds + value);
    return value - (1u << bits);
}

/* Returns a number of so many bits, the lowest first. */
static uint32_t reversed_of(Decoder *decoder, uint16_t *odds, int bits) {
    uint32_t value = 1, found = 0;
    for (int one = 0; one < bits; one++) {
        uint32_t bit = bit_of(decoder, odds + value);
        value = value << 1 | bit;
        found |= bit << one;
    }
    return found;
}

/* Returns how long a match is: 2 to 273. */
static uint32_t length_of(Decoder *decoder, Lengths *odds, uint32_t position) {
    if (!bit_of(decoder, &odds->choice[0])) return 2 + number_of(decoder, odds->low[position], 3);
    if (!bit_of(decoder, &odds->choice[1])) return 10 + number_of(decoder, odds->mid[position], 3);
    return 18 + number_of(decoder, odds->high, 8);
}

/* Returns a distance less one, of a match of that length. */
static uint32_t distance_of(Decoder *decoder, uint32_t length) {
    uint32_t state = length - 2 < 3 ? length - 2 : 3;
    uint32_t slot = number_of(decoder, decoder->odds.slot[state], 6);
    if (slot < FIRST_SLOT) return slot;
    int bits = (int)(slot >> 1) - 1;
    uint32_t distance = (2 | (slot & 1)) << bits;
    if (slot < END_SLOT)
        return distance + reversed_of(decoder, decoder->odds.special + (distance - slot), bits);
    for (int one = bits - 1; one >= ALIGN; one--) {
        normalise(decoder);
        decoder->range >>= 1;
        if (decoder->code >= decoder->range) {
            decoder->code -= decoder->range;
            distance += 1u << one;
        }
    }
    return distance + reversed_of(decoder, decoder->odds.align, ALIGN);
}

/* What a stream is read by: the state of the coder, the last four distances, and the masks of the
   position and of the literals. */
typedef struct {
    uint32_t state, last[4], position_mask, literal_mask, contexts;
} Stream;

/* Writes a byte, which after a match depends on the one that follows what was matched. */
static void read_literal(Decoder *decoder, Stream *stream) {
    uint32_t before = decoder->written ? decoder->out[decoder->written - 1] : 0, value = 1;
    uint32_t row = (decoder->written & stream->literal_mask) << stream->contexts;
    uint16_t *odds = decoder->odds.literal + LITERAL * (row + (before >> (8 - stream->contexts)));
    if (stream->state >= 7) {
        uint32_t matched = decoder->out[decoder->written - stream->last[0] - 1], bit, expected;
        do {
            expected = matched >> 7 & 1, matched <<= 1;
            bit = bit_of(decoder, odds + ((1 + expected) << 8) + value);
            value = value << 1 | bit;
        } while (value < 0x100 && bit == expected);
    }
    while (value < 0x100) value = value << 1 | bit_of(decoder, odds + value);
    decoder->out[decoder->written++] = (uint8_t)value;
    stream->state = stream->state < 4 ? 0 : stream->state - (stream->state < 10 ? 3 : 6);
}

/* Reads which of the last distances a match has and how long it is, and brings it to the front. */
static uint32_t read_repeat(Decoder *decoder, Stream *stream, uint32_t position) {
    Odds *odds = &decoder->odds;
    uint32_t state = stream->state, which = 0;
    if (!bit_of(decoder, &odds->rep_zero[state])) {
        if (!bit_of(decoder, &odds->rep_long[state][position])) {
            stream->state = state < 7 ? 9 : 11;
            return 1;
        }
    } else {
        which = 1 + bit_of(decoder, &odds->rep_one[state]);
        if (which > 1) which += bit_of(decoder, &odds->rep_two[state]);
    }
    uint32_t distance = stream->last[which];
    for (; which; which--) stream->last[which] = stream->last[which - 1];
    stream->last[0] = distance;
    stream->state = state < 7 ? 8 : 11;
    return length_of(decoder, &odds->rep_length, position);
}

/* Reads the length and the distance of a match. */
static uint32_t read_match(Decoder *decoder, Stream *stream, uint32_t position) {
    memmove(stream->last + 1, stream->last, 3 * sizeof *stream->last);
    stream->state = stream->state < 7 ? 7 : 10;
    uint32_t length = length_of(decoder, &decoder->odds.match_length, position);
    stream->last[0] = distance_of(decoder, length);
    return length;
}

/* Decodes up to `most` bytes. Says whether the stream is broken before. */
static int is_broken(Decoder *decoder, Stream *stream, uint32_t most) {
    Odds *odds = &decoder->odds;
    while (decoder->written < most && !decoder->ended) {
        uint32_t position = decoder->written & stream->position_mask, state = stream->state;
        if (!bit_of(decoder, &odds->match[state][position])) {
            read_literal(decoder, stream);
            continue;
        }
        uint32_t length = bit_of(decoder, &odds->rep[state])
                              ? read_repeat(decoder, stream, position)
                              : read_match(decoder, stream, position);
        if (decoder->ended || stream->last[0] == UINT32_MAX) return UNDECIDED; /* or an end mark */
        if (stream->last[0] >= decoder->written) return BROKEN;
        for (; length; length--, decoder->written++)
            decoder->out[decoder->written] = decoder->out[decoder->written - stream->last[0] - 1];
    }
    return UNDECIDED;
}

/* Says whether the LZMA stream at `data`, with its header of 13 bytes, is broken within the first
   4096 bytes that it yields; 0 where it is not, or ends before that. */
KERNEL int64_t assay_lzma_broken(const uint8_t *data, int64_t size) {
    if (size < HEADER + START || data[0] >= 225 || data[HEADER]) return UNDECIDED;
    uint32_t contexts = data[0] % 9, literals = data[0] / 9 % 5, positions = data[0] / 45;
    if (contexts + literals > CONTEXTS) return UNDECIDED;
    Stream stream = {.contexts = contexts,
                     .literal_mask = (1u << literals) - 1,
                     .position_mask = (1u << positions) - 1};
    Decoder decoder;
    uint64_t stated = word_at(data + 9, 0);
    stated = stated << 32 | word_at(data + 5, 0);
    decoder.at = data + HEADER + START, decoder.end = data + size;
    decoder.range = UINT32_MAX, decoder.code = word_at(data + HEADER + 1, 1);
    decoder.ended = 0, decoder.written = 0;
    forget(&decoder, (int)(contexts + literals));
    return is_broken(&decoder, &stream, stated < MOST ? (uint32_t)stated : MOST);
}
