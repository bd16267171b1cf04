#include "rules.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *word(const char *p, char *out, size_t room)
{
    size_t n = 0;
    while (*p == ' ')
        p++;
    while (*p && *p != ' ' && *p != ':') {
        if (n + 1 < room)
            out[n++] = *p;
        p++;
    }
    out[n] = 0;
    return p;
}

/* RFC 3164: <PRI>Mmm dd hh:mm:ss HOST TAG: TEXT */
int message_parse(const char *line, struct message *m)
{
    int priority = 0;
    char skipped[16];
    const char *p = line;
    memset(m, 0, sizeof *m);
    if (*p++ != '<')
        return -1;
    while (isdigit((unsigned char)*p) && priority < 1000)
        priority = priority * 10 + *p++ - '0';
    if (*p++ != '>' || priority > 191)
        return -1;
    m->facility = priority >> 3;
    m->severity = priority & 7;
    if (strlen(p) > 16 && p[3] == ' ' && p[6] == ' ')
        p += 16;
    p = word(p, m->host, sizeof m->host);
    p = word(p, m->tag, sizeof m->tag);
    if (!m->tag[0])
        word(p, skipped, sizeof skipped);
    if (*p == ':')
        p++;
    while (*p == ' ')
        p++;
    snprintf(m->text, sizeof m->text, "%s", p);
    return 0;
}
