"""A directory of the host as input: its tree becomes nodes, its files sources.

Links are recorded and never followed; nothing outside the directory is read.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from assay._kernel import canonical
from assay._kernel.printable import printable
from assay.gather.jobs import Source
from assay.model.record import Digest
from assay.model.tree import Node, NodeKind, Origin

_KINDS: tuple[tuple[int, NodeKind], ...] = (
    (stat.S_IFLNK, "symlink"),
    (stat.S_IFDIR, "directory"),
    (stat.S_IFREG, "file"),
    (stat.S_IFIFO, "fifo"),
    (stat.S_IFSOCK, "socket"),
    (stat.S_IFCHR, "device"),
    (stat.S_IFBLK, "device"),
)


def walk(root: Path) -> Iterator[tuple[Node, Source | None]]:
    """Yield a node for everything below *root* in order, with a source for regular files."""
    pending = [os.fsencode(root)]
    while pending:
        folder = pending.pop()
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            node = _node(entry, os.path.relpath(entry.path, os.fsencode(root)))
            source = None
            if node.kind == "file":
                source = Source(file=os.fsdecode(entry.path), offset=0, size=node.size)
            yield node, source
        pending += [e.path for e in reversed(entries) if e.is_dir(follow_symlinks=False)]


def _node(entry: os.DirEntry[bytes], path: bytes) -> Node:
    status = entry.stat(follow_symlinks=False)
    kind = next(kind for flag, kind in _KINDS if stat.S_IFMT(status.st_mode) == flag)
    device = ""
    if kind == "device":
        letter = "c" if stat.S_ISCHR(status.st_mode) else "b"
        device = f"{letter}{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    return Node(
        path=printable(path),
        kind=kind,
        origin=Origin(container="", format="directory", offset=0, length=0),
        size=status.st_size if kind == "file" else 0,
        mode=status.st_mode & 0o7777,
        uid=status.st_uid,
        gid=status.st_gid,
        target=printable(os.readlink(entry.path)) if kind == "symlink" else "",  # noqa: PTH115 - bytes
        device=device,
    )


def tree_digest(nodes: list[Node]) -> Digest:
    """Return the digest that names a directory: of all that its nodes state."""
    top = [node for node in nodes if node.origin.format == "directory"]
    return canonical.digest(top)
