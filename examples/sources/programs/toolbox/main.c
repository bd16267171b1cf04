/* Picks the applet by the name the program was called with. */
#include "toolbox.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*main)(int, char **);
} APPLETS[] = {
    {"cat", cat_main},     {"cp", cp_main},         {"echo", echo_main},     {"hostname", hostname_main},
    {"ifconfig", ifconfig_main}, {"init", init_main}, {"mkdir", mkdir_main}, {"mount", mount_main},
    {"ping", ping_main},   {"reboot", reboot_main}, {"sh", sh_main},         {"sleep", sleep_main},
    {"telnetd", telnetd_main}, {"wget", wget_main},
};

#define APPLET_COUNT (sizeof APPLETS / sizeof APPLETS[0])

int applet_main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash == NULL ? argv[0] : slash + 1;

    if (*name == '-') /* a login shell */
        name++;
    for (size_t at = 0; at < APPLET_COUNT; at++)
        if (strcmp(name, APPLETS[at].name) == 0)
            return APPLETS[at].main(argc, argv);
    return -1;
}

int main(int argc, char **argv)
{
    int status = argc < 1 ? -1 : applet_main(argc, argv);

    if (status < 0 && argc > 1)
        status = applet_main(argc - 1, argv + 1);
    if (status >= 0)
        return status;
    printf("toolbox 1.0 (Edge Router ER-1 example)\n");
    for (size_t at = 0; at < APPLET_COUNT; at++)
        printf("%s\n", APPLETS[at].name);
    return 127;
}
