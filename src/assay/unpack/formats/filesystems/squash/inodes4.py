"""Inodes and directories of SquashFS 4."""

import struct

from assay.unpack.formats.filesystems.squash.inode import (
    KINDS,
    NO_XATTR,
    Inode,
    block_count,
)
from assay.unpack.formats.filesystems.squash.metadata import Table
from assay.unpack.formats.filesystems.squash.superblock import Superblock
from assay.unpack.view import NotThisFormat


class Version4:
    """Reads inodes (base and extended) and directory entries.

    *most* bounds the size of a file, so that a lying size cannot ask for endless block words.
    """

    def __init__(
        self, block: Superblock, inodes: Table, directories: Table, ids: list[int], most: int
    ) -> None:
        self._super = block
        self._inodes = inodes
        self._directories = directories
        self._ids = ids
        self._most = most
        order = block.order
        self._base = struct.Struct(order + "HHHHII")
        self._file = struct.Struct(order + "IIII")
        self._file_long = struct.Struct(order + "QQQIIII")
        self._directory = struct.Struct(order + "IIHHI")
        self._directory_long = struct.Struct(order + "IIIIHHI")
        self._pair = struct.Struct(order + "II")
        self._triple = struct.Struct(order + "III")
        self._word = struct.Struct(order + "I")
        self._run = struct.Struct(order + "III")
        self._entry = struct.Struct(order + "HhHH")

    def _take(self, layout: struct.Struct, at: int) -> tuple[tuple[int, ...], int]:
        after = at + layout.size
        self._inodes.need(after)
        return layout.unpack_from(self._inodes.data, at), after

    def inode(self, block: int, offset: int) -> Inode:
        """Return the inode at *offset* of the inode table's block at *block*."""
        (kind, mode, uid, gid, mtime, number), at = self._take(
            self._base, self._inodes.position(block, offset)
        )
        name = KINDS.get((kind - 1) % 7 + 1)
        if name is None or not 1 <= kind <= 14:
            raise NotThisFormat(f"inode type {kind}")
        found = Inode(name, mode & 0o7777, self._id(uid), self._id(gid), mtime, number)
        long = kind > 7
        if name == "directory":
            self._read_directory(found, at, long=long)
        elif name == "file":
            self._read_file(found, at, long=long)
        elif name == "symlink":
            self._read_symlink(found, at, long=long)
        elif name in {"block", "character"}:
            fields, _ = self._take(self._triple if long else self._pair, at)
            found.device = fields[1]
            found.xattr = fields[2] if long else NO_XATTR
        elif long:
            fields, _ = self._take(self._pair, at)
            found.xattr = fields[1]
        return found

    def _id(self, index: int) -> int:
        return self._ids[index] if index < len(self._ids) else -1

    def _read_directory(self, found: Inode, at: int, *, long: bool) -> None:
        if long:
            fields, _ = self._take(self._directory_long, at)
            _, found.size, found.block, _, _, found.offset, found.xattr = fields
        else:
            fields, _ = self._take(self._directory, at)
            found.block, _, found.size, found.offset, _ = fields
        found.size = max(0, found.size - 3)

    def _read_file(self, found: Inode, at: int, *, long: bool) -> None:
        if long:
            fields, at = self._take(self._file_long, at)
            found.start, found.size, _, _, found.fragment, found.fragment_offset = fields[:6]
            found.xattr = fields[6]
        else:
            fields, at = self._take(self._file, at)
            found.start, found.fragment, found.fragment_offset, found.size = fields
        if found.size > self._most:
            return
        count = block_count(found.size, self._super.block_size, found.fragment)
        self._inodes.need(at + 4 * count)
        found.blocks = struct.unpack_from(f"{self._super.order}{count}I", self._inodes.data, at)

    def _read_symlink(self, found: Inode, at: int, *, long: bool) -> None:
        (_, size), at = self._take(self._pair, at)
        if size > 65536:
            raise NotThisFormat("a symbolic link of more than 64 KiB")
        self._inodes.need(at + size)
        found.target = bytes(self._inodes.data[at : at + size])
        if long:
            (found.xattr,), _ = self._take(self._word, at + size)

    def entries(self, directory: Inode) -> list[tuple[bytes, int, int]]:
        """Return (name, block, offset) for each entry of *directory*."""
        table = self._directories
        at = table.position(directory.block, directory.offset) if directory.size else 0
        end = at + directory.size
        found: list[tuple[bytes, int, int]] = []
        while at < end:
            table.need(at + self._run.size)
            count, start, _ = self._run.unpack_from(table.data, at)
            at += self._run.size
            if count >= 256:
                raise NotThisFormat("a directory run of more than 256 entries")
            for _ in range(count + 1):
                table.need(at + self._entry.size)
                offset, _, _, size = self._entry.unpack_from(table.data, at)
                at += self._entry.size
                table.need(at + size + 1)
                found.append((bytes(table.data[at : at + size + 1]), start, offset))
                at += size + 1
        return found
