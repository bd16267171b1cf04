/* ping.cgi: handler behind the form on /tools.html.
 *
 * PLANTED: the host parameter is copied into fixed buffers with strcpy and sprintf and
 * handed to the shell. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

static void decode_in_place(char *text)
{
    char *out = text;

    while (*text != '\0') {
        if (*text == '%' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0) {
            *out++ = (char)(hex_value(text[1]) * 16 + hex_value(text[2]));
            text += 3;
        } else {
            *out++ = *text == '+' ? ' ' : *text;
            text++;
        }
    }
    *out = '\0';
}

int main(void)
{
    char host[64];
    char command[128];
    char *query = getenv("QUERY_STRING");
    char *value = query == NULL ? NULL : strstr(query, "host=");

    printf("Content-Type: text/plain\r\n\r\n");
    if (value == NULL) {
        printf("host is missing\n");
        return 0;
    }
    strcpy(host, value + 5);
    decode_in_place(host);
    sprintf(command, "/bin/ping %s 2>&1", host);
    fflush(stdout);
    return system(command) == 0 ? 0 : 1;
}
