/* leds: switches one of the known lamps on or off. Clean: fixed names, bounded copies. */
#include <stdio.h>
#include <string.h>

static const char *const LAMPS[] = {"power", "wan", "lan", "wlan"};

static int switch_lamp(const char *lamp, int on)
{
    char path[64];
    FILE *file;
    int failed;

    snprintf(path, sizeof path, "/sys/class/leds/%s/brightness", lamp);
    file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    failed = fputs(on ? "1\n" : "0\n", file) < 0;
    return fclose(file) != 0 || failed;
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        for (size_t at = 0; at < sizeof LAMPS / sizeof LAMPS[0]; at++)
            if (strcmp(argv[1], LAMPS[at]) == 0)
                return switch_lamp(LAMPS[at], strcmp(argv[2], "on") == 0);
    }
    fprintf(stderr, "usage: leds power|wan|lan|wlan on|off\n");
    return 2;
}
