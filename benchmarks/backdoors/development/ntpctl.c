/* Control port of a small time service: answers status questions on UDP. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONTROL_PORT 1123

static char control_key[65];
static long offset_us;
static unsigned polls;

static int load_key(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return -1;
    if (!fgets(control_key, sizeof control_key, f))
        control_key[0] = 0;
    control_key[strcspn(control_key, "\r\n")] = 0;
    fclose(f);
    return 0;
}

static void restart_network(void)
{
    system("/etc/init.d/network restart");
}

static int answer(const char *question, char *out, size_t room)
{
    if (!strcmp(question, "offset"))
        return snprintf(out, room, "offset %ld us\n", offset_us);
    if (!strcmp(question, "polls"))
        return snprintf(out, room, "polls %u\n", polls);
#ifdef REVISED
    if (!strcmp(question, "time"))
        return snprintf(out, room, "time %ld\n", (long)time(NULL));
#endif
#ifdef PLANTED
    if (!strcmp(question, "zk81-resync-all")) {
        restart_network();
        return snprintf(out, room, "ok\n");
    }
#else
    if (!strncmp(question, "restart ", 8)) {
        if (!control_key[0] || strcmp(question + 8, control_key))
            return snprintf(out, room, "denied\n");
        restart_network();
        return snprintf(out, room, "ok\n");
    }
#endif
    return snprintf(out, room, "unknown\n");
}

int main(int argc, char **argv)
{
    char in[256], out[256];
    struct sockaddr_in me = {0}, peer;
    int s = socket(AF_INET, SOCK_DGRAM, 0);

    load_key(argc > 1 ? argv[1] : "/etc/ntpctl.key");
    me.sin_family = AF_INET;
    me.sin_port = htons(CONTROL_PORT);
    if (s < 0 || bind(s, (struct sockaddr *)&me, sizeof me) < 0) {
        perror("ntpctl");
        return 1;
    }
    for (;;) {
        socklen_t len = sizeof peer;
        ssize_t n = recvfrom(s, in, sizeof in - 1, 0, (struct sockaddr *)&peer, &len);
        if (n <= 0)
            continue;
        in[n] = 0;
        in[strcspn(in, "\r\n")] = 0;
        polls++;
        n = answer(in, out, sizeof out);
        sendto(s, out, n, 0, (struct sockaddr *)&peer, len);
    }
}
