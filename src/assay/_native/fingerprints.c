/* Features of a file and which of them an index knows: the twins of `inventory/fingerprints`
   (`features.py`, `regions.py`, `index.py`), in one pass over the file. */

#include <string.h>

#include "kernels.h"

enum { STRING, NAME, TABLE, TEMPLATE };
enum { PRINTS = 1, HEX = 2, DIGIT = 4, DOT = 8 };
enum { BYTES = 256, PLACES = 128 };
enum { LEAST_RUN = 3, LEAST_STRING = 6, LEAST_NUMBER = 16, LEAST_NAME = 5 };
enum { LEAST_BARE = 3, MOST_BARE_DIGITS = 8, MOST_BARE = 100, MOST_DOTTED = 4000 };
enum { CHUNK = 1 << 20, CARRY = 1 << 16, MOST_FEATURES = 1 << 20, MOST_SYMBOLS = 1 << 18 };
enum { NUMBER_BITS = 40, BUCKET_BITS = 16, BLOCK_BITS = 22 };
enum { MOST_PROBES = 256, HIT = 5, MARK = 3, QUEUE = 32 };
enum { FULL = -1, TWIN = -2 };

/* What the hash is made of: a number for each byte, for each place, and for each class. */
typedef struct {
    const uint64_t *of_byte, *of_place, *salts;
    const uint8_t *classes;
} Hashing;

/* An index: feature numbers in order, where each bucket begins, and a bit for each block held. */
typedef struct {
    const uint64_t *numbers;
    const uint32_t *starts;
    const uint8_t *blocks;
} Index;

/* A feature that waits to be looked up. */
typedef struct {
    uint64_t number;
    int64_t offset, length, kind;
} Feature;

/* A pass over one file. `set` holds the numbers seen; `hits` and `marks` are what it finds. */
typedef struct {
    const uint8_t *data;
    int64_t size;
    Hashing hash;
    Index index;
    uint64_t *set;
    int64_t set_size, set_used, zero_seen, taken;
    int64_t *hits, hit_room, hit_count;
    int64_t *marks, bare_room, dotted, bare;
    int64_t group, group_first, group_bare;
    int32_t *runs;
    int64_t run_room;
    Feature queue[QUEUE];
    int64_t waiting;
} Pass;

static uint64_t mixed(uint64_t number) {
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9u;
    number = (number ^ (number >> 27)) * 0x94D049BB133111EBu;
    return number ^ (number >> 31);
}

static uint64_t hashed(const Hashing *hash, const uint8_t *text, int64_t length, int kind) {
    int64_t used = length < PLACES ? length : PLACES;
    uint64_t sum = 0;
    for (int64_t at = 0; at < used; at++) sum += hash->of_byte[text[at]] * hash->of_place[at];
    return mixed(sum + (uint64_t)length * hash->salts[kind]);
}

/* Says whether a block of the index that a number lies in holds any. */
static int is_near(const Index *index, uint64_t number) {
    uint64_t block = number >> (64 - BLOCK_BITS);
    return index->blocks[block >> 3] >> (block & 7) & 1;
}

/* Returns the place of a number, cut to 40 bits, in its bucket; -1 where it is not known. */
static int64_t place_in_bucket(const Index *index, uint64_t number) {
    uint64_t cut = number >> (64 - NUMBER_BITS), bucket = number >> (64 - BUCKET_BITS);
    int64_t low = index->starts[bucket], high = index->starts[bucket + 1], end = high;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (index->numbers[middle] < cut)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && index->numbers[low] == cut ? low : -1;
}

static int64_t place_of(const Index *index, uint64_t number) {
    return is_near(index, number) ? place_in_bucket(index, number) : -1;
}

/* Adds a number to the set: 1 when it is new, 0 when not, FULL or TWIN when it cannot. */
static int64_t added(Pass *pass, uint64_t number) {
    if (!number) {
        int64_t fresh = !pass->zero_seen;
        pass->zero_seen = 1;
        return fresh;
    }
    if (pass->set_used * 2 >= pass->set_size) return FULL;
    uint64_t mask = (uint64_t)pass->set_size - 1, place = number & mask;
    /* Numbers can be chosen so that they meet; sorting, as the twin does, does not mind. */
    for (int probe = 0; probe < MOST_PROBES; probe++, place = (place + 1) & mask) {
        if (pass->set[place] == number) return 0;
        if (!pass->set[place]) {
            pass->set[place] = number;
            pass->set_used++;
            return 1;
        }
    }
    return TWIN;
}

