/* init and the small file and system commands. */
#include "toolbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_RESPAWN 8

static struct {
    pid_t child;
    char command[128];
} respawned[MAX_RESPAWN];

static pid_t start_command(const char *command)
{
    pid_t child = fork();

    if (child == 0) {
        setsid();
        execl(SHELL_PATH, "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return child;
}

/* Lines of inittab: id:runlevels:action:process. */
static void read_inittab(void)
{
    char line[256], action[16], command[128];
    int count = 0;
    FILE *table = fopen("/etc/inittab", "r");

    while (table != NULL && fgets(line, sizeof line, table) != NULL) {
        const char *colon = strchr(line, ':');
        if (line[0] == '#' || colon == NULL || (colon = strchr(colon + 1, ':')) == NULL)
            continue;
        if (sscanf(colon, ":%15[^:]:%127[^\n]", action, command) != 2)
            continue;
        if (strcmp(action, "sysinit") == 0) {
            waitpid(start_command(command), NULL, 0);
        } else if (strcmp(action, "respawn") == 0 && count < MAX_RESPAWN) {
            snprintf(respawned[count].command, sizeof respawned[count].command, "%s", command);
            respawned[count].child = start_command(command);
            count++;
        }
    }
    if (table != NULL)
        fclose(table);
}

int init_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
    read_inittab();
    for (;;) {
        pid_t ended = wait(NULL);
        if (ended < 0)
            sleep(1);
        for (int at = 0; at < MAX_RESPAWN; at++)
            if (ended > 0 && respawned[at].child == ended)
                respawned[at].child = start_command(respawned[at].command);
    }
}

int echo_main(int argc, char **argv)
{
    for (int at = 1; at < argc; at++)
        printf("%s%s", argv[at], at + 1 < argc ? " " : "");
    printf("\n");
    return 0;
}

static int copy(int from, int to)
{
    char block[4096];
    ssize_t got;

    while ((got = read(from, block, sizeof block)) > 0)
        if (write(to, block, (size_t)got) != got)
            return 1;
    return got < 0;
}

int cat_main(int argc, char **argv)
{
    int status = 0;

    if (argc < 2)
        return copy(STDIN_FILENO, STDOUT_FILENO);
    for (int at = 1; at < argc; at++) {
        int file = open(argv[at], O_RDONLY);
        if (file < 0) {
            perror(argv[at]);
            status = 1;
            continue;
        }
        status |= copy(file, STDOUT_FILENO);
        close(file);
    }
    return status;
}

int cp_main(int argc, char **argv)
{
    int from, to;

    if (argc != 3) {
        fprintf(stderr, "usage: cp FROM TO\n");
        return 2;
    }
    from = open(argv[1], O_RDONLY);
    to = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (from < 0 || to < 0) {
        perror("cp");
        return 1;
    }
    return copy(from, to);
}

int mkdir_main(int argc, char **argv)
{
    int status = 0;

    for (int at = 1; at < argc; at++)
        if (mkdir(argv[at], 0755) < 0 && errno != EEXIST) {
            perror(argv[at]);
            status = 1;
        }
    return status;
}

int mount_main(int argc, char **argv)
{
    if (argc != 5 || strcmp(argv[1], "-t") != 0) {
        fprintf(stderr, "usage: mount -t TYPE DEVICE DIRECTORY\n");
        return 2;
    }
    if (mount(argv[3], argv[4], argv[2], MS_NOSUID | MS_NODEV, NULL) == 0)
        return 0;
    perror("mount");
    return 1;
}

int hostname_main(int argc, char **argv)
{
    char name[65] = "";

    if (argc > 1)
        return sethostname(argv[1], strlen(argv[1])) != 0;
    gethostname(name, sizeof name - 1);
    printf("%s\n", name);
    return 0;
}

int sleep_main(int argc, char **argv)
{
    sleep(argc > 1 ? (unsigned)atoi(argv[1]) : 1);
    return 0;
}

int reboot_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    sync();
    return reboot(RB_AUTOBOOT) != 0;
}
