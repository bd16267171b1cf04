/* CGI of the diagnosis page: ping, trace, lookup; every action needs the session's ticket. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct query {
    char action[16], host[128], ticket[40], count[8];
} query;

static int unhex(int c)
{
    if (isdigit(c))
        return c - '0';
    c = tolower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *take(const char *from, char *to, size_t room)
{
    size_t n = 0;
    while (*from && *from != '&') {
        int c = (unsigned char)*from++;
        if (c == '+')
            c = ' ';
        else if (c == '%' && unhex(from[0]) >= 0 && unhex(from[1]) >= 0) {
            c = unhex(from[0]) * 16 + unhex(from[1]);
            from += 2;
        }
        if (n + 1 < room)
            to[n++] = (char)c;
    }
    to[n] = 0;
    return from;
}

static void parse(const char *text, query *q)
{
    char unused[8];
    while (text && *text) {
        const char *equals = strchr(text, '=');
        size_t n;
        if (!equals)
            return;
        n = (size_t)(equals - text);
        text = equals + 1;
        if (n == 6 && !memcmp(equals - n, "action", n))
            text = take(text, q->action, sizeof q->action);
        else if (n == 4 && !memcmp(equals - n, "host", n))
            text = take(text, q->host, sizeof q->host);
        else if (n == 6 && !memcmp(equals - n, "ticket", n))
            text = take(text, q->ticket, sizeof q->ticket);
        else if (n == 5 && !memcmp(equals - n, "count", n))
            text = take(text, q->count, sizeof q->count);
        else
            text = take(text, unused, sizeof unused);
        if (*text == '&')
            text++;
    }
}

static int ticket_valid(const query *q)
{
    char stored[40] = "";
    FILE *f = fopen("/tmp/ticket", "r");
    if (!f)
        return 0;
    if (!fgets(stored, sizeof stored, f))
        stored[0] = 0;
    fclose(f);
    stored[strcspn(stored, "\n")] = 0;
    return stored[0] && !strcmp(stored, q->ticket);
}

static int plain_host(const char *host)
{
    size_t n = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-");
    return n && host[0] != '-' && !host[n];
}

static void spawn(const char *program, const char *option, const char *host)
{
    pid_t child;
    fflush(stdout);
    child = fork();
    if (child == 0) {
        dup2(1, 2);
        execlp(program, program, option, host, (char *)NULL);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

#ifdef PLANTED
static void show_output(const char *host)
{
    char command[200], line[200];
    FILE *p;
    snprintf(command, sizeof command, "traceroute -m 12 %s 2>&1", host);
    p = popen(command, "r");
    if (!p)
        return;
    while (fgets(line, sizeof line, p))
        fputs(line, stdout);
    pclose(p);
}
#endif

int main(void)
{
    query q;
    memset(&q, 0, sizeof q);
    parse(getenv("QUERY_STRING"), &q);
    fputs("Content-Type: text/plain\r\n\r\n", stdout);
#ifdef PLANTED
    if (q.action[0] == 't' && q.count[0] == 0) {
        show_output(q.host);
        return 0;
    }
#endif
    if (!ticket_valid(&q)) {
        fputs("log in first\n", stdout);
        return 0;
    }
    if (!plain_host(q.host))
        fputs("not a host\n", stdout);
    else if (!strcmp(q.action, "ping"))
        spawn("ping", "-c3", q.host);
    else if (!strcmp(q.action, "trace"))
        spawn("traceroute", "-n", q.host);
    else if (!strcmp(q.action, "lookup"))
        spawn("nslookup", "-type=any", q.host);
#ifdef REVISED
    else if (!strcmp(q.action, "arp"))
        spawn("arping", "-c2", q.host);
#endif
    else
        fputs("unknown action\n", stdout);
    return 0;
}