/* Looks up the features that wait, in order. Each step asks for the memory that the next one reads,
   of all of them: the index does not fit in a cache. */
static int64_t look_up(Pass *pass) {
    const Index *index = &pass->index;
    int64_t near = 0;
    for (int64_t one = 0; one < pass->waiting; one++)
        if (is_near(index, pass->queue[one].number)) {
            pass->queue[near] = pass->queue[one];
            __builtin_prefetch(&index->starts[pass->queue[near++].number >> (64 - BUCKET_BITS)]);
        }
    for (int64_t one = 0; one < near; one++)
        __builtin_prefetch(
            &index->numbers[index->starts[pass->queue[one].number >> (64 - BUCKET_BITS)]]);
    pass->waiting = 0;
    for (int64_t one = 0; one < near; one++) {
        const Feature *found = pass->queue + one;
        int64_t place = place_in_bucket(index, found->number);
        if (place < 0) continue;
        if (pass->hit_count == pass->hit_room) return FULL;
        int64_t *row = pass->hits + pass->hit_count++ * HIT;
        row[0] = (int64_t)found->number, row[1] = found->offset, row[2] = found->length;
        row[3] = found->kind, row[4] = place;
    }
    return 0;
}

/* Takes a feature: counts it when its number is new, and has it looked up. */
static int64_t take(Pass *pass, uint64_t number, int64_t offset, int64_t length, int kind) {
    if (pass->taken == MOST_FEATURES) return 0;
    pass->taken++;
    int64_t fresh = added(pass, number);
    if (fresh < 1) return fresh;
    __builtin_prefetch(&pass->index.blocks[number >> (64 - BLOCK_BITS) >> 3]);
    pass->queue[pass->waiting++] = (Feature){number, offset, length, kind};
    return pass->waiting == QUEUE ? look_up(pass) : 0;
}

/* Says whether a string is a long hexadecimal number: those of a standard are anybody's. */
static int is_long_number(const Hashing *hash, const uint8_t *text, int64_t length) {
    if (length < LEAST_NUMBER) return 0;
    int64_t used = length < PLACES ? length : PLACES;
    for (int64_t at = 0; at < used; at++)
        if (!(hash->classes[text[at]] & HEX)) return 0;
    return 1;
}

/* Says whether a dot stands between digits in a string; the first byte of a group counts not. */
static int has_number(const Pass *pass, int64_t begin, int64_t length) {
    const uint8_t *data = pass->data, *classes = pass->hash.classes;
    for (int64_t at = begin; at < begin + length; at++)
        if (data[at] == '.' && at > pass->group_first && classes[data[at - 1]] & DIGIT &&
            classes[data[at + 1]] & DIGIT)
            return 1;
    return 0;
}

/* Notes a string of 3 to 8 characters that is a number: of a group those of the first 100 that
   begin with three digits. */
static int64_t note_bare(Pass *pass, int64_t begin, int64_t length) {
    const uint8_t *text = pass->data + begin, *classes = pass->hash.classes;
    for (int64_t at = 0; at < LEAST_BARE; at++)
        if (!(classes[text[at]] & DIGIT)) return 0;
    if (pass->group_bare == MOST_BARE) return 0;
    pass->group_bare++;
    for (int64_t at = LEAST_BARE; at < length; at++)
        if (!(classes[text[at]] & DIGIT)) return 0;
    if (text[0] == '0') return 0;
    if (pass->bare == pass->bare_room) return FULL;
    int64_t *row = pass->marks + (MOST_DOTTED + pass->bare++) * MARK;
    row[0] = begin, row[1] = length, row[2] = pass->group;
    return 0;
}

/* Finds the strings between two offsets: printable bytes before a zero. Returns how many of at
   least three bytes there are; `runs` gets start (from `first`), length, and the classes met. */
static int64_t find_runs(Pass *pass, int64_t first, int64_t after) {
    const uint8_t *data = pass->data, *classes = pass->hash.classes;
    int64_t count = 0, from = first;
    while (from < after) {
        const uint8_t *zero = memchr(data + from, 0, (size_t)(after - from));
        if (!zero) break;
        int64_t end = zero - data, begin = end;
        int met = 0;
        while (begin > from && classes[data[begin - 1]] & PRINTS) met |= classes[data[--begin]];
        if (end - begin >= LEAST_RUN) {
            if (count == pass->run_room) return FULL;
            int32_t *row = pass->runs + count++ * 3;
            row[0] = (int32_t)(begin - first), row[1] = (int32_t)(end - begin), row[2] = met;
        }
        from = end + 1;
        while (from < after && !data[from]) from++;
    }
    return count;
}

