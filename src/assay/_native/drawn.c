/* Which texts are drawn like passwords: the rules of `is_rare_text`, `is_odd_text` and
   `is_secretive` of assay.code.access, over many texts at once.

   The twin is `drawn_texts` of assay.code.access.drawn. */

#include <string.h>

#include "characters.h"
#include "kernels.h"

enum { RARE = 1, ODD = 2, SECRETIVE = 4, ASKED = 8 };
enum { LOWER = 1, UPPER = 2, DIGIT = 4, MARK = 8, UNPRINTABLE = 16, STRONG = 32, TOLD = 64 };
enum {
    SHORTEST = 6,
    FEW_KINDS = 3,
    FORMAT_LENGTH = 4,
    FEW = 3,
    LEAST = 8,
    MOST = 32,
    SALT = 8,
    NUMBER = 4
};

static int is_worded(uint8_t byte) {
    return is_letter(byte) || is_digit(byte) || byte == '_';
}

static int is_one_of(uint8_t byte, const char *those) {
    return byte && strchr(those, byte) != 0;
}

/* Return the bits of *byte*: its kind, and whether passwords or names have it. */
static uint8_t kind_of(uint8_t byte) {
    if (is_lower(byte)) return LOWER;
    if (is_upper(byte)) return UPPER;
    if (is_digit(byte)) return DIGIT;
    uint8_t kind = byte >= 32 && byte < 127 ? MARK : UNPRINTABLE | TOLD;
    if (is_one_of(byte, "][!#$&*@^~?+{}|;`")) kind |= STRONG;
    if (is_one_of(byte, " ][%:/=<>\"'(){},;")) kind |= TOLD;
    return kind;
}

static int count_kinds(uint8_t kinds) {
    return !!(kinds & LOWER) + !!(kinds & UPPER) + !!(kinds & DIGIT) + !!(kinds & MARK);
}

/* Say whether *text* is a name of several words, joined by one of `.:/-` each. */
static int is_joined(const uint8_t *text, int64_t size) {
    int64_t joints = 0;
    if (!size || !is_letter(text[0]) || !is_worded(text[size - 1])) return 0;
    for (int64_t at = 1; at < size; at++) {
        if (is_worded(text[at])) continue;
        if (!is_one_of(text[at], ".:/-") || !is_worded(text[at - 1])) return 0;
        joints++;
    }
    return joints > 0;
}

/* Return how many lower-case letters and digits *text* has from *at* on. */
static int64_t run_of(const uint8_t *text, int64_t size, int64_t at) {
    int64_t first = at;
    while (at < size && (is_lower(text[at]) || is_digit(text[at]))) at++;
    return at - first;
}

/* Say whether *text* is an algorithm of SSH: words joined by `-`, and the domain of its maker. */
static int is_algorithm(const uint8_t *text, int64_t size) {
    int64_t at = run_of(text, size, 0), joints = 0, first = at;
    while (at && at < size && text[at] == '-') {
        int64_t run = run_of(text, size, at + 1);
        if (!run) return 0;
        at += 1 + run;
        joints++;
    }
    if (!first || !joints || at + 1 >= size || text[at] != '@') return 0;
    while (++at < size)
        if (!is_lower(text[at]) && !is_digit(text[at]) && !is_one_of(text[at], ".-")) return 0;
    return 1;
}

/* Say whether *text* is the numbers of a device on USB or PCI. */
static int is_device(const uint8_t *text, int64_t size) {
    if (size != 2 * NUMBER + 1 || text[NUMBER] != ':') return 0;
    for (int64_t at = 0; at < size; at++)
        if (at != NUMBER && !is_digit(text[at]) && !is_one_of(text[at], "abcdefABCDEF")) return 0;
    return 1;
}

/* Return how long the mark of a digest is that *text* begins with, such as `$6$`; 0 for none. */
static int64_t mark_of(const uint8_t *text, int64_t size) {
    int64_t at = 1;
    while (at < size && at <= SALT && (is_letter(text[at]) || is_digit(text[at]))) at++;
    return text[0] == '$' && at > 1 && at < size && text[at] == '$' ? at + 1 : 0;
}

/* Say whether printable *text* looks like a path, an option, a name or a sentence. */
static int is_namelike(const uint8_t *text, int64_t size) {
    int64_t spaces = 0, at = 1;
    if (text[0] == '-' || text[0] == '/') return 1;
    if (is_algorithm(text, size) || is_device(text, size) || mark_of(text, size) == size) return 1;
    for (int64_t place = 0; place < size; place++) spaces += text[place] == ' ';
    if (spaces >= 2 || is_joined(text, size)) return 1;
    while (at < size && is_lower(text[at])) at++;
    return is_upper(text[0]) && at > 1 && at < size && is_one_of(text[at], " :=");
}

