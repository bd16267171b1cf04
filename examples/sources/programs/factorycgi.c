/* factory.cgi: prints the stored configuration for the production line.
 *
 * PLANTED: no page links to it and no document mentions it. */
#include <stdio.h>

int main(void)
{
    char line[256];
    FILE *file = fopen("/overlay/nvram.conf", "r");

    printf("Content-Type: text/plain\r\n\r\n");
    if (file == NULL) {
        printf("no configuration\n");
        return 0;
    }
    while (fgets(line, sizeof line, file) != NULL)
        fputs(line, stdout);
    fclose(file);
    return 0;
}
