"""UBIFS: the file system of UBI volumes; index, journal and compressed data blocks.

Layout: Linux fs/ubifs/ubifs-media.h.
"""

from collections.abc import Iterator

from assay.model.tree import Attribute, Piece
from assay.unpack import posix
from assay.unpack.format import Extent, Format, Magic
from assay.unpack.formats.filesystems._ubifs_index import Leaves, from_index, from_scan
from assay.unpack.formats.filesystems._ubifs_nodes import (
    Node,
    Volume,
    newest_master,
    superblock,
)
from assay.unpack.formats.filesystems._walk import walk
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="ubifs",
    family="filesystem",
    magic=(Magic(rb"\x31\x18\x10\x06............\x00\x10\x00\x00\x06"),),
    about="Index walked from the newest master node, then the journal; all nodes CRC checked.",
    references=("http://www.linux-mtd.infradead.org/doc/ubifs.html",),
    limits=("encrypted names and contents stay encrypted", "signatures are not verified"),
)

BLOCK = 4096
_CODECS = {0: "raw", 1: "lzo", 2: "deflate", 3: "zstd"}
_ENCRYPTED = 0x08
_ROOT = 1


def measure(view: View, start: int) -> Extent:
    """Return where the volume that begins at *start* ends."""
    volume = superblock(view, start)
    return Extent(start, volume.end, volume)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the tree of the last commit with the journal applied."""
    volume: Volume = extent.detail or superblock(view, extent.start)
    if volume.flags & _ENCRYPTED:
        sink.problem("unsupported", "the volume holds encrypted files", offset=volume.start)
    _free_space(view, volume, sink)
    leaves = _leaves(view, volume, sink)
    for at, says in leaves.damaged:
        sink.problem("damage", says, offset=at)
    tree = _Tree(view, leaves, sink)
    walk(sink, _ROOT, tree.names, tree.entry)


def _leaves(view: View, volume: Volume, sink: Sink) -> Leaves:
    """Return the current nodes: by the index where it is whole, else by order of writing."""
    master = newest_master(view, volume) if volume.end > volume.start + 3 * volume.block else None
    indexed = from_index(view, volume, master) if master else None
    if indexed is not None and indexed.whole_index:
        return indexed
    sink.problem("damage", "the index is damaged; nodes were taken in the order of writing")
    return from_scan(view, volume)


def _free_space(view: View, volume: Volume, sink: Sink) -> None:
    """State erased ends of blocks as padding; neighbours are made one."""
    begin = length = 0
    for start in range(volume.start, volume.end, volume.block):
        size = min(volume.block, volume.end - start)
        used = len(view.read(start, size).rstrip(b"\xff"))
        used = (used + 7) & ~7
        if used and length:
            sink.region(begin, length, "padding", "erased flash")
            length = 0
        if size > used:
            begin = begin if length else start + used
            length += size - used
    sink.region(begin, length, "padding", "erased flash")


class _Tree:
    """Turns leaves into entries."""

    def __init__(self, view: View, leaves: Leaves, sink: Sink) -> None:
        self.view, self.leaves, self.sink = view, leaves, sink
        self.first_path: dict[int, bytes] = {}

    def names(self, number: int) -> Iterator[tuple[bytes, Node]]:
        """Yield the names in directory *number*, sorted."""
        yield from sorted(self.leaves.names.get(number, {}).items())

    def entry(self, path: bytes, name: Node) -> int | None:
        """Hand over one name; return its inode number when it is a directory."""
        number = self.view.number("<Q", name.at + 40)
        node = self.leaves.inodes.get(number)
        if node is None:
            says = "the inode of this name is missing"
            self.sink.problem("damage", says, offset=name.at, path=path)
            return None
        mtime = self.view.number("<Q", node.at + 72)
        uid, gid, mode = self.view.unpack("<III", node.at + 96)
        attributes = tuple(self._attributes(number))
        meta = Metadata(posix.permissions(mode), uid, gid, mtime & (1 << 52) - 1, attributes)
        where = {"offset": node.at, "length": node.length}
        kind = posix.kind_of(mode)
        first = self.first_path.setdefault(number, path)
        if first != path and kind != "directory":
            self.sink.hardlink(path, first, meta, **where)
        elif kind == "file":
            self._file(path, number, node, meta)
        elif kind == "symlink":
            self.sink.symlink(path, self._inline(node), meta, **where)
        elif not posix.place(self.sink, path, mode, meta, numbers=self._numbers(node), **where):
            self.sink.problem("damage", f"mode {mode:o} is no type", offset=node.at, path=path)
        return number if kind == "directory" else None

    def _inline(self, node: Node) -> bytes:
        """Return the data that stands in an inode node itself."""
        size = min(self.view.number("<I", node.at + 112), node.length - 160)
        return self.view.read(node.at + 160, size)

    def _numbers(self, node: Node) -> tuple[int, int]:
        data = self._inline(node)
        number = int.from_bytes(data[:8], "little")
        if len(data) == 8:  # The "huge" encoding keeps 32 bits of each part.
            return number >> 8 & 0xFFF | number >> 32 & ~0xFFF, number & 0xFF | number >> 12 & ~0xFF
        return posix.long_device(number)

    def _attributes(self, number: int) -> Iterator[Attribute]:
        for name, node in sorted(self.leaves.attributes.get(number, {}).items()):
            held = self.leaves.inodes.get(self.view.number("<Q", node.at + 40))
            if held is not None:
                yield posix.attribute(name, self._inline(held))

    def _file(self, path: bytes, number: int, node: Node, meta: Metadata) -> None:
        size = self.view.number("<Q", node.at + 48)
        if size > self.sink.limits.file:
            self.sink.problem("limit", "a file is larger than allowed", path=path)
            size = self.sink.limits.file
        pieces, at = list[Piece](), 0
        for block, data in sorted(self.leaves.data.get(number, {}).items()):
            begin = block * BLOCK
            if begin >= size:
                break
            if begin > at:
                pieces.append(Piece(at=0, size=0, codec="hole", length=begin - at))
            piece = self._piece(path, data, size - begin)
            pieces.append(piece)
            at = begin + (piece.length if piece.take < 0 else piece.take)
        if size > at:
            pieces.append(Piece(at=0, size=0, codec="hole", length=size - at))
        self.sink.file(path, pieces, meta, size=size, offset=node.at, length=node.length)

    def _piece(self, path: bytes, node: Node, most: int) -> Piece:
        """Return the recipe of one data block of which *most* bytes belong to the file."""
        length, codec = self.view.unpack("<IH", node.at + 40)
        if codec not in _CODECS:
            self.sink.problem("unsupported", f"UBIFS compression {codec}", path=path)
        if length > BLOCK:
            self.sink.problem("damage", f"a block of {length} bytes", offset=node.at, path=path)
            length = BLOCK
        name = _CODECS.get(codec, f"ubifs-{codec}")
        stored = node.length - 48
        if name == "raw":
            length = stored = min(length, stored)
        take = most if most < length else -1
        return Piece(
            at=node.at + 48, size=stored, codec=name, length=length, take=take
        )  # fmt: skip
