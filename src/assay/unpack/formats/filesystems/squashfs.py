"""SquashFS 1 to 4, both byte orders, gzip, LZMA in its vendor variants, XZ, LZO, LZ4, ZSTD."""

import struct
from collections.abc import Callable
from typing import TypeVar

from assay.model.tree import Attribute, Piece
from assay.unpack.format import Extent, Format, Magic
from assay.unpack.formats.filesystems.squash.compressor import declared, find_codec
from assay.unpack.formats.filesystems.squash.inode import (
    NO_FRAGMENT,
    NO_XATTR,
    Inode,
    InodeReader,
    device_numbers,
)
from assay.unpack.formats.filesystems.squash.inodes4 import Version4
from assay.unpack.formats.filesystems.squash.inodes123 import Version123
from assay.unpack.formats.filesystems.squash.listing import Parts, listed
from assay.unpack.formats.filesystems.squash.metadata import Stored, Table, indexed
from assay.unpack.formats.filesystems.squash.superblock import (
    CHECK_DATA,
    NO_TABLE,
    Superblock,
    read_superblock,
)
from assay.unpack.formats.filesystems.squash.xattrs import read_xattrs
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import NotThisFormat, View

T = TypeVar("T")
RAW_BLOCK = 1 << 24
MOST_DEPTH = 200

FORMAT = Format(
    name="squashfs",
    family="filesystem",
    magic=(
        Magic(rb"(?:hsqs|shsq|hsqt|hsqz).{24}[\x01-\x04]\x00[\x00-\x03]\x00"),
        Magic(rb"(?:sqsh|qshs|tqsh|sqlz).{24}\x00[\x01-\x04]\x00[\x00-\x03]"),
    ),
    about="Compressed read-only file system of most routers.",
    references=(
        "https://www.kernel.org/doc/html/latest/filesystems/squashfs.html",
        "https://github.com/plougher/squashfs-tools",
    ),
    limits=("extended attributes are read for version 4 only",),
    priority=10,
)


