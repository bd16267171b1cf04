"""What a command really launches: wrappers taken off, stopping and plain utilities left out.

Serves `inventory/services.py`. Wrappers: start-stop-daemon(8), OpenWrt's rc.common and procd.
"""

from collections.abc import Callable

from assay._kernel.packaged import files
from assay._kernel.value import Value
from assay.inventory.shell.commands import Command

SHELLS = frozenset({"sh", "ash", "bash", "dash"})
_PREFIXES = frozenset({"exec", "nohup", "setsid", "command", "eval", "time", "busybox", "sudo"})
# Builtins and tools that end by themselves and serve nobody.
UTILITIES = frozenset(files(__package__).joinpath("utilities.txt").read_text("utf-8").split())
_VALUED = frozenset(
    {
        *("-p", "--pidfile", "-u", "--user", "-c", "--chuid", "-g", "--group", "-r", "--chroot"),
        *("-d", "--chdir", "-N", "--nicelevel", "-I", "--iosched", "-k", "--umask", "-s"),
        *("--signal", "-R", "--retry", "-P", "--procsched", "--ppid"),
    }
)


class Launch(Value):
    """A program with its arguments; `script` when it is a script given to a shell.

    `adds` is set when the words only extend the launch before. `user` is empty unless named.
    """

    words: tuple[str, ...]
    daemon: bool = False
    procd: bool = False
    script: bool = False
    adds: bool = False
    user: str = ""


def launch_of(command: Command) -> Launch | None:
    """Return what *command* launches, or None when that is nothing of interest."""
    words = _bare(command.words)
    if not words:
        return None
    name = words[0].rpartition("/")[2]
    if name in _WRAPPERS:
        return _WRAPPERS[name](words)
    if "/etc/init.d/" in words[0]:
        return _from_init_script(words)
    if name in UTILITIES or not name or name[0] in "$-+%=@":
        return None
    return Launch(words)


def _bare(words: tuple[str, ...]) -> tuple[str, ...]:
    for _ in range(4):
        if words and " " in words[0]:  # eval "program arguments"
            words = (*words[0].split()[:40], *words[1:])
        elif words and words[0].rpartition("/")[2] in _PREFIXES and len(words) > 1:
            words = words[1:]
        elif len(words) > 3 and words[0] == "nice" and words[1] == "-n":
            words = words[3:]
        elif len(words) > 2 and words[0] == "chroot":
            words = words[2:]
    return words


def _after_options(words: tuple[str, ...]) -> tuple[str, ...]:
    place = 0
    while place < len(words) and words[place].startswith("-"):
        place += 1
    return words[place:]


def _from_start_stop_daemon(words: tuple[str, ...]) -> Launch | None:
    words = words[1:]
    program, user = "", ""
    extra: tuple[str, ...] = ()
    place = 0
    while place < len(words):
        word = words[place]
        following = words[place + 1] if place + 1 < len(words) else ""
        if word in {"--stop", "-K", "--status", "-T"} or word.startswith("-K"):
            return None
        if word == "--":
            extra = words[place + 1 :]
            break
        if word in {"-x", "--exec", "-a", "--startas"}:
            program = program or following
            place += 1
        elif word in _VALUED:
            user = following if word in {"-c", "--chuid", "-u", "--user"} else user
            place += 1
        elif not word.startswith("-") and not program:
            program = word
        place += 1
    if not program or "$" in program:
        return None
    return Launch((program, *extra), daemon=True, user=user.partition(":")[0])


def _from_procd(words: tuple[str, ...]) -> Launch | None:
    name, rest = words[0], words[2:]
    if not rest or words[1] != "command":
        return None
    if name == "procd_append_param":
        return Launch(rest, daemon=True, procd=True, adds=True)
    return None if "$" in rest[0] else Launch(rest, daemon=True, procd=True)


def _from_daemon_function(words: tuple[str, ...]) -> Launch | None:
    rest = _after_options(words[1:])
    return Launch(rest, daemon=True) if rest else None


def _from_service_command(words: tuple[str, ...]) -> Launch | None:
    if len(words) != 3 or words[2] != "start":
        return None
    return Launch((f"/etc/init.d/{words[1]}", "start"), script=True)


def _from_shell(words: tuple[str, ...]) -> Launch | None:
    name = words[0].rpartition("/")[2]
    rest = _after_options(words[1:])
    if name in SHELLS and not rest:
        return Launch(words)
    if len(words) > 2 and words[1] == "-c":
        inner = tuple(words[2].split()[:40])
        return None if not inner or inner[0].rpartition("/")[2] in UTILITIES else Launch(inner)
    return Launch(rest, script=True) if rest else None


def _from_init_script(words: tuple[str, ...]) -> Launch | None:
    """Return the run of an init script when it is told to start; None for everything else."""
    if "$" in words[0]:
        return None
    told = words[1] if len(words) > 1 else "start"
    return Launch(words, script=True) if told in {"start", "boot", "restart"} else None


_WRAPPERS: dict[str, Callable[[tuple[str, ...]], Launch | None]] = {
    "start-stop-daemon": _from_start_stop_daemon,
    "procd_set_param": _from_procd,
    "procd_append_param": _from_procd,
    "service": _from_service_command,
    **dict.fromkeys(("service_start", "daemon", "start_daemon", "loadproc"), _from_daemon_function),
    **dict.fromkeys((*SHELLS, ".", "source"), _from_shell),
}
