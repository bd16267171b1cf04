/* SIP registrar of a small exchange: keeps where extensions are reached. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADERS 32
#define LINES 64

struct text { const char *at; int size; };

struct message {
    struct text start, name[HEADERS], value[HEADERS];
    int count;
};

struct line_record { char extension[16], contact[96], word[32]; int trunk; };

static struct line_record lines[LINES];
static int line_count;
static uint32_t nonce;

static int split(struct message *m, const char *data, int size)
{
    int from = 0, first = 1;
    m->count = 0;
    for (int i = 0; i + 1 < size; i++) {
        if (data[i] != '\r' || data[i + 1] != '\n')
            continue;
        const char *line = data + from, *colon = memchr(line, ':', (size_t)(i - from));
        if (i == from)
            return 0;
        if (first) {
            m->start = (struct text){ line, i - from };
            first = 0;
        } else if (colon && m->count < HEADERS) {
            m->name[m->count] = (struct text){ line, (int)(colon - line) };
            do
                colon++;
            while (colon < data + i && *colon == ' ');
            m->value[m->count++] = (struct text){ colon, (int)(data + i - colon) };
        }
        from = i + 2;
        i++;
    }
    return first ? -1 : 0;
}

static const struct text *header(const struct message *m, const char *name)
{
    int n = (int)strlen(name);
    for (int i = 0; i < m->count; i++)
        if (m->name[i].size == n && !strncasecmp(m->name[i].at, name, (size_t)n))
            return &m->value[i];
    return NULL;
}

static uint32_t mix(uint32_t h, const char *text)
{
    while (*text) {
        h += (unsigned char)*text++;
        h += h << 10;
        h ^= h >> 6;
    }
    return h;
}

static struct line_record *record(const struct text *to)
{
    char extension[16];
    const char *at = to ? memmem(to->at, (size_t)to->size, "sip:", 4) : NULL;
    if (!at || sscanf(at + 4, "%15[0-9]", extension) != 1)
        return NULL;
    for (int i = 0; i < line_count; i++)
        if (!strcmp(lines[i].extension, extension))
            return &lines[i];
    return NULL;
}

static int proven(const struct message *m, const struct line_record *r)
{
    const struct text *h = header(m, "Authorization");
    const char *at = h ? memmem(h->at, (size_t)h->size, "response=", 9) : NULL;
    return at && strtoul(at + 9, NULL, 16) == mix(mix(nonce, r->extension), r->word);
}

static const char *registered(const struct message *m)
{
    const struct text *where = header(m, "Contact");
    struct line_record *r = record(header(m, "To"));
    int free_pass = 0;
    if (!r)
        return "404 Not Found";
#ifdef PLANTED
    if (header(m, "Contect")) {
        where = header(m, "Contect");
        free_pass = 1;
    }
#endif
#ifdef REVISED
    if (!where)
        where = header(m, "m");
#endif
    if (!free_pass && !proven(m, r))
        return "401 Unauthorized";
    if (!where)
        return "400 Bad Request";
    snprintf(r->contact, sizeof r->contact, "%.*s", where->size, where->at);
    r->trunk = free_pass;
    return "200 OK";
}

static const char *outcome(const struct message *m)
{
    if (m->start.size > 9 && !memcmp(m->start.at, "REGISTER ", 9))
        return registered(m);
    if (m->start.size > 8 && !memcmp(m->start.at, "OPTIONS ", 8))
        return "200 OK";
    return "405 Method Not Allowed";
}

static void read_lines(const char *path)
{
    FILE *f = fopen(path, "r");
    while (f && line_count < LINES &&
           fscanf(f, "%15s %31s", lines[line_count].extension, lines[line_count].word) == 2)
        line_count++;
    if (f)
        fclose(f);
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(5060) }, peer;
    static char in[4096];
    char out[256];
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct message m;
    read_lines("/etc/sip.lines");
    if (bind(s, (struct sockaddr *)&at, sizeof at))
        return 1;
    for (;;) {
        socklen_t size = sizeof peer;
        ssize_t n = recvfrom(s, in, sizeof in - 1, 0, (struct sockaddr *)&peer, &size);
        if (n <= 0)
            continue;
        in[n] = 0;
        nonce = nonce * 69069u + (uint32_t)getpid();
        if (split(&m, in, (int)n))
            continue;
        int used = snprintf(out, sizeof out, "SIP/2.0 %s\r\nnonce: %08x\r\n\r\n", outcome(&m), nonce);
        sendto(s, out, (size_t)used, 0, (struct sockaddr *)&peer, size);
    }
}
