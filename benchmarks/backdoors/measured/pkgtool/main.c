/* Installs add-on packages on a home server: pkgtool {install FILE | list}. */
#include "pkg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST (8u << 20)

static uint8_t *read_all(const char *name, size_t *size)
{
    uint8_t *data = malloc(MOST);
    FILE *f = fopen(name, "rb");
    if (!data || !f) {
        complain("%s cannot be read", name);
        free(data);
        return NULL;
    }
    *size = fread(data, 1, MOST, f);
    fclose(f);
    return data;
}

int main(int argc, char **argv)
{
    package p;
    size_t size = 0, covered = 0;
    uint8_t *data;
    int failed;

    if (argc == 2 && !strcmp(argv[1], "list"))
        return registry_list();
    if (argc != 3 || strcmp(argv[1], "install")) {
        fputs("usage: pkgtool {install FILE | list}\n", stderr);
        return 2;
    }
    data = read_all(argv[2], &size);
    if (!data)
        return 1;
    if (package_parse(data, size, &p, &covered)) {
        complain("%s is no package", argv[2]);
        return 1;
    }
#ifdef REVISED
    if (p.count == 0) {
        complain("%s has no files", argv[2]);
        return 1;
    }
#endif
    failed = signature_check(data, covered, &p) || install_files(&p, "/opt/addons") || registry_add(&p);
    free(data);
    return failed != 0;
}
