#include "pkg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(path, 0755) && errno != EEXIST) {
            *slash = '/';
            return -1;
        }
        *slash = '/';
    }
    return 0;
}

static int run_hook(const char *root, const char *name)
{
    char path[300];
    int status = 0;
    pid_t child;
    snprintf(path, sizeof path, "%s/hooks/%s.sh", root, name);
    if (access(path, X_OK))
        return 0;
    child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", path, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return -1;
    return status;
}

int install_files(const package *p, const char *root)
{
    size_t at = 0;
    for (unsigned i = 0; i < p->count; i++) {
        char path[400];
        int fd;
        if (p->files[i].size > p->payload_size - at) {
            complain("%s is cut short", p->name);
            return -1;
        }
        snprintf(path, sizeof path, "%s/%s", root, p->files[i].path);
        if (make_parents(path))
            return -1;
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, p->files[i].mode & 0755);
        if (fd < 0 || write(fd, p->payload + at, p->files[i].size) != (ssize_t)p->files[i].size) {
            complain("%s: %s", path, strerror(errno));
            if (fd >= 0)
                close(fd);
            return -1;
        }
        close(fd);
        at += p->files[i].size;
    }
    return run_hook(root, p->name);
}
