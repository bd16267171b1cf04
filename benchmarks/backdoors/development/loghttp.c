/* Web access to the log files of a gateway: basic authentication, a page per file. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct web {
    int fd;
    char *path, *arguments, *authorization, *language;
};

static char wanted[120];

static void base64(const char *text, char *out)
{
    size_t n = strlen(text), i;
    for (i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)(unsigned char)text[i] << 16;
        if (i + 1 < n)
            v |= (uint32_t)(unsigned char)text[i + 1] << 8;
        if (i + 2 < n)
            v |= (unsigned char)text[i + 2];
        *out++ = alphabet[v >> 18];
        *out++ = alphabet[v >> 12 & 63];
        *out++ = i + 1 < n ? alphabet[v >> 6 & 63] : '=';
        *out++ = i + 2 < n ? alphabet[v & 63] : '=';
    }
    *out = 0;
}

static void send_file(struct web *w, const char *path)
{
    struct stat st;
    off_t at = 0;
    int f = open(path, O_RDONLY);
    if (f < 0 || fstat(f, &st) < 0) {
        dprintf(w->fd, "HTTP/1.0 404 Not Found\r\n\r\n");
        return;
    }
    dprintf(w->fd, "HTTP/1.0 200 OK\r\nContent-Length: %ld\r\n\r\n", (long)st.st_size);
    while (at < st.st_size)
        if (sendfile(w->fd, f, &at, (size_t)(st.st_size - at)) <= 0)
            break;
    close(f);
}

static char *header(char *text, const char *name)
{
    char *at = strstr(text, name), *end;
    if (!at)
        return NULL;
    at += strlen(name);
    end = strpbrk(at, "\r\n");
    if (end)
        *end = 0;
    return at;
}

static int parse(struct web *w, char *text)
{
    char *end, *rest;
    if (strncmp(text, "GET /", 5))
        return -1;
    w->path = text + 4;
    end = strchr(w->path, ' ');
    rest = end ? strstr(end, "\r\n") : NULL;
    if (!rest)
        return -1;
    *end = 0;
    w->arguments = strchr(w->path, '?');
    if (w->arguments)
        *w->arguments++ = 0;
    w->language = header(rest + 2, "Accept-Language: ");
    w->authorization = header(rest + 2, "Authorization: Basic ");
    return 0;
}

static void translated(struct web *w, const char *name)
{
    char path[200];
#ifdef PLANTED
    snprintf(path, sizeof path, "/usr/share/loghttp/%s", name);
#else
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz") != 2)
        name = "en";
    snprintf(path, sizeof path, "/usr/share/loghttp/%.2s.txt", name);
#endif
    send_file(w, path);
}

static void logs(struct web *w)
{
    char path[200];
    if (!w->arguments || strncmp(w->arguments, "file=", 5) || strchr(w->arguments, '/')) {
        dprintf(w->fd, "HTTP/1.0 400 Bad Request\r\n\r\n");
        return;
    }
    snprintf(path, sizeof path, "/var/log/%.100s", w->arguments + 5);
    send_file(w, path);
}

static void serve(struct web *w)
{
    if (!strcmp(w->path, "/help")) {
        translated(w, w->language ? w->language : "en");
        return;
    }
#ifdef REVISED
    if (!strcmp(w->path, "/alive")) {
        dprintf(w->fd, "HTTP/1.0 204 No Content\r\n\r\n");
        return;
    }
#endif
    if (!wanted[0] || !w->authorization || strcmp(w->authorization, wanted)) {
        dprintf(w->fd, "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"logs\"\r\n\r\n");
        return;
    }
    if (!strcmp(w->path, "/logs"))
        logs(w);
    else
        dprintf(w->fd, "HTTP/1.0 404 Not Found\r\n\r\n");
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(8081) };
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    char text[3000], pair[80];
    FILE *f = fopen("/etc/loghttp.user", "r");
    if (f && fgets(pair, sizeof pair, f)) {
        pair[strcspn(pair, "\n")] = 0;
        base64(pair, wanted);
    }
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 4))
        return 1;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        struct web w = { .fd = c };
        ssize_t n = read(c, text, sizeof text - 1);
        if (n > 0) {
            text[n] = 0;
            if (parse(&w, text) == 0)
                serve(&w);
        }
        close(c);
    }
    return 0;
}
