"""Enters a room of namespaces and runs a command there; a program of its own.

Namespaces of user, mount, process, network, host name and IPC, a root made of binds, then a second
user namespace without any rights. References: namespaces(7), user_namespaces(7), pivot_root(2),
mount_setattr(2). Only the standard library: it is started with `python -I -S`.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

NEW_USER, NEW_MOUNT, NEW_PROCESS = 0x10000000, 0x00020000, 0x20000000
NEW_NETWORK, NEW_HOST, NEW_IPC = 0x40000000, 0x04000000, 0x08000000
READ_ONLY, NO_SETUID, NO_DEVICES, NO_EXECUTE, REMOUNT = 1, 2, 4, 8, 32
BIND, RECURSIVE, PRIVATE = 4096, 16384, 1 << 18
DETACH = 2
DIE_WITH_PARENT, NO_NEW_RIGHTS = 1, 38
MOUNT_SETATTR, AT_HERE, AT_RECURSIVE = 442, -100, 0x8000
DEVICES = ("null", "zero", "full", "random", "urandom")
_LIBC = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source: str, target: Path, kind: str, flags: int, data: str = "") -> None:
    words = [text.encode() or None for text in (source, str(target), kind)]
    _checked(_LIBC.mount(*words, ctypes.c_ulong(flags), data.encode() or None), f"mount {target}")


def _map_user(uid: int, gid: int, outer_uid: int, outer_gid: int, *, first: bool) -> None:
    """Appear as *uid* and *gid*."""
    own = Path("/proc/self")
    if first:
        (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{uid} {outer_uid} 1")
    (own / "gid_map").write_text(f"{gid} {outer_gid} 1")


def _place(root: Path, inside: str, *, folder: bool) -> Path:
    """Make what *inside* is mounted on."""
    target = root / inside.lstrip("/")
    if folder:
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    return target


def _bind(root: Path, host: str, inside: str, *, writable: bool) -> None:
    target = _place(root, inside, folder=Path(host).is_dir())
    _mount(host, target, "", BIND | RECURSIVE)
    rights = (NO_SETUID | NO_DEVICES) if writable else (NO_SETUID | READ_ONLY)
    if writable:
        return
    attributes = (ctypes.c_uint64 * 4)(rights, 0, 0, 0)
    done = _LIBC.syscall(
        MOUNT_SETATTR, AT_HERE, str(target).encode(), AT_RECURSIVE, ctypes.byref(attributes), 32
    )
    if done != 0:  # Linux before 5.12: what is mounted below stays as it is
        _mount("", target, "", BIND | REMOUNT | rights)


def _devices(root: Path) -> None:
    folder = _place(root, "dev", folder=True)
    for name in DEVICES:
        _bind(root, f"/dev/{name}", f"dev/{name}", writable=True)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        (folder / name).symlink_to(f"/proc/self/fd{target}")
    _mount("tmpfs", _place(root, "dev/shm", folder=True), "tmpfs", NO_SETUID | NO_DEVICES)


def _furnish(plan: dict[str, Any]) -> None:
    """Make the new root and move into it; nothing of the old one stays in reach."""
    root = Path(plan["root"])
    binds, writable = plan["binds"], plan["writable"]
    hosts = [(host, inside, False) for host, inside in binds]
    hosts += [(host, inside, True) for host, inside in writable]
    _mount("", Path("/"), "", RECURSIVE | PRIVATE)
    held = [(os.open(host, os.O_PATH), inside, free) for host, inside, free in hosts]
    _mount("tmpfs", root, "tmpfs", NO_SETUID | NO_DEVICES, "mode=0755")
    temporary = _place(root, "tmp", folder=True)
    _mount("tmpfs", temporary, "tmpfs", NO_SETUID | NO_DEVICES, "mode=1777")
    for handle, inside, free in held:
        _bind(root, f"/proc/self/fd/{handle}", inside, writable=free)
        os.close(handle)
    for target, name in plan["links"]:
        link = root / name.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    _devices(root)
    flags = NO_SETUID | NO_DEVICES | NO_EXECUTE
    _mount("proc", _place(root, "proc", folder=True), "proc", flags)
    os.chdir(root)
    _checked(_LIBC.pivot_root(b".", b"."), "pivot_root")
    _checked(_LIBC.umount2(b".", DETACH), "umount")
    os.chdir("/")
    _mount("", Path("/"), "", REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES)


def _reap(child: int) -> int:
    """Wait for *child*, and for orphans on the way; return its exit code."""
    while True:
        found, status = os.wait()
        if found == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def main(plan: dict[str, Any]) -> int:  # noqa: RET503 - execve does not return
    """Run the command of *plan* in its room and return its exit code."""
    uid, gid = os.getuid(), os.getgid()
    spaces = NEW_USER | NEW_MOUNT | NEW_PROCESS | NEW_NETWORK | NEW_HOST | NEW_IPC
    _checked(_LIBC.unshare(spaces), "unshare")
    _LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)
    _map_user(0, 0, uid, gid, first=True)
    first = os.fork()  # the first process of the room: when it ends, all others do
    if first:
        return _reap(first)
    _LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)
    name = plan["hostname"].encode()
    _checked(_LIBC.sethostname(name, len(name)), "sethostname")
    _furnish(plan)
    child = os.fork()
    if child:
        os._exit(_reap(child))
    _checked(_LIBC.unshare(NEW_USER), "unshare")
    _map_user(plan["uid"], plan["gid"], 0, 0, first=False)
    _checked(_LIBC.prctl(NO_NEW_RIGHTS, 1, 0, 0, 0), "prctl")
    os.chdir(plan["directory"])
    command = plan["command"]
    os.execve(command[0], command, plan["environment"])  # noqa: S606 - it is the shell


if __name__ == "__main__":
    try:
        sys.exit(main(json.loads(sys.argv[1])))
    except OSError as trouble:
        sys.stderr.write(f"sandbox: {trouble.strerror}\n")
        os._exit(125)
