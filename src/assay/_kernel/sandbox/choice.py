"""Which sandbox this host has: each is tried with a command that does nothing."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from assay._kernel.sandbox import bubblewrap, namespaces
from assay._kernel.sandbox.room import Room
from assay._kernel.scratch import scratch_folder
from assay._kernel.value import Value

SECONDS = 20


class Sandbox(Value):
    """A way into a room: its name, and what makes the words of a command that runs there.

    `confined` is False for the one that confines nothing.
    """

    name: str
    words: Callable[[Room, list[str]], list[str]]
    confined: bool = True


def _plain(room: Room, command: list[str]) -> list[str]:
    del room
    return command


UNCONFINED = Sandbox("none", _plain, confined=False)
KNOWN = (
    Sandbox(bubblewrap.NAME, bubblewrap.words),
    Sandbox(namespaces.NAME, namespaces.words),
)


def choose(names: tuple[str, ...] = (bubblewrap.NAME, namespaces.NAME)) -> Sandbox | None:
    """Return the first sandbox of *names* that works here, None when there is none."""
    return next((one for one in KNOWN if one.name in names and _works(one)), None)


def _works(sandbox: Sandbox) -> bool:
    with scratch_folder() as folder:
        accounts = Path(folder, "etc")
        accounts.mkdir()
        for name in ("passwd", "group"):
            (accounts / name).write_text("")
        room = Room(writable=(), readable=(), accounts=accounts, directory="/")
        words = sandbox.words(room, ["/bin/sh", "-c", ":"])
        if not words:
            return False
        try:
            done = subprocess.run(words, capture_output=True, check=False, timeout=SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0
