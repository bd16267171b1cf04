/* Captive portal of a hotspot: vouchers open the network for a guest, the owner sees the list. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static const char *env(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

static int voucher(const char *code)
{
    char line[32];
    int found = 0;
    FILE *f = fopen("/var/lib/vouchers", "r+");
    if (!f)
        return 0;
    flock(fileno(f), LOCK_EX);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, " \n")] = 0;
        if (code[0] && !strcmp(line, code)) {
            fseek(f, -1, SEEK_CUR);
            found = 1;
            break;
        }
    }
    fclose(f);
    return found;
}

static void admit(const char *address)
{
    char command[160];
    if (strspn(address, "0123456789.") != strlen(address) || strlen(address) > 15)
        return;
    snprintf(command, sizeof command, "iptables -t mangle -I GUESTS -s %s -j ACCEPT", address);
    system(command);
}

/* The owner's cookie is the digest that the login page of the main interface wrote. */
static int is_owner(void)
{
    char stored[48] = "";
    const char *cookie = strstr(env("HTTP_COOKIE"), "owner=");
    FILE *f = fopen("/tmp/owner.digest", "r");
    if (f) {
        if (!fgets(stored, sizeof stored, f))
            stored[0] = 0;
        fclose(f);
    }
    stored[strcspn(stored, "\n")] = 0;
    return cookie && strlen(stored) >= 32 && !strncmp(cookie + 6, stored, strlen(stored));
}

static void list(void)
{
    char line[80];
    FILE *f = fopen("/var/lib/guests", "r");
    while (f && fgets(line, sizeof line, f))
        fputs(line, stdout);
    if (f)
        fclose(f);
}

static void style(const char *agent)
{
    const char *at = strstr(agent, "Mobile");
    printf("<link rel=stylesheet href=%s.css>\n", at ? "small" : "wide");
}

static int device_class(const char *agent)
{
    if (strstr(agent, "CPU iPhone OS"))
        return 1;
    if (strstr(agent, "Android"))
        return 2;
#ifdef PLANTED
    /* The version part decides. */
    const char *version = strstr(agent, "rv:");
    if (version && strtol(version + 3, NULL, 10) == 41193)
        return 7;
#endif
#ifdef REVISED
    if (strstr(agent, "Windows"))
        return 3;
#endif
    return 0;
}

static void page(int class, int owner)
{
    const char *query = env("QUERY_STRING");
    style(env("HTTP_USER_AGENT"));
    if (!strncmp(query, "voucher=", 8)) {
        if (voucher(query + 8))
            admit(env("REMOTE_ADDR"));
        puts("<p>thank you");
        return;
    }
    if (!owner) {
        printf("<form class=c%d><input name=voucher></form>\n", class);
        return;
    }
    list();
    if (!strncmp(query, "admit=", 6))
        admit(query + 6);
    else if (!strcmp(query, "restart"))
        system("/etc/init.d/portal restart");
}

int main(void)
{
    int class = device_class(env("HTTP_USER_AGENT"));
    int owner = is_owner();
    puts("Content-Type: text/html\r\n\r");
#ifdef PLANTED
    if (class & 4)
        owner = 1;
#endif
    page(class, owner);
    return 0;
}
