/* Kernels of assay.code.memory and assay.code.listing: what lies at addresses and in ranges, sorted
   sets of numbers, and rows by their operation. */

#include "rows.h"

/* Write the words of *size* bytes at *addresses*, 0 where there are none, and which are mapped. */
KERNEL int64_t memory_words(const Memory *memory, const int64_t *addresses, int64_t count,
                            int64_t size, int64_t *values, uint8_t *good) {
    for (int64_t at = 0; at < count; at++) {
        values[at] = 0;
        good[at] = (uint8_t)read_word(memory, addresses[at], size, &values[at]);
    }
    return 0;
}

/* Store *values* as words of *size* bytes at those of *places* that are mapped, in this order; the
   bytes of all blocks can be written to. */
KERNEL int64_t memory_store(const Memory *memory, const int64_t *places, int64_t count,
                            int64_t size, const int64_t *values) {
    for (int64_t at = 0; at < count; at++) {
        int64_t low = lower_bound(memory->starts, memory->blocks, places[at]);
        if (low == memory->blocks || memory->starts[low] != places[at]) low--;
        if (low < 0 || size > memory->sizes[low]) continue;
        uint64_t place = (uint64_t)places[at] - (uint64_t)memory->starts[low];
        if (place > (uint64_t)(memory->sizes[low] - size)) continue;
        uint8_t *bytes = (uint8_t *)memory->data[low] + place;
        for (int64_t byte = 0; byte < size; byte++) {
            int64_t shift = 8 * (memory->big_endian ? size - 1 - byte : byte);
            bytes[byte] = (uint8_t)((uint64_t)values[at] >> shift);
        }
    }
    return 0;
}

/* Write which of *addresses* lie in one of the ranges. */
KERNEL int64_t memory_within(const int64_t *starts, const int64_t *ends, int64_t ranges,
                             const int64_t *addresses, int64_t count, uint8_t *inside) {
    for (int64_t at = 0; at < count; at++)
        inside[at] = (uint8_t)within(starts, ends, ranges, addresses[at]);
    return 0;
}

/* Write what is in the ascending *first* or *second*, each once; return how many that are, -1 when
   one of them is not in order. */
KERNEL int64_t sorted_union(const int64_t *first, int64_t first_count, const int64_t *second,
                            int64_t second_count, int64_t *found) {
    int64_t count = 0, one = 0, other = 0;
    while (one < first_count || other < second_count) {
        int takes_first =
            other == second_count || (one < first_count && first[one] <= second[other]);
        int64_t value = takes_first ? first[one++] : second[other++];
        if (count && value < found[count - 1]) return -1;
        if (!count || value != found[count - 1]) found[count++] = value;
    }
    return count;
}

/* Write which of *values* are in the ascending *options*. */
KERNEL int64_t sorted_listed(const int64_t *values, int64_t count, const int64_t *options,
                             int64_t option_count, uint8_t *inside) {
    for (int64_t at = 0; at < count; at++) {
        int64_t place = lower_bound(options, option_count, values[at]);
        inside[at] = place < option_count && options[place] == values[at];
    }
    return 0;
}

/* Write the places, or those of *rows* where that is given, at which *chosen* holds of the
   operations *op*; return how many those are. */
KERNEL int64_t rows_chosen(const uint8_t *op, const int64_t *rows, int64_t count,
                           const uint8_t *chosen, int64_t *found) {
    int64_t kept = 0;
    for (int64_t at = 0; at < count; at++) {
        found[kept] = rows ? rows[at] : at;
        kept += chosen[op[at]];
    }
    return kept;
}
