#include "pkg.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void complain(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fputs("pkgtool: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
}

static const char *next_line(const uint8_t *data, size_t size, size_t *at, char *line, size_t room)
{
    size_t n = 0;
    while (*at < size && data[*at] != '\n') {
        if (n + 1 < room)
            line[n++] = (char)data[*at];
        ++*at;
    }
    if (*at == size)
        return NULL;
    ++*at;
    line[n] = 0;
    return line;
}

static int path_ok(const char *path)
{
    return path[0] != '/' && !strstr(path, "..") && path[0] != '.';
}

/* Text lines "name", "version", "vendor", "file", then "payload SIZE", bytes, "sign" and four words. */
int package_parse(const uint8_t *data, size_t size, package *p, size_t *signed_size)
{
    char line[256];
    size_t at = 0;
    unsigned long payload = 0;

    memset(p, 0, sizeof *p);
    if (!next_line(data, size, &at, line, sizeof line) || strcmp(line, "ADDON 2"))
        return -1;
    while (next_line(data, size, &at, line, sizeof line)) {
        if (sscanf(line, "payload %lu", &payload) == 1)
            break;
        if (sscanf(line, "file %u %o %127s", &p->files[p->count].size, &p->files[p->count].mode,
                   p->files[p->count].path) == 3) {
            if (!path_ok(p->files[p->count].path) || ++p->count == PKG_FILES)
                return -1;
            continue;
        }
        sscanf(line, "name %47[a-z0-9-]", p->name);
        sscanf(line, "version %23s", p->version);
        sscanf(line, "vendor %31s", p->vendor);
    }
    if (!p->name[0] || payload > size - at)
        return -1;
    p->payload = data + at;
    p->payload_size = payload;
    at += payload;
    *signed_size = at;
    if (!next_line(data, size, &at, line, sizeof line))
        return -1;
    return sscanf(line, "sign %llx %llx %llx %llx", (unsigned long long *)&p->signature[0],
                  (unsigned long long *)&p->signature[1], (unsigned long long *)&p->signature[2],
                  (unsigned long long *)&p->signature[3]) == 4 ? 0 : -1;
}
