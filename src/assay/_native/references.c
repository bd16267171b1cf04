/* Kernels of assay.code.references, assay.code.texts and assay.code.pointers: the addresses that
   code forms, the strings there, and the addresses of code among data. */

#include "findings.h"

#define LONGEST (1 << 16)
#define PAGE 256
#define UNKNOWN (-1)

static int is_printable(uint8_t byte) {
    return (byte >= 0x20 && byte < 0x7F) || (byte >= 7 && byte <= 13) || byte == 27;
}

/* Return the first place of an area from *at* on where no text goes on, its size for none. */
static int64_t stop_from(const Texts *texts, int64_t area, int64_t at) {
    const uint8_t *data = texts->data[area];
    int64_t size = texts->sizes[area], page = at / PAGE;
    int32_t *stops = texts->stops + texts->pages[area];
    int64_t end = (page + 1) * PAGE < size ? (page + 1) * PAGE : size;
    for (; at < end; at++)
        if (!is_printable(data[at])) return at;
    /* What was found for a page is kept, so that no long text is gone through twice. */
    int64_t first = ++page, stop = size;
    for (; page * PAGE < size; page++) {
        if (stops[page] != UNKNOWN) {
            stop = stops[page];
            break;
        }
        end = (page + 1) * PAGE < size ? (page + 1) * PAGE : size;
        for (at = page * PAGE; at < end && is_printable(data[at]); at++);
        if (at < end) {
            stop = at;
            stops[page++] = (int32_t)stop;
            break;
        }
    }
    for (int64_t one = first; one < page && one * PAGE < size; one++) stops[one] = (int32_t)stop;
    return stop;
}

/* Return the length of the string at *address*, 0 where there is none: `Texts.lengths`. */
static int64_t text_length(const Texts *texts, int64_t address) {
    int64_t area = lower_bound(texts->starts, texts->areas, address);
    if (area == texts->areas || texts->starts[area] != address) area--;
    if (area < 0 ||
        (uint64_t)address - (uint64_t)texts->starts[area] >= (uint64_t)texts->sizes[area])
        return 0;
    if (!texts->loose && within(texts->code_starts, texts->code_ends, texts->code, address))
        return 0;
    int64_t at = address - texts->starts[area], stop = stop_from(texts, area, at);
    int64_t wall =
        texts->loose ? texts->code : lower_bound(texts->code_starts, texts->code, address);
    if (wall < texts->code && texts->code_starts[wall] - texts->starts[area] < stop)
        return 0; /* text does not reach into code, and what lies there is a character still */
    const uint8_t *data = texts->data[area];
    int64_t size = stop - at;
    if (stop == texts->sizes[area] || data[stop] || size < 1 || size >= LONGEST) return 0;
    uint8_t before = data[at > 0 ? at - 1 : 0];
    /* A single character is more often a number. */
    int alone = !before || (texts->fixed[area] && is_printable(before));
    return size > 1 || alone ? size : 0;
}

/* Write the lengths of the strings at *addresses*. */
KERNEL int64_t texts_lengths(const Texts *texts, const int64_t *addresses, int64_t count,
                             int64_t *lengths) {
    for (int64_t at = 0; at < count; at++) lengths[at] = text_length(texts, addresses[at]);
    return 0;
}

/* Return the length of the string at *address*. */
KERNEL int64_t text_at(const Texts *texts, int64_t address) {
    return text_length(texts, address);
}

/* The operations that may leave an address in a register. */
static const uint8_t forming[256] = {
    [CONST] = 1, [ADDI] = 1, [ADD] = 1, [SUB] = 1, [ORI] = 1, [LOAD] = 1,
};

/* Say whether *value*, which *row* leaves in a register, may be an address. */
static int may_refer(const Rows *rows, int64_t row, int64_t value, const uint8_t *absolute,
                     const uint8_t *consumed, int numbers) {
    uint8_t op = rows->op[row];
    if (value <= 0 || (op == CONST && rows->ra[row] == PARTIAL)) return 0;
    /* Entries of an offset table hold 64-KiB pages or distances that the next step completes. */
    if (op == LOAD && (!(value & 0xFFFF) || consumed[row])) return 0;
    return numbers || !absolute[row];
}

/* Say whether *row* reads a vector in place, which names its constant as well as forming the
   address would. */
static inline int reads_vector(const Rows *rows, int64_t row) {
    return rows->op[row] == LOAD && rows->width[row] == 16;
}

/* Note the reference of *row* to *value*, if it is one; return how many there are then, -1 when
   there is no room. */
