/* Kinds of ASCII characters, whatever the locale. */

#ifndef ASSAY_CHARACTERS_H
#define ASSAY_CHARACTERS_H

#include <stdint.h>

static inline int is_digit(uint8_t byte) {
    return byte >= '0' && byte <= '9';
}

static inline int is_lower(uint8_t byte) {
    return byte >= 'a' && byte <= 'z';
}

static inline int is_upper(uint8_t byte) {
    return byte >= 'A' && byte <= 'Z';
}

static inline int is_letter(uint8_t byte) {
    return is_lower(byte) || is_upper(byte);
}

#endif
