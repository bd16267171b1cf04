"""ext2, ext3 and ext4 file systems.

Layout: https://docs.kernel.org/filesystems/ext4/
"""

from collections.abc import Iterator

from assay.model.tree import Attribute, Piece
from assay.unpack import posix
from assay.unpack.content import Contents
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.filesystems._ext_attributes import attributes
from assay.unpack.formats.filesystems._ext_space import account_for_free_blocks
from assay.unpack.formats.filesystems._ext_volume import (
    COMPRESSION,
    ENCRYPT,
    RECOVER,
    Inode,
    Super,
    Volume,
    superblock,
)
from assay.unpack.formats.filesystems._walk import walk
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="ext",
    family="filesystem",
    magic=(
        Magic(
            rb"[\x00\x01]\x00\x00\x00[\x00-\x06]\x00\x00\x00.{28}\x53\xef[\x00-\x07]\x00[\x00-\x03]"
            rb"\x00..............[\x00\x01]\x00\x00\x00",
            at=1044,
        ),
    ),
    about="Extents, block maps, inline data and attributes; free blocks by the bitmaps.",
    references=("https://docs.kernel.org/filesystems/ext4/",),
    limits=(
        "the journal is not replayed; a volume that needs it is named so",
        "encrypted directories keep their encrypted names",
        "metadata checksums are not verified",
    ),
)

_ROOT = 2
_FEATURES = (
    (RECOVER, "the journal holds changes that were not replayed"),
    (ENCRYPT, "some files may be encrypted"),
    (COMPRESSION, "some files may be compressed"),
)
_MOST_DIRECTORY = 64 << 20
_INLINE_NAME = b"system.data"


