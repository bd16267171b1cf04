"""The walk from a root directory that all inode-based file systems share."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from assay.unpack.sink import Sink

T = TypeVar("T")
MOST_DEPTH = 64


def joined(path: bytes, name: bytes) -> bytes:
    """Return *name* below *path*; a slash inside a stored name makes no directory of it."""
    safe = name.replace(b"/", b"\\")
    return path + b"/" + safe if path else safe


def walk(
    sink: Sink,
    root: int,
    names: Callable[[int], Iterable[tuple[bytes, T]]],
    visit: Callable[[bytes, T], int | None],
    prefix: bytes = b"",
) -> None:
    """Call *visit* for all names below directory *root*, parents first, in stored order.

    *names* lists a directory by number; *visit* takes a path and what is listed, and returns
    the number of the directory to go down into. A directory met again is damage.
    """
    walked = {root}
    stack = [(root, prefix, 0)]
    while stack:
        number, path, depth = stack.pop()
        below = []
        for name, item in names(number):
            if name in {b"", b".", b".."}:
                continue
            here = joined(path, name)
            child = visit(here, item)
            if child is not None:
                below.append((child, here, depth + 1))
        for next_one in reversed(below):
            if next_one[0] in walked:
                sink.problem("damage", "a directory contains itself", path=next_one[1])
            elif depth >= MOST_DEPTH:
                sink.problem("limit", "directories are nested too deep", path=next_one[1])
            else:
                walked.add(next_one[0])
                stack.append(next_one)