def measure(view: View, start: int) -> Extent:
    """Return where the file system that begins at *start* ends; its root inode must read.

    A file system that is cut off ends with the view.
    """
    block = read_superblock(view, start)
    if start + block.inodes_at >= view.size:
        raise NotThisFormat("the inode table is cut off")
    system = System(view, block)
    if system.reader.inode(block.root >> 16, block.root & 0xFFFF).kind != "directory":
        raise NotThisFormat("the root inode is no directory")
    return Extent(start, min(view.size, start + block.used), system)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the whole tree; content stays where it is until it is asked for."""
    system: System = extent.detail
    if extent.end - extent.start < system.super.used:
        sink.problem("damage", "the file system is cut off", offset=extent.end)
    for says in system.damage:
        sink.problem("damage", says, offset=extent.start)
    entries = listed(view, system.super, system.parts(), view.limits)
    if entries is None or not sink.take(entries):
        Walk(view, system, sink).directory(b"", system.super.root, 0)


class System:
    """One file system: its superblock, codec, tables, owners and fragments."""

    def __init__(self, view: View, block: Superblock) -> None:
        self.super = block
        self.damage: list[str] = []
        start = block.start
        check = block.version < 4 and bool(block.flags & CHECK_DATA)
        self.stored = Stored(view, block.order, "raw", check=check)
        self.stored.codec = self._codec(start + block.inodes_at)
        inodes = Table(self.stored, start + block.inodes_at, start + block.directories_at)
        directories = Table(self.stored, start + block.directories_at, start + block.used)
        self._tables = inodes, directories
        most = view.limits.file
        self.ids: list[int] = []
        if block.version == 4:
            self.ids = self._tolerant("owners", lambda: self._ids(view))
            self.reader: InodeReader = Version4(block, inodes, directories, self.ids, most)
        else:
            owners = self._tolerant("owners", lambda: self._plain(view, block.ids_at, block.ids))
            groups = self._tolerant(
                "groups", lambda: self._plain(view, block.groups_at, block.groups)
            )
            self.reader = Version123(block, inodes, directories, (owners, groups), most)
        self.fragments = self._tolerant("fragments", lambda: self._fragments(view))
        self.xattrs: list[tuple[Attribute, ...]] = []
        if block.version == 4 and block.xattrs_at != NO_TABLE:
            self.xattrs = read_xattrs(view, block, self.stored)

    def parts(self) -> Parts:
        """Return what the tree refers to."""
        return Parts(self.stored.codec, *self._tables, self.ids, self.fragments, self.xattrs)

    def _tolerant(self, name: str, read: Callable[[], list[T]]) -> list[T]:
        """Return a table, or an empty one with the damage noted: the tree may still read."""
        try:
            return read()
        except NotThisFormat as error:
            self.damage.append(f"the table of {name}: {error}")
            return []

    def _ids(self, view: View) -> list[int]:
        block = self.super
        pointers = self._pointers(view, block.ids_at, -(-block.ids * 4 // 8192), "Q")
        table = indexed(self.stored, pointers, block.start, block.ids * 4)
        return list(struct.unpack(f"{block.order}{block.ids}I", table))

    def _codec(self, at: int) -> str:
        """Return the codec of the first block of the tables that is compressed, or the declared."""
        block = self.super
        stored, raw, after = self.stored.block(at)
        if not raw:
            full = after < block.start + block.directories_at
            return find_codec(block.compressor, stored, full=full)
        try:
            while raw and after < block.start + block.used:
                stored, raw, after = self.stored.block(after)
            full = after < block.start + block.directories_at
            return find_codec(block.compressor, stored, full=full) if not raw else "zlib"
        except NotThisFormat:  # no table is compressed, and what follows them is none
            if block.version < 4:
                raise
            return declared(block.compressor)

    def _pointers(self, view: View, at: int, count: int, layout: str) -> list[int]:
        return list(view.unpack(f"{self.super.order}{count}{layout}", self.super.start + at))

    def _plain(self, view: View, at: int, count: int) -> list[int]:
        return list(view.unpack(f"{self.super.order}{count}I", self.super.start + at))

    def _fragments(self, view: View) -> list[tuple[int, int]]:
        """Return (position, size word) of each fragment block."""
        block = self.super
        if not block.fragments or block.fragments_at == NO_TABLE:
            return []
        narrow = block.version == 2
        size = 8 if narrow else 16
        if block.fragments > block.used:
            raise NotThisFormat("more fragments than bytes")
        blocks = -(-block.fragments * size // 8192)
        pointers = self._pointers(view, block.fragments_at, blocks, "I" if narrow else "Q")
        table = indexed(self.stored, pointers, block.start, block.fragments * size)
        layout = block.order + ("II" if narrow else "QI4x")
        return [(at, word) for at, word in struct.iter_unpack(layout, table)]


class Walk:
    """Walks the directories of one file system into a sink."""

    def __init__(self, view: View, system: System, sink: Sink) -> None:
        self._view = view
        self._system = system
        self._sink = sink
        self._open: set[int] = set()
        self._seen: set[int] = set()

    def directory(self, path: bytes, reference: int, depth: int) -> None:
        """Add everything below the directory whose inode *reference* names."""
        if depth > MOST_DEPTH or reference in self._seen:
            self._sink.problem("damage", "a directory contains itself", path=path)
            return
        self._seen.add(reference)
        inode = self._read(path, reference)
        if inode is None:
            return
        if path:
            self._sink.directory(path, self._meta(inode), offset=self._system.super.start)
        try:
            entries = self._system.reader.entries(inode)
        except NotThisFormat as error:
            self._sink.problem("damage", f"directory: {error}", path=path)
            return
        for name, block, offset in entries:
            self._entry(path + b"/" + name.replace(b"/", b"_"), block << 16 | offset, depth)

    def _entry(self, path: bytes, reference: int, depth: int) -> None:
        inode = self._read(path, reference)
        if inode is None:
            return
        meta = self._meta(inode)
        if inode.kind == "directory":
            self.directory(path, reference, depth + 1)
        elif inode.kind == "file":
            self._file(path, inode, meta)
        elif inode.kind == "symlink":
            self._sink.symlink(path, inode.target, meta)
        elif inode.kind in {"block", "character"}:
            major, minor = device_numbers(inode.device)
            self._sink.special(path, "device", meta, device=f"{inode.kind[0]}{major}:{minor}")
        else:
            self._sink.special(path, "fifo" if inode.kind == "fifo" else "socket", meta)

    def _read(self, path: bytes, reference: int) -> Inode | None:
        try:
            return self._system.reader.inode(reference >> 16, reference & 0xFFFF)
        except NotThisFormat as error:
            self._sink.problem("damage", f"inode: {error}", path=path)
            return None

    def _meta(self, inode: Inode) -> Metadata:
        known = inode.xattr != NO_XATTR and inode.xattr < len(self._system.xattrs)
        attributes = self._system.xattrs[inode.xattr] if known else ()
        return Metadata(inode.mode, inode.uid, inode.gid, inode.mtime, attributes)

    def _file(self, path: bytes, inode: Inode, meta: Metadata) -> None:
        if inode.size > self._view.limits.file:
            self._sink.problem("limit", f"a file of {inode.size} bytes was not read", path=path)
            return
        try:
            pieces = self._pieces(inode)
        except NotThisFormat as error:
            self._sink.problem("damage", str(error), path=path)
            return
        self._sink.file(path, pieces, meta, size=inode.size)

    def _pieces(self, inode: Inode) -> list[Piece]:
        start = self._system.super.start
        size = self._system.super.block_size
        at, left = start + inode.start, inode.size
        pieces = []
        for word in inode.blocks:
            stored = word & (RAW_BLOCK - 1)
            pieces.append(self._piece(at, word, min(size, left)))
            at += stored
            left -= min(size, left)
        if inode.fragment != NO_FRAGMENT and left:
            if inode.fragment >= len(self._system.fragments):
                raise NotThisFormat("a fragment that does not exist")
            position, word = self._system.fragments[inode.fragment]
            whole = self._piece(start + position, word, size)
            pieces.append(
                Piece(
                    at=whole.at, size=whole.size, codec=whole.codec, length=size,
                    skip=inode.fragment_offset, take=left,
                )
            )  # fmt: skip
        return pieces

    def _piece(self, at: int, word: int, length: int) -> Piece:
        stored = word & (RAW_BLOCK - 1)
        if stored == 0:
            return Piece(at=at, size=0, codec="hole", length=length)
        codec = "raw" if word & RAW_BLOCK else self._system.stored.codec
        return Piece(at=at, size=stored, codec=codec, length=length)
