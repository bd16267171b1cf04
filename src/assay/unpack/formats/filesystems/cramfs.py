"""cramfs: compressed read-only file system of early routers, phones and cameras.

Layout: Linux include/uapi/linux/cramfs_fs.h and fs/cramfs/README; both byte orders.
"""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from assay.model.tree import Piece
from assay.unpack import posix
from assay.unpack.content import Contents
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.filesystems._walk import walk
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="cramfs",
    family="filesystem",
    magic=(
        Magic(rb"\x45\x3d\xcd\x28............Compressed ROMFS"),
        Magic(rb"\x28\xcd\x3d\x45............Compressed ROMFS"),
    ),
    about="Inodes of 12 bytes and blocks of 4096 bytes under zlib; holes; one CRC over all.",
    references=("https://docs.kernel.org/filesystems/cramfs.html",),
    limits=("no times are recorded", "block sizes other than 4096 bytes are not recognised"),
)

_BLOCK = 4096
_BOOT_SECTOR = 512
_VERSION_2, _EXTENDED = 0x1, 0x800
_PLAIN_BLOCK, _DIRECT = 1 << 31, 1 << 30
_KNOWN_FLAGS = 0xFFF


class Super(NamedTuple):
    """What the superblock states; offsets count from *base*, *root* is that of the root inode."""

    start: int
    base: int
    order: str
    size: int
    flags: int
    crc: int
    root: int


class Inode(NamedTuple):
    """An inode: *data* is relative to the file system's start; *name* its length in bytes."""

    at: int
    mode: int
    uid: int
    gid: int
    size: int
    data: int
    name: int


def measure(view: View, start: int) -> Extent:
    """Return where the file system at *start* ends by its superblock."""
    info = _superblock(view, start)
    root = _inode(view, info, info.root)
    if posix.kind_of(root.mode) != "directory":
        raise NotThisFormat("the root inode is no directory")
    return Extent(start, min(view.size, info.base + info.size), info)


def _superblock(view: View, start: int) -> Super:
    order = {b"\x45\x3d\xcd\x28": "<", b"\x28\xcd\x3d\x45": ">"}.get(view.read(start, 4))
    if order is None or view.read(start + 16, 16) != b"Compressed ROMFS":
        raise NotThisFormat("no cramfs superblock")
    size, flags = view.unpack(order + "II", start + 4)
    crc = view.number(order + "I", start + 32)
    info = Super(start, start, order, size, flags, crc, start + 64)
    # Room for a boot sector before the superblock counts into all offsets and the size.
    if _inode(view, info, info.root).data == _BOOT_SECTOR + 76 and start >= _BOOT_SECTOR:
        info = info._replace(base=start - _BOOT_SECTOR)
    if size < 76 + start - info.base or flags & ~_KNOWN_FLAGS:
        raise NotThisFormat("a cramfs superblock that cannot be")
    return info


