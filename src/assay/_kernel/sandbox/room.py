"""What commands in a sandbox see of the host, and what they may use up.

A room has the host's programs and libraries, read-only, a folder to write in, and nothing else:
no home folders, no configuration, no network.
"""

from collections.abc import Mapping
from pathlib import Path

from msgspec import field

from assay._kernel.value import Value

MEBIBYTE = 1 << 20
SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store",
    "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
)  # fmt: skip
"""What compilers need: programs, libraries, and where they are looked up."""


class Bounds(Value):
    """What one run may use: seconds of wall time, bytes, processes at once.

    `folder` bounds the writable folder as a whole, `file` one file, `memory` the address space
    of one process, `log` what is printed.
    """

    seconds: int = 3600
    folder: int = 8192 * MEBIBYTE
    file: int = 2048 * MEBIBYTE
    memory: int = 8192 * MEBIBYTE
    processes: int = 1024
    log: int = 32 * MEBIBYTE


class Room(Value):
    """What commands see. `writable` and `readable` say which host folder appears where.

    `accounts` is a host folder with the files `passwd` and `group` that appear in /etc.
    """

    writable: tuple[tuple[Path, str], ...]
    readable: tuple[tuple[Path, str], ...]
    accounts: Path
    directory: str
    environment: Mapping[str, str] = field(default_factory=dict)
    hostname: str = "localhost"
    uid: int = 1000
    gid: int = 1000
    umask: int = 0o022
    bounds: Bounds = field(default_factory=Bounds)

    def binds(self) -> list[tuple[str, str]]:
        """Return what is mounted read-only: pairs of host path and path in the room."""
        found = [(name, name) for name in SYSTEM if Path(name).exists()]
        found = [pair for pair in found if not Path(pair[0]).is_symlink()]
        found += [(str(self.accounts / name), f"/etc/{name}") for name in ("passwd", "group")]
        return found + [(str(host), inside) for host, inside in self.readable]

    def links(self) -> list[tuple[str, str]]:
        """Return the host's links among the system folders: pairs of target and name."""
        return [(str(Path(name).readlink()), name) for name in SYSTEM if Path(name).is_symlink()]


def guarded(command: str, room: Room) -> list[str]:
    """Return the words that run *command* in a shell that first gives up what it may not use."""
    bounds = room.bounds
    limits = [
        "ulimit -c 0",
        f"ulimit -f {bounds.file // 512}",
        f"ulimit -v {bounds.memory // 1024}",
        # dash has -p for what bash calls -u.
        f"{{ ulimit -u {bounds.processes} || ulimit -p {bounds.processes}; }} 2>/dev/null",
        f"umask {room.umask:03o}",
    ]
    return ["/bin/sh", "-c", "\n".join([*limits, "set -e", command])]
