/* The names in the symbol table of a Linux kernel: the twin of the search of `code/kallsyms.py`.
   Layout: Linux, scripts/kallsyms.c: a length, then so many bytes, each of which stands for a
   text. */

#include <string.h>

#include "kernels.h"

enum { NO_ROOM = -1, UNSOUND = -2 };
enum { FEWEST = 400, MOST = 1 << 20, FIRST = 8, PADDING = 256, MARK = 256 };

/* A content up to its table of texts, and where the 256 texts lie in it. */
typedef struct {
    const uint8_t *data;
    int64_t size, start, big;
    const int64_t *places, *lengths;
} Table;

/* Says whether a letter is one that nm prints for the kind of a symbol: one of ABCDGINRSTUVW in
   either case, or a question mark. */
static int is_kind(uint8_t letter) {
    const uint32_t kinds = 0x00FC429E;
    return letter == '?' || ((letter & 0xC0) == 0x40 && kinds >> (letter & 0x1F) & 1);
}

/* Reads the name at `*at`, its kind in front, and moves `*at` behind it. Writes it to `out`, where
   there is one. Returns its length, 0 where none stands there, -1 where there is no room. */
static int64_t read_name(const Table *table, int64_t *at, uint8_t *out, int64_t room) {
    int64_t place = *at, written = 0;
    if (place + 2 >= table->start) return 0;
    int64_t length = table->data[place++];
    if (length & 0x80) length = (length & 0x7F) | (int64_t)table->data[place++] << 7;
    if (length > table->size - place) length = table->size - place;
    for (int64_t one = 0; one < length; one++) {
        uint8_t token = table->data[place + one];
        const uint8_t *text = table->data + table->places[token];
        int64_t size = table->lengths[token];
        for (int64_t byte = 0; byte < size; byte++) {
            uint8_t letter = text[byte];
            if (written + byte == 0 ? !is_kind(letter) : letter == ' ' || letter == '\n') return 0;
            if (letter & 0x80) return 0;
        }
        if (size > room - written) return NO_ROOM;
        memcpy(out + written, text, (size_t)size);
        written += size;
    }
    *at = place + length;
    return written > 1 ? written : 0;
}

/* Returns where the names behind the count at `at` begin: padding to a multiple of 256 may follow
   it. */
static int64_t first_name(const Table *table, int64_t at) {
    while (at < table->size && !table->data[at] && at & 0xFF) at++;
    return at + (at < table->size && !table->data[at]);
}

/* What names are written to: kinds, then names without them, each ended by a line end. */
typedef struct {
    uint8_t *kinds, *names;
    int64_t written, room, *marks;
} Found;

/* Decodes `count` names from `first` on. Returns where they end, 0 where one is none, or -1. */
static int64_t decode(const Table *table, int64_t first, int64_t count, Found *found) {
    int64_t at = first;
    found->written = 0;
    for (int64_t number = 0; number < count; number++) {
        if (number % MARK == 0) found->marks[number / MARK] = at - first;
        uint8_t *out = found->names + found->written;
        int64_t length = read_name(table, &at, out, found->room - found->written);
        if (length <= 0) return length;
        found->kinds[number] = out[0];
        memmove(out, out + 1, (size_t)length - 1);
        out[length - 1] = '\n';
        found->written += length;
    }
    return at;
}

/* Says whether the first few names at `at` are identifiers; -1 where there is no room. */
static int64_t is_plausible(const Table *table, int64_t at, const Found *found) {
    for (int number = 0; number < FIRST; number++) {
        int64_t length = read_name(table, &at, found->names, found->room);
        if (length <= 0) return length;
    }
    return 1;
}

/* Says whether the texts lie in the content, and their table where it can. */
static int is_sound(const Table *table, int64_t low) {
    if (low < 0 || table->start < low || table->start > table->size) return 0;
    for (int one = 0; one < 256; one++) {
        int64_t place = table->places[one], length = table->lengths[one];
        if (place < 0 || place > table->size) return 0;
        if (length < 0 || length > table->size - place) return 0;
    }
    return 1;
}

/* Looks, from the back, for a count behind which so many names decode. `start` is where the table
   of texts begins, `places` and `lengths` say where its 256 texts lie. `state` says how many of the
   words from `low` on are left to try, and how many counts among them may still be tried; it gets
   both as they are after what was found, then the place of the count, the count, where the names
   end and the bytes of `names`. `kinds` has room for 2^20 letters, `marks` for 2^12 numbers: where,
   behind the first, each 256th name begins. Returns 1 where names are, 0 where none are, -1 where
   `room` is too small and -2 where the table is not sound. */
KERNEL int64_t assay_kallsyms(const uint8_t *data, int64_t size, int64_t start, int64_t big,
                              const int64_t *places, const int64_t *lengths, int64_t low,
                              int64_t *state, uint8_t *kinds, int64_t *marks, uint8_t *names,
                              int64_t room) {
    Table table = {data, size, start, big, places, lengths};
    Found found = {kinds, names, 0, room, marks};
    if (!is_sound(&table, low) || state[0] < 0 || state[0] > (start - low) / 4) return UNSOUND;
    while (state[0] > 0 && state[1] > 0) {
        int64_t at = low + 4 * --state[0], count = word_at(data + at, big);
        if (count < FEWEST || count >= MOST) continue;
        state[1]--;
        int64_t first = first_name(&table, at + 4);
        if (first - at > PADDING) continue;
        int64_t good = is_plausible(&table, first, &found);
        if (good < 0) return NO_ROOM;
        int64_t end = good ? decode(&table, first, count, &found) : 0;
        if (end < 0) return NO_ROOM;
        if (!end) continue;
        state[2] = at, state[3] = count, state[4] = end, state[5] = found.written;
        return 1;
    }
    return 0;
}
