/* The strings of a kernel, the marks of its parts among them and the set of all its words: the twin
   of `strings_of`, `named_in` and `words_of` of `inventory/kernel_features.py`, and of `packed` of
   `_kernel/wordset.py`. Reference: RFC 7693 for BLAKE2b. */

#include <string.h>

#include "characters.h"
#include "kernels.h"

enum { SHORTEST = 3, LONGEST = 40, SET_BITS = 18, SEEN_BITS = 17, HEAD_BITS = 11 };
enum { NO_ROOM = -1, NONE = -1, THREE = 3 };

static int is_part(uint8_t byte) {
    return is_digit(byte) || is_lower(byte);
}
static int is_printed(uint8_t byte) {
    return byte >= 0x20 && byte <= 0x7E;
}

#define EACH(byte) ((uint64_t)(byte) * 0x0101010101010101)

/* Returns where three printable characters follow one another, or `size` - 2 or more when nowhere
   from `at` on: eight bytes are looked at together, each stated by its highest bit. */
static int64_t next_three(const uint8_t *data, int64_t size, int64_t at) {
    for (; at + 8 <= size; at += 6) {
        uint64_t bytes;
        memcpy(&bytes, data + at, 8);
        uint64_t low = bytes & EACH(0x7F);
        uint64_t printed = ((low | EACH(0x80)) - EACH(0x20)) & ~(low + EACH(1)) & ~bytes;
        printed &= EACH(0x80);
        if (printed & printed >> 8 & printed >> 16) break;
    }
    while (at + THREE <= size &&
           !(is_printed(data[at]) && is_printed(data[at + 1]) && is_printed(data[at + 2])))
        at++;
    return at;
}

/* Writes the strings of `data` to `out`, in lower case and each with a line end behind it. A string
   is four printable characters or more, or three between two zeros. Returns the bytes written, or
   -1 where there is no room: `size` + 1 is enough. */
KERNEL int64_t assay_strings(const uint8_t *data, int64_t size, uint8_t *out, int64_t room) {
    int64_t written = 0, end = 0;
    for (int64_t at; (at = next_three(data, size, end)) + THREE <= size;) {
        int64_t start = at;
        while (start > end && is_printed(data[start - 1])) start--;
        for (end = at + THREE; end < size && is_printed(data[end]);) end++;
        int64_t length = end - start;
        int alone = start > 0 && end < size && !data[start - 1] && !data[end];
        if (length == THREE && !alone) continue;
        if (length + 1 > room - written) return NO_ROOM;
        for (int64_t one = start; one < end; one++) {
            uint8_t byte = data[one];
            out[written++] = byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
        }
        out[written++] = '\n';
    }
    return written;
}

