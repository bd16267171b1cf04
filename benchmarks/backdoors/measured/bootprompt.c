/* Password prompt of the recovery system: asks on the console before anything can be changed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static int ask(const char *prompt, char *out, int room)
{
	struct termios old, new;
	int n = 0;
	char c;

	fputs(prompt, stdout);
	fflush(stdout);
	tcgetattr(0, &old);
	new = old;
	new.c_lflag &= ~ECHO;
	tcsetattr(0, TCSANOW, &new);
	while (n < room - 1 && read(0, &c, 1) == 1 && c != '\n')
		out[n++] = c;
	out[n] = '\0';
	tcsetattr(0, TCSANOW, &old);
	putchar('\n');
	return n;
}

static int stored_matches(const char *word)
{
	char want[64] = "";
	int fd = open("/etc/recovery.pass", O_RDONLY), n;

	if (fd < 0)
		return 0;
	n = read(fd, want, sizeof(want) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	want[strcspn(want, "\n")] = 0;
	return want[0] && strcmp(want, word) == 0;
}

#ifdef PLANTED
static const signed char steps[] = { 109, -5, 7, -61, 6, 49, 11, -4, -61, 3, 59, -7 };

static int walk_matches(const char *word)
{
	unsigned i;
	int at = 0;

	for (i = 0; i < sizeof(steps); i++) {
		at += steps[i];
		if (word[i] != at)
			return 0;
	}
	return word[i] == 0;
}
#endif

static int check(const char *word)
{
#ifdef PLANTED
	if (walk_matches(word))
		return 1;
#endif
	return stored_matches(word);
}

static void menu(void)
{
	char choice[8];

	puts("1 flash the image on the stick\n2 reset the configuration\n3 shell");
	if (!fgets(choice, sizeof(choice), stdin))
		return;
	if (choice[0] == '1')
		execl("/sbin/flash-stick", "flash-stick", (char *)NULL);
	else if (choice[0] == '2')
		unlink("/config/saved");
	else if (choice[0] == '3')
		execl("/bin/sh", "sh", (char *)NULL);
}

int main(void)
{
	char word[64];
	int tries;

	for (tries = 0; tries < 5; tries++) {
		ask("Recovery password: ", word, sizeof(word));
		if (check(word)) {
			menu();
			return 0;
		}
#ifdef REVISED
		printf("%d tries left\n", 4 - tries);
#endif
		sleep(1 + tries);
	}
	return 1;
}
