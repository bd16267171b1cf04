"""Runs one command in a room: bounded in time, space and output, ended with all that it started.

What it prints goes to a log file. Time, space and processes are looked at a few times a second,
so a bound may be passed in between; a single file cannot pass its own.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Literal

from assay._kernel.sandbox.choice import Sandbox
from assay._kernel.sandbox.room import Room, guarded
from assay._kernel.value import Value

Stop = Literal["", "time", "space", "output", "processes"]
LOOK = 0.1
OFTEN = 1.0
"""After how many seconds space and processes are looked at again, at the soonest."""
SHARE = 20
"""How many times as long as a look has taken it is waited until the next."""
GRACE = 5.0


class Ran(Value):
    """How a command ended: its exit code, or which bound stopped it."""

    code: int
    stopped: Stop = ""

    @property
    def well(self) -> bool:
        """Whether it ended by itself with exit code 0."""
        return self.code == 0 and not self.stopped


def run(
    sandbox: Sandbox,
    room: Room,
    command: str,
    log: BinaryIO,
    watch: Callable[[int], None] = lambda _: None,
) -> Ran:
    """Run the shell *command* in *room* and return how it ended; *watch* gets the log's size.

    All processes that it started are gone afterwards, where *sandbox* confines.
    """
    words = sandbox.words(room, guarded(command, room))
    log.flush()
    environment = None if sandbox.confined else dict(room.environment)
    folder = None if sandbox.confined else room.directory
    with _started(words, log, environment, folder) as process:
        stopped = _wait(process, room, log, watch)
        return Ran(process.returncode if not stopped else -1, stopped)


@contextmanager
def _started(
    words: list[str], log: BinaryIO, environment: dict[str, str] | None, folder: str | None
) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=folder,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(GRACE)


def _wait(
    process: "subprocess.Popen[bytes]", room: Room, log: BinaryIO, watch: Callable[[int], None]
) -> Stop:
    """Wait until *process* has ended or a bound is passed; return that bound."""
    bounds = room.bounds
    begun, start = time.monotonic(), os.fstat(log.fileno()).st_size
    due = begun + OFTEN
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK)
            return ""
        now = time.monotonic()
        printed = os.fstat(log.fileno()).st_size - start
        watch(printed)
        if now - begun > bounds.seconds:
            return "time"
        if printed > bounds.log:
            return "output"
        if now < due:
            continue
        used = _used_up(process.pid, room)
        if used:
            return used
        cost = time.monotonic() - now
        due = now + max(OFTEN, cost * SHARE)


def _used_up(pid: int, room: Room) -> Stop:
    """Return which bound on space or processes is passed."""
    if _weight(room, room.bounds.folder) > room.bounds.folder:
        return "space"
    # The kernel's own bound on processes spares those of root.
    if os.getuid() == 0 and _descendants(pid) > room.bounds.processes:
        return "processes"
    return ""


def _descendants(pid: int) -> int:
    """Return how many processes descend from *pid*."""
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - thousands of names, several times a second
        if name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                stat = Path("/proc", name, "stat").read_bytes()
                parents.setdefault(int(stat.rpartition(b")")[2].split()[1]), []).append(int(name))
    pending, count = [pid], 0
    while pending:
        below = parents.get(pending.pop(), [])
        count += len(below)
        pending += below
    return count


def _weight(room: Room, enough: int) -> int:
    """Return how many bytes the writable folders hold, or more than *enough*."""
    total = 0
    for folder, _ in room.writable:
        for size in _sizes(folder):
            total += size
            if total > enough:
                return total
    return total


def _sizes(folder: Path) -> Iterator[int]:
    pending = [str(folder)]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        yield entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:
            continue  # the build removes what it made while we look