def _inode(view: View, info: Super, at: int) -> Inode:
    """Return the inode at *at*, whose bit fields begin at the other end in big-endian images."""
    one, two, three = view.unpack(info.order + "III", at)
    if info.order == "<":
        return Inode(
            at, one & 0xFFFF, one >> 16, two >> 24, two & 0xFFFFFF, three >> 6 << 2,
            (three & 0x3F) << 2,
        )  # fmt: skip
    return Inode(
        at, one >> 16, one & 0xFFFF, two & 0xFF, two >> 8, (three & 0x3FFFFFF) << 2,
        three >> 26 << 2,
    )  # fmt: skip


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the tree below the root inode."""
    info: Super = extent.detail or _superblock(view, extent.start)
    if extent.end - info.base < info.size:
        sink.problem("damage", "the end of the file system is cut off", offset=extent.end)
    elif info.flags & _VERSION_2 and _crc(view, info) != info.crc:
        sink.problem("damage", "the CRC of the file system is wrong", offset=info.start)
    tree = _Tree(view, info, sink)
    walk(sink, info.root, tree.names, tree.entry)


def _crc(view: View, info: Super) -> int:
    """Return the CRC32 over the whole with the CRC field taken as zero."""
    head = zlib.crc32(view.window(info.start, 32))
    return zlib.crc32(
        view.window(info.start + 36, info.base + info.size - info.start - 36),
        zlib.crc32(bytes(4), head),
    )


class _Tree:
    """Turns inodes into entries; a directory is known by the offset of its inode."""

    def __init__(self, view: View, info: Super, sink: Sink) -> None:
        self.view, self.info, self.sink = view, info, sink
        self.contents = Contents(view)
        self.listed: set[int] = set()

    def names(self, at: int) -> Iterator[tuple[bytes, Inode]]:
        """Yield (name, inode) of the directory whose inode stands at *at*."""
        folder = _inode(self.view, self.info, at)
        position = self.info.base + folder.data
        end = position + folder.size
        if folder.size and position in self.listed:
            self.sink.problem("damage", "two directories share their list", offset=at)
            return
        self.listed.add(position)
        while position + 12 <= end:
            try:
                inode = _inode(self.view, self.info, position)
                name = self.view.read(position + 12, inode.name).rstrip(b"\0")
            except NotThisFormat:
                self.sink.problem("damage", "a directory is cut off", offset=position)
                return
            if not inode.name:
                self.sink.problem("damage", "a name of no length", offset=position)
                return
            yield name, inode
            position += 12 + inode.name

    def entry(self, path: bytes, inode: Inode) -> int | None:
        """Hand over one name; return the place of its inode when it is a directory."""
        meta = Metadata(posix.permissions(inode.mode), inode.uid, inode.gid)
        where = {"offset": inode.at, "length": 12 + inode.name}
        kind = posix.kind_of(inode.mode)
        if kind in {"file", "symlink"}:
            self._content(path, inode, meta, where)
            return None
        numbers = posix.short_device(inode.size)
        if not posix.place(self.sink, path, inode.mode, meta, numbers=numbers, **where):
            says = f"mode {inode.mode:o} is no type"
            self.sink.problem("damage", says, offset=inode.at, path=path)
        return inode.at if kind == "directory" else None

    def _content(self, path: bytes, inode: Inode, meta: Metadata, where: dict[str, int]) -> None:
        try:
            pieces = self._pieces(inode)
            if posix.kind_of(inode.mode) == "file":
                self.sink.file(path, pieces, meta, size=inode.size, **where)
            else:
                self.sink.symlink(path, self.contents.read(pieces), meta, **where)
        except NotThisFormat as error:
            if len(self.sink.entries) >= self.sink.limits.files:
                raise
            self.sink.problem("damage", str(error), offset=inode.at, path=path)

    def _pieces(self, inode: Inode) -> list[Piece]:
        """Return the recipe of a file: a table of block ends, then the blocks."""
        count = (inode.size + _BLOCK - 1) // _BLOCK
        if not count:
            return []
        table = self.info.base + inode.data
        pointers = self.view.unpack(f"{self.info.order}{count}I", table)
        begin, pieces = inode.data + 4 * count, list[Piece]()
        for index, pointer in enumerate(pointers):
            length = min(_BLOCK, inode.size - index * _BLOCK)
            begin, piece = self._block(begin, pointer, length)
            pieces.append(piece)
        return pieces

    def _block(self, begin: int, pointer: int, length: int) -> tuple[int, Piece]:
        """Return where the next block begins, and the recipe of the one *pointer* ends."""
        plain = False
        end = pointer
        if self.info.flags & _EXTENDED:
            plain, end = bool(pointer & _PLAIN_BLOCK), pointer & (_DIRECT - 1)
            if pointer & _DIRECT:
                begin = end << 2
                stored = length
                if not plain:
                    stored = self.view.number(self.info.order + "H", self.info.base + begin)
                    begin += 2
                end = begin + stored
        if not begin <= end <= self.info.size or end - begin > 2 * _BLOCK:
            raise NotThisFormat(f"a block from {begin:#x} to {end:#x} cannot be")
        if begin == end:
            return end, Piece(at=0, size=0, codec="hole", length=length)
        codec = "raw" if plain else "zlib"
        at = self.info.base + begin
        return end, Piece(at=at, size=end - begin, codec=codec, length=length)
