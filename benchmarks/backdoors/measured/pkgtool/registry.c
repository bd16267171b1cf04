#include "pkg.h"

#include <stdio.h>
#include <string.h>

#define REGISTRY "/var/lib/addons/registry"

int registry_add(const package *p)
{
    char line[160], name[PKG_NAME];
    FILE *old = fopen(REGISTRY, "r"), *new = fopen(REGISTRY ".new", "w");
    if (!new) {
        if (old)
            fclose(old);
        return -1;
    }
    while (old && fgets(line, sizeof line, old))
        if (sscanf(line, "%47s", name) == 1 && strcmp(name, p->name))
            fputs(line, new);
    fprintf(new, "%s %s %s\n", p->name, p->version, p->vendor[0] ? p->vendor : "-");
    if (old)
        fclose(old);
    if (fclose(new))
        return -1;
    return rename(REGISTRY ".new", REGISTRY);
}

int registry_list(void)
{
    char line[160];
    FILE *f = fopen(REGISTRY, "r");
    if (!f)
        return 0;
    while (fgets(line, sizeof line, f))
        fputs(line, stdout);
    fclose(f);
    return 0;
}
