/* Patterns of one byte class after another, many at once: the quick form of the search for magics
   that ask for frequent bytes, of `unpack/scan.py`. */

#include "kernels.h"

enum { NO_ROOM = -1, BYTES = 256, AT_ONCE = 3 };

/* Finds where patterns of fixed widths match. A pattern is a bit: `classes` has, for each place in
   a pattern and each byte, the bits of those that allow the byte there; places behind the end of a
   pattern allow every byte, and `ended` has the bits of those that end before a place. The places
   are asked in the order of `order`, `width` of them, at least one. `found` gets, for each place in
   `data` where some match, the place and their bits. Returns how many there are, or -1 for more
   than `room`. */
KERNEL int64_t assay_classes(const uint8_t *data, int64_t size, const uint64_t *classes,
                             const uint64_t *ended, const int64_t *order, int64_t width,
                             int64_t *found, int64_t room) {
    const uint64_t *rows[AT_ONCE];
    const uint8_t *bytes[AT_ONCE];
    int64_t count = 0, last = size - width;
    for (int one = 0; one < AT_ONCE; one++) {
        int64_t place = order[one < width ? one : 0];
        rows[one] = classes + place * BYTES, bytes[one] = data + place;
    }
    for (int64_t at = 0; at < size; at++) {
        if (at <= last && !(rows[0][bytes[0][at]] & rows[1][bytes[1][at]] & rows[2][bytes[2][at]]))
            continue;
        uint64_t left = UINT64_MAX;
        for (int64_t one = 0; one < width && left; one++) {
            int64_t place = order[one];
            left &= size - at > place ? classes[place * BYTES + data[at + place]] : ended[place];
        }
        if (!left) continue;
        if (count == room) return NO_ROOM;
        found[2 * count] = at, found[2 * count + 1] = (int64_t)left;
        count++;
    }
    return count;
}
