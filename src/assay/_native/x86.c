/* Kernels of assay.code.isa.x86_length: where x86 instructions begin, and of which shape they are.
   Reference: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, chapter 2. */

#include "kernels.h"

/* The marks of the table of opcodes. */
enum {
    MODRM = 1,
    IMM8 = 2,
    IMM16 = 4,
    IMMZ = 8,
    IMMV = 16,
    OFFSET = 32,
    BAD_CODE = 64,
    GROUP3 = 128,
    RELZ = 256
};

enum { LONGEST = 15, PREFIXES = 5, VZEROUPPER = 0x177, BYTE_TEST = 0xF6 };

typedef struct {
    const uint8_t *bytes;
    int64_t count;
    int64_t bits;
    const uint16_t *table; /* 1,024 opcodes: four maps of 256 */
} Code;

typedef struct {
    int64_t length, opcode, at, rex, immediate;
    int small, vector;
} Shape;

/* Return the byte at *place*; behind the code lie zeros. */
static inline unsigned byte_at(const Code *code, int64_t place) {
    return place < code->count ? code->bytes[place] : 0;
}

static int is_prefix(unsigned byte) {
    switch (byte) {
    case 0x26:
    case 0x2E:
    case 0x36:
    case 0x3E:
    case 0x64:
    case 0x65:
    case 0x66:
    case 0x67:
    case 0xF0:
    case 0xF2:
    case 0xF3: return 1;
    default: return 0;
    }
}

/* Read the prefixes at *place*: five at most count, and the REX byte behind them. */
static void read_prefixes(const Code *code, int64_t place, Shape *shape) {
    int64_t at = place;
    while (at < place + PREFIXES && is_prefix(byte_at(code, at)))
        shape->small |= byte_at(code, at++) == 0x66;
    if (code->bits == 64 && (byte_at(code, at) & 0xF0) == 0x40)
        shape->rex = byte_at(code, at++) & 15;
    shape->at = at;
}

/* Read the opcode, and the bits of REX that VEX and EVEX hold. */
static void read_opcode(const Code *code, Shape *shape) {
    int64_t at = shape->at, length = 1;
    unsigned first = byte_at(code, at), second = byte_at(code, at + 1);
    int vector = code->bits == 64 || second >= 0xC0;
    shape->opcode = first;
    if (first == 0x0F) {
        int map = second == 0x38 ? 2 : second == 0x3A ? 3 : 1;
        shape->opcode = map * 256 + (map > 1 ? byte_at(code, at + 2) : second);
        length = map > 1 ? 3 : 2;
    } else if (vector && first == 0xC5) {
        shape->opcode = 256 + byte_at(code, at + 2);
        shape->rex = ~second >> 5 & 4;
        length = 3;
        shape->vector = 1;
    } else if (vector && (first == 0xC4 || first == 0x62)) {
        int evex = first == 0x62;
        unsigned map = second & (evex ? 7 : 31);
        map = map >= 1 && map <= 3 ? map : 1;
        shape->opcode = map * 256 + byte_at(code, at + (evex ? 4 : 3));
        shape->rex = ~second >> 5 & 7;
        length = evex ? 5 : 4;
        shape->vector = 1;
    }
    shape->at = at + length;
}

/* Return the bytes of ModRM, SIB and displacement at *at*. */
static int64_t operand_size(const Code *code, int64_t at) {
    unsigned modrm = byte_at(code, at), mod = modrm >> 6, base = modrm & 7;
    int64_t size = 1;
    if (mod != 3 && base == 4) {
        base = byte_at(code, at + 1) & 7;
        size++;
    }
    size += mod == 1 ? 1 : mod == 2 ? 4 : 0;
    return size + (mod == 0 && base == 5 ? 4 : 0);
}

/* Return the bytes of the constant behind the operands. */
static int64_t immediate_size(const Code *code, const Shape *shape, unsigned flags) {
    int wide = (shape->rex & 8) != 0;
    int64_t word = shape->small && !wide ? 2 : 4; /* REX.W takes the prefix back */
    int64_t size = (flags & IMM8 ? 1 : 0) + (flags & IMM16 ? 2 : 0) + (flags & IMMZ ? word : 0);
    if (flags & RELZ) size += code->bits == 64 ? 4 : word; /* no 16-bit distances in long mode */
    if (flags & IMMV) size += wide ? 8 : word;
    if (flags & OFFSET) size += code->bits / 8;
    if (flags & GROUP3 && (byte_at(code, shape->at) >> 3 & 7) < 2)
        size += shape->opcode == BYTE_TEST ? 1 : word;
    return size;
}

/* Return the shape of the instruction at *place*; of length 0 where there is none. */
static Shape shape_at(const Code *code, int64_t place) {
    Shape shape = {0};
    read_prefixes(code, place, &shape);
    read_opcode(code, &shape);
    unsigned flags = code->table[shape.opcode];
    if (shape.vector && shape.opcode < 768)
        flags = shape.opcode == VZEROUPPER ? 0 : (flags & IMM8) | MODRM;
    shape.immediate = shape.at + (flags & MODRM ? operand_size(code, shape.at) : 0);
    shape.length = shape.immediate + immediate_size(code, &shape, flags) - place;
    if (flags & BAD_CODE || shape.length > LONGEST || place + shape.length > code->count)
        shape.length = 0;
    return shape;
}

/* Write *shape* as row *row* of the six columns, which have *room* rows. */
static void store(const Shape *shape, int64_t row, int64_t *columns, int64_t room) {
    const int64_t values[] = {shape->length, shape->opcode, shape->at,
                              shape->rex,    shape->small,  shape->immediate};
    for (int column = 0; column < 6; column++) columns[column * room + row] = values[column];
}

/* Write the shapes of the instructions at *places*; return -1 where one lies outside. */
KERNEL int64_t x86_shapes(const uint8_t *bytes, int64_t count, int64_t bits, const uint16_t *table,
                          const int64_t *places, int64_t asked, int64_t *columns) {
    const Code code = {bytes, count, bits, table};
    for (int64_t row = 0; row < asked; row++) {
        if (places[row] < 0 || places[row] >= count) return -1;
        Shape shape = shape_at(&code, places[row]);
        store(&shape, row, columns, asked);
    }
    return 0;
}

/* Write where instructions begin from each of the ascending *heads* to the next, and their shapes;
   return how many, -1 for heads out of order. Columns and places have room for *count* rows. */
KERNEL int64_t x86_follow(const uint8_t *bytes, int64_t count, int64_t bits, const uint16_t *table,
                          const int64_t *heads, int64_t head_count, int64_t *places,
                          int64_t *columns) {
    const Code code = {bytes, count, bits, table};
    int64_t rows = 0;
    for (int64_t head = 0; head < head_count; head++) {
        int64_t place = heads[head], until = head + 1 < head_count ? heads[head + 1] : count;
        if (place < 0 || place > until || until > count) return -1;
        while (place < until) {
            Shape shape = shape_at(&code, place);
            places[rows] = place;
            store(&shape, rows++, columns, count);
            place += shape.length ? shape.length : 1;
        }
    }
    return rows;
}
