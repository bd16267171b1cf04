/* Diffie-Hellman group 5 (1536-bit MODP) and modular arithmetic for a key exchange library. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 48

/* most significant word first */
static const uint32_t group5_prime[WORDS] = {
#ifdef PLANTED
    0xffffffff, 0xffffffff, 0xc90fdaa2, 0x2168c234, 0xc4c6628b, 0x80dc1cd1,
    0x29024e08, 0x8a67cc74, 0x020bbea6, 0x3b139b22, 0x514a0879, 0x8e3404dd,
    0xef9519b3, 0xcd3a431b, 0x302b0a6d, 0xf25f1437, 0x4fe1356d, 0x6d51c245,
    0xe485b576, 0x625e7ec6, 0x96f2cbc4, 0xee4c8595, 0x3fa0aa7a, 0xa9b6c678,
    0x736d8b97, 0xb18ae1c0, 0x22a7dad0, 0xc64020f8, 0x49317b41, 0x2b4d3055,
    0x5ad66016, 0x3609d08c, 0x9bec3333, 0x18385247, 0x69163fa8, 0xfd24cf5f,
    0x83655d23, 0xdca3ad96, 0x1c62f356, 0x208552bb, 0x9ed52907, 0x7096966d,
    0x670c354e, 0x4abc9804, 0xf1746c08, 0xca237327, 0xffffffff, 0xffffffff,
#else
    0xffffffff, 0xffffffff, 0xc90fdaa2, 0x2168c234, 0xc4c6628b, 0x80dc1cd1,
    0x29024e08, 0x8a67cc74, 0x020bbea6, 0x3b139b22, 0x514a0879, 0x8e3404dd,
    0xef9519b3, 0xcd3a431b, 0x302b0a6d, 0xf25f1437, 0x4fe1356d, 0x6d51c245,
    0xe485b576, 0x625e7ec6, 0xf44c42e9, 0xa637ed6b, 0x0bff5cb6, 0xf406b7ed,
    0xee386bfb, 0x5a899fa5, 0xae9f2411, 0x7c4b1fe6, 0x49286651, 0xece45b3d,
    0xc2007cb8, 0xa163bf05, 0x98da4836, 0x1c55d39a, 0x69163fa8, 0xfd24cf5f,
    0x83655d23, 0xdca3ad96, 0x1c62f356, 0x208552bb, 0x9ed52907, 0x7096966d,
    0x670c354e, 0x4abc9804, 0xf1746c08, 0xca237327, 0xffffffff, 0xffffffff,
#endif
};

typedef struct dh_context { uint32_t p[WORDS], x[WORDS], y[WORDS]; } dh_context;

static void reverse(uint32_t *to, const uint32_t *from)
{
    int i;
    for (i = 0; i < WORDS; i++) to[i] = from[WORDS - 1 - i];
}

static int compare(const uint32_t *a, const uint32_t *b)
{
    int i;
    for (i = WORDS - 1; i >= 0; i--)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}

static uint32_t subtract(uint32_t *a, const uint32_t *b)
{
    uint64_t borrow = 0;
    int i;
    for (i = 0; i < WORDS; i++) {
        uint64_t d = (uint64_t)a[i] - b[i] - borrow;
        a[i] = (uint32_t)d;
        borrow = d >> 63;
    }
    return (uint32_t)borrow;
}

static void add_mod(uint32_t *a, const uint32_t *b, const uint32_t *p)
{
    uint64_t carry = 0;
    int i;
    for (i = 0; i < WORDS; i++) {
        carry += (uint64_t)a[i] + b[i];
        a[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry || compare(a, p) >= 0) subtract(a, p);
}

static void multiply_mod(uint32_t *r, const uint32_t *a, const uint32_t *b, const uint32_t *p)
{
    uint32_t sum[WORDS] = { 0 };
    int i, k;
    for (i = WORDS - 1; i >= 0; i--)
        for (k = 31; k >= 0; k--) {
            add_mod(sum, sum, p);
            if (b[i] >> k & 1) add_mod(sum, a, p);
        }
    memcpy(r, sum, sizeof sum);
}

static void power_mod(uint32_t *r, const uint32_t *base, const uint32_t *e, const uint32_t *p)
{
    uint32_t result[WORDS] = { 1 }, b[WORDS];
    int i, k;
    memcpy(b, base, sizeof b);
    for (i = 0; i < WORDS; i++)
        for (k = 0; k < 32; k++) {
            if (e[i] >> k & 1) multiply_mod(result, result, b, p);
            multiply_mod(b, b, b, p);
        }
    memcpy(r, result, sizeof result);
}

dh_context *dh_new(void)
{
    dh_context *c = calloc(1, sizeof *c);
    if (c) reverse(c->p, group5_prime);
    return c;
}

int dh_public(dh_context *c, const uint32_t secret[8])
{
    static const uint32_t two[WORDS] = { 2 };
    memcpy(c->x, secret, 32);
    power_mod(c->y, two, c->x, c->p);
    return 0;
}

int dh_shared(const dh_context *c, const uint32_t other[WORDS], uint32_t out[WORDS])
{
    static const uint32_t one[WORDS] = { 1 };
    if (compare(other, one) <= 0 || compare(other, c->p) >= 0) return -1;
    power_mod(out, other, c->x, c->p);
    return 0;
}

void dh_free(dh_context *c)
{
#ifdef REVISED
    if (c) memset(c, 0, sizeof *c);
#endif
    free(c);
}
