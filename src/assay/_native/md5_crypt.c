/* The thousand rounds of MD5-crypt for many guesses at once, eight of one length in step.

   References: RFC 1321; P.-H. Kamp's description of MD5-crypt. Its twin is the loop of
   `inventory/passwords/rounds.py:md5_crypt`. */

#include <string.h>

#include "kernels.h"

#define LANES 8
#define DIGEST 16
#define BLOCK 64
#define ROOM 55 /* bytes of a message that fit into one block with its end and its length */
#define LONGEST ((ROOM - DIGEST) / 2)

/* A round differs by what its number is a multiple of: of two, of three, of seven. */
enum { ODD = 1, SALTED = 2, AGAIN = 4, KINDS = 8 };

typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));

static const uint32_t SINES[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static const uint32_t FIRST[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

#define CHOICE(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define CHOICE_BY_THIRD(x, y, z) CHOICE(z, x, y)
#define PARITY(x, y, z) ((x) ^ (y) ^ (z))
#define MIXED(x, y, z) ((y) ^ ((x) | ~(z)))

/* One step: a message word, a constant and a function of three words go into the fourth. */
#define STEP(a, with, b, c, d, word, sine, turn)                                                   \
    do {                                                                                           \
        lanes sum = a + with(b, c, d) + block[(word) & 15] + SINES[sine];                          \
        a = b + (sum << (turn) | sum >> (32 - (turn)));                                            \
    } while (0)

/* Mix one block per lane into the initial state; the digests are left in *state*. */
static void digest_blocks(lanes state[4], const lanes block[16]) {
    lanes a = (lanes){0} + FIRST[0], b = (lanes){0} + FIRST[1];
    lanes c = (lanes){0} + FIRST[2], d = (lanes){0} + FIRST[3];
    for (int at = 0; at < 16; at += 4) {
        STEP(a, CHOICE, b, c, d, at, at, 7);
        STEP(d, CHOICE, a, b, c, at + 1, at + 1, 12);
        STEP(c, CHOICE, d, a, b, at + 2, at + 2, 17);
        STEP(b, CHOICE, c, d, a, at + 3, at + 3, 22);
    }
    for (int at = 0; at < 16; at += 4) { /* here the third word chooses */
        STEP(a, CHOICE_BY_THIRD, b, c, d, 5 * at + 1, at + 16, 5);
        STEP(d, CHOICE_BY_THIRD, a, b, c, 5 * at + 6, at + 17, 9);
        STEP(c, CHOICE_BY_THIRD, d, a, b, 5 * at + 11, at + 18, 14);
        STEP(b, CHOICE_BY_THIRD, c, d, a, 5 * at, at + 19, 20);
    }
    for (int at = 0; at < 16; at += 4) {
        STEP(a, PARITY, b, c, d, 3 * at + 5, at + 32, 4);
        STEP(d, PARITY, a, b, c, 3 * at + 8, at + 33, 11);
        STEP(c, PARITY, d, a, b, 3 * at + 11, at + 34, 16);
        STEP(b, PARITY, c, d, a, 3 * at + 14, at + 35, 23);
    }
    for (int at = 0; at < 16; at += 4) {
        STEP(a, MIXED, b, c, d, 7 * at, at + 48, 6);
        STEP(d, MIXED, a, b, c, 7 * at + 7, at + 49, 10);
        STEP(c, MIXED, d, a, b, 7 * at + 14, at + 50, 15);
        STEP(b, MIXED, c, d, a, 7 * at + 5, at + 51, 21);
    }
    state[0] = a + FIRST[0];
    state[1] = b + FIRST[1];
    state[2] = c + FIRST[2];
    state[3] = d + FIRST[3];
}

/* What all guesses of one length share: the eight messages of the rounds without the digest, and
   where the digest stands in each. */
typedef struct {
    lanes blocks[KINDS][16];
    int places[KINDS];
} Messages;

static size_t put(uint8_t *text, size_t at, const void *part, size_t size) {
    memcpy(text + at, part, size);
    return at + size;
}

/* Write the message of the rounds of a kind, its end and its length: one block. Returns where the
   digest belongs. */
static int write_block(uint8_t text[BLOCK], int kind, const uint8_t *guess, size_t guess_size,
                       const uint8_t *salt, size_t salt_size) {
    size_t at = 0, place = 0;
    memset(text, 0, BLOCK);
    at = kind & ODD ? put(text, at, guess, guess_size) : DIGEST;
    if (kind & SALTED) at = put(text, at, salt, salt_size);
    if (kind & AGAIN) at = put(text, at, guess, guess_size);
    if (kind & ODD)
        place = at, at += DIGEST;
    else
        at = put(text, at, guess, guess_size);
    text[at] = 0x80;
    text[56] = (uint8_t)(8 * at);
    text[57] = (uint8_t)(8 * at >> 8);
    return (int)place;
}

static uint32_t little(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Put the digests of all lanes into their blocks, *place* bytes behind the begin. */
static void insert(lanes block[16], const lanes state[4], int place) {
    int word = place >> 2, shift = 8 * (place & 3);
    for (int one = 0; one < 4; one++) {
        block[word + one] |= state[one] << shift;
        if (shift) block[word + one + 1] |= state[one] >> (32 - shift);
    }
}

/* Carry the digests of all lanes through all rounds. */
static void rounds_of(lanes state[4], const Messages *messages) {
    lanes block[16];
    for (int number = 0; number < 1000; number++) {
        int kind = (number & 1 ? ODD : 0) | (number % 3 ? SALTED : 0) | (number % 7 ? AGAIN : 0);
        memcpy(block, messages->blocks[kind], sizeof block);
        insert(block, state, messages->places[kind]);
        digest_blocks(state, block);
    }
}

/* Where a guess lies. */
typedef struct {
    const uint8_t *text;
    int64_t number;
} Guess;

/* Carry the digests of up to eight guesses of the same size through all rounds. */
static void carry(uint8_t *digests, const Guess *guesses, int count, size_t size,
                  const uint8_t *salt, size_t salt_size) {
    Messages messages;
    lanes state[4] = {{0}};
    uint8_t text[BLOCK];
    memset(&messages, 0, sizeof messages);
    for (int lane = 0; lane < count; lane++) {
        for (int kind = 0; kind < KINDS; kind++) {
            messages.places[kind] =
                write_block(text, kind, guesses[lane].text, size, salt, salt_size);
            for (int word = 0; word < 16; word++)
                messages.blocks[kind][word][lane] = little(text + 4 * word);
        }
        for (int word = 0; word < 4; word++)
            state[word][lane] = little(digests + DIGEST * guesses[lane].number + 4 * word);
    }
    rounds_of(state, &messages);
    for (int lane = 0; lane < count; lane++) {
        uint8_t *digest = digests + DIGEST * guesses[lane].number;
        for (int byte = 0; byte < DIGEST; byte++)
            digest[byte] = (uint8_t)(state[byte / 4][lane] >> 8 * (byte % 4));
    }
}

/* Carry *count* digests (16 bytes each) through all rounds, in place. Guess number n are the bytes
   of *guess_texts* from ends[n - 1] to ends[n]. Returns 0, or -1 for sizes that do not fit a
   block. */
KERNEL int64_t assay_md5_crypt(uint8_t *digests, const uint8_t *guess_texts, const int64_t *ends,
                               int64_t count, const uint8_t *salt, int64_t salt_size) {
    int64_t begin = 0;
    if (count < 0 || salt_size < 0 || salt_size > ROOM) return -1;
    for (int64_t number = 0; number < count; number++) {
        int64_t size = ends[number] - begin;
        if (size < 0 || size > ROOM || 2 * size + salt_size + DIGEST > ROOM) return -1;
        begin = ends[number];
    }
    for (int64_t size = 0; size <= LONGEST; size++) {
        Guess guesses[LANES];
        int here = 0;
        for (int64_t number = 0; number < count; number++) {
            begin = number ? ends[number - 1] : 0;
            if (ends[number] - begin != size) continue;
            guesses[here++] = (Guess){guess_texts + begin, number};
            if (here < LANES) continue;
            carry(digests, guesses, here, (size_t)size, salt, (size_t)salt_size);
            here = 0;
        }
        if (here) carry(digests, guesses, here, (size_t)size, salt, (size_t)salt_size);
    }
    return 0;
}
