"""A room by bubblewrap (bwrap), where it is installed: the words that enter it."""

import shutil

from assay._kernel.sandbox.room import Room

NAME = "bubblewrap"
_NAMESPACES = ("user", "ipc", "pid", "net", "uts", "cgroup-try")


def words(room: Room, command: list[str]) -> list[str]:
    """Return what to run so that *command* runs in *room*; empty where there is no bwrap."""
    program = shutil.which("bwrap")
    if program is None:
        return []
    found = [program, *(f"--unshare-{name}" for name in _NAMESPACES)]
    found += ["--uid", str(room.uid), "--gid", str(room.gid), "--hostname", room.hostname]
    found += ["--die-with-parent", "--new-session", "--clearenv"]
    for name, value in sorted(room.environment.items()):
        found += ["--setenv", name, value]
    found += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - the room's own
    for host, inside in room.binds():
        found += ["--ro-bind", host, inside]
    for target, name in room.links():
        found += ["--symlink", target, name]
    for folder, inside in room.writable:
        found += ["--bind", str(folder), inside]
    return [*found, "--chdir", room.directory, "--", *command]
