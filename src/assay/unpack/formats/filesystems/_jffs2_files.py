"""JFFS2 names and contents from log nodes: the newest version of each wins.

Layout: Linux include/uapi/linux/jffs2.h; LZMA parameters: OpenWrt's JFFS2 patch.
"""

from typing import NamedTuple

import msgspec

from assay.model.tree import Attribute, Piece
from assay.unpack import posix
from assay.unpack.codecs.lzma_variants import raw_codec
from assay.unpack.formats.filesystems._jffs2_nodes import DIRENT, INODE, XATTR, XREF, Log, Node, crc
from assay.unpack.formats.filesystems._overlay import Overlay
from assay.unpack.view import View

CODECS = {
    0: "raw", 1: "hole", 2: "rtime", 4: "raw", 6: "zlib", 7: "lzo", 8: raw_codec(0, 0, 0, 8192),
}  # fmt: skip
_XATTR_PREFIX = {
    1: b"user.", 2: b"security.", 3: b"system.posix_acl_access", 4: b"system.posix_acl_default",
    5: b"trusted.",
}  # fmt: skip


class Dirent(NamedTuple):
    """A name: *inode* 0 says that the name was deleted."""

    version: int
    inode: int
    kind: int
    at: int
    total: int


class Write(NamedTuple):
    """One inode node: the state of the inode and possibly data."""

    version: int
    at: int
    mode: int
    uid: int
    gid: int
    isize: int
    mtime: int
    offset: int
    csize: int
    dsize: int
    codec: int


class Found(msgspec.Struct):
    """Everything the log says, by number."""

    names: dict[int, dict[bytes, Dirent]] = msgspec.field(default_factory=dict)
    writes: dict[int, list[Write]] = msgspec.field(default_factory=dict)
    attributes: dict[int, tuple[Attribute, ...]] = msgspec.field(default_factory=dict)
    mentioned: set[int] = msgspec.field(default_factory=set)
    problems: list[tuple[str, int]] = msgspec.field(default_factory=list)


def collect(view: View, log: Log) -> Found:
    """Return names, writes and attributes of all sound nodes of *log*."""
    found = Found()
    values: dict[int, tuple[int, Attribute]] = {}
    references: dict[tuple[int, int], int] = {}
    for node in log.nodes:
        if node.kind == DIRENT:
            _dirent(view, log.order, node, found)
        elif node.kind == INODE:
            _inode(view, log.order, node, found)
        elif node.kind == XATTR:
            _xattr(view, log.order, node, values)
        elif node.kind == XREF:
            inode, xid, sequence = view.unpack(log.order + "III", node.at + 12)
            references[inode, xid] = max(sequence, references.get((inode, xid), 0))
    for (inode, xid), sequence in sorted(references.items()):
        # An odd sequence number deletes the reference.
        if xid in values and not sequence & 1:
            found.attributes[inode] = (*found.attributes.get(inode, ()), values[xid][1])
    return found


def _dirent(view: View, order: str, node: Node, found: Found) -> None:
    parent, version, inode, _ = view.unpack(order + "4I", node.at + 12)
    size, kind = view.unpack("BB", node.at + 28)
    if 40 + size > node.total:
        found.problems.append(("a name runs over the end of its node", node.at))
        return
    name = view.read(node.at + 40, size)
    if crc(name) != view.number(order + "I", node.at + 36):
        found.problems.append(("a name has a wrong CRC", node.at))
        return
    found.mentioned.add(inode)
    names = found.names.setdefault(parent, {})
    # A vendor's "whiteout" tools write version 0 twice; the later place in the log wins a tie.
    if name not in names or names[name].version <= version:
        names[name] = Dirent(version, inode, kind, node.at, node.total)


def _inode(view: View, order: str, node: Node, found: Found) -> None:
    inode, version, mode, uid, gid, isize, _, mtime, _, offset, csize, dsize = view.unpack(
        order + "IIIHHIIIIIII", node.at + 12
    )
    codec = view.number("B", node.at + 56)
    if 68 + csize > node.total:
        found.problems.append(("data runs over the end of its node", node.at))
        return
    if csize and crc(view.window(node.at + 68, csize)) != view.number(order + "I", node.at + 60):
        found.problems.append((f"data of inode {inode} has a wrong CRC", node.at))
        dsize = 0
    found.writes.setdefault(inode, []).append(
        Write(version, node.at, mode, uid, gid, isize, mtime, offset, csize, dsize, codec)
    )


def _xattr(view: View, order: str, node: Node, values: dict[int, tuple[int, Attribute]]) -> None:
    xid, version = view.unpack(order + "II", node.at + 12)
    prefix, name_size = view.unpack("BB", node.at + 20)
    value_size = view.number(order + "H", node.at + 22)
    if 32 + name_size + 1 + value_size > node.total:
        return
    name = _XATTR_PREFIX.get(prefix, b"") + view.read(node.at + 32, name_size)
    value = view.read(node.at + 33 + name_size, value_size)
    if xid not in values or values[xid][0] <= version:
        values[xid] = (version, posix.attribute(name, value))


class Content(NamedTuple):
    """The recipe of a file and which codecs of it cannot be read."""

    pieces: list[Piece]
    size: int
    unsupported: set[int]
    cut: bool


def content(writes: list[Write], most: int) -> Content:
    """Return the recipe that *writes*, sorted by version, leave of a file of *most* bytes."""
    cap = min(writes[-1].isize, most)
    size, overlay = cap, Overlay()
    chosen: list[tuple[int, int, Write]] = []
    unsupported: set[int] = set()
    for write in reversed(writes):
        cap = min(cap, write.isize)  # A newer, smaller size truncated what older writes held.
        end = min(cap, write.offset + write.dsize)
        if end > write.offset and write.codec not in CODECS:
            unsupported.add(write.codec)
        chosen += [(start, stop, write) for start, stop in overlay.claim(write.offset, end)]
    chosen.sort(key=lambda item: item[0])
    pieces, at = list[Piece](), 0
    for start, stop, write in chosen:
        if start > at:
            pieces.append(_hole(start - at))
        pieces.append(_piece(start - write.offset, stop - start, write))
        at = stop
    if size > at:
        pieces.append(_hole(size - at))
    return Content(pieces, size, unsupported, cut=writes[-1].isize > most)


def _hole(length: int) -> Piece:
    return Piece(at=0, size=0, codec="hole", length=length)


def _piece(skip: int, take: int, write: Write) -> Piece:
    codec = CODECS.get(write.codec, f"jffs2-{write.codec}")
    if codec == "hole":
        return _hole(take)
    at = write.at + 68
    if codec == "raw":
        return Piece(at=at + skip, size=take, codec="raw", length=take)
    if skip == 0 and take == write.dsize:
        return Piece(at=at, size=write.csize, codec=codec, length=write.dsize)
    return Piece(
        at=at, size=write.csize, codec=codec, length=write.dsize, skip=skip, take=take
    )  # fmt: skip
