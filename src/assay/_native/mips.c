/* MIPS words to a listing: the twin of `assay.code.isa.mips` and the search of
   `assay.code.isa.mips_pointer`. */

#include <stdlib.h>

#include "listing.h"
#include "ranges.h"

enum { GP = 28, T9 = 25, RA = 31, CLOSE = 8, PROLOGUE = 32, SLACK = 64 };
enum { SPECIAL = 64, JR = SPECIAL + 8, JALR = SPECIAL + 9, ADDU = SPECIAL + 33 };
enum { OR = SPECIAL + 37, DADDU = SPECIAL + 45 };

/* What an opcode looks like: a row of the table of all; `writes` says which field is overwritten,
   1 for bits 15 to 11, 2 for bits 20 to 16. */
typedef struct {
    uint8_t op, writes, width, unused;
} Opcode;

/* Complete what is made of the constant of a word. */
static void constants(uint32_t word, uint32_t key, Row *row) {
    int64_t low = word & 0xFFFF;
    if (key == 15)
        row->imm = low << 16, row->ra = PARTIAL;
    else if (key == 13)
        row->imm = low;
    else if (key == 12 && (low == 0xFF || low == 0xFFFF))
        row->op = EXTEND, row->width = low == 0xFF ? 1 : 2;
    if (row->ra == ZERO && (row->op == ADDI || row->op == ORI)) row->op = CONST, row->ra = NONE;
}

/* Complete a jump. Before release 6 `jr` writes nothing; `jalr $0` is release 6's way to say it. */
static void jumps(uint32_t word, uint32_t key, int64_t address, Row *row) {
    if (key == 2 || key == 3 || key == 29) {
        row->imm = ((address + 4) & ~(int64_t)0xFFFFFFF) | (int64_t)(word & 0x3FFFFFF) << 2;
        row->ra = NONE;
    } else if (key == JR || key == JALR) {
        row->imm = 0;
        if (key == JALR && row->rd == NONE) row->op = JUMPR;
        if (row->ra == RA && row->op == JUMPR) row->op = RET;
    }
}

/* Complete a branch. */
static void branch(uint32_t code, uint32_t rt, int64_t address, Row *row) {
    row->imm = address + 4 + row->imm * 4;
    row->cond = code == 4 || code == 20 ? EQ : code == 5 || code == 21 ? NE : SOMETIMES;
    if (row->ra == row->rb && row->cond == EQ) row->op = JUMP, row->cond = ALWAYS;
    if (code == 1 && (rt & 0x1E) == 0x10) {
        row->op = CALL;
        if (row->ra == ZERO && rt == 0x11) row->cond = ALWAYS;
        /* `bal` to the instruction behind its delay slot only asks where the code is. */
        if (row->imm == address + 8) row->op = OTHER, row->rd = RA, row->imm = 0;
    }
    if (code == 1 || code == 6 || code == 7 || code == 22 || code == 23) row->rb = NONE;
}

/* Handle moves, the coprocessors and the odd fields of SPECIAL3. */
static void special(uint32_t word, uint32_t key, int64_t address, Row *row) {
    if (key == OR || key == ADDU || key == DADDU) {
        if (row->rb == ZERO)
            row->op = row->ra == ZERO ? CONST : ADDI, row->imm = 0;
        else if (row->ra == ZERO && key != DADDU)
            row->op = ADDI, row->ra = row->rb, row->imm = 0;
    } else if (key >= 16 && key <= 18) {
        uint32_t function = word >> 21 & 31;
        row->op = OTHER;
        if (function <= 3) row->rd = word >> 16 & 31;
        if (function == 8) {
            row->op = BRANCH, row->cond = SOMETIMES;
            row->ra = NONE, row->rb = NONE;
            row->imm = address + 4 + row->imm * 4;
        }
    } else if (key == 31 && (word & 63) == 32) {
        row->rd = word >> 11 & 31;
    }
    if (!row->rd) row->rd = NONE;
}

/* Decode one word. */
static Row decode(uint32_t word, int64_t address, const Opcode *opcodes) {
    uint32_t primary = word >> 26, key = primary ? primary : SPECIAL + (word & 63);
    uint8_t rs = word >> 21 & 31, rt = word >> 16 & 31, rd = word >> 11 & 31;
    const Opcode *known = opcodes + key;
    Row row = {(int16_t)(word & 0xFFFF), known->op, NONE, rs, rt, known->width, ALWAYS};
    row.rd = known->writes == 2 ? rt : known->writes == 1 ? rd : NONE;
    /* Register 0 always reads as zero. */
    row.rd = row.rd ? row.rd : NONE;
    row.ra = rs ? rs : ZERO;
    row.rb = rt ? rt : ZERO;
    constants(word, key, &row);
    jumps(word, key, address, &row);
    if (row.op == BRANCH) branch(primary, rt, address, &row);
    special(word, key, address, &row);
    if (!word) row.op = NOP;
    return row;
}

/* Write the rows of all code in `spans` to the columns `wide` and `small` of `rows` rows, and the
   rows at which a range begins to `breaks`. `opcodes` is the table of what opcodes look like, in
   rows of four bytes. Returns how many breaks there are, or -1 for what only the twin handles:
   ranges that do not ascend or leave their area, or a number of rows that is wrong. */
