/* The imported and exported names of a symbol table: the twin of `inventory/elf/symbols.py`.
   Layout: System V ABI, gABI 4.1, chapter 4, "Symbol Table". */

#include <string.h>

#include "kernels.h"

enum { MOST_NAME = 512, NO_ROOM = -1, NO_TABLE = -2 };
enum { STT_FUNC = 2, STT_TLS = 6, STT_GNU_IFUNC = 10, STV_PROTECTED = 3 };

/* A table of symbols in a file, and the names that they point into. */
typedef struct {
    const uint8_t *rows, *names;
    int64_t count, names_size;
    int wide, big;
} Table;

/* Names that are written one after another. */
typedef struct {
    uint8_t *bytes;
    int64_t size, room;
} Texts;

/* Writes begin and end, within the names, of the name at an offset; -1 as end where none stands. */
static void note(const Table *table, int64_t place, int64_t *row) {
    row[0] = place, row[1] = -1;
    if (place >= table->names_size) return;
    int64_t reach = table->names_size - place;
    const uint8_t *name = table->names + place;
    const uint8_t *zero = memchr(name, 0, (size_t)(reach > MOST_NAME ? MOST_NAME : reach));
    if (zero) row[1] = zero - table->names;
}

/* Says whether a symbol that is defined here is one of the sorts that have names for others. */
static int is_offered(uint32_t kind, uint32_t visibility) {
    return (kind <= STT_FUNC || kind == STT_TLS || kind == STT_GNU_IFUNC) &&
           (visibility == 0 || visibility == STV_PROTECTED);
}

/* Notes the names of all symbols that are imported, or of all that are exported. */
static int64_t note_all(const Table *table, int exported, int64_t *found, int64_t *resolvers) {
    int64_t count = 0;
    for (int64_t one = 0; one < table->count; one++) {
        const uint8_t *row = table->rows + one * (table->wide ? 24 : 16);
        const uint8_t *rest = row + (table->wide ? 4 : 12);
        uint32_t kind = rest[0] & 15, defined = half_at(rest + 2, table->big);
        *resolvers |= defined && kind == STT_GNU_IFUNC;
        if (!(rest[0] >> 4) || (defined != 0) != exported) continue;
        if (exported && !is_offered(kind, rest[1] & 3)) continue;
        note(table, word_at(row, table->big), found + count++ * 2);
    }
    return count;
}

/* Orders two names as their bytes are; equal ones in the order of the symbols. */
static int is_before(const Table *table, const int64_t *one, const int64_t *other) {
    int64_t length = one[1] - one[0], beside = other[1] - other[0];
    int way = memcmp(table->names + one[0], table->names + other[0],
                     (size_t)(length < beside ? length : beside));
    return way ? way < 0 : length <= beside;
}

/* Merges the sorted rows before `middle` with those from it on, up to `end`, by way of `spare`. */
static void merge(const Table *table, int64_t *rows, int64_t middle, int64_t end, int64_t *spare) {
    int64_t left = 0, right = middle, at = 0;
    memcpy(spare, rows, (size_t)middle * 2 * sizeof *rows);
    while (left < middle && right < end) {
        int first = is_before(table, spare + left * 2, rows + right * 2);
        memcpy(rows + at++ * 2, first ? spare + left++ * 2 : rows + right++ * 2, 2 * sizeof *rows);
    }
    memcpy(rows + at * 2, spare + left * 2, (size_t)(middle - left) * 2 * sizeof *rows);
}

static void sort(const Table *table, int64_t *rows, int64_t count, int64_t *spare) {
    for (int64_t width = 1; width < count; width *= 2)
        for (int64_t from = 0; from + width < count; from += 2 * width) {
            int64_t rest = count - from;
            merge(table, rows + from * 2, width, rest < 2 * width ? rest : 2 * width, spare);
        }
}

/* Sorts the names at `rows`, without those that stand nowhere and all but the first of equal ones.
   Writes their places to the begin of `rows` and their bytes, each ended by a zero, to `texts`.
   Returns how many there are. */
static int64_t in_order(const Table *table, int64_t *rows, int64_t count, int64_t *spare,
                        Texts *texts) {
    int64_t named = 0, kept = 0;
    for (int64_t one = 0; one < count; one++)
        if (rows[one * 2 + 1] > rows[one * 2])
            memmove(rows + named++ * 2, rows + one * 2, 2 * sizeof *rows);
    sort(table, rows, named, spare);
    const uint8_t *last = NULL;
    int64_t last_length = -1;
    for (int64_t one = 0; one < named; one++) {
        const uint8_t *name = table->names + rows[one * 2];
        int64_t length = rows[one * 2 + 1] - rows[one * 2];
        if (length == last_length && !memcmp(name, last, (size_t)length)) continue;
        last = name, last_length = length;
        if (texts->size + length + 1 > texts->room) return NO_ROOM;
        memcpy(texts->bytes + texts->size, name, (size_t)length + 1);
        texts->size += length + 1;
        rows[kept++] = rows[one * 2];
    }
    return kept;
}

/* Finds the names that `count` symbols at `at` import and those that they export; the names lie at
   `strings`. Each list is sorted, the first of equal names alone. `places` has room for twice
   `count` rows of two; it gets where the imported names begin within the names, then the exported
   ones. `texts` gets the names in the same order, each ended by a zero, and `counts` how many are
   imported, how many exported, the bytes written, and whether a function is chosen when the file is
   loaded. Returns 0; -1 where there is no room or a list has more than `most` symbols; -2 where the
   table does not lie in the file. */
KERNEL int64_t assay_symbols(const uint8_t *data, int64_t size, int64_t at, int64_t count,
                             int64_t strings, int64_t strings_size, int64_t bits, int64_t big,
                             int64_t most, int64_t *places, uint8_t *texts, int64_t room,
                             int64_t *counts) {
    int64_t row_size = bits == 64 ? 24 : 16, resolvers = 0;
    if (at < 0 || count < 0 || at > size || count > (size - at) / row_size || strings < 0 ||
        strings_size < 0 || strings > size || strings_size > size - strings)
        return NO_TABLE;
    Table table = {data + at, data + strings, count, strings_size, bits == 64, big != 0};
    Texts written = {texts, 0, room};
    int64_t *spare = places + 2 * count, at_place = 0;
    for (int exported = 0; exported < 2; exported++) {
        int64_t *rows = places + at_place;
        int64_t found = note_all(&table, exported, rows, &resolvers);
        int64_t kept = found > most ? NO_ROOM : in_order(&table, rows, found, spare, &written);
        if (kept < 0) return kept;
        counts[exported] = kept;
        at_place += kept;
    }
    counts[2] = written.size, counts[3] = resolvers;
    return 0;
}
