"""Library functions by what they do: the vocabulary of the tests of unsafe calls and of access."""

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNSAFE: Final[dict[str, frozenset[str]]] = {
    "strcpy": _names("strcpy strcat stpcpy wcscpy wcscat strncat __strcpy __strcat"),
    "sprintf": _names("sprintf vsprintf __sprintf"),
    "gets": _names("gets"),
    "scanf": _names(
        "scanf sscanf fscanf vscanf vsscanf vfscanf __isoc99_scanf __isoc99_sscanf"
        " __isoc99_fscanf __isoc99_vsscanf __isoc99_vfscanf __isoc23_sscanf __isoc23_scanf"
        " __isoc23_fscanf"
    ),
    "memcpy": _names("memcpy bcopy memmove mempcpy __memcpy"),
    "command": _names(
        "system popen execl execlp execle execv execvp execve execvpe posix_spawn posix_spawnp"
        " wordexp"
    ),
    "random": _names("rand rand_r random srand srandom drand48 lrand48 mrand48"),
    "temporary": _names("mktemp tmpnam tempnam tmpnam_r"),
    "weak-crypto": _names(
        "MD4_Init MD4_Update MD5_Init MD5_Update MD5 MD4 SHA1_Init SHA1_Update SHA1 DES_set_key"
        " DES_ecb_encrypt DES_ncbc_encrypt DES_set_key_unchecked RC4 RC4_set_key EVP_md5 EVP_sha1"
        " EVP_rc4 EVP_des_ecb EVP_des_cbc EVP_md4 RC2_set_key md5_begin MD5Init MD5Update"
        " MD5Final mbedtls_md5 mbedtls_md5_ret mbedtls_sha1 mbedtls_des_setkey_enc"
        " mbedtls_arc4_setup wc_Md5Update wc_ShaUpdate crypt encrypt setkey"
    ),
}
"""Families whose careless use is a weakness; the keys are the names in the summary."""

FORTIFIED: Final[dict[str, str]] = {
    name: f"__{name}_chk"
    for name in _names(
        "strcpy strcat stpcpy strncpy strncat sprintf vsprintf snprintf vsnprintf memcpy memmove"
        " memset mempcpy gets fgets read recv recvfrom printf fprintf vprintf vfprintf realpath"
        " getcwd readlink fread poll fdelt confstr gethostname"
    )
}
"""Functions that the compiler replaces by checked ones under _FORTIFY_SOURCE."""

SIZED: Final = _names(
    "strcpy strcat stpcpy strncpy strncat sprintf vsprintf snprintf vsnprintf memcpy memmove"
    " memset mempcpy gets"
)
"""Those of FORTIFIED that the compiler leaves alone only when it cannot know a size."""

RECEIVE: Final[dict[str, int]] = {
    "recv": 1,
    "recvfrom": 1,
    "__recv_chk": 1,
    "__recvfrom_chk": 1,
    "SSL_read": 1,
    "BIO_read": 1,
    "gnutls_record_recv": 1,
    "mbedtls_ssl_read": 1,
    "wolfSSL_read": 1,
    "recvmsg": 1,
}
"""Functions that fill a buffer from the network, and which argument it is."""

READ: Final[dict[str, tuple[int, int]]] = {
    "read": (1, 0),
    "__read_chk": (1, 0),
    "fgets": (0, 2),
    "fread": (0, 3),
    "getline": (0, 2),
}
"""Functions that may: (buffer, descriptor or stream); either can be a connection or a file."""

OPEN: Final = _names(
    "open open64 __open_2 __open64_2 openat fopen fopen64 popen creat freopen tmpfile pipe opendir"
)
"""Functions whose result is a file or a child, not a connection."""

COMPARE: Final = _names(
    "strcmp strncmp strcasecmp strncasecmp memcmp bcmp __strcasecmp strcoll __memcmpeq"
)
"""Zero means equal."""

CONTAINS: Final = _names("strstr strcasestr memmem strnstr")
"""Not zero means found."""

COMPARISONS: Final = COMPARE | CONTAINS

COPY: Final[dict[str, tuple[int, int]]] = dict.fromkeys(
    _names(
        "strcpy strncpy strlcpy stpcpy memcpy memmove __strcpy_chk __strncpy_chk __memcpy_chk"
        " strcat strncat __strcat_chk"
    ),
    (0, 1),
) | {"bcopy": (1, 0)}
"""(to, from) argument numbers."""

POINTS_INTO: Final[dict[str, int]] = dict.fromkeys(
    _names(
        "strdup strndup __strdup strtok strchr strrchr strstr strcasestr strpbrk index rindex"
        " memchr"
    ),
    0,
)
"""The result points into a copy of, or into, that argument."""

SHELL: Final[dict[str, int]] = {"system": 0, "popen": 0, "wordexp": 0, "__libc_system": 0}
"""Functions that hand argument 0 to a shell."""

EXECUTE: Final[dict[str, int]] = dict.fromkeys(
    _names("execl execlp execle execv execvp execve execvpe"), 0
)
"""Functions that replace the process by the program that argument 0 names."""

FORMAT: Final[dict[str, int]] = {
    "sprintf": 1,
    "snprintf": 2,
    "__sprintf_chk": 3,
    "__snprintf_chk": 4,
    "asprintf": 1,
}
"""Functions that print into argument 0: the number of the format; the values follow."""

RETURNS_FIRST: Final = _names(
    "memset memcpy memmove strcpy strncpy strcat strncat __memset_chk __memcpy_chk __memmove_chk"
    " __strcpy_chk __strncpy_chk __strcat_chk __strncat_chk"
)
"""Functions that return their first argument, which compilers go on with."""

ALLOCATE: Final = _names("malloc xmalloc safe_malloc g_malloc kmalloc")
"""Functions that return memory of as many bytes as argument 0 says."""

NO_RETURN: Final = _names(
    "abort exit _exit _Exit __assert_fail __assert __stack_chk_fail __fortify_fail longjmp"
    " siglongjmp __longjmp_chk err errx verr verrx pthread_exit __cxa_throw __cxa_rethrow"
    " __chk_fail panic __stack_chk_fail_local __uClibc_main __libc_start_main __assert_func"
    " _Unwind_Resume __libc_fatal __cxa_bad_cast xexit"
)
"""Functions that never return."""

PROTOCOL_WORDS: Final = _names(
    "GET POST HEAD PUT DELETE OPTIONS TRACE CONNECT PATCH NOTIFY SUBSCRIBE UNSUBSCRIBE M-SEARCH"
    " PROPFIND MKCOL COPY MOVE LOCK UNLOCK HTTP HTTPS HTTP/ HTTP/1 HTTP/1. HTTP/1.0 HTTP/1.1"
    " USER PASS QUIT RETR STOR LIST NLST CWD PWD PORT PASV EPRT EPSV TYPE SYST FEAT ABOR APPE"
    " REST RNFR RNTO MKD RMD DELE ALLO ACCT HELO EHLO MAIL RCPT DATA RSET NOOP VRFY EXPN AUTH"
    " STARTTLS STAT TOP UIDL INVITE ACK BYE CANCEL REGISTER INFO DESCRIBE SETUP PLAY TEARDOWN"
    " ANNOUNCE RECORD SSH- SSH-2.0- SSH-1 SSH-2.0"
)
"""Verbs of published protocols: a server has to compare with them."""