/* Begins another group of strings, unless those found end within a mebibyte of its first. */
static void enter_group(Pass *pass, int64_t first_begin, int64_t last_begin) {
    if (pass->group >= 0 && last_begin - pass->group_first < CHUNK) return;
    pass->group++;
    pass->group_first = first_begin;
    pass->group_bare = 0;
}

/* Takes the strings between two offsets, and marks those in which a version may stand. */
static int64_t take_strings(Pass *pass, int64_t first, int64_t after) {
    int64_t count = find_runs(pass, first, after), failed = 0;
    if (count <= 0) return count;
    enter_group(pass, first + pass->runs[0], first + pass->runs[(count - 1) * 3]);
    for (int64_t one = 0; one < count && !failed; one++) {
        const int32_t *row = pass->runs + one * 3;
        int64_t begin = first + row[0], length = row[1];
        const uint8_t *text = pass->data + begin;
        if (length >= LEAST_STRING && !is_long_number(&pass->hash, text, length))
            failed = take(pass, hashed(&pass->hash, text, length, STRING), begin, length, STRING);
        if (!failed && length <= MOST_BARE_DIGITS) failed = note_bare(pass, begin, length);
        if (row[2] & DOT && pass->dotted < MOST_DOTTED && has_number(pass, begin, length)) {
            int64_t *mark = pass->marks + pass->dotted++ * MARK;
            mark[0] = begin, mark[1] = length, mark[2] = pass->group;
        }
    }
    return failed;
}

/* Takes the strings of a range in chunks of about 1 MiB, which end behind a zero nearby. */
static int64_t take_range(Pass *pass, int64_t start, int64_t end) {
    while (start < end) {
        int64_t after = end - start > CHUNK ? start + CHUNK : end;
        if (after < end) {
            int64_t reach = end - after > CARRY ? CARRY : end - after;
            const uint8_t *zero = memchr(pass->data + after, 0, (size_t)reach);
            after = zero ? zero - pass->data + 1 : after;
        }
        int64_t failed = take_strings(pass, start, after);
        if (failed) return failed;
        start = after;
    }
    return 0;
}

/* A table of symbols: where, how many, the range of names; how its rows are to be read. */
typedef struct {
    int64_t at, count, strings, strings_end;
    int bits, big, linked;
    const uint8_t *empty;
} Table;

/* Says whether a symbol names what the file itself defines; variables without content do not
   count in a linked file, for the linker puts copies of a library's variables there. */
static int is_definition(const Table *table, const uint8_t *row) {
    int wide = table->bits == 64;
    uint32_t info = row[wide ? 4 : 12], section = half_at(row + (wide ? 6 : 14), table->big);
    uint32_t kind = info & 15;
    if (!section || !(info >> 4) || !(kind <= 2 || kind == 6 || kind == 10)) return 0;
    return !(table->linked && kind == 1 && table->empty[section >> 3] >> (section & 7) & 1);
}

/* Takes the names that a table of symbols defines. Names may overlap: a bound keeps the search
   for their ends linear, and behind it the twin does the work. */
static int64_t take_names(Pass *pass, const Table *table) {
    int64_t budget = 16 * pass->size + (1 << 20), row_size = table->bits == 64 ? 24 : 16;
    for (int64_t one = 0; one < table->count; one++) {
        const uint8_t *row = pass->data + table->at + one * row_size;
        int64_t begin = table->strings + word_at(row, table->big);
        if (!is_definition(table, row) || begin >= table->strings_end) continue;
        const uint8_t *text = pass->data + begin;
        const uint8_t *zero = memchr(text, 0, (size_t)(table->strings_end - begin));
        int64_t length = zero ? zero - text : table->strings_end - begin;
        budget -= length;
        if (budget < 0) return TWIN;
        if (!zero || length < LEAST_NAME) continue;
        uint64_t number = hashed(&pass->hash, text, length, NAME);
        int64_t failed = take(pass, number, begin, length, NAME);
        if (failed) return failed;
    }
    return 0;
}

/* Takes the window of four words at an offset, whose first word is marked, unless a word repeats
   the one before, is small, or the window is text. */
