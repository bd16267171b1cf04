/* Words in texts: which texts hold one of several words, which words stand inside longer texts,
   and which texts are drawn like passwords.

   The twins are in assay.code.mentions, assay.code.access.referred and assay.code.access.drawn. */

#include <string.h>

#include "kernels.h"

enum { GRAM = 4, FEWEST_BITS = 3, MOST_BITS = 24, LARGEST = INT32_MAX - GRAM };
enum { BYTES = 256, PAIRS = 1 << 12, MOST_WORDS = 256, LONGEST = 64 };

/* Say whether *byte* is one of those that `mentions._texts` takes for a text. */
static inline int is_spelt(uint8_t byte) {
    return (byte >= 32 && byte < 127) || byte == '\t' || byte == '\n' || byte == '\r';
}

static inline uint32_t mixed(uint32_t gram, int64_t bits) {
    return gram * UINT32_C(0x9E3779B1) >> (32 - bits);
}

/* Link the places in *data* where GRAM characters of a text stand: *heads* (2 ** *bits* items) has
   the last place for each mixed value of four characters, *before* the one in front of each. */
KERNEL int64_t mentions_link(const uint8_t *data, int64_t size, int64_t bits, int32_t *heads,
                             int32_t *before) {
    uint32_t gram = 0;
    int64_t length = 0;
    if (bits < FEWEST_BITS || bits > MOST_BITS || size > LARGEST) return -1;
    for (int64_t at = 0; at < (int64_t)1 << bits; at++) heads[at] = -1;
    for (int64_t at = 0; at < size; at++) {
        gram = gram << 8 | data[at];
        length = is_spelt(data[at]) ? length + 1 : 0;
        if (length < GRAM) continue;
        uint32_t key = mixed(gram, bits);
        before[at - GRAM + 1] = heads[key];
        heads[key] = (int32_t)(at - GRAM + 1);
    }
    return 0;
}

/* Say whether the text around the *length* characters at *at* goes on to GRAM and more of them. */
static int is_inside(const uint8_t *data, int64_t size, int64_t at, int64_t length) {
    int64_t first = at, last = at + length;
    while (first > 0 && last - first < GRAM && is_spelt(data[first - 1])) first--;
    while (last < size && last - first < GRAM && is_spelt(data[last])) last++;
    if (last - first < GRAM) return 0;
    return last - first > length || (first > 0 && is_spelt(data[first - 1])) ||
           (last < size && is_spelt(data[last]));
}

/* Return 1 if the *length* characters of a text at *word* stand inside a longer text of *data*,
   0 if not; *bits*, *heads* and *before* are those of `mentions_link` over the same *data*. */
KERNEL int64_t mentions_word(const uint8_t *data, int64_t size, int64_t bits, const int32_t *heads,
                             const int32_t *before, const uint8_t *word, int64_t length) {
    if (length < 1 || length > size || bits < FEWEST_BITS || bits > MOST_BITS) return 0;
    if (length < GRAM) {
        for (int64_t at = 0; at <= size - length; at++)
            if (data[at] == word[0] && memcmp(data + at, word, (size_t)length) == 0 &&
                is_inside(data, size, at, length))
                return 1;
        return 0;
    }
    int64_t at = heads[mixed(word_at(word, 1), bits)];
    while (at >= 0 && at < size) {
        if (at <= size - length && memcmp(data + at, word, (size_t)length) == 0 &&
            is_inside(data, size, at, length))
            return 1;
        if (before[at] >= at) break; /* each place is linked to an earlier one */
        at = before[at];
    }
    return 0;
}

/* The words looked for (Wu and Manber, 1994): how far on one could end at soonest, by the last two
   of the first *least* characters, and those that begin with each byte. */
struct sought {
    const uint8_t *words;
    const int64_t *ends;
    int64_t least;
    int16_t first[BYTES], next[MOST_WORDS];
    uint8_t fold[BYTES], shift[PAIRS];
};

static inline int pair_of(const struct sought *sought, const uint8_t *at) {
    return (sought->fold[at[0]] ^ sought->fold[at[1]] << 4) & (PAIRS - 1);
}

static int64_t start_of(const struct sought *sought, int64_t number) {
    return number ? sought->ends[number - 1] : 0;
}

/* Note word *number* for its first byte, and how far on it could end behind each of its pairs. */
static void enter(struct sought *sought, int64_t number) {
    const uint8_t *word = sought->words + start_of(sought, number);
    sought->next[number] = sought->first[word[0]];
    sought->first[word[0]] = (int16_t)number;
    for (int64_t at = 0; at + 1 < sought->least; at++) {
        uint8_t on = (uint8_t)(sought->least - 2 - at);
        int pair = (word[at] ^ word[at + 1] << 4) & (PAIRS - 1);
        if (sought->shift[pair] > on) sought->shift[pair] = on;
    }
}

static void enter_all(struct sought *sought, int64_t count, int64_t fold) {
    sought->least = LONGEST;
    for (int64_t number = 0; number < count; number++) {
        int64_t size = sought->ends[number] - start_of(sought, number);
        if (size < sought->least) sought->least = size;
    }
    memset(sought->first, -1, sizeof sought->first);
    memset(sought->shift, sought->least > 1 ? (int)sought->least - 1 : 0, sizeof sought->shift);
    for (int byte = 0; byte < BYTES; byte++)
        sought->fold[byte] = (uint8_t)(fold && byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
    for (int64_t number = 0; number < count; number++) enter(sought, number);
}

/* Say whether one of the words stands at *at*, with *left* bytes to the end. */
static int stands(const struct sought *sought, const uint8_t *at, int64_t left) {
    for (int number = sought->first[sought->fold[*at]]; number >= 0;
         number = sought->next[number]) {
        int64_t start = start_of(sought, number), size = sought->ends[number] - start, same = 0;
        if (size > left) continue;
        while (same < size && sought->fold[at[same]] == sought->words[start + same]) same++;
        if (same == size) return 1;
    }
    return 0;
}

/* Write the numbers of the texts of *data*, of which text n goes to the NUL at *ends*[n], that
   hold one of *count* words, ascending, and return how many; *fold* takes *data* in lower case.
   The words stand one behind the other at *words*, the first up to *word_ends*[0]; none is empty.
   *found* has room for all *texts*. Returns -1 for too many words. */
KERNEL int64_t texts_holding(const uint8_t *data, int64_t size, const int64_t *ends, int64_t texts,
                             int64_t fold, const uint8_t *words, const int64_t *word_ends,
                             int64_t count, int64_t *found) {
    struct sought sought = {.words = words, .ends = word_ends};
    int64_t hits = 0, number = 0, at = 0;
    if (count < 1 || count > MOST_WORDS) return count ? -1 : 0;
    enter_all(&sought, count, fold);
    while (number < texts && at <= size - sought.least) {
        int64_t pair = at + sought.least - 2;
        int64_t on = sought.least > 1 ? sought.shift[pair_of(&sought, data + pair)] : 0;
        if (on || !stands(&sought, data + at, size - at)) {
            at += on ? on : 1;
            continue;
        }
        while (number < texts && ends[number] < at) number++;
        if (number >= texts) break;
        found[hits++] = number;
        at = ends[number] + 1; /* its other words tell no more */
        number++;
    }
    return hits;
}