static const uint64_t START[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static const uint8_t ORDER[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint64_t turned(uint64_t value, int bits) {
    return value >> bits | value << (64 - bits);
}

static inline void mix(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y) {
    v[a] += v[b] + x, v[d] = turned(v[d] ^ v[a], 32);
    v[c] += v[d], v[b] = turned(v[b] ^ v[c], 24);
    v[a] += v[b] + y, v[d] = turned(v[d] ^ v[a], 16);
    v[c] += v[d], v[b] = turned(v[b] ^ v[c], 63);
}

/* Returns BLAKE2b with a digest of eight bytes of a word of at most 40 bytes: one block. */
static uint64_t digest(const uint8_t *word, int64_t length) {
    uint64_t v[16], block[16] = {0}, first = START[0] ^ 0x01010008;
    for (int64_t one = 0; one < length; one++)
        block[one >> 3] |= (uint64_t)word[one] << (8 * (one & 7));
    memcpy(v, START, sizeof START);
    memcpy(v + 8, START, sizeof START);
    v[0] = first, v[12] ^= (uint64_t)length, v[14] = ~v[14];
    for (int round = 0; round < 12; round++) {
        const uint8_t *m = ORDER[round % 10];
        mix(v, 0, 4, 8, 12, block[m[0]], block[m[1]]);
        mix(v, 1, 5, 9, 13, block[m[2]], block[m[3]]);
        mix(v, 2, 6, 10, 14, block[m[4]], block[m[5]]);
        mix(v, 3, 7, 11, 15, block[m[6]], block[m[7]]);
        mix(v, 0, 5, 10, 15, block[m[8]], block[m[9]]);
        mix(v, 1, 6, 11, 12, block[m[10]], block[m[11]]);
        mix(v, 2, 7, 8, 13, block[m[12]], block[m[13]]);
        mix(v, 3, 4, 9, 14, block[m[14]], block[m[15]]);
    }
    return first ^ v[0] ^ v[8];
}

/* A text, the set of its words as bits, and where words that were met stand: half of `seen` for
   whole words, half for those that were put in. */
typedef struct {
    const uint8_t *text;
    uint8_t *set;
    int64_t *seen;
} Words;

enum { WHOLE = 0, PUT = 1 };

/* Says whether a word was met before, and notes it. Of words that share a place the last is known,
   which costs time and nothing else. */
static int is_known(const Words *words, int half, int64_t at, int64_t length) {
    if (length > LONGEST) return 0;
    const uint8_t *word = words->text + at;
    uint64_t hash = (uint64_t)length;
    for (int64_t one = 0; one < length; one++) hash = hash * 31 + word[one];
    hash *= 0x9e3779b97f4a7c15;
    int64_t row = ((int64_t)half << SEEN_BITS) + (int64_t)(hash >> (64 - SEEN_BITS));
    int64_t *place = words->seen + row, before = *place;
    *place = (at + 1) << 8 | length;
    return before && (before & 0xFF) == length &&
           !memcmp(words->text + (before >> 8) - 1, word, (size_t)length);
}

/* Puts a word into the set, if it is one that tells something. */
static void put(const Words *words, int64_t at, int64_t length) {
    if (length < SHORTEST || length > LONGEST || is_known(words, PUT, at, length)) return;
    uint64_t number = digest(words->text + at, length);
    for (int shift = 0; shift <= 40; shift += 20) {
        uint64_t bit = number >> shift & (((uint64_t)1 << SET_BITS) - 1);
        words->set[bit >> 3] |= (uint8_t)(1 << (bit & 7));
    }
}

/* Puts a word in: whole, without the digits and `_` at its end, and by its parts. */
static void put_all(const Words *words, int64_t at, int64_t length) {
    if (is_known(words, WHOLE, at, length)) return;
    const uint8_t *word = words->text + at;
    int64_t end = length;
    while (end && (is_digit(word[end - 1]) || word[end - 1] == '_')) end--;
    put(words, at, length);
    put(words, at, end);
    for (int64_t one = 0, start = 0; one <= length; one++)
        if (one == length || word[one] == '_') {
            put(words, at + start, one - start);
            start = one + 1;
        }
}

/* The marks: each is a range of `bytes`, and within it the range of its first word. */
typedef struct {
    const uint8_t *bytes;
    const int64_t *rows;
    int64_t count;
    int32_t heads[1 << HEAD_BITS], *next;
    int64_t *found;
} Marks;

static uint32_t head_of(uint32_t hash) {
    return hash * 0x9e3779b1u >> (32 - HEAD_BITS);
}

/* Chains the marks by their first words. */
static void arrange(Marks *marks) {
    for (int place = 0; place < 1 << HEAD_BITS; place++) marks->heads[place] = NONE;
    for (int64_t one = 0; one < marks->count; one++) {
        const int64_t *row = marks->rows + 4 * one;
        uint32_t hash = 0;
        for (int64_t at = row[2]; at < row[3]; at++) hash = hash * 31 + marks->bytes[at];
        int32_t *head = marks->heads + head_of(hash);
        marks->next[one] = *head, *head = (int32_t)one;
    }
}

/* Says whether a mark whose first word begins at `at` stands there as a whole word; digits, `_` and
   `-` may follow. */
static int stands(const uint8_t *text, int64_t size, const Marks *marks, int64_t one, int64_t at) {
    const int64_t *row = marks->rows + 4 * one;
    int64_t start = at - (row[2] - row[0]), length = row[1] - row[0];
    if (row[0] == row[2] && row[1] == row[3]) return 1; /* it is the word */
    if (start < 0 || length > size - start) return 0;
    const uint8_t *mark = marks->bytes + row[0];
    if (memcmp(text + start, mark, (size_t)length)) return 0;
    if (start && (is_digit(text[start - 1]) || is_letter(text[start - 1]))) return 0;
    uint8_t last = mark[length - 1];
    int open = start + length < size && is_letter(text[start + length]);
    return !(open && (is_digit(last) || is_letter(last)));
}

/* Notes the marks whose first word is the part of the text at `at`, or its begin before a digit. */
static void note(const uint8_t *text, int64_t size, Marks *marks, int64_t at, int64_t end) {
    uint32_t hash = 0;
    for (int64_t place = at; place < end && place - at < LONGEST; place++) {
        hash = hash * 31 + text[place];
        if (place + 1 < end && !is_digit(text[place + 1])) continue;
        for (int32_t one = marks->heads[head_of(hash)]; one != NONE; one = marks->next[one]) {
            const int64_t *row = marks->rows + 4 * (int64_t)one;
            int64_t length = row[3] - row[2];
            if (marks->found[one] || length != place + 1 - at) continue;
            if (!memcmp(marks->bytes + row[2], text + at, (size_t)length))
                marks->found[one] = stands(text, size, marks, one, at);
        }
    }
}

/* Notes which marks stand in `text`, which is in lower case, and puts its words into `set`, a table
   of 2^18 bits. `rows` are the marks, each as begin and end within `bytes`, and begin and end of
   its first word, of at most 40 bytes. `next` has room for a number per mark, `found` gets 0 or 1
   per mark; `seen` are 2^18 zeros. Returns 0. */
KERNEL int64_t assay_kernel_words(const uint8_t *text, int64_t size, const uint8_t *bytes,
                                  const int64_t *rows, int64_t count, int32_t *next, int64_t *found,
                                  uint8_t *set, int64_t *seen) {
    Marks marks = {.bytes = bytes, .rows = rows, .count = count, .next = next, .found = found};
    Words words = {text, set, seen};
    arrange(&marks);
    for (int64_t at = 0; at < size;) {
        int64_t start = at, part = at;
        while (at < size && (is_part(text[at]) || text[at] == '_')) {
            if (text[at] == '_') {
                if (at > part) note(text, size, &marks, part, at);
                part = at + 1;
            }
            at++;
        }
        if (at > part) note(text, size, &marks, part, at);
        if (at > start) put_all(&words, start, at - start);
        if (at == start) at++;
    }
    return 0;
}
