"""A directory of the host as input: its tree becomes nodes, its files sources.

Links are recorded and never followed; nothing outside the directory is read.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from assay._kernel import canonical
from assay._kernel.printable import printable
from assay.gather.jobs import Source
from assay.model.record import Digest, replace
from assay.model.tree import Node, NodeKind, Origin

Found = list[tuple[Node, Source | None]]
STEP = 1 << 20
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


def alike(first: Found, second: Found) -> dict[str, tuple[Node, Node]]:
    """Return the files that lie in both trees with the same bytes and rights, by path.

    Each is named by its digest, which is taken once.
    """
    others = {node.path: (node, source) for node, source in second if source is not None}
    found = {}
    for node, source in first:
        other, place = others.get(node.path, (None, None))
        if source is None or other is None or place is None or _stated(node) != _stated(other):
            continue
        digest = _same(source, place)
        if digest is not None:
            found[node.path] = (replace(node, blob=digest), replace(other, blob=digest))
    return found


def _stated(node: Node) -> tuple[object, ...]:
    return node.size, node.mode, node.uid, node.gid


def _same(first: Source, second: Source) -> Digest | None:
    """Return the digest of two files of one size that hold the same bytes, None for others.

    Those that cannot be read, or change their size, are left to others to tell about.
    """
    total, read = hashlib.sha256(), 0
    try:
        with Path(first.file).open("rb", 0) as one, Path(second.file).open("rb", 0) as two:
            while part := one.read(STEP):
                if part != two.read(STEP):
                    return None
                total.update(part)
                read += len(part)
            ended = not two.read(1)
    except OSError:
        return None
    return total.hexdigest() if ended and read == first.size else None


def tree_digest(nodes: list[Node]) -> Digest:
    """Return the digest that names a directory: of all that its nodes state."""
    top = [node for node in nodes if node.origin.format == "directory"]
    return canonical.digest(top)
