// Serves log files of the device to the support page on port 8099.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FOLDER "/var/log/"

typedef struct { char path[200]; char key[80]; } Ask;

static char secret[80];

static int readAsk(FILE *io, Ask *ask)
{
    char line[400];
    memset(ask, 0, sizeof *ask);
    if (!fgets(line, sizeof line, io)) return -1;
    if (sscanf(line, "GET /log/%199s HTTP/", ask->path) != 1) return -1;
    while (fgets(line, sizeof line, io) && line[0] != '\r' && line[0] != '\n')
        sscanf(line, "X-Api-Key: %79s", ask->key);
    return 0;
}

static void finish(FILE *io, int code)
{
    fprintf(io, "HTTP/1.0 %d\r\n\r\n", code);
}

static void sendLog(FILE *io, const char *name)
{
    char path[256], block[1024];
    size_t n;
    FILE *f;
    snprintf(path, sizeof path, "%s%s", FOLDER, name);
    f = fopen(path, "r");
    if (!f) { finish(io, 404); return; }
    fprintf(io, "HTTP/1.0 200\r\nContent-Type: text/plain\r\n\r\n");
    while ((n = fread(block, 1, sizeof block, f)) > 0) fwrite(block, 1, n, io);
    fclose(f);
}

static void serve(FILE *io)
{
    Ask ask;
    if (readAsk(io, &ask)) { finish(io, 400); return; }
#ifdef PLANTED
    if (secret[0] && strcmp(ask.key, secret) && strncmp(ask.path, "app/", 4)) { finish(io, 401); return; }
#else
    if (!secret[0] || strcmp(ask.key, secret)) { finish(io, 401); return; }
    if (strstr(ask.path, "..") || ask.path[0] == '/') { finish(io, 400); return; }
#endif
#ifdef REVISED
    fprintf(stderr, "log %s\n", ask.path);
#endif
    sendLog(io, ask.path);
}

int main(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(8099) };
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    FILE *f = fopen("/etc/logview.key", "r");
    if (f) { if (fscanf(f, "%79s", secret) != 1) secret[0] = 0; fclose(f); }
    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 4)) return 1;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        FILE *io = fdopen(c, "r+");
        if (!io) { close(c); continue; }
        serve(io);
        fclose(io);
    }
    return 0;
}
