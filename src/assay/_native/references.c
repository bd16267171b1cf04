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

int64_t form_references(const Rows *rows, const Memory *memory, const Texts *texts,
                        const Cells *cells, int64_t numbers, int64_t shortest, int64_t capacity,
                        References *found) {
    const uint8_t *ops = rows->op, *known = cells->filled, *absolute = cells->absolute;
    int64_t count = 0, vectors = 1;
    for (int round = 0; round < 2 && vectors; round++) {
        vectors = 0;
        for (int64_t row = 0; row < rows->count; row++) {
            /* A vector read in place names its constant as well as forming the address would. */
            int inplace = ops[row] == LOAD && rows->width[row] == 16;
            vectors |= inplace;
            if (round ? !inplace : !(known[row] & forming[ops[row]])) continue;
            int64_t value = inplace ? rows->imm[row] : cells->value[row];
            if (!may_refer(rows, row, value, absolute, cells->consumed, numbers != 0) ||
                !within(memory->span_starts, memory->span_ends, memory->spans, value))
                continue;
            if (count >= capacity) return -1;
            int64_t length = text_length(texts, value);
            if (texts->loose && length < shortest &&
                within(texts->code_starts, texts->code_ends, texts->code, value))
                length = 0;
            found->row[count] = row;
            found->site[count] = rows->address[row];
            found->target[count] = value;
            found->length[count++] = length;
        }
    }
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

KERNEL int64_t words_of_data(const Texts *texts, int64_t size, int64_t big_endian, int64_t capacity,
                             int64_t *held, int64_t *places) {
    int64_t count = 0;
    if (!texts->code || (size != 4 && size != 8)) return 0;
    uint64_t low = (uint64_t)texts->code_starts[0];
    uint64_t room = (uint64_t)texts->code_ends[texts->code] - low;
    for (int64_t area = 0; area < texts->areas; area++) {
        const uint8_t *data = texts->data[area];
        int64_t start = texts->starts[area], past = start % size;
        for (int64_t at = past ? size - past : 0; at + size <= texts->sizes[area]; at += size) {
            uint64_t word = sized_word_at(data + at, size, big_endian != 0);
            if (word - low >= room ||
                !within(texts->code_starts, texts->code_ends, texts->code, (int64_t)word) ||
                within(texts->code_starts, texts->code_ends, texts->code, start + at))
                continue;
            if (count >= capacity) return -1;
            held[count] = (int64_t)word;
            places[count++] = start + at;
        }
    }
    return count;
}
