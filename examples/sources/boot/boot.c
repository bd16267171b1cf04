/* edge-boot: checks the uImage in flash, unpacks it and starts it.
 *
 * uImage legacy header: 64 bytes, big-endian; both CRCs are IEEE 802.3. It holds no
 * signature, and this boot stub asks for none. */
#include "board.h"
#include "lzma.h"

#define UIMAGE_MAGIC 0x27051956u
#define COMPRESSION_LZMA 3
#define KERNEL_LIMIT 0x400000u
#define DECODER_TABLE 0x80700000u

struct uimage {
    uint32_t magic, header_crc, time, size, load, entry, data_crc;
    uint8_t system, architecture, type, compression;
    char name[32];
};

void *memcpy(void *to, const void *from, size_t size)
{
    for (size_t at = 0; at < size; at++)
        ((volatile uint8_t *)to)[at] = ((const uint8_t *)from)[at];
    return to;
}

void *memset(void *to, int value, size_t size)
{
    for (size_t at = 0; at < size; at++)
        ((volatile uint8_t *)to)[at] = (uint8_t)value;
    return to;
}

static uint32_t crc32_of(const uint8_t *data, size_t size)
{
    uint32_t crc = 0xffffffffu;

    for (size_t at = 0; at < size; at++) {
        crc ^= data[at];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

static const char *check(const struct uimage *flash)
{
    struct uimage header;

    memcpy(&header, flash, sizeof header);
    if (header.magic != UIMAGE_MAGIC)
        return "no uImage";
    header.header_crc = 0;
    if (crc32_of((const uint8_t *)&header, sizeof header) != flash->header_crc)
        return "header CRC mismatch";
    if (header.size > ROOTFS_OFFSET - KERNEL_OFFSET - sizeof header)
        return "kernel larger than its partition";
    if (crc32_of((const uint8_t *)(flash + 1), header.size) != header.data_crc)
        return "data CRC mismatch";
    return header.compression == COMPRESSION_LZMA ? NULL : "compression unsupported";
}

void boot_main(void)
{
    const struct uimage *image = (const struct uimage *)(FLASH_BASE + KERNEL_OFFSET);
    const char *problem;
    size_t size;

    put_text("\nedge-boot 1.0 (example) for Edge Router ER-1\n");
    problem = check(image);
    if (problem != NULL) {
        put_text(problem);
        put_text("\n");
        return;
    }
    put_text(image->name);
    size = lzma_unpack((const uint8_t *)(image + 1), image->size, (uint8_t *)image->load, KERNEL_LIMIT,
                       (uint16_t *)DECODER_TABLE);
    put_text(" unpacked, bytes ");
    put_hex(size);
    put_text("\n");
    if (size > 0)
        ((void (*)(void))image->entry)();
}
