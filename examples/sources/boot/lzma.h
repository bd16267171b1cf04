#ifndef LZMA_H
#define LZMA_H

#include <stddef.h>
#include <stdint.h>

#define LZMA_HEADER_SIZE 13

/* Unpacks an LZMA "alone" stream into out; table must hold LZMA_TABLE_SIZE entries.
   Returns the number of bytes written, or 0 when the stream is damaged or too large. */
#define LZMA_TABLE_SIZE (1847 + (768 << 4))
size_t lzma_unpack(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size, uint16_t *table);

#endif
