/* ntpd-lite: sets the clock from one SNTP server (RFC 4330) every hour.
 *
 * Clean: bounded copies, reply checked against the request, no shell. */
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NTP_SIZE 48
#define NTP_EPOCH 2208988800u /* seconds from 1900 to 1970 */
#define CONFIG_PATH "/etc/config/ntp"
#define HOUR_SECONDS 3600

static int read_server(char *server, size_t size)
{
    char line[160];
    char text[128];
    int found = 0;
    FILE *file = fopen(CONFIG_PATH, "r");

    if (file == NULL)
        return 0;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, " option server '%127[^']'", text) == 1) {
            snprintf(server, size, "%s", text);
            found = 1;
        }
    }
    fclose(file);
    return found;
}

static int open_server(const char *server)
{
    struct addrinfo wanted = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    struct timeval patience = {.tv_sec = 5};
    int sock;

    if (getaddrinfo(server, "123", &wanted, &found) != 0)
        return -1;
    sock = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (sock >= 0 && connect(sock, found->ai_addr, found->ai_addrlen) < 0) {
        close(sock);
        sock = -1;
    }
    freeaddrinfo(found);
    if (sock >= 0)
        setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return sock;
}

static int ask(int sock, uint32_t *seconds)
{
    uint8_t request[NTP_SIZE] = {0x23}; /* version 4, mode 3: client */
    uint8_t reply[NTP_SIZE];
    uint32_t cookie = (uint32_t)time(NULL);

    memcpy(request + 40, &cookie, sizeof cookie);
    if (send(sock, request, sizeof request, 0) != NTP_SIZE)
        return 0;
    if (recv(sock, reply, sizeof reply, 0) != NTP_SIZE)
        return 0;
    if ((reply[0] & 7) != 4 || reply[1] == 0 || reply[1] > 15)
        return 0;
    if (memcmp(reply + 24, request + 40, 8) != 0)
        return 0;
    *seconds = (uint32_t)reply[40] << 24 | (uint32_t)reply[41] << 16 | (uint32_t)reply[42] << 8 | reply[43];
    return *seconds > NTP_EPOCH;
}

static void set_clock(const char *server)
{
    struct timespec now = {0};
    uint32_t seconds = 0;
    int sock = open_server(server);

    if (sock < 0)
        return;
    if (ask(sock, &seconds)) {
        now.tv_sec = (time_t)(seconds - NTP_EPOCH);
        if (clock_settime(CLOCK_REALTIME, &now) != 0)
            perror("ntpd-lite: clock_settime");
    }
    close(sock);
}

int main(void)
{
    char server[128];

    if (!read_server(server, sizeof server)) {
        fprintf(stderr, "ntpd-lite: no server in %s\n", CONFIG_PATH);
        return 1;
    }
    for (;;) {
        set_clock(server);
        sleep(HOUR_SECONDS);
    }
}