/* Say whether *text* has the conversion of a value that stands by itself, such as `%08x`. */
static int is_format(const uint8_t *text, int64_t size) {
    for (int64_t place = 0; place < size; place++) {
        if (text[place] != '%') continue;
        int64_t at = place + 1;
        while (at < size && (is_digit(text[at]) || is_one_of(text[at], "-.#"))) at++;
        if (at < size && text[at] == 'l') at++;
        if (at < size && is_one_of(text[at], "sdux") && !(at + 1 < size && is_letter(text[at + 1])))
            return 1;
        place = at - 1; /* no conversion begins among the flags of another one */
    }
    return 0;
}

/* Say whether lower-case *word* stands in *text*, in any case. */
static int has_word(const uint8_t *text, int64_t size, const char *word, int64_t length) {
    for (int64_t place = 0; place + length <= size; place++) {
        int64_t at = 0;
        while (at < length &&
               (is_upper(text[place + at]) ? text[place + at] + 32 : text[place + at]) == word[at])
            at++;
        if (at == length) return 1;
    }
    return 0;
}

/* Say whether unprintable characters of *text* are those of a key: neither spaces nor filling. */
static int is_keylike(const uint8_t *text, int64_t size) {
    int64_t filling = 0;
    for (int64_t at = 0; at < size; at++) {
        if (is_one_of(text[at], "\t\n\r")) return 0;
        filling += text[at] == 0 || text[at] == 255;
    }
    return filling < FEW;
}

/* Say whether rare *text* with *kinds* of characters is drawn like a password. */
static int is_drawn(const uint8_t *text, int64_t size, uint8_t kinds) {
    int64_t switches = 0;
    if (is_one_of(text[size - 1], "=: ")) return 0;
    if (has_word(text, size, "0123456", 7) || has_word(text, size, "abcdefg", 7) ||
        has_word(text, size, "qwertyu", 7))
        return 0;
    if (kinds & UNPRINTABLE) return is_keylike(text, size);
    if (kinds & STRONG) return 1;
    for (int64_t at = 1; at < size; at++)
        switches += (is_letter(text[at - 1]) && is_digit(text[at])) ||
                    (is_digit(text[at - 1]) && is_letter(text[at]));
    return switches >= FEW;
}

/* Say whether *text* is one byte over and over. */
static int is_filling(const uint8_t *text, int64_t size) {
    return !memcmp(text, text + 1, (size_t)size - 1);
}

static int is_rare(const uint8_t *text, int64_t size, uint8_t kinds) {
    if (size < SHORTEST) return 0;
    if (kinds & UNPRINTABLE) return !is_filling(text, size);
    return count_kinds(kinds) >= FEW_KINDS && !is_namelike(text, size);
}

static uint8_t traits_of(const uint8_t *kind, const uint8_t *text, int64_t size) {
    const uint8_t all = LOWER | UPPER | DIGIT | STRONG;
    uint8_t kinds = 0, found = 0;
    for (int64_t at = 0; at < size; at++) {
        if (text[at] & 0x80) return ASKED;
        kinds |= kind[text[at]];
    }
    if (is_rare(text, size, kinds)) found |= RARE;
    if (size > FORMAT_LENGTH && is_format(text, size))
        found |= ODD;
    else if (found & RARE && is_drawn(text, size, kinds))
        found |= ODD;
    if (found & ODD && size >= LEAST && size <= MOST && (kinds & all) == all && !(kinds & TOLD) &&
        !mark_of(text, size))
        found |= SECRETIVE;
    return found;
}

/* Write to *found* the bits of each of *count* texts, which stand in *data* (*size* bytes) from
   *starts* up to *ends*; -1 for one that does not. ASKED is for the twin to say. */
KERNEL int64_t texts_drawn(const uint8_t *data, int64_t size, const int64_t *starts,
                           const int64_t *ends, int64_t count, uint8_t *found) {
    uint8_t kind[256];
    for (int byte = 0; byte < 256; byte++) kind[byte] = kind_of((uint8_t)byte);
    for (int64_t number = 0; number < count; number++) {
        int64_t first = starts[number], last = ends[number];
        if (first < 0 || last < first || last > size) return -1;
        found[number] = traits_of(kind, data + first, last - first);
    }
    return 0;
}
