/* The network commands: telnetd, wget, ping, ifconfig. */
#include "toolbox.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Gives every connection the program named by -l; no terminal negotiation (RFC 854 NVT). */
int telnetd_main(int argc, char **argv)
{
    struct sockaddr_in local = {.sin_family = AF_INET};
    const char *login = "/bin/login";
    int option, on = 1, port = 23;
    int sock = socket(AF_INET, SOCK_STREAM, 0);

    while ((option = getopt(argc, argv, "l:p:")) != -1) {
        if (option == 'l')
            login = optarg;
        else if (option == 'p')
            port = atoi(optarg);
        else
            return 2;
    }
    local.sin_port = htons((unsigned short)port);
    setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(sock, (struct sockaddr *)&local, sizeof local) < 0 || listen(sock, 4) < 0) {
        perror("telnetd");
        return 1;
    }
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int client = accept(sock, NULL, NULL);
        if (client >= 0 && fork() == 0) {
            signal(SIGCHLD, SIG_DFL);
            for (int end = 0; end < 3; end++)
                dup2(client, end);
            close(client);
            close(sock);
            execl(login, login, (char *)NULL);
            _exit(127);
        }
        close(client);
    }
}

static int connect_to(const char *host, const char *port)
{
    struct addrinfo wanted = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int sock;

    if (getaddrinfo(host, port, &wanted, &found) != 0)
        return -1;
    sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock >= 0 && connect(sock, found->ai_addr, found->ai_addrlen) < 0) {
        close(sock);
        sock = -1;
    }
    freeaddrinfo(found);
    return sock;
}

/* Reads the reply's head line by line, then copies the body. */
static int save_reply(FILE *reply, FILE *out)
{
    char block[1024];
    int code = 0;
    size_t got;

    if (fgets(block, sizeof block, reply) == NULL || sscanf(block, "HTTP/1.%*c %d", &code) != 1)
        return 1;
    while (fgets(block, sizeof block, reply) != NULL && block[0] != '\r' && block[0] != '\n')
        ;
    while (code == 200 && (got = fread(block, 1, sizeof block, reply)) > 0)
        if (fwrite(block, 1, got, out) != got)
            return 1;
    return code != 200;
}

int wget_main(int argc, char **argv)
{
    char host[128], port[8] = "80", path[256] = "";
    const char *target = "/dev/stdout";
    FILE *reply, *out;
    int option, sock, failed;

    while ((option = getopt(argc, argv, "qO:")) != -1)
        if (option == 'O')
            target = strcmp(optarg, "-") == 0 ? "/dev/stdout" : optarg;
    if (optind >= argc || (sscanf(argv[optind], "http://%127[^:/]:%7[0-9]/%255s", host, port, path) < 2 &&
                           sscanf(argv[optind], "http://%127[^/]/%255s", host, path) < 1)) {
        fprintf(stderr, "usage: wget [-q] [-O FILE] http://HOST[:PORT]/PATH\n");
        return 2;
    }
    sock = connect_to(host, port);
    if (sock < 0 || (reply = fdopen(sock, "r+")) == NULL)
        return 1;
    dprintf(sock, "GET /%s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host);
    out = fopen(target, "w");
    failed = out == NULL || save_reply(reply, out);
    fclose(reply);
    return (out != NULL && fclose(out) != 0) || failed;
}

static unsigned short checksum_of(const unsigned short *words, size_t count)
{
    unsigned sum = 0;

    while (count-- > 0)
        sum += *words++;
    sum = (sum >> 16) + (sum & 0xffff);
    return (unsigned short)~(sum + (sum >> 16));
}

static int ping_once(int sock, const struct sockaddr *peer, socklen_t size, int sequence)
{
    struct icmphdr request = {.type = ICMP_ECHO, .un.echo = {.sequence = htons((unsigned short)sequence)}};
    unsigned char reply[256];
    ssize_t got;

    request.un.echo.id = htons((unsigned short)getpid());
    request.checksum = checksum_of((const unsigned short *)&request, sizeof request / 2);
    if (sendto(sock, &request, sizeof request, 0, peer, size) < 0)
        return 0;
    while ((got = recv(sock, reply, sizeof reply, 0)) > 0) {
        size_t head = (size_t)(reply[0] & 15) * 4;
        if ((size_t)got < head + 8 || reply[head] != ICMP_ECHOREPLY)
            continue;
        if (memcmp(reply + head + 4, &request.un.echo, 4) == 0)
            return 1;
    }
    return 0;
}

int ping_main(int argc, char **argv)
{
    struct addrinfo wanted = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
    struct timeval patience = {.tv_sec = 1};
    struct addrinfo *found = NULL;
    int sock, answered = 0;

    if (argc != 2 || getaddrinfo(argv[1], NULL, &wanted, &found) != 0) {
        fprintf(stderr, "usage: ping HOST\n");
        return 2;
    }
    sock = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    if (sock < 0) {
        perror("ping");
        return 1;
    }
    setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    for (int sequence = 1; sequence <= 3; sequence++) {
        int came = ping_once(sock, found->ai_addr, found->ai_addrlen, sequence);
        printf("%s: seq=%d %s\n", argv[1], sequence, came ? "answer" : "no answer");
        answered += came;
    }
    freeaddrinfo(found);
    return answered == 0;
}

int ifconfig_main(int argc, char **argv)
{
    struct ifreq request = {0};
    struct sockaddr_in address = {.sin_family = AF_INET};
    int sock = socket(AF_INET, SOCK_DGRAM, 0);

    if (argc != 3 || inet_pton(AF_INET, argv[2], &address.sin_addr) != 1) {
        fprintf(stderr, "usage: ifconfig INTERFACE ADDRESS\n");
        return 2;
    }
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", argv[1]);
    memcpy(&request.ifr_addr, &address, sizeof address);
    if (ioctl(sock, SIOCSIFADDR, &request) < 0 || ioctl(sock, SIOCGIFFLAGS, &request) < 0) {
        perror(argv[1]);
        return 1;
    }
    request.ifr_flags |= IFF_UP | IFF_RUNNING;
    return ioctl(sock, SIOCSIFFLAGS, &request) < 0;
}
