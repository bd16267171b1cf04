/* The thousand rounds of MD5-crypt for many guesses at once, eight in step.

   References: RFC 1321; P.-H. Kamp's description of MD5-crypt. Its twin is the loop of
   `inventory/passwords/rounds.py:md5_crypt`. */

#include <string.h>

#include "kernels.h"

#define LANES 8
#define DIGEST 16
#define BLOCK 64
#define ROOM 55 /* bytes of a message that fit into one block with its end and its length */

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

static const uint8_t TURNS[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

/* Mix one block per lane into the initial state; the digests are left in *state*. */
static void digest_blocks(lanes state[4], const lanes block[16]) {
    const uint32_t first[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    lanes a = (lanes){0} + first[0], b = (lanes){0} + first[1];
    lanes c = (lanes){0} + first[2], d = (lanes){0} + first[3];
    for (int step = 0; step < 64; step++) {
        lanes mixed;
        int word;
        switch (step >> 4) {
        case 0:
            mixed = d ^ (b & (c ^ d));
            word = step;
            break;
        case 1:
            mixed = c ^ (d & (b ^ c));
            word = 5 * step + 1;
            break;
        case 2:
            mixed = b ^ c ^ d;
            word = 3 * step + 5;
            break;
        default:
            mixed = c ^ (b | ~d);
            word = 7 * step;
            break;
        }
        lanes sum = a + mixed + SINES[step] + block[word & 15];
        int turn = TURNS[step >> 4][step & 3];
        a = d;
        d = c;
        c = b;
        b += sum << turn | sum >> (32 - turn);
    }
    state[0] = a + first[0];
    state[1] = b + first[1];
    state[2] = c + first[2];
    state[3] = d + first[3];
}

typedef struct {
    const uint8_t *guess, *salt;
    size_t guess_size, salt_size;
} Secret;

static size_t put(uint8_t *text, size_t at, const void *part, size_t size) {
    memcpy(text + at, part, size);
    return at + size;
}

/* Write the message of round *number*, its end and its length: one block. */
static void write_block(uint8_t text[BLOCK], const Secret *secret, const uint8_t *digest,
                        int number) {
    size_t at = 0;
    memset(text, 0, BLOCK);
    at = number & 1 ? put(text, at, secret->guess, secret->guess_size)
                    : put(text, at, digest, DIGEST);
    if (number % 3) at = put(text, at, secret->salt, secret->salt_size);
    if (number % 7) at = put(text, at, secret->guess, secret->guess_size);
    at = number & 1 ? put(text, at, digest, DIGEST)
                    : put(text, at, secret->guess, secret->guess_size);
    text[at] = 0x80;
    text[56] = (uint8_t)(8 * at);
    text[57] = (uint8_t)(8 * at >> 8);
}

static uint32_t little(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void rounds_of(uint8_t *digests, const Secret *secrets, int count) {
    uint8_t texts[LANES][BLOCK] = {{0}};
    lanes state[4], block[16];
    for (int number = 0; number < 1000; number++) {
        for (int lane = 0; lane < count; lane++)
            write_block(texts[lane], secrets + lane, digests + DIGEST * lane, number);
        for (int word = 0; word < 16; word++)
            for (int lane = 0; lane < LANES; lane++)
                block[word][lane] = little(texts[lane] + 4 * word);
        digest_blocks(state, block);
        for (int lane = 0; lane < count; lane++)
            for (int byte = 0; byte < DIGEST; byte++)
                digests[DIGEST * lane + byte] = (uint8_t)(state[byte / 4][lane] >> 8 * (byte % 4));
    }
}

/* Carry *count* digests (16 bytes each) through all rounds, in place. Guess number n are the bytes
   of *guesses* from ends[n - 1] to ends[n]. Returns 0, or -1 for sizes that do not fit a block. */
KERNEL int64_t assay_md5_crypt(uint8_t *digests, const uint8_t *guesses, const int64_t *ends,
                               int64_t count, const uint8_t *salt, int64_t salt_size) {
    int64_t begin = 0;
    if (count < 0 || salt_size < 0 || salt_size > ROOM) return -1;
    for (int64_t number = 0; number < count; number++) {
        int64_t size = ends[number] - begin;
        if (size < 0 || size > ROOM || 2 * size + salt_size + DIGEST > ROOM) return -1;
        begin = ends[number];
    }
    begin = 0;
    for (int64_t number = 0; number < count; number += LANES) {
        Secret secrets[LANES];
        int here = count - number < LANES ? (int)(count - number) : LANES;
        for (int lane = 0; lane < here; lane++) {
            int64_t end = ends[number + lane];
            secrets[lane] =
                (Secret){guesses + begin, salt, (size_t)(end - begin), (size_t)salt_size};
            begin = end;
        }
        rounds_of(digests + DIGEST * number, secrets, here);
    }
    return 0;
}
