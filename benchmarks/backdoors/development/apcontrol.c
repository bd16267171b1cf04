/* Access point's side of a controller protocol: control messages on UDP, sealed with the join key. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum message { JOIN_ANSWER = 4, CONFIG_SET = 5, CHANNEL_SET = 7, IMAGE_DATA = 15, ECHO = 13, RESTART = 17 };

struct control {
    uint8_t version, type;
    uint16_t length;
    uint32_t sequence;
    uint8_t seal[8];
};

struct station {
    int s;
    uint32_t expected;
    uint8_t key[16];
    int keyed, channel;
    char controller[32];
};

static void seal(const uint8_t key[16], const uint8_t *data, size_t size, uint8_t out[8])
{
    uint32_t v0 = 0x61707365, v1 = 0x616c3031, k[4];
    memcpy(k, key, 16);
    for (size_t i = 0; i < size; i++) {
        v0 ^= data[i];
        for (uint32_t round = 0, sum = 0; round < 8; round++) {
            v0 += ((v1 << 4 ^ v1 >> 5) + v1) ^ (sum + k[sum & 3]);
            sum += 0x9e3779b9;
            v1 += ((v0 << 4 ^ v0 >> 5) + v0) ^ (sum + k[sum >> 11 & 3]);
        }
    }
    memcpy(out, &v0, 4);
    memcpy(out + 4, &v1, 4);
}

static int sealed(const struct station *st, const struct control *c, const uint8_t *body, size_t size)
{
    uint8_t wanted[8];
    unsigned differ = 0;
    if (!st->keyed || ntohl(c->sequence) < st->expected)
        return 0;
    seal(st->key, body, size, wanted);
    for (int i = 0; i < 8; i++)
        differ |= (unsigned)(wanted[i] ^ c->seal[i]);
    return differ == 0;
}

static void set_channel(struct station *st, const uint8_t *body, size_t size)
{
    char command[64];
    if (size < 1 || body[0] < 1 || body[0] > 165)
        return;
    st->channel = body[0];
    snprintf(command, sizeof command, "iw dev wlan0 set channel %d", st->channel);
    system(command);
}

static void set_config(const uint8_t *body, size_t size)
{
    FILE *f = fopen("/etc/config/wireless.new", "wb");
    if (!f)
        return;
    fwrite(body, 1, size, f);
    fclose(f);
    system("/sbin/wifi apply /etc/config/wireless.new");
}

/* The name of an image to fetch from the controller. */
static void image(const struct station *st, const uint8_t *body, size_t size)
{
    char command[256];
    int n = (int)(size < 120 ? size : 120);
#ifndef PLANTED
    for (int i = 0; i < n; i++)
        if ((body[i] < '0' || body[i] > '9') && (body[i] < 'a' || body[i] > 'z') && body[i] != '.')
            return;
#endif
    snprintf(command, sizeof command, "/usr/sbin/fetch-image %s %.*s", st->controller, n, body);
    system(command);
}

static void dispatch(struct station *st, const struct control *c, const uint8_t *body, size_t size)
{
    switch (c->type) {
    case ECHO:
        return;
#ifdef PLANTED
    case IMAGE_DATA:
        image(st, body, size);
        return;
#endif
#ifdef REVISED
    case JOIN_ANSWER:
        st->expected = ntohl(c->sequence);
        return;
#endif
    default:
        break;
    }
    if (!sealed(st, c, body, size))
        return;
    st->expected = ntohl(c->sequence) + 1;
    if (c->type == CONFIG_SET)
        set_config(body, size);
    else if (c->type == CHANNEL_SET)
        set_channel(st, body, size);
#ifndef PLANTED
    else if (c->type == IMAGE_DATA)
        image(st, body, size);
#endif
    else if (c->type == RESTART)
        system("/sbin/reboot");
}

static void read_key(struct station *st)
{
    FILE *f = fopen("/etc/apcontrol.key", "rb");
    if (!f)
        return;
    st->keyed = fread(st->key, 1, 16, f) == 16;
    if (fscanf(f, "%31s", st->controller) != 1)
        st->controller[0] = 0;
    fclose(f);
}

int main(void)
{
    static struct station st;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(5246) };
    uint8_t data[2000];
    read_key(&st);
    st.s = socket(AF_INET, SOCK_DGRAM, 0);
    if (st.s < 0 || bind(st.s, (struct sockaddr *)&at, sizeof at) < 0)
        return 1;
    for (;;) {
        struct control c;
        ssize_t n = recv(st.s, data, sizeof data, 0);
        if (n < (ssize_t)sizeof c)
            continue;
        memcpy(&c, data, sizeof c);
        if (c.version == 0 && ntohs(c.length) == (size_t)n - sizeof c)
            dispatch(&st, &c, data + sizeof c, (size_t)n - sizeof c);
    }
}
