/* Rules of the collector: what is done with which message. */
#ifndef RULES_H
#define RULES_H

struct message {
    int facility, severity;
    char host[64];
    char tag[48];
    char text[1024];
};

enum outcome { KEEP, DROP, ALERT };

struct rule {
    struct rule *next;
    int least;
    char tag[48];
    char word[64];
    enum outcome outcome;
};

int rules_load(const char *path);
enum outcome rules_apply(const struct message *m);
void rules_clear(void);

int message_parse(const char *line, struct message *m);
int store_write(const struct message *m);
void store_alert(const struct message *m);

#endif
