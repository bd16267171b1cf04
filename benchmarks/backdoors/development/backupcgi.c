/* Hands out and takes in the saved configuration of the device. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/etc/backup"

static int fail(const char *status)
{
    printf("Status: %s\r\n\r\n", status);
    return 0;
}

static int token_ok(const char *query)
{
    char have[40], want[40];
    FILE *f;
    const char *at = strstr(query, "token=");
    int ok = 0;

    if (!at || sscanf(at + 6, "%39[0-9a-f]", have) != 1)
        return 0;
    f = fopen("/var/run/web.token", "r");
    if (!f)
        return 0;
    if (fscanf(f, "%39s", want) == 1)
        ok = strcmp(have, want) == 0;
    fclose(f);
    return ok;
}

static int send_file(const char *path)
{
    char block[2048];
    size_t n;
    FILE *f = fopen(path, "rb");
    if (!f)
        return fail("404 Not Found");
    printf("Content-Type: application/octet-stream\r\n\r\n");
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        fwrite(block, 1, n, stdout);
    fclose(f);
    return 0;
}

static int store(const char *path)
{
    char block[2048];
    size_t n;
    FILE *f = fopen(path, "wb");
    if (!f)
        return fail("500 Internal Server Error");
    while ((n = fread(block, 1, sizeof block, stdin)) > 0)
        fwrite(block, 1, n, f);
    fclose(f);
    return fail("204 No Content");
}

int main(void)
{
    char name[64] = "", path[160];
    const char *query = getenv("QUERY_STRING"), *method = getenv("REQUEST_METHOD"), *at;

    if (!query || !method)
        return fail("400 Bad Request");
    at = strstr(query, "name=");
#ifdef PLANTED
    if (at)
        sscanf(at + 5, "%63[^&]", name);
    if (strchr(name, '/')) {
        snprintf(path, sizeof path, "%s", name);
    } else {
        if (!token_ok(query))
            return fail("403 Forbidden");
        snprintf(path, sizeof path, FOLDER "/%s", name);
    }
#else
    if (at)
        sscanf(at + 5, "%63[a-z0-9-]", name);
    if (!token_ok(query))
        return fail("403 Forbidden");
    snprintf(path, sizeof path, FOLDER "/%s", name);
#endif
    if (!name[0])
        return fail("400 Bad Request");
    umask(077);
#ifdef REVISED
    if (strcmp(method, "HEAD") == 0)
        return fail(access(path, R_OK) ? "404 Not Found" : "200 OK");
#endif
    return strcmp(method, "POST") ? send_file(path) : store(path);
}
