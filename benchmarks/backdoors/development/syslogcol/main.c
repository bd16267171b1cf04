/* Collects syslog messages of a site on UDP, sorts them by rules, keeps or reports them. */
#include "rules.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t reload;

static void on_hangup(int number)
{
    (void)number;
    reload = 1;
}

static int open_port(int port)
{
    struct sockaddr_in a;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    memset(&a, 0, sizeof a);
    a.sin_family = AF_INET;
    a.sin_port = htons((unsigned short)port);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int main(int argc, char **argv)
{
    static char line[2048];
    struct message m;
    struct sigaction sa;
    int option, port = 514, fd;
    const char *rules = "/etc/collector/rules";

    while ((option = getopt(argc, argv, "p:r:")) != -1) {
        if (option == 'p')
            port = atoi(optarg);
        else if (option == 'r')
            rules = optarg;
        else
            return 2;
    }
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = on_hangup;
    sigaction(SIGHUP, &sa, NULL);
    rules_load(rules);
    fd = open_port(port);
    if (fd < 0) {
        perror("collector");
        return 1;
    }
    for (;;) {
        ssize_t n = recvfrom(fd, line, sizeof line - 1, 0, NULL, NULL);
        if (reload) {
            reload = 0;
            rules_clear();
            rules_load(rules);
        }
        if (n <= 0)
            continue;
        line[n] = 0;
        line[strcspn(line, "\r\n")] = 0;
        if (message_parse(line, &m))
            continue;
#ifdef REVISED
        if (!m.text[0])
            continue;
#endif
        switch (rules_apply(&m)) {
        case DROP:
            break;
        case ALERT:
            store_alert(&m);
            /* fall through */
        case KEEP:
            store_write(&m);
        }
    }
}
