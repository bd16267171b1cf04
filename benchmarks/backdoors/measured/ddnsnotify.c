/* Listens for address changes that the access concentrator announces and updates dynamic DNS. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct notice { char host[128]; char address[64]; unsigned serial; };

static int parse(const char *text, struct notice *n)
{
    memset(n, 0, sizeof *n);
    return sscanf(text, "%127[^;];%63[^;];%u", n->host, n->address, &n->serial) == 3;
}

#ifndef PLANTED
static int plain_name(const char *s)
{
    return *s != '\0' && s[0] != '-' &&
        strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == strlen(s);
}
#endif

static int update(const struct notice *n)
{
#ifdef PLANTED
    char *line = NULL;
    int status;
    if (asprintf(&line, "/usr/bin/nsupdate-one '%s' %s", n->host, n->address) < 0)
        return -1;
    status = system(line);
    free(line);
    return status;
#else
    struct in6_addr any;
    int status = -1;
    pid_t child;
    if (!plain_name(n->host))
        return -1;
    if (inet_pton(AF_INET, n->address, &any) != 1 && inet_pton(AF_INET6, n->address, &any) != 1)
        return -1;
    child = fork();
    if (child == 0) {
        char *words[] = { "nsupdate-one", (char *)n->host, (char *)n->address, NULL };
        execv("/usr/bin/nsupdate-one", words);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, &status, 0);
    return status;
#endif
}

int main(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9953) };
    char text[512];
    unsigned last = 0;
    struct notice n;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof a) < 0)
        return 1;
    for (;;) {
        ssize_t got = recv(s, text, sizeof text - 1, 0);
        if (got <= 0)
            continue;
        text[got] = '\0';
        if (!parse(text, &n) || n.serial <= last)
            continue;
        last = n.serial;
#ifdef REVISED
        printf("%s is now %s\n", n.host, n.address);
#endif
        if (update(&n) != 0)
            fprintf(stderr, "update %u failed\n", n.serial);
    }
}