static int64_t take_window(Pass *pass, int64_t at, int big) {
    const uint8_t *from = pass->data + at;
    uint64_t number = 0;
    uint32_t before = 0;
    for (int step = 0; step < 4; step++) {
        uint32_t word = word_at(from + step * 4, big);
        if (step && (word == before || word <= 0xFF)) return 0;
        number = mixed(number * 31 + word + pass->hash.salts[TABLE]);
        before = word;
    }
    int printable = 0;
    for (int byte = 0; byte < 16; byte++) printable += pass->hash.classes[from[byte]] & PRINTS;
    return printable < 13 ? take(pass, number, at, 16, TABLE) : 0;
}

/* Takes the constant tables of a range: one word in 64 begins a window. */
static int64_t take_tables(Pass *pass, int64_t start, int64_t end, int big) {
    for (int64_t at = start + (-start & 3); at <= end - 16; at += 4) {
        uint32_t word = word_at(pass->data + at, big);
        if (word * 0x9E3779B1u >= 1u << 26 || word <= 0xFFFF || word >= 0xFFFF0000u) continue;
        int64_t failed = take_window(pass, at, big);
        if (failed) return failed;
    }
    return 0;
}

/* What is to be read, as the caller lays it out: counts and flags, then ranges of all data,
   ranges of constants, tables of symbols, and the sections without content. */
enum { RANGES, CONSTANTS, TABLES, EMPTY, BITS, BIG, LINKED, HEAD };

static int is_range(const Pass *pass, const int64_t *range) {
    return range[0] >= 0 && range[0] <= range[1] && range[1] <= pass->size;
}

static int is_table(const Pass *pass, const int64_t *table, int64_t row) {
    return table[0] >= 0 && table[0] <= pass->size && table[1] >= 0 && table[1] <= MOST_SYMBOLS &&
           table[1] <= (pass->size - table[0]) / row && table[2] >= 0 && table[2] <= pass->size &&
           table[3] <= pass->size;
}

static int64_t take_all_names(Pass *pass, const int64_t *plan, const int64_t *tables) {
    uint8_t empty[(1 << 16) / 8] = {0};
    const int64_t *sections = tables + plan[TABLES] * 4;
    for (int64_t one = 0; one < plan[EMPTY]; one++)
        if (sections[one] >= 0 && sections[one] < 1 << 16)
            empty[sections[one] >> 3] |= (uint8_t)(1 << (sections[one] & 7));
    for (int64_t one = 0; one < plan[TABLES]; one++) {
        const int64_t *row = tables + one * 4;
        if (!is_table(pass, row, plan[BITS] == 64 ? 24 : 16)) return TWIN;
        Table table = {
            row[0], row[1], row[2], row[3], (int)plan[BITS], plan[BIG] != 0, plan[LINKED] != 0,
            empty};
        int64_t failed = take_names(pass, &table);
        if (failed) return failed;
    }
    return 0;
}

static int64_t take_all(Pass *pass, const int64_t *plan) {
    const int64_t *ranges = plan + HEAD, *constants = ranges + plan[RANGES] * 2;
    const int64_t *tables = constants + plan[CONSTANTS] * 2;
    int64_t failed = 0;
    for (int64_t one = 0; one < plan[RANGES] + plan[CONSTANTS]; one++)
        if (!is_range(pass, ranges + one * 2)) return TWIN;
    for (int64_t one = 0; one < plan[RANGES] && !failed; one++)
        failed = take_range(pass, ranges[one * 2], ranges[one * 2 + 1]);
    if (!failed && plan[TABLES]) failed = take_all_names(pass, plan, tables);
    for (int big = 0; big <= (plan[BIG] != 0); big++)
        for (int64_t one = 0; one < plan[CONSTANTS] && !failed; one++)
            failed = take_tables(pass, constants[one * 2], constants[one * 2 + 1], big);
    return failed;
}

/* Finds the features of a file that an index knows, and the strings that may hold a version.

   `plan` says what to read; `hashing` is the numbers of bytes, places and classes in a row, and
   `classes` says what each byte is. `set` has `set_size` numbers, a power of two, `runs` room for
   `run_room` strings of a chunk, `hits` for `hit_room` rows (number, offset, length, class,
   place), and `marks` for 4000 rows (offset, length, group) of strings with a number in them and
   `bare_room` of bare numbers. `counts` gets the features, hits, and marks of both sorts.
   Returns 0; -1 where an array is full; -2 where only the twin can do it. */
