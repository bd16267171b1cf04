"""JFFS2: the log-structured file system of NOR and small NAND flash, both byte orders.

Layout: Linux include/uapi/linux/jffs2.h, fs/jffs2/nodelist.h.
"""

from collections.abc import Iterator

from assay.unpack import posix
from assay.unpack.content import Contents
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.filesystems._jffs2_files import (
    Dirent,
    Found,
    Write,
    collect,
    content,
)
from assay.unpack.formats.filesystems._jffs2_nodes import Log, scan
from assay.unpack.formats.filesystems._walk import walk
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="jffs2",
    family="filesystem",
    magic=(
        Magic(rb"[\x84\x85]\x19[\x01\x02\x08\x09]\xe0..[\x00-\x1f]\x00"),
        Magic(rb"[\x84\x85]\x19[\x03\x04\x06]\x20..[\x00-\x1f]\x00"),
        Magic(rb"\x19[\x84\x85]\xe0[\x01\x02\x08\x09]\x00[\x00-\x1f].."),
        Magic(rb"\x19[\x84\x85]\x20[\x03\x04\x06]\x00[\x00-\x1f].."),
    ),
    about="Log of inode and name nodes, each with CRCs; the newest version of each counts.",
    references=("https://www.kernel.org/doc/html/latest/filesystems/index.html",),
    limits=(
        "nodes compressed with Rubin coding are named, not decoded",
        "deleted files are accounted for, not recovered",
        "flash dumps that interleave out-of-band bytes are not read",
    ),
)

_DIRECTORY_TYPE = 4
"""The type that a name states of a directory (DT_DIR), for when the inode is lost."""


def measure(view: View, start: int) -> Extent:
    """Return where the log that begins at *start* has its last node."""
    log = scan(view, start)
    return Extent(start, log.end, log)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the newest state of every name that can be reached, with its content."""
    log: Log = extent.detail or scan(view, extent.start)
    for gap in log.gaps:
        if gap.erased:
            sink.region(gap.at, gap.length, "padding", "erased flash")
        else:
            sink.region(gap.at, gap.length, "unknown", "no sound node")
            sink.problem("damage", f"{gap.length} bytes are no nodes", offset=gap.at)
    for at in log.damaged:
        sink.problem("damage", "a node has a wrong CRC", offset=at)
    if log.cut:
        sink.problem("limit", "too many nodes; the rest was not read", offset=log.end)
    found = collect(view, log)
    for says, at in found.problems:
        sink.problem("damage", says, offset=at)
    _Tree(view, log, found, sink).emit()


class _Tree:
    """Walks names from the root, then from directories whose own name is lost."""

    def __init__(self, view: View, log: Log, found: Found, sink: Sink) -> None:
        self.view, self.log, self.found, self.sink = view, log, found, sink
        self.contents = Contents(view)
        self.first_path: dict[int, bytes] = {}

    def emit(self) -> None:
        walk(self.sink, 1, self._names, self._entry)
        for parent in sorted(self.found.names):
            if parent != 1 and parent not in self.found.mentioned:
                self.sink.problem("damage", f"the name of directory {parent} is lost")
                walk(self.sink, parent, self._names, self._entry, b"lost+found/%d" % parent)

    def _names(self, number: int) -> Iterator[tuple[bytes, Dirent]]:
        for name, entry in sorted(self.found.names.get(number, {}).items()):
            if entry.inode:
                yield name, entry

    def _entry(self, path: bytes, entry: Dirent) -> int | None:
        """Hand over one name; return its number when it is a directory."""
        where = {"offset": entry.at, "length": entry.total}
        writes = self.found.writes.get(entry.inode)
        if not writes:
            return self._lost(path, entry)
        writes.sort(key=lambda write: write.version)
        last = writes[-1]
        meta = Metadata(
            posix.permissions(last.mode), last.uid, last.gid, last.mtime,
            self.found.attributes.get(entry.inode, ()),
        )  # fmt: skip
        kind = posix.kind_of(last.mode)
        if kind == "directory":
            self.sink.directory(path, meta, **where)
            return entry.inode
        first = self.first_path.setdefault(entry.inode, path)
        if first != path:
            self.sink.hardlink(path, first, meta, **where)
        elif kind == "symlink":
            self.sink.symlink(path, self._small(writes, 4096), meta, **where)
        elif kind == "file":
            self._file(path, writes, meta)
        else:
            numbers = self._numbers(writes)
            if not posix.place(self.sink, path, last.mode, meta, numbers=numbers, **where):
                self.sink.problem("damage", f"mode {last.mode:o} is no type", path=path)
        return None

    def _lost(self, path: bytes, entry: Dirent) -> int | None:
        """Hand over a name without inode as far as its type is told."""
        if entry.kind == _DIRECTORY_TYPE:
            self.sink.directory(path, Metadata(), offset=entry.at, length=entry.total)
            return entry.inode
        says = "the inode of this name is missing"
        self.sink.problem("damage", says, offset=entry.at, path=path)
        return None

    def _file(self, path: bytes, writes: list[Write], meta: Metadata) -> None:
        made = content(writes, self.sink.limits.file)
        if made.cut:
            self.sink.problem("limit", "a file is larger than allowed", path=path)
        for codec in sorted(made.unsupported):
            self.sink.problem("unsupported", f"JFFS2 compression {codec}", path=path)
        self.sink.file(path, made.pieces, meta, size=made.size, offset=writes[-1].at, length=68)

    def _small(self, writes: list[Write], most: int) -> bytes:
        try:
            return self.contents.read(content(writes, most).pieces)
        except NotThisFormat:
            self.sink.problem("damage", "a link target cannot be read", offset=writes[-1].at)
            return b""

    def _numbers(self, writes: list[Write]) -> tuple[int, int]:
        """Return the device numbers, which are stored plain while the size may say 0."""
        last = writes[-1]
        if posix.kind_of(last.mode) != "device" or last.csize not in {2, 4}:
            return 0, 0
        number = self.view.number(self.log.order + ("H" if last.csize == 2 else "I"), last.at + 68)
        return posix.short_device(number) if last.csize == 2 else posix.long_device(number)
