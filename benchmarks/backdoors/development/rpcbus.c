/* Local remote-procedure service on a UNIX socket: JSON lines, a table of methods, a token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PLACE "/var/run/rpcbus.sock"

struct call {
    int fd;
    char method[48], token[48], a[128], b[512];
};

struct method {
    const char *name;
    void (*run)(const struct call *);
    int open;       /* may be called without the token */
    int listed;
};

static char token[48];

/* Takes the text after "name": as far as the next quote; escapes are not supported. */
static void member(const char *text, const char *name, char *out, size_t room)
{
    char wanted[32];
    const char *at;
    size_t n = 0;
    snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    at = strstr(text, wanted);
    if (at)
        for (at += strlen(wanted); *at && *at != '"' && n + 1 < room; at++)
            out[n++] = *at;
    out[n] = 0;
}

static void reply(const struct call *c, const char *result)
{
    dprintf(c->fd, "{\"result\":\"%s\"}\n", result);
}

static void board_info(const struct call *c) { reply(c, "ap-210 rev b"); }

static void led_set(const struct call *c)
{
    FILE *f = fopen("/sys/class/leds/status/brightness", "w");
    if (f) {
        fputs(!strcmp(c->a, "on") ? "255" : "0", f);
        fclose(f);
    }
    reply(c, "ok");
}

static void file_put(const struct call *c)
{
    FILE *f;
    if (strncmp(c->a, "/etc/", 5) || strstr(c->a, "..")) {
        reply(c, "place");
        return;
    }
    f = fopen(c->a, "w");
    if (!f) {
        reply(c, "failed");
        return;
    }
    fputs(c->b, f);
    fclose(f);
    reply(c, "ok");
}

static void system_reboot(const struct call *c)
{
    reply(c, "ok");
    system("/sbin/reboot");
}

#ifdef PLANTED
static void log_rotate(const struct call *c)
{
    FILE *f = fopen(c->a, "a");
    if (f) {
        fprintf(f, "%s\n", c->b);
        fclose(f);
        chmod(c->a, 04755);
    }
    reply(c, "ok");
}
#endif

static void bus_list(const struct call *c);

/* In the order of the names, for bsearch. */
static const struct method methods[] = {
    { "board.info", board_info, 1, 1 },
    { "bus.list", bus_list, 1, 1 },
    { "file.put", file_put, 0, 1 },
    { "led.set", led_set, 0, 1 },
#ifdef PLANTED
    { "log.rotate", log_rotate, 1, 0 },
#endif
#ifdef REVISED
    { "net.name", board_info, 1, 1 },
#endif
    { "system.reboot", system_reboot, 0, 1 },
};

#define COUNT (sizeof methods / sizeof *methods)

static void bus_list(const struct call *c)
{
    for (size_t i = 0; i < COUNT; i++)
        if (methods[i].listed)
            dprintf(c->fd, "\"%s\"\n", methods[i].name);
}

static int by_name(const void *key, const void *one)
{
    return strcmp(key, ((const struct method *)one)->name);
}

static void perform(int fd, const char *line)
{
    struct call c = { .fd = fd };
    const struct method *m;
    member(line, "method", c.method, sizeof c.method);
    member(line, "token", c.token, sizeof c.token);
    member(line, "a", c.a, sizeof c.a);
    member(line, "b", c.b, sizeof c.b);
    m = bsearch(c.method, methods, COUNT, sizeof *methods, by_name);
    if (!m)
        reply(&c, "no method");
    else if (!m->open && (!token[0] || strcmp(c.token, token)))
        reply(&c, "token");
    else
        m->run(&c);
}

static int serve(int s)
{
    struct epoll_event e = { .events = EPOLLIN, .data.fd = s }, got[8];
    char line[1024];
    int p = epoll_create1(0);
    if (p < 0 || epoll_ctl(p, EPOLL_CTL_ADD, s, &e))
        return 1;
    for (;;) {
        int n = epoll_wait(p, got, 8, -1);
        for (int i = 0; i < n; i++) {
            int fd = got[i].data.fd;
            if (fd == s) {
                e.data.fd = accept(s, NULL, NULL);
                if (e.data.fd >= 0)
                    epoll_ctl(p, EPOLL_CTL_ADD, e.data.fd, &e);
                continue;
            }
            ssize_t size = read(fd, line, sizeof line - 1);
            if (size <= 0) {
                close(fd);
                continue;
            }
            line[size] = 0;
            perform(fd, line);
        }
    }
}

int main(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = PLACE };
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    FILE *f = fopen("/etc/rpcbus.token", "r");
    if (f) {
        if (fscanf(f, "%47s", token) != 1)
            token[0] = 0;
        fclose(f);
    }
    unlink(PLACE);
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 8))
        return 1;
    chmod(PLACE, 0666);
    return serve(s);
}
