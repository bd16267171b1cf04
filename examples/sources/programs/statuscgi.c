/* status.cgi: reports version, uptime and load as a small JSON document. */
#include <stdio.h>
#include <string.h>

static void print_first_line(const char *key, const char *path)
{
    char line[128];
    FILE *file = fopen(path, "r");

    line[0] = '\0';
    if (file != NULL) {
        if (fgets(line, sizeof line, file) == NULL)
            line[0] = '\0';
        fclose(file);
    }
    line[strcspn(line, "\"\\\n")] = '\0';
    printf("  \"%s\": \"%s\"", key, line);
}

int main(void)
{
    printf("Content-Type: application/json\r\n\r\n{\n");
    print_first_line("version", "/etc/version");
    printf(",\n");
    print_first_line("uptime", "/proc/uptime");
    printf(",\n");
    print_first_line("load", "/proc/loadavg");
    printf("\n}\n");
    return 0;
}
