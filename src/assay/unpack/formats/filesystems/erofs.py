"""EROFS: the read-only file system of Android-based devices and newer embedded Linux.

Layout: Linux fs/erofs/erofs_fs.h; https://docs.kernel.org/filesystems/erofs.html
"""

from collections.abc import Iterator

from assay.model.tree import Piece
from assay.unpack import posix
from assay.unpack.content import Contents
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.filesystems._erofs_clusters import Unsupported, recipe
from assay.unpack.formats.filesystems._erofs_inodes import (
    COMPACT_INDEX,
    FULL_INDEX,
    Inode,
    Super,
    attributes,
    inode,
    is_sound,
    pieces,
    superblock,
)
from assay.unpack.formats.filesystems._walk import walk
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="erofs",
    family="filesystem",
    magic=(Magic(rb"\xe2\xe1\xf5\xe0........[\x09-\x10]", at=1024),),
    about="Plain, inline, chunked and compressed files (LZ4, LZMA, deflate, Zstandard).",
    references=("https://docs.kernel.org/filesystems/erofs.html",),
    limits=(
        "files with packed fragments are named, not read",
        "LZ4 data written without zero padding, as before Linux 5.3, is not read",
        "volumes on several devices are read as far as the first holds them",
    ),
)

_MOST_DIRECTORY = 64 << 20


def measure(view: View, start: int) -> Extent:
    """Return where the volume at *start* ends by its count of blocks."""
    info = superblock(view, start)
    if posix.kind_of(inode(view, info, info.root).mode) != "directory":
        raise NotThisFormat("the root inode is no directory")
    return Extent(start, info.end, info)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the tree below the root inode."""
    info: Super = extent.detail or superblock(view, extent.start)
    if info.cut:
        sink.problem("damage", f"the last {info.cut} bytes are cut off", offset=info.end)
    tree = _Tree(view, info, sink)
    walk(sink, info.root, tree.names, tree.entry)


class _Tree:
    """Turns directories and inodes into entries."""

    def __init__(self, view: View, info: Super, sink: Sink) -> None:
        self.view, self.info, self.sink = view, info, sink
        self.contents = Contents(view)
        self.first_path: dict[int, bytes] = {}

    def names(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Yield (name, inode number) of directory *number* in stored order."""
        try:
            one = inode(self.view, self.info, number)
            data = self._read(one, min(one.size, _MOST_DIRECTORY))
        except NotThisFormat as error:
            self.sink.problem("damage", f"directory {number}: {error}")
            return
        for at in range(0, len(data), self.info.block):
            yield from self._block(data[at : at + self.info.block], number)

    def _block(self, block: bytes, number: int) -> Iterator[tuple[bytes, int]]:
        """Yield the entries of one directory block: fixed entries first, then the names."""
        first = int.from_bytes(block[8:10], "little")
        if first % 12 or not 12 <= first <= len(block):
            self.sink.problem("damage", f"directory {number} has a damaged block")
            return
        entries = [
            (
                int.from_bytes(block[at : at + 8], "little"),
                int.from_bytes(block[at + 8 : at + 10], "little"),
            )
            for at in range(0, first, 12)
        ]
        ends = [offset for _, offset in entries[1:]] + [len(block)]
        for (child, offset), end in zip(entries, ends, strict=True):
            yield block[offset:end].split(b"\0", 1)[0], child

    def entry(self, path: bytes, number: int) -> int | None:
        """Hand over one name; return its inode number when it is a directory."""
        try:
            return self._entry(path, number)
        except NotThisFormat as error:
            if len(self.sink.entries) >= self.sink.limits.files:
                raise
            self.sink.problem("damage", str(error), path=path)
            return None

    def _entry(self, path: bytes, number: int) -> int | None:
        one = inode(self.view, self.info, number)
        if not is_sound(one):
            raise NotThisFormat(f"mode {one.mode:o} is no type")
        found = attributes(self.view, self.info, one)
        meta = Metadata(
            posix.permissions(one.mode), one.uid, one.gid, one.mtime,
            tuple(posix.attribute(name, value) for name, value in found),
        )  # fmt: skip
        where = {"offset": one.at, "length": one.tail - one.at}
        kind = posix.kind_of(one.mode)
        first = self.first_path.setdefault(number, path)
        if first != path and kind != "directory":
            self.sink.hardlink(path, first, meta, **where)
        elif kind == "file":
            self._file(path, one, meta)
        elif kind == "symlink":
            self.sink.symlink(path, self._read(one, min(one.size, 4096)), meta, **where)
        else:
            numbers = posix.long_device(one.data)
            posix.place(self.sink, path, one.mode, meta, numbers=numbers, **where)
        return number if kind == "directory" else None

    def _read(self, one: Inode, size: int) -> bytes:
        return self.contents.read(self._pieces(one, size))[:size]

    def _pieces(self, one: Inode, size: int) -> list[Piece]:
        if not size:
            return []
        if one.layout in {FULL_INDEX, COMPACT_INDEX}:
            return recipe(self.view, self.info, one)
        return pieces(self.view, self.info, one, size)

    def _file(self, path: bytes, one: Inode, meta: Metadata) -> None:
        if one.size > self.sink.limits.file:
            self.sink.problem("limit", "a file is larger than allowed", path=path)
            return
        try:
            made = self._pieces(one, one.size)
        except Unsupported as error:
            self.sink.problem("unsupported", str(error), offset=one.at, path=path)
            return
        length = one.tail - one.at
        self.sink.file(path, made, meta, size=one.size, offset=one.at, length=length)
