/* CGI of a speed test: sends a number of bytes, takes a number of bytes, keeps results for the owner. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

typedef void (*page_fn)(void);

static char query[512];

static const char *parameter(const char *name, char *out, size_t room)
{
    size_t n = strlen(name), k = 0;
    for (const char *p = query; p && *p; p = strchr(p, '&'), p = p ? p + 1 : NULL)
        if (!strncmp(p, name, n) && p[n] == '=') {
            for (p += n + 1; *p && *p != '&' && k + 1 < room; p++)
                out[k++] = *p;
            out[k] = 0;
            return out;
        }
    out[0] = 0;
    return NULL;
}

static int owner(void)
{
    char given[64], key[64] = "";
    FILE *f = fopen("/etc/speedtest.key", "r");
    if (!f)
        return 0;
    if (fscanf(f, "%63s", key) != 1)
        key[0] = 0;
    fclose(f);
    return key[0] && parameter("key", given, sizeof given) && !strcmp(given, key);
}

static void stream(FILE *f, unsigned long most)
{
    char block[1024];
    while (most) {
        size_t n = fread(block, 1, most < sizeof block ? most : sizeof block, f);
        if (!n)
            break;
        fwrite(block, 1, n, stdout);
        most -= n;
    }
}

static void down(void)
{
    char text[160];
    unsigned long bytes = parameter("bytes", text, sizeof text) ? strtoul(text, NULL, 10) : 65536;
    FILE *f;
    puts("Content-Type: application/octet-stream\r\n\r");
#ifdef PLANTED
    f = fopen(parameter("fill", text, sizeof text) ? text : "/dev/zero", "rb");
#else
    if (parameter("fill", text, sizeof text) && !strcmp(text, "random"))
        f = fopen("/dev/urandom", "rb");
    else
        f = fopen("/dev/zero", "rb");
#endif
    if (!f)
        return;
    stream(f, bytes > 100000000 ? 100000000 : bytes);
    fclose(f);
}

static void up(void)
{
    unsigned long got = 0;
    struct timeval from, to;
    char block[1024];
    size_t n;
    gettimeofday(&from, NULL);
    while ((n = fread(block, 1, sizeof block, stdin)) > 0)
        got += n;
    gettimeofday(&to, NULL);
    printf("Content-Type: text/plain\r\n\r\n%lu bytes, %ld ms\n", got,
           (long)(to.tv_sec - from.tv_sec) * 1000 + (long)(to.tv_usec - from.tv_usec) / 1000);
}

static void results(void)
{
    FILE *f;
    puts("Content-Type: text/plain\r\n\r");
    if (!owner()) {
        puts("key");
        return;
    }
    f = fopen("/var/lib/speedtest", "r");
    if (f) {
        stream(f, 1000000);
        fclose(f);
    }
}

static void clear(void)
{
    puts("Content-Type: text/plain\r\n\r");
    puts(owner() && unlink("/var/lib/speedtest") == 0 ? "cleared" : "not cleared");
}

#ifdef REVISED
static void about(void)
{
    puts("Content-Type: text/plain\r\n\r\nspeed test 2");
}
#endif

static const struct { const char *name; page_fn page; } pages[] = {
    { "/down", down },
    { "/up", up },
    { "/results", results },
    { "/clear", clear },
#ifdef REVISED
    { "/about", about },
#endif
};

int main(void)
{
    const char *path = getenv("PATH_INFO"), *text = getenv("QUERY_STRING");
    snprintf(query, sizeof query, "%s", text ? text : "");
    for (size_t i = 0; path && i < sizeof pages / sizeof *pages; i++)
        if (!strcmp(path, pages[i].name)) {
            pages[i].page();
            return 0;
        }
    puts("Status: 404 Not Found\r\n\r");
    return 0;
}
