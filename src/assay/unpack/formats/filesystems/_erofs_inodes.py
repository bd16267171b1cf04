"""EROFS volumes: superblock, inodes, attributes and where uncompressed data lies.

Layout: Linux fs/erofs/erofs_fs.h; https://docs.kernel.org/filesystems/erofs.html
"""

from typing import NamedTuple

from assay.model.tree import Piece
from assay.unpack import posix
from assay.unpack.view import NotThisFormat, View

PLAIN, FULL_INDEX, INLINE, COMPACT_INDEX, CHUNKS = range(5)
_PREFIX = {
    1: b"user.", 2: b"system.posix_acl_access", 3: b"system.posix_acl_default", 4: b"trusted.",
    6: b"security.",
}  # fmt: skip
_MOST_SHARED = 255
_NO_BLOCK = 0xFFFFFFFF


class Super(NamedTuple):
    """What the superblock states; *meta* and *shared* are absolute offsets."""

    start: int
    end: int
    cut: int
    block: int
    root: int
    meta: int
    shared: int
    incompatible: int
    build_time: int


class Inode(NamedTuple):
    """An inode; *tail* is the absolute offset behind it and its attributes."""

    number: int
    at: int
    layout: int
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    links: int
    data: int
    attributes_at: int
    tail: int


def superblock(view: View, start: int) -> Super:
    """Return the superblock of the volume at *start*; raise `NotThisFormat` when unsound."""
    at = start + 1024
    if view.read(at, 4) != b"\xe2\xe1\xf5\xe0":
        raise NotThisFormat("no EROFS superblock")
    bits, root = view.number("B", at + 12), view.number("<H", at + 14)
    build_time = view.number("<Q", at + 24)
    blocks, meta, shared = view.unpack("<III", at + 36)
    if not 9 <= bits <= 16 or not blocks or meta >= blocks:
        raise NotThisFormat("an EROFS geometry that cannot be")
    end = start + (blocks << bits)
    return Super(
        start, min(end, view.size), max(0, end - view.size), 1 << bits, root,
        start + (meta << bits), start + (shared << bits), view.number("<I", at + 80),
        build_time & (1 << 52) - 1,
    )  # fmt: skip


def inode(view: View, info: Super, number: int) -> Inode:
    """Return an inode by its number, which counts slots of 32 bytes."""
    at = info.meta + 32 * number
    form, count, mode = view.unpack("<HHH", at)
    attributes = 12 + 4 * (count - 1) if count else 0
    layout = form >> 1 & 7
    if form & 1:
        size, data, _, uid, gid, mtime, _, links = view.unpack("<QIIIIQII", at + 8)
        length = 64
    else:
        links, size, _, data, _, uid, gid = view.unpack("<HIIIIHH", at + 6)
        mtime, length = info.build_time, 32
    if layout > CHUNKS:
        raise NotThisFormat(f"inode {number} has an unknown layout")
    tail = at + length + attributes
    return Inode(
        number, at, layout, mode, uid, gid, size, mtime & (1 << 52) - 1, links, data, at + length,
        tail,
    )  # fmt: skip


def attributes(view: View, info: Super, one: Inode) -> list[tuple[bytes, bytes]]:
    """Return (name, value) of the attributes behind the inode and of shared ones."""
    if one.tail - one.attributes_at < 12:
        return []
    count = min(view.number("B", one.attributes_at + 4), _MOST_SHARED)
    shared = view.unpack(f"<{count}I", one.attributes_at + 12)
    found = [_attribute(view, info.shared + 4 * place)[0] for place in shared]
    at = one.attributes_at + 12 + 4 * count
    while at + 4 <= one.tail:
        pair, at = _attribute(view, at)
        if not pair[0]:
            break
        found.append(pair)
    return sorted(found)


def _attribute(view: View, at: int) -> tuple[tuple[bytes, bytes], int]:
    """Return one (name, value) and where the next one stands."""
    size, prefix, length = view.unpack("<BBH", at)
    name = _PREFIX.get(prefix, b"") + view.read(at + 4, size)
    value = view.read(at + 4 + size, length)
    return (name, value), at + (4 + size + length + 3 & ~3)


def aligned(info: Super, at: int) -> int:
    """Return the next multiple of 8 from *at*, counted from the volume's start."""
    return at + (info.start - at) % 8


def pieces(view: View, info: Super, one: Inode, size: int) -> list[Piece]:
    """Return the recipe of the first *size* bytes of an uncompressed inode."""
    if one.layout == CHUNKS:
        return _chunks(view, info, one, size)
    whole = size if one.layout == PLAIN else size // info.block * info.block
    out = []
    if whole:
        at = info.start + one.data * info.block
        view.window(at, whole)
        out.append(Piece(at=at, size=whole, codec="raw", length=whole))
    if size > whole:
        view.window(one.tail, size - whole)
        out.append(Piece(at=one.tail, size=size - whole, codec="raw", length=size - whole))
    return out


def _chunks(view: View, info: Super, one: Inode, size: int) -> list[Piece]:
    """Return the recipe of a file in chunks, which several files may share."""
    chunk = info.block << (one.data & 0x1F)
    count = (size + chunk - 1) // chunk
    if one.data & 0x20:  # Eight bytes for each chunk, of which the last four are the address.
        table = view.unpack(f"<{2 * count}I", aligned(info, one.tail))[1::2]
    else:
        table = view.unpack(f"<{count}I", one.tail)
    out = []
    for index, block in enumerate(table):
        length = min(chunk, size - index * chunk)
        if block == _NO_BLOCK:
            out.append(Piece(at=0, size=0, codec="hole", length=length))
        else:
            at = info.start + block * info.block
            out.append(Piece(at=at, size=length, codec="raw", length=length))
    return out


def is_sound(one: Inode) -> bool:
    """Return whether the mode of an inode names a kind."""
    return posix.kind_of(one.mode) is not None
