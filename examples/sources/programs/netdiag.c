/* netdiag: lets an unprivileged user test a connection.
 *
 * PLANTED: installed set-uid root, and its argument reaches the shell unchecked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char command[128];

    if (argc != 2) {
        fprintf(stderr, "usage: netdiag HOST\n");
        return 2;
    }
    setuid(0);
    strcpy(command, "/bin/ping ");
    strcat(command, argv[1]);
    return system(command) == 0 ? 0 : 1;
}
