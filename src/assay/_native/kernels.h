/* What all kernels share. They are called with the addresses and sizes of numpy arrays, own no
   memory beyond a call, and check every index that comes from an image before they use it. */

#ifndef ASSAY_KERNELS_H
#define ASSAY_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define KERNEL __attribute__((visibility("default")))

/* Return the half-word at *at*, as it stands in a file of that byte order. */
static inline uint16_t half_at(const uint8_t *at, int64_t big) {
    return (uint16_t)(big ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
}

/* Return the word at *at*, as it stands in a file of that byte order. */
static inline uint32_t word_at(const uint8_t *at, int64_t big) {
    uint32_t first = half_at(at, big), second = half_at(at + 2, big);
    return big ? first << 16 | second : second << 16 | first;
}

/* Return the place of the first of *count* ascending values that is not below *value*. */
static inline int64_t lower_bound(const int64_t *values, int64_t count, int64_t value) {
    int64_t low = 0, high = count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (values[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
