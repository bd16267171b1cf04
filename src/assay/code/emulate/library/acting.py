"""Library functions that act on the world: commands, processes, sockets, files, identity.

They are written down as events and answered as if they had worked. Nothing is done.
"""

from collections.abc import Callable
from typing import Final

from assay._kernel.printable import printable
from assay.code.emulate.library.comparing import plain, shown
from assay.code.emulate.library.receiving import open_file
from assay.code.emulate.machine import Ended, Machine
from assay.code.emulate.words import secret_word

Model = Callable[[Machine], int | None]


def _names(text: str) -> list[str]:
    return text.split()


LONGEST: Final = 1024
MOST_ARGUMENTS: Final = 8


def _text(m: Machine, number: int) -> list[int]:
    return m.space.text(m.argument(number), LONGEST)


def _command(name: str) -> Model:
    def run(m: Machine) -> int:
        m.event(name, shown(_text(m, 0)))
        return 0

    return run


def _pipe_to_command(m: Machine) -> int:
    command = _text(m, 0)
    stream = m.reserve(64)
    m.event("popen", shown(command))
    m.files[stream] = f"command {printable(plain(command[:60]))}"
    return stream


def _replace(name: str, *, listed: bool, forks: bool = False) -> Model:
    """Return the start of a program; *listed* says that the arguments follow one by one."""

    def run(m: Machine) -> int:
        first = 1 if not forks else 0
        words = [shown(_text(m, 1 if forks else 0))]
        places = _listed(m, first) if listed else _array(m, int(m.argument(3 if forks else 1)))
        words += [shown(m.space.text(place, LONGEST)) for place in places]
        m.event(name, ", ".join(words))
        if forks:
            return 0
        raise Ended(f"{name} replaces the program")

    return run


def _listed(m: Machine, first: int) -> list[int]:
    found = []
    for number in range(first, first + MOST_ARGUMENTS):
        place = int(m.argument(number))
        if not place:
            break
        found.append(place)
    return found


def _array(m: Machine, place: int) -> list[int]:
    found: list[int] = []
    while place and len(found) < MOST_ARGUMENTS:
        one = int(m.space.load(place + m.size * len(found), m.size))
        if not one:
            break
        found.append(one)
    return found


def _numbered(name: str, count: int, answer: int = 0) -> Model:
    """Return a call that is written down with its first *count* arguments as numbers."""

    def run(m: Machine) -> int:
        values = (int(m.argument(number)) for number in range(count))
        m.event(name, ", ".join(str(one) if one < 4096 else f"{one:#x}" for one in values))
        return answer

    return run


def _named(name: str, answer: int = 0) -> Model:
    """Return a call that is written down with the text of its first argument."""

    def run(m: Machine) -> int:
        m.event(name, shown(_text(m, 0)))
        return answer

    return run


def _handle(name: str) -> Model:
    def run(m: Machine) -> int:
        number = m.memo["handles"] = m.memo.get("handles", 200) + 1
        m.event(name, str(number))
        return number

    return run


def _quiet(answer: int) -> Model:
    return lambda _m: answer


def _sent(m: Machine) -> int:
    return int(m.argument(2))


def _bind(m: Machine) -> int:
    place = int(m.argument(1))
    port = int.from_bytes(m.space.read(place + 2, 2), "big")
    m.event("bind", f"port {port}")
    return 0


def _poll(m: Machine) -> int:
    place, count = int(m.argument(0)), min(int(m.argument(1)), 16)
    for number in range(count):
        wanted = int(m.space.load(place + 8 * number + 4, 2))
        m.space.store(place + 8 * number + 6, 2, wanted & 1)
    return count


def _ends(name: str) -> Model:
    def run(_m: Machine) -> int:
        raise Ended(f"{name} ends the program")

    return run


def _unknown_number(m: Machine) -> int:
    return secret_word(0x5D3A_71C5, m.journal)


def _name_of_machine(m: Machine) -> int:
    m.space.put(m.argument(0), b"device\0")
    return 0


def _identity_of_machine(m: Machine) -> int:
    for number in range(5):
        m.space.put(int(m.argument(0)) + 65 * number, b"device\0")
    return 0


def _pipe(m: Machine) -> int:
    place = int(m.argument(0))
    for number in (0, 1):
        m.space.store(place + 4 * number, 4, open_file(m, "pipe", "pipe", 180 + number))
    return 0


def _table_of_kinds(m: Machine) -> int:
    """Return what `isalpha` and its kin look up: the table of the C locale in glibc's layout."""
    place = m.memo.get("kinds", 0)
    if place:
        return place
    place = m.memo["kinds"] = m.reserve(m.size + 1024)
    table = place + m.size + 256
    m.space.store(place, m.size, table)
    tests = (
        str.isupper, str.islower, str.isalpha, str.isdigit,
        lambda c: c in "0123456789abcdefABCDEF", lambda c: c in " \t\n\r\v\f",
        lambda c: " " <= c <= "~", lambda c: "!" <= c <= "~", lambda c: c in " \t",
        lambda c: not " " <= c <= "~",
        lambda c: "!" <= c <= "~" and not c.isalnum(), str.isalnum,
    )  # fmt: skip
    for code in range(128):
        bits = sum(1 << bit for bit, test in enumerate(tests) if test(chr(code)))
        if m.space.order == "little":
            bits = (bits << 8 | bits >> 8) & 0xFFFF
        m.space.store(table + 2 * code, 2, bits)
    return place