KERNEL int64_t mips_words(const int64_t *areas, int64_t area_count, const int64_t *spans,
                          int64_t span_count, int64_t big, const uint8_t *opcodes, int64_t *wide,
                          uint8_t *small, int64_t rows, int64_t *breaks) {
    Columns columns = columns_of(wide, small, rows, NULL, NULL, 0);
    int64_t hint = 0, at = 0, broken = 0;
    Area area;
    if (!areas_ascend(areas, area_count)) return -1;
    for (int64_t number = 0; number < span_count; number++) {
        int64_t start = spans[2 * number], end = spans[2 * number + 1];
        if ((number && start < spans[2 * number - 1]) ||
            !find_area(areas, area_count, start, end, &hint, &area))
            return -1;
        int64_t first = four_up(start), count = (end - first) >> 2;
        if (count <= 0) continue;
        if (count > rows - at) return -1;
        const uint8_t *data = area.data + (first - area.start);
        breaks[broken++] = at;
        for (int64_t step = 0; step < count; step++, at++) {
            int64_t address = first + 4 * step;
            Row row = decode(word_at(data + 4 * step, big), address, (const Opcode *)opcodes);
            put_row(&columns, at, address, 4, &row);
        }
    }
    return at == rows ? broken : -1;
}

/* What a prologue computes: the row that ends it, the halves of the value, where `lui` stands. */
typedef struct {
    int64_t end, high, low, base;
} Prologue;

/* Look one row further back from the ends of all prologues for the parts of their values; the
   parts vanish, and rows of upper halves go to `openings`. Returns how many are there then. */
static int64_t look_back(Columns *columns, Prologue *all, int64_t count, int64_t back,
                         int64_t *openings, int64_t opened) {
    /* Several prologues may look at the first row: all see it as it was before. */
    uint8_t op = columns->op[0], rd = columns->rd[0], ra = columns->ra[0];
    int64_t imm = columns->imm[0];
    for (int64_t number = 0; number < count; number++) {
        Prologue *one = all + number;
        int64_t row = one->end > back ? one->end - back : 0;
        if ((row ? columns->rd[row] : rd) != GP || one->base >= 0) continue;
        uint8_t kind = row ? columns->op[row] : op, source = row ? columns->ra[row] : ra;
        if (kind == ADDI && source == GP) {
            one->low = row ? columns->imm[row] : imm;
        } else if (kind == CONST && source == PARTIAL) {
            one->high = row ? columns->imm[row] : imm;
            one->base = columns->address[row];
            openings[opened++] = row;
        } else {
            continue;
        }
        columns->rd[row] = NONE, columns->op[row] = OTHER, columns->imm[row] = 0;
    }
    return opened;
}

/* Turn `lui gp; addiu gp; addu gp, gp, t9` into one constant, and forget reloads of `$gp`.

   `usual` is the pointer that the program's table says, -1 without one. `openings` (room for all
   rows) gets the rows of upper halves; returns how many, or -1 without memory. */
KERNEL int64_t mips_pointer(int64_t *wide, uint8_t *small, int64_t rows, int64_t usual,
                            int64_t *openings) {
    Columns columns = columns_of(wide, small, rows, NULL, NULL, 0);
    int64_t count = 0, opened = 0;
    Prologue *all = malloc((size_t)(rows + 1) * sizeof *all);
    if (!all) return -1;
    for (int64_t row = 0; row < rows; row++) {
        if (columns.rd[row] != GP) continue;
        uint8_t ra = columns.ra[row], rb = columns.rb[row];
        if (columns.op[row] == LOAD)
            columns.op[row] = OTHER, columns.rd[row] = NONE;
        else if (columns.op[row] == ADD && ((ra == GP && rb == T9) || (ra == T9 && rb == GP)))
            all[count++] = (Prologue){row, 0, 0, -1};
    }
    for (int64_t back = 1; count && back < CLOSE; back++)
        opened = look_back(&columns, all, count, back, openings, opened);
    for (int64_t number = 0; number < count; number++) {
        const Prologue *one = all + number;
        int64_t value = (one->base + one->high + one->low) & 0xFFFFFFFF;
        if (one->base < 0) continue;
        /* The compiler may move other instructions before the `lui`; the table is one. */
        if (usual >= 0 && value - usual <= SLACK && usual - value <= SLACK) value = usual;
        columns.op[one->end] = CONST, columns.ra[one->end] = NONE;
        columns.imm[one->end] = value, columns.width[one->end] = RELATIVE;
    }
    free(all);
    return opened;
}

/* Find the rows that add `$t9` to a constant in another register than `$gp` and so get `usual`:
   `found` (room for three times `rows`) gets these rows, those of the upper and of the lower
   halves, each `rows` apart. Returns how many there are. */
KERNEL int64_t mips_elsewhere(int64_t *wide, uint8_t *small, int64_t rows, int64_t usual,
                              int64_t *found) {
    Columns columns = columns_of(wide, small, rows, NULL, NULL, 0);
    int64_t count = 0;
    for (int64_t end = 0; end < rows; end++) {
        uint8_t ra = columns.ra[end], rb = columns.rb[end], half = ra == T9 ? rb : ra;
        if (columns.op[end] != ADD || (ra == T9) == (rb == T9) || half == GP) continue;
        int64_t low = -1, high = -1;
        for (int64_t back = 1; back < PROLOGUE; back++) {
            int64_t row = end > back ? end - back : 0;
            if (columns.rd[row] != half) continue;
            if (low < 0 && columns.op[row] == ADDI && columns.ra[row] == half) {
                low = row;
                continue;
            }
            if (low >= 0 && columns.op[row] == CONST && columns.ra[row] == PARTIAL) high = row;
            break;
        }
        if (high < 0) continue;
        int64_t value = columns.address[high] + columns.imm[high] + columns.imm[low];
        value = (value & 0xFFFFFFFF) - usual;
        if (value > SLACK || value < -SLACK) continue;
        found[count] = end, found[rows + count] = high, found[2 * rows + count] = low;
        count++;
    }
    return count;
}
