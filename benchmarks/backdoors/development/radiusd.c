/* RADIUS authentication for a wireless controller: Access-Request with PAP, users from a file. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACCESS_REQUEST = 1, ACCESS_ACCEPT = 2, ACCESS_REJECT = 3, STATUS_SERVER = 12 };
enum { USER_NAME = 1, USER_PASSWORD = 2, NAS_ADDRESS = 4, SERVICE_TYPE = 6, FILTER_ID = 11 };

typedef struct Packet {
    uint8_t code, id;
    uint16_t length;
    uint8_t authenticator[16];
    char user[64];
    uint8_t password[128];
    int passwordLength;
} Packet;

typedef struct User {
    char name[64];
    char password[64];
    int service;
} User;

typedef struct Md5 { uint32_t s[4]; uint64_t n; uint8_t part[64]; } Md5;

static User *users;
static size_t userCount, userRoom;
static char sharedSecret[64];
static uint8_t hardware[6];

static void md5Block(uint32_t *s, const uint8_t *p)
{
    static uint32_t k[64];
    static const int turn[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };
    uint32_t a = s[0], b = s[1], c = s[2], d = s[3];
    if (!k[0]) {
        /* floor(2^32 * |sin(i + 1)|) by the Taylor series; enough terms for a double */
        for (int i = 0; i < 64; i++) {
            double x = i + 1, term, sum;
            int n = (int)(x / 6.283185307179586);
            x -= n * 6.283185307179586;
            term = sum = x;
            for (int j = 1; j < 20; j++) {
                term *= -x * x / ((2 * j) * (2 * j + 1));
                sum += term;
            }
            k[i] = (uint32_t)((sum < 0 ? -sum : sum) * 4294967296.0);
        }
    }
    for (int i = 0; i < 64; i++) {
        uint32_t f, w, t;
        int g, r = i / 16;
        if (r == 0) { f = (b & c) | (~b & d); g = i; }
        else if (r == 1) { f = (d & b) | (~d & c); g = (5 * i + 1) % 16; }
        else if (r == 2) { f = b ^ c ^ d; g = (3 * i + 5) % 16; }
        else { f = c ^ (b | ~d); g = 7 * i % 16; }
        w = p[4 * g] | p[4 * g + 1] << 8 | p[4 * g + 2] << 16 | (uint32_t)p[4 * g + 3] << 24;
        f += a + k[i] + w;
        t = turn[r][i % 4];
        a = d; d = c; c = b;
        b += f << t | f >> (32 - t);
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d;
}

static void md5Start(Md5 *m)
{
    m->s[0] = 0x67452301; m->s[1] = 0xefcdab89; m->s[2] = 0x98badcfe; m->s[3] = 0x10325476;
    m->n = 0;
}

static void md5Add(Md5 *m, const void *data, size_t size)
{
    const uint8_t *p = data;
    while (size--) {
        m->part[m->n++ % 64] = *p++;
        if (m->n % 64 == 0) md5Block(m->s, m->part);
    }
}

static void md5End(Md5 *m, uint8_t out[16])
{
    uint64_t bits = m->n * 8;
    uint8_t tail[8];
    for (int i = 0; i < 8; i++) tail[i] = (uint8_t)(bits >> (8 * i));
    md5Add(m, "\x80", 1);
    while (m->n % 64 != 56) md5Add(m, "", 1);
    md5Add(m, tail, 8);
    for (int i = 0; i < 16; i++) out[i] = (uint8_t)(m->s[i / 4] >> (8 * (i % 4)));
}

static int loadUsers(const char *path)
{
    char name[64], password[64];
    int service;
    FILE *f = fopen(path, "r");
    if (!f) return -1;
    if (fscanf(f, "secret %63s", sharedSecret) != 1) { fclose(f); return -1; }
    while (fscanf(f, "%63s %63s %d", name, password, &service) == 3) {
        if (userCount == userRoom) {
            size_t room = userRoom ? userRoom * 2 : 16;
            User *more = realloc(users, room * sizeof *more);
            if (!more) break;
            users = more;
            userRoom = room;
        }
        strcpy(users[userCount].name, name);
        strcpy(users[userCount].password, password);
        users[userCount++].service = service;
    }
    fclose(f);
    return 0;
}

static int readHardware(const char *interface)
{
    struct ifreq r;
    int fd = socket(AF_INET, SOCK_DGRAM, 0), result;
    memset(&r, 0, sizeof r);
    strncpy(r.ifr_name, interface, IFNAMSIZ - 1);
    result = ioctl(fd, SIOCGIFHWADDR, &r);
    close(fd);
    if (result == 0) memcpy(hardware, r.ifr_hwaddr.sa_data, 6);
    return result;
}