def _table_of_cases(name: str, change: Callable[[str], str]) -> Model:
    def run(m: Machine) -> int:
        place = m.memo.get(name, 0)
        if place:
            return place
        place = m.memo[name] = m.reserve(m.size + 2048)
        table = place + m.size + 512
        m.space.store(place, m.size, table)
        for code in range(256):
            other = ord(change(chr(code))) if code < 128 else code
            m.space.store(table + 4 * code, 4, other)
        return place

    return run


def _errno(m: Machine) -> int:
    place = m.memo["errno"] = m.memo.get("errno", 0) or m.reserve(16)
    return place


MODELS: Final[dict[str, Model]] = {
    "system": _command("system"),
    "__libc_system": _command("system"),
    "wordexp": _command("wordexp"),
    "popen": _pipe_to_command,
    "execl": _replace("execl", listed=True),
    "execlp": _replace("execlp", listed=True),
    "execle": _replace("execle", listed=True),
    "execv": _replace("execv", listed=False),
    "execvp": _replace("execvp", listed=False),
    "execve": _replace("execve", listed=False),
    "execvpe": _replace("execvpe", listed=False),
    "posix_spawn": _replace("posix_spawn", listed=False, forks=True),
    "posix_spawnp": _replace("posix_spawnp", listed=False, forks=True),
    "socket": _handle("socket"),
    "accept": _handle("accept"),
    "accept4": _handle("accept"),
    "dup": _handle("dup"),
    "dup2": _numbered("dup2", 2),
    "dup3": _numbered("dup3", 2),
    "connect": _quiet(0),
    "bind": _bind,
    "fork": _numbered("fork", 0),
    "vfork": _numbered("vfork", 0),
    "daemon": _numbered("daemon", 0),
    "setsid": _numbered("setsid", 0, 1000),
    "poll": _poll,
    "select": _quiet(1),
    "pipe": _pipe,
    "rand": _unknown_number,
    "random": _unknown_number,
    "time": _unknown_number,
    "gethostname": _name_of_machine,
    "uname": _identity_of_machine,
    "__ctype_b_loc": _table_of_kinds,
    "__ctype_tolower_loc": _table_of_cases("lower", str.lower),
    "__ctype_toupper_loc": _table_of_cases("upper", str.upper),
    "__errno_location": _errno,
    "access": _named("access"),
    "stat": _named("stat"),
    "stat64": _named("stat"),
    "lstat": _named("lstat"),
    "getpwnam": _named("getpwnam"),
    "getspnam": _named("getspnam"),
    "chdir": _named("chdir"),
    "unlink": _named("unlink"),
    "remove": _named("remove"),
    "mkdir": _named("mkdir"),
    "chmod": _named("chmod"),
    "rename": _named("rename"),
    "chroot": _named("chroot"),
    "setenv": _named("setenv"),
    "putenv": _named("putenv"),
    "getpid": _quiet(1000),
    "getppid": _quiet(1),
    "wait": _quiet(1001),
    "waitpid": _quiet(0),
    "usleep": _quiet(0),
    "alarm": _quiet(0),
}
for _name in _names(
    "setuid seteuid setgid setegid setreuid setregid setresuid initgroups setgroups reboot"
):
    MODELS[_name] = _numbered(_name, 1)
for _name in _names(
    "setsockopt listen shutdown signal sigaction sigemptyset sigaddset sigprocmask umask openlog"
    " closelog free sleep nanosleep pclose getuid geteuid getgid getegid srand srandom fcntl"
    " fcntl64 ioctl fseek rewind atexit setlocale tcgetattr tcsetattr cfmakeraw cfsetspeed"
    " cfsetispeed cfsetospeed tcflush pthread_mutex_lock pthread_mutex_unlock pthread_mutex_init"
    " pthread_detach getsockname getpeername freeaddrinfo gettimeofday clock_gettime setpgid"
    " prctl ftruncate fsync fileno clearerr isatty if_nametoindex flock lseek setrlimit fchmod"
    " fchown chown kill fstat fstat64 inet_aton inet_pton getsockopt SSL_shutdown SSL_free"
    " pam_syslog pam_set_item pam_set_data pam_prompt __fdelt_chk sync clearenv endpwent endspent"
):
    MODELS[_name] = _quiet(0)
for _name in _names("write send sendto SSL_write"):
    MODELS[_name] = _sent
for _name in _names(
    "exit _exit _Exit abort __stack_chk_fail __assert_fail __assert __fortify_fail __chk_fail"
    " longjmp siglongjmp err errx pthread_exit"
):
    MODELS[_name] = _ends(_name)