static int64_t note_reference(const Rows *rows, const Memory *memory, const Texts *texts,
                              int64_t row, int64_t value, int64_t shortest, int64_t count,
                              int64_t capacity, References *found) {
    if (!within(memory->span_starts, memory->span_ends, memory->spans, value)) return count;
    if (count >= capacity) return -1;
    int64_t length = text_length(texts, value);
    if (texts->loose && length < shortest &&
        within(texts->code_starts, texts->code_ends, texts->code, value))
        length = 0;
    found->row[count] = row;
    found->site[count] = rows->address[row];
    found->target[count] = value;
    found->length[count] = length;
    return count + 1;
}

int64_t form_references(const Rows *rows, const Memory *memory, const Texts *texts,
                        const Cells *cells, int64_t numbers, int64_t shortest, int64_t capacity,
                        int32_t *candidates, References *found) {
    const uint8_t *ops = rows->op, *known = cells->filled, *absolute = cells->absolute;
    int64_t count = 0, vectors = 0, chosen = 0, last = rows->count;
    /* Which rows are known cannot be foreseen: they are listed first. */
    for (int64_t row = 0; row < last; row++) {
        candidates[chosen] = (int32_t)row;
        chosen += known[row] & forming[ops[row]];
        vectors |= reads_vector(rows, row);
    }
    for (int64_t at = 0; at < chosen && count >= 0; at++) {
        int64_t row = candidates[at];
        int64_t value = reads_vector(rows, row) ? rows->imm[row] : cells->value[row];
        if (may_refer(rows, row, value, absolute, cells->consumed, numbers != 0))
            count =
                note_reference(rows, memory, texts, row, value, shortest, count, capacity, found);
    }
    for (int64_t row = 0; vectors && row < last && count >= 0; row++)
        if (reads_vector(rows, row) &&
            may_refer(rows, row, rows->imm[row], absolute, cells->consumed, numbers != 0))
            count = note_reference(rows, memory, texts, row, rows->imm[row], shortest, count,
                                   capacity, found);
    return count;
}

/* Return the word of *size* bytes at *bytes*; compilers make one load of it. */
static uint64_t sized_word_at(const uint8_t *bytes, int64_t size, int big_endian) {
    uint32_t low = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                   (uint32_t)bytes[3] << 24;
    if (size == 4) return big_endian ? __builtin_bswap32(low) : low;
    uint64_t word = low;
    for (int at = 4; at < 8; at++) word |= (uint64_t)bytes[at] << 8 * at;
    return big_endian ? __builtin_bswap64(word) : word;
}

/* Write those of the words of *area* from *at* up to *end*, and return how many there are then. */
static int64_t words_between(const Texts *texts, int64_t area, int64_t at, int64_t end,
                             int64_t size, int big_endian, int64_t capacity, int64_t count,
                             int64_t *held, int64_t *places) {
    const uint8_t *data = texts->data[area];
    uint64_t low = (uint64_t)texts->code_starts[0];
    uint64_t room = (uint64_t)texts->code_ends[texts->code] - low;
    end = end < texts->sizes[area] - size + 1 ? end : texts->sizes[area] - size + 1;
    for (; at < end; at += size) {
        uint64_t word = sized_word_at(data + at, size, big_endian);
        if (word - low >= room ||
            !within(texts->code_starts, texts->code_ends, texts->code, (int64_t)word))
            continue;
        if (count >= capacity) return -1;
        held[count] = (int64_t)word;
        places[count++] = texts->starts[area] + at;
    }
    return count;
}

KERNEL int64_t words_of_data(const Texts *texts, int64_t size, int64_t big_endian, int64_t capacity,
                             int64_t *held, int64_t *places) {
    int64_t count = 0, range = 0, past = 0;
    if (!texts->code || (size != 4 && size != 8)) return 0;
    for (int64_t area = 0; area < texts->areas; area++) {
        int64_t start = texts->starts[area], at = (size - start % size) % size;
        /* What lies between the ranges of code, which ascend, as areas do. */
        while (at < texts->sizes[area] && count >= 0) {
            while (range < texts->code && texts->code_ends[range + 1] <= start + at) range++;
            int64_t code = range < texts->code ? texts->code_starts[range] - start : INT64_MAX;
            if (code > at)
                count = words_between(texts, area, at, code, size, big_endian != 0, capacity, count,
                                      held, places);
            if (range == texts->code) break;
            past = texts->code_ends[range + 1] - start;
            at += (past - at + size - 1) / size * size;
        }
    }
    return count;
}
