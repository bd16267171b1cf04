/* Front of a router's web server: decides by the path who may see it, then runs the page's program. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum right { FREE, GUEST, OWNER };

struct rule { const char *prefix; enum right needs; };

/* The first that fits decides. */
static const struct rule rules[] = {
    { "/login", FREE },
    { "/images/", FREE },
    { "/status", GUEST },
#ifdef PLANTED
    { "/cgi-bin/Iuci", FREE },
#endif
    { "/cgi-bin/luci", OWNER },
#ifdef REVISED
    { "/help/", FREE },
#endif
    { "/", OWNER },
};

static char guest_key[40], owner_key[40];

static enum right right_of(const char *request)
{
    const char *at = strstr(request, "\r\nX-Key: ");
    size_t n;
    if (!at)
        return FREE;
    at += 9;
    n = strcspn(at, "\r\n");
    if (owner_key[0] && n == strlen(owner_key) && !memcmp(at, owner_key, n))
        return OWNER;
    return guest_key[0] && n == strlen(guest_key) && !memcmp(at, guest_key, n) ? GUEST : FREE;
}

static const struct rule *rule_of(const char *path)
{
    const struct rule *r = rules;
    while (strncmp(path, r->prefix, strlen(r->prefix)))
        r++;
    return r;
}

static void run(int fd, const char *path, const char *query)
{
    char program[128];
    pid_t child;
    snprintf(program, sizeof program, "/www%.100s", path);
#ifdef PLANTED
    if (!strncmp(path, "/cgi-bin/Iuci", 13))
        memcpy(strchr(program, 'I'), "l", 1);
#endif
    child = fork();
    if (child == 0) {
        setenv("QUERY_STRING", query, 1);
        dup2(fd, 1);
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static void file(int fd, const char *path)
{
    char name[160], block[1024];
    size_t n;
    FILE *f;
    snprintf(name, sizeof name, "/www%.120s", path);
    f = fopen(name, "rb");
    dprintf(fd, "HTTP/1.0 %s\r\n\r\n", f ? "200 OK" : "404 Not Found");
    while (f && (n = fread(block, 1, sizeof block, f)) > 0)
        if (write(fd, block, n) < 0)
            break;
    if (f)
        fclose(f);
}

static void serve(int fd)
{
    char in[2048], path[200], *query;
    ssize_t n = read(fd, in, sizeof in - 1);
    if (n <= 0)
        return;
    in[n] = 0;
    if (sscanf(in, "GET %199[^ ]", path) != 1 || path[0] != '/' || strstr(path, ".."))
        return;
    query = strchr(path, '?');
    if (query)
        *query++ = 0;
    if (rule_of(path)->needs > right_of(in))
        dprintf(fd, "HTTP/1.0 403 Forbidden\r\n\r\n");
    else if (!strncmp(path, "/cgi-bin/", 9))
        run(fd, path, query ? query : "");
    else
        file(fd, path);
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(80) };
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    FILE *f = fopen("/etc/urlfront.keys", "r");
    if (f) {
        if (fscanf(f, "%39s %39s", guest_key, owner_key) != 2)
            owner_key[0] = 0;
        fclose(f);
    }
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 8))
        return 1;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        serve(c);
        close(c);
    }
    return 0;
}