def measure(view: View, start: int) -> Extent:
    """Return where the volume at *start* ends by its count of blocks."""
    info = superblock(view, start)
    root = Volume(view, info).inode(_ROOT)
    if posix.kind_of(root.mode) != "directory":
        raise NotThisFormat("the root inode is no directory")
    return Extent(start, info.end, info)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the tree below the root inode."""
    info: Super = extent.detail or superblock(view, extent.start)
    for bit, says in _FEATURES:
        if info.incompatible & bit:
            sink.problem("unsupported", says, offset=info.start)
    if info.cut:
        sink.problem("damage", f"the last {info.cut} bytes are cut off", offset=info.end)
    volume = Volume(view, info)
    try:
        account_for_free_blocks(volume, sink)
    except NotThisFormat as error:
        sink.problem("damage", f"free space: {error}", offset=info.start)
    tree = _Tree(volume, sink)
    walk(sink, _ROOT, tree.names, tree.entry)


class _Tree:
    """Turns directories and inodes into entries."""

    def __init__(self, volume: Volume, sink: Sink) -> None:
        self.volume, self.sink = volume, sink
        self.contents = Contents(volume.view)
        self.first_path: dict[int, bytes] = {}

    def names(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Yield (name, inode number) of directory *number* in stored order."""
        try:
            inode = self.volume.inode(number)
            data = self._small(inode, min(inode.size, _MOST_DIRECTORY))
        except NotThisFormat as error:
            self.sink.problem("damage", f"directory {number}: {error}")
            return
        # An inline directory starts with its parent's number instead of two entries.
        yield from self._entries(data[4:60] if inode.inline else data, number)
        if inode.inline:
            yield from self._entries(data[60:], number)

    def _entries(self, data: bytes, number: int) -> Iterator[tuple[bytes, int]]:
        at = 0
        while at + 8 <= len(data):
            inode = int.from_bytes(data[at : at + 4], "little")
            length = int.from_bytes(data[at + 4 : at + 6], "little")
            size = data[at + 6]
            if length == 0xFFFF or (length == 0 and self.volume.info.block == 1 << 16):
                length = 1 << 16
            if length < 8 or size + 8 > length:
                self.sink.problem("damage", f"directory {number} has a damaged entry")
                at = (at // self.volume.info.block + 1) * self.volume.info.block
                continue
            if inode and size:
                yield data[at + 8 : at + 8 + size], inode
            at += length

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
        inode = self.volume.inode(number)
        meta = Metadata(
            posix.permissions(inode.mode), inode.uid, inode.gid, inode.mtime,
            self._attributes(path, inode),
        )  # fmt: skip
        where = {"offset": inode.at, "length": self.volume.info.inode_size}
        kind = posix.kind_of(inode.mode)
        first = self.first_path.setdefault(number, path)
        if first != path and kind != "directory":
            self.sink.hardlink(path, first, meta, **where)
        elif kind == "file":
            pieces, size = self._content(path, inode)
            self.sink.file(path, pieces, meta, size=size, **where)
        elif kind == "symlink":
            target = self._small(inode, min(inode.size, 4096))
            self.sink.symlink(path, target, meta, **where)
        elif not posix.place(self.sink, path, inode.mode, meta, numbers=_numbers(inode), **where):
            self.sink.problem("damage", f"mode {inode.mode:o} is no type", path=path)
        return number if kind == "directory" else None

    def _attributes(self, path: bytes, inode: Inode) -> tuple[Attribute, ...]:
        try:
            found = attributes(self.volume, inode, self._held)
        except NotThisFormat as error:
            self.sink.problem("damage", str(error), path=path, offset=inode.at)
            return ()
        return tuple(
            posix.attribute(name, value) for name, value in sorted(found) if name != _INLINE_NAME
        )

    def _held(self, number: int) -> bytes:
        inode = self.volume.inode(number)
        return self.contents.read(self._pieces(inode, min(inode.size, 1 << 16)))

    def _small(self, inode: Inode, size: int) -> bytes:
        """Return the first *size* bytes of a link or directory."""
        short_link = posix.kind_of(inode.mode) == "symlink" and size < 60
        if inode.inline or (short_link and (inode.blocks == 0 or inode.acl)):
            more = dict(attributes(self.volume, inode, self._held)) if inode.inline else {}
            return (inode.body + more.get(_INLINE_NAME, b""))[:size]
        return self.contents.read(self._pieces(inode, size))

    def _content(self, path: bytes, inode: Inode) -> tuple[list[Piece], int]:
        size = min(inode.size, self.sink.limits.file)
        if size < inode.size:
            self.sink.problem("limit", "a file is larger than allowed", path=path)
        if not inode.inline:
            return self._pieces(inode, size), size
        data = self._small(inode, size)
        head = min(60, size)
        pieces = [Piece(at=inode.at + 40, size=head, codec="raw", length=head)] if head else []
        if len(data) > 60:
            at = self._find_behind(inode, data[60:])
            pieces.append(Piece(at=at, size=len(data) - 60, codec="raw", length=len(data) - 60))
        return pieces, len(data)

    def _find_behind(self, inode: Inode, data: bytes) -> int:
        """Return where the second part of inline data stands: behind the inode."""
        room = self.volume.info.inode_size - 128
        found = self.volume.view.read(inode.at + 128, room).find(data)
        if found < 0:
            raise NotThisFormat("inline data lies outside its inode")
        return inode.at + 128 + found

    def _pieces(self, inode: Inode, size: int) -> list[Piece]:
        """Return the recipe of the first *size* bytes; what no block holds is a hole."""
        block, pieces, at = self.volume.info.block, list[Piece](), 0
        for run in self.volume.runs(inode, size):
            begin = run.logical * block
            if begin > at:
                pieces.append(Piece(at=0, size=0, codec="hole", length=begin - at))
            length = min(run.blocks * block, size - begin)
            self.volume.offset(run.physical + run.blocks - 1)
            start = self.volume.offset(run.physical)
            pieces.append(Piece(at=start, size=length, codec="raw", length=length))
            at = begin + length
        if size > at:
            pieces.append(Piece(at=0, size=0, codec="hole", length=size - at))
        return pieces


def _numbers(inode: Inode) -> tuple[int, int]:
    """Return the device numbers, in the old encoding or, where that is 0, the new one."""
    old, new = (int.from_bytes(inode.body[at : at + 4], "little") for at in (0, 4))
    return posix.short_device(old) if old else posix.long_device(new)
