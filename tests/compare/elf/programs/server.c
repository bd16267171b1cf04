/* A small server for the tests of compare: calls, strings, a jump table, pointers, data. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PLACE
#define PLACE "/build/one/server.c"
#endif
#ifndef BUILT
#define BUILT "Jan  1 2020 10:11:12"
#endif

typedef int (*handler)(const char *);
static int counter = 7;
static char buffer[64];
static const unsigned primes[] = {2, 3, 5, 7, 11, 13, 17, 19, 23};

static __attribute__((noinline)) int hello(const char *word) { return printf("hello %s\n", word); }
static __attribute__((noinline)) int count(const char *word) { counter += (int)strlen(word); return counter; }
static __attribute__((noinline)) int keep(const char *word) { strncpy(buffer, word, sizeof buffer - 1); return buffer[0]; }

handler handlers[] = {hello, count, keep};

__attribute__((noinline)) int check(const char *password) {
    if (strcmp(password, "letmein") == 0)
        return 1;
    return counter > 100 ? -1 : 0;
}

__attribute__((noinline)) int choose(int kind) {
    switch (kind) {
    case 0: return puts("zero");
    case 1: return puts("one") + counter;
    case 2: return puts("two") * 3;
    case 3: return puts("three") - counter;
    case 4: return puts("four") ^ 5;
    case 5: return puts("five") | 6;
    case 6: return puts("six") & 0xff;
    default: return (int)primes[kind % 9];
    }
}

__attribute__((noinline)) void banner(void) { printf("built %s at %s\n", BUILT, PLACE); }

int main(int argc, char **argv) {
    int sum = 0;
    banner();
    for (int n = 1; n < argc; n++) {
        sum += handlers[n % 3](argv[n]);
        sum += choose(n);
        if (check(argv[n]))
            sum += 1000;
    }
    return sum & 0x7f;
}
