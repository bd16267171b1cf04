"""An inode as all versions have it, and what reads it."""

from typing import Literal, Protocol

import msgspec

NO_FRAGMENT = 0xFFFFFFFF
NO_XATTR = 0xFFFFFFFF

InodeKind = Literal["directory", "file", "symlink", "block", "character", "fifo", "socket"]

KINDS: dict[int, InodeKind] = {
    1: "directory",
    2: "file",
    3: "symlink",
    4: "block",
    5: "character",
    6: "fifo",
    7: "socket",
}


class Inode(msgspec.Struct):
    """One inode. `size` is of the file, or of the directory's table entries.

    `block` and `offset` locate a directory's entries; `start` is where a file's blocks begin,
    relative to the file system; `blocks` are their size words.
    """

    kind: InodeKind
    mode: int
    uid: int
    gid: int
    mtime: int = 0
    number: int = 0
    size: int = 0
    block: int = 0
    offset: int = 0
    start: int = 0
    blocks: tuple[int, ...] = ()
    fragment: int = NO_FRAGMENT
    fragment_offset: int = 0
    target: bytes = b""
    device: int = 0
    xattr: int = NO_XATTR


class InodeReader(Protocol):
    """Reads inodes and directory entries of one version."""

    def inode(self, block: int, offset: int) -> Inode:
        """Return the inode at *offset* of the inode table's block at *block*."""
        ...

    def entries(self, directory: Inode) -> list[tuple[bytes, int, int]]:
        """Return (name, block, offset) for each entry of *directory*."""
        ...


def device_numbers(encoded: int) -> tuple[int, int]:
    """Return (major, minor) of the kernel's new encoding of a device number."""
    return (encoded >> 8) & 0xFFF, (encoded & 0xFF) | ((encoded >> 12) & 0xFFF00)


def block_count(size: int, block_size: int, fragment: int) -> int:
    """Return how many size words a file of *size* bytes has."""
    return -(-size // block_size) if fragment == NO_FRAGMENT else size // block_size
