"""How many arguments well-known C functions take: what to show of a call's registers.

References: ISO C, POSIX.1-2017. A function that is not listed is shown with four at most.
"""

from typing import Final

_BY_COUNT: Final = {
    0: "abort fork getpid getppid getuid geteuid getgid rand random tmpfile sync vfork setsid"
    " __errno_location __stack_chk_fail pause",
    1: "strlen free malloc system gets puts atoi atol atof close fclose getenv exit _exit time"
    " strdup sleep usleep umask chdir chroot rmdir unlink perror toupper tolower isdigit isalpha"
    " isspace srand srandom inet_addr inet_ntoa gethostbyname getpwnam getpwuid getservbyport"
    " htons htonl ntohs ntohl opendir readdir closedir pclose fflush fgetc getc putchar alarm"
    " wait dlclose localtime gmtime mktime ctime pipe mktemp mkstemp tmpnam setuid"
    " setgid fileno feof ferror rewind abs if_nametoindex nvram_get",
    2: "strcpy strcat strcmp strcasecmp strchr strrchr strstr strcasestr strpbrk strtok strcspn"
    " strspn fopen fopen64 popen access chmod mkdir mkfifo rename link symlink kill signal fputs"
    " fputc putc bzero strcoll stpcpy calloc realloc crypt shutdown listen dup2 creat daemon"
    " fstat stat lstat stat64 fstat64 execv execvp inet_aton gettimeofday nvram_set dlopen dlsym"
    " nanosleep strsep truncate ftruncate",
    3: "memcpy memmove memset memcmp strncpy strncat strncmp strncasecmp strlcpy strlcat read"
    " write fgets bcopy bcmp open open64 lseek ioctl fcntl socket bind connect accept setenv"
    " strtol strtoul strtoll strtoull fseek waitpid poll chown lchown mknod inet_ntop inet_pton"
    " execve readlink memchr memmem openlog mempcpy sendmsg recvmsg sigaction",
    4: "send recv fread fwrite pread pwrite socketpair",
}
_ARGUMENTS: Final = {name: count for count, names in _BY_COUNT.items() for name in names.split()}
MOST: Final = 4


def arguments_of(name: str) -> int:
    """Return how many arguments of a call to *name* are worth showing, at most four."""
    return _ARGUMENTS.get(name, MOST)