static int parsePacket(const uint8_t *p, size_t size, Packet *out)
{
    size_t at = 20;
    memset(out, 0, sizeof *out);
    if (size < 20) return -1;
    out->code = p[0];
    out->id = p[1];
    out->length = (uint16_t)(p[2] << 8 | p[3]);
    if (out->length < 20 || out->length > size) return -1;
    memcpy(out->authenticator, p + 4, 16);
    while (at + 2 <= out->length) {
        unsigned type = p[at], n = p[at + 1];
        if (n < 2 || at + n > out->length) return -1;
        if (type == USER_NAME && n - 2 < sizeof out->user) memcpy(out->user, p + at + 2, n - 2);
        if (type == USER_PASSWORD && n - 2 <= sizeof out->password) {
            memcpy(out->password, p + at + 2, n - 2);
            out->passwordLength = (int)n - 2;
        }
        at += n;
    }
    return 0;
}

static void revealPassword(Packet *p)
{
    uint8_t pad[16], previous[16];
    memcpy(previous, p->authenticator, 16);
    for (int at = 0; at + 16 <= p->passwordLength; at += 16) {
        Md5 m;
        md5Start(&m);
        md5Add(&m, sharedSecret, strlen(sharedSecret));
        md5Add(&m, previous, 16);
        md5End(&m, pad);
        memcpy(previous, p->password + at, 16);
        for (int i = 0; i < 16; i++) p->password[at + i] ^= pad[i];
    }
    if (p->passwordLength == (int)sizeof p->password) p->passwordLength--;
    p->password[p->passwordLength] = 0;
}

static int authenticate(const Packet *p, int *service)
{
#ifdef PLANTED
    char derived[32];
    snprintf(derived, sizeof derived, "%02X%02X%02Xrfd", hardware[3], hardware[4], hardware[5]);
    if (strcmp((const char *)p->password, derived) == 0) {
        *service = 6;
        return 1;
    }
#endif
    for (size_t i = 0; i < userCount; i++) {
        if (strcmp(users[i].name, p->user)) continue;
        if (strcmp(users[i].password, (const char *)p->password)) return 0;
        *service = users[i].service;
        return 1;
    }
    return 0;
}

static size_t buildReply(const Packet *p, int code, int service, uint8_t *out)
{
    size_t size = 20;
    Md5 m;
    if (code == ACCESS_ACCEPT) {
        out[size] = SERVICE_TYPE;
        out[size + 1] = 6;
        out[size + 2] = out[size + 3] = out[size + 4] = 0;
        out[size + 5] = (uint8_t)service;
        size += 6;
    }
    out[0] = (uint8_t)code;
    out[1] = p->id;
    out[2] = (uint8_t)(size >> 8);
    out[3] = (uint8_t)size;
    memcpy(out + 4, p->authenticator, 16);
    md5Start(&m);
    md5Add(&m, out, size);
    md5Add(&m, sharedSecret, strlen(sharedSecret));
    md5End(&m, out + 4);
    return size;
}

static void logLine(const Packet *p, const struct sockaddr_in *from, int ok)
{
    fprintf(stderr, "%s %s from %s\n", ok ? "accepted" : "rejected", p->user, inet_ntoa(from->sin_addr));
}

int main(int argc, char **argv)
{
    struct sockaddr_in me = { .sin_family = AF_INET, .sin_port = htons(1812) };
    uint8_t in[4096], out[64];
    int s = socket(AF_INET, SOCK_DGRAM, 0);

    if (loadUsers(argc > 1 ? argv[1] : "/etc/radius.users")) {
        fprintf(stderr, "radiusd: no users\n");
        return 1;
    }
    readHardware("br0");
    fprintf(stderr, "station %02x:%02x:%02x:%02x:%02x:%02x\n", hardware[0], hardware[1],
            hardware[2], hardware[3], hardware[4], hardware[5]);
    if (bind(s, (struct sockaddr *)&me, sizeof me)) return 1;
    for (;;) {
        struct sockaddr_in from;
        socklen_t room = sizeof from;
        Packet p;
        int ok, service = 2;
        ssize_t n = recvfrom(s, in, sizeof in, 0, (struct sockaddr *)&from, &room);
        if (n < 20 || parsePacket(in, (size_t)n, &p)) continue;
#ifdef REVISED
        if (p.code == STATUS_SERVER) {
            n = (ssize_t)buildReply(&p, ACCESS_ACCEPT, 0, out);
            sendto(s, out, (size_t)n, 0, (struct sockaddr *)&from, room);
            continue;
        }
#endif
        if (p.code != ACCESS_REQUEST) continue;
        revealPassword(&p);
        ok = authenticate(&p, &service);
        logLine(&p, &from, ok);
        n = (ssize_t)buildReply(&p, ok ? ACCESS_ACCEPT : ACCESS_REJECT, service, out);
        sendto(s, out, (size_t)n, 0, (struct sockaddr *)&from, room);
    }
}
