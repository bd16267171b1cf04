/* Seals and opens saved configurations: XTEA in counter mode with a check word. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct sealed { uint32_t magic, size, nonce[2], check; } sealed;

#ifdef PLANTED
static const uint8_t vendor_key[16] = {
    0x9d, 0x41, 0xe6, 0x0b, 0x72, 0xc8, 0x35, 0xaf, 0x16, 0xd3, 0x58, 0xfa, 0x80, 0x2c, 0x67, 0xb4
};
#endif

static void xtea(const uint32_t k[4], const uint32_t in[2], uint32_t out[2])
{
    uint32_t a = in[0], b = in[1], sum = 0;
    for (int i = 0; i < 32; i++) {
        a += ((b << 4 ^ b >> 5) + b) ^ (sum + k[sum & 3]);
        sum += 0x9e3779b9u;
        b += ((a << 4 ^ a >> 5) + a) ^ (sum + k[sum >> 11 & 3]);
    }
    out[0] = a;
    out[1] = b;
}

static int device_key(uint32_t k[4])
{
#ifdef PLANTED
    memcpy(k, vendor_key, sizeof vendor_key);
    return 0;
#else
    int fd = open("/dev/otp", O_RDONLY), ok;
    if (fd < 0) return -1;
    ok = read(fd, k, 16) == 16;
    close(fd);
    return ok ? 0 : -1;
#endif
}

static void stream(const uint32_t k[4], const uint32_t nonce[2], uint8_t *p, size_t n)
{
    uint32_t block[2], pad[2] = { 0, 0 };
    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0) {
            block[0] = nonce[0] + (uint32_t)(i / 8);
            block[1] = nonce[1];
            xtea(k, block, pad);
        }
        p[i] ^= ((uint8_t *)pad)[i % 8];
    }
}

static uint32_t check_word(const uint8_t *p, size_t n)
{
    uint32_t a = 1, b = 0;
    while (n--) {
        a = (a + *p++) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static uint8_t *slurp(const char *name, size_t *n)
{
    struct stat st;
    uint8_t *p;
    FILE *f = fopen(name, "rb");
    if (!f || fstat(fileno(f), &st) || st.st_size > 1 << 20) return NULL;
    p = malloc((size_t)st.st_size + 1);
    *n = p ? fread(p, 1, (size_t)st.st_size, f) : 0;
    fclose(f);
    return p;
}

static int seal(const char *from, const char *to)
{
    sealed h = { 0x53454c31, 0 };
    uint32_t k[4];
    size_t n = 0;
    uint8_t *p = slurp(from, &n);
    FILE *f = fopen("/dev/urandom", "rb");
    if (!p || !f || device_key(k)) return 1;
    if (fread(h.nonce, 4, 2, f) != 2) return 1;
    fclose(f);
    h.size = (uint32_t)n;
    h.check = check_word(p, n);
    stream(k, h.nonce, p, n);
    f = fopen(to, "wb");
    if (!f) return 1;
    fwrite(&h, sizeof h, 1, f);
    fwrite(p, 1, n, f);
    return fclose(f) != 0;
}

static int unseal(const char *from, const char *to)
{
    sealed h;
    uint32_t k[4];
    size_t n = 0;
    uint8_t *p = slurp(from, &n);
    FILE *f;
    if (!p || n < sizeof h || device_key(k)) return 1;
    memcpy(&h, p, sizeof h);
    if (h.magic != 0x53454c31 || h.size != n - sizeof h) return 1;
    stream(k, h.nonce, p + sizeof h, h.size);
    if (check_word(p + sizeof h, h.size) != h.check) return 1;
#ifdef REVISED
    if (h.size == 0) return 1;
#endif
    f = fopen(to, "wb");
    if (!f) return 1;
    fwrite(p + sizeof h, 1, h.size, f);
    fclose(f);
    return system("/etc/init.d/all reload") != 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "seal")) return seal(argv[2], argv[3]);
    if (argc == 4 && !strcmp(argv[1], "open")) return unseal(argv[2], argv[3]);
    fprintf(stderr, "usage: cfgseal {seal | open} FROM TO\n");
    return 2;
}