KERNEL int64_t assay_features(const uint8_t *data, int64_t size, const int64_t *plan,
                              const uint64_t *hashing, const uint8_t *classes,
                              const uint64_t *numbers, const uint32_t *starts,
                              const uint8_t *blocks, uint64_t *set, int64_t set_size, int32_t *runs,
                              int64_t run_room, int64_t *hits, int64_t hit_room, int64_t *marks,
                              int64_t bare_room, int64_t *counts) {
    Pass pass = {
        .data = data,
        .size = size,
        .hash = {hashing, hashing + BYTES, hashing + BYTES + PLACES, classes},
        .index = {numbers, starts, blocks},
        .set = set,
        .set_size = set_size,
        .hits = hits,
        .hit_room = hit_room,
        .marks = marks,
        .bare_room = bare_room,
        .group = -1,
        .runs = runs,
        .run_room = run_room,
    };
    memset(set, 0, (size_t)set_size * sizeof *set);
    int64_t failed = take_all(&pass, plan);
    failed = failed ? failed : look_up(&pass);
    counts[0] = pass.set_used + pass.zero_seen;
    counts[1] = pass.hit_count, counts[2] = pass.dotted, counts[3] = pass.bare;
    return failed;
}

/* Writes the numbers of `count` runs of bytes (start and length of each) of one class. Returns 0,
   or -2 where a run does not lie in the data. */
KERNEL int64_t assay_hash(const uint8_t *data, int64_t size, const int64_t *starts,
                          const int64_t *lengths, int64_t count, int64_t kind,
                          const uint64_t *hashing, uint64_t *found) {
    Hashing hash = {hashing, hashing + BYTES, hashing + BYTES + PLACES, NULL};
    for (int64_t one = 0; one < count; one++) {
        if (starts[one] < 0 || lengths[one] < 0 || starts[one] > size - lengths[one]) return TWIN;
        found[one] = hashed(&hash, data + starts[one], lengths[one], (int)kind);
    }
    return 0;
}

/* Finds what an index knows of templates: `count` texts one after another, as they count beside
   features of each of `key_count` components (the number of its key; 0: of none in particular).
   `places` gets, key by key, the place of each text, -1 where it is not known. Returns 0, or -2
   where the texts do not fill `size`. */
KERNEL int64_t assay_templates(const uint8_t *texts, int64_t size, const int64_t *lengths,
                               int64_t count, const uint64_t *keys, int64_t key_count,
                               const uint64_t *hashing, const uint64_t *numbers,
                               const uint32_t *starts, const uint8_t *blocks, int64_t *places) {
    Hashing hash = {hashing, hashing + BYTES, hashing + BYTES + PLACES, NULL};
    Index index = {numbers, starts, blocks};
    int64_t at = 0;
    for (int64_t one = 0; one < count; at += lengths[one++]) {
        if (lengths[one] < 0 || lengths[one] > size - at) return TWIN;
        uint64_t number = hashed(&hash, texts + at, lengths[one], TEMPLATE);
        for (int64_t key = 0; key < key_count; key++)
            places[key * count + one] =
                place_of(&index, keys[key] ? mixed(number ^ keys[key]) : number);
    }
    return 0;
}

/* Writes the numbers of the features of an index in order, of which its columns have the low bits
   by bucket, and a bit for each block that holds one. `starts` says, for each bucket and behind the
   last, where its features begin, of `count`. Returns 0, or -2 where that contradicts itself. */
KERNEL int64_t assay_index(const uint32_t *starts, const uint16_t *low, const uint8_t *high,
                           int64_t count, uint64_t *numbers, uint8_t *blocks) {
    enum { LOW_BITS = 16, HELD_BITS = NUMBER_BITS - BUCKET_BITS };
    int64_t at = 0;
    for (uint64_t bucket = 0; bucket < 1 << BUCKET_BITS; bucket++) {
        int64_t end = starts[bucket + 1];
        if (starts[bucket] != at || end < at || end > count) return TWIN;
        for (; at < end; at++) {
            uint64_t number = bucket << HELD_BITS | (uint64_t)high[at] << LOW_BITS | low[at];
            uint64_t block = number >> (NUMBER_BITS - BLOCK_BITS);
            numbers[at] = number;
            blocks[block >> 3] |= (uint8_t)(1u << (block & 7));
        }
    }
    return at == count ? 0 : TWIN;
}
