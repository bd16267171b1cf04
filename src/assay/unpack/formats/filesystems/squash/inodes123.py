"""Inodes and directories of SquashFS 1 to 3: packed bit fields in either byte order."""

from assay.unpack.formats.filesystems.squash.inode import (
    KINDS,
    Inode,
    block_count,
)
from assay.unpack.formats.filesystems.squash.metadata import Table
from assay.unpack.formats.filesystems.squash.superblock import Superblock
from assay.unpack.view import NotThisFormat

LONG_DIRECTORY, LONG_FILE = 8, 9
SAME_AS_OWNER = 255


class Packed:
    """Reads fields bit by bit: the first field takes the low bits, or the high ones if big.

    A field group fills whole bytes, as the compilers of squashfs-tools laid it out.
    """

    def __init__(self, table: Table, at: int, order: str) -> None:
        self._table = table
        self.at = at
        self._byteorder = "little" if order == "<" else "big"

    def bits(self, *widths: int) -> list[int]:
        """Return the next fields of *widths* bits; their sum is a multiple of eight."""
        total = sum(widths)
        data = self.take(total // 8)
        word = int.from_bytes(data, "little" if self._byteorder == "little" else "big")
        found = []
        used = 0
        for width in widths:
            shift = used if self._byteorder == "little" else total - used - width
            found.append(word >> shift & ((1 << width) - 1))
            used += width
        return found

    def take(self, size: int) -> bytes:
        """Return the next *size* bytes."""
        self._table.need(self.at + size)
        data = bytes(self._table.data[self.at : self.at + size])
        self.at += size
        return data


class Version123:
    """Reads inodes and directory entries of versions 1, 2 and 3.

    *most* bounds the size of a file, so that a lying size cannot ask for endless block words.
    """

    def __init__(
        self,
        block: Superblock,
        inodes: Table,
        directories: Table,
        ids: tuple[list[int], list[int]],
        most: int,
    ) -> None:
        self._super = block
        self._inodes = inodes
        self._directories = directories
        self._owners, self._groups = ids
        self._most = most

    def inode(self, block: int, offset: int) -> Inode:
        """Return the inode at *offset* of the inode table's block at *block*."""
        position = self._inodes.position(block, offset)
        fields = Packed(self._inodes, position, self._super.order)
        if self._super.version == 1:
            return self._inode_1(fields)
        kind, mode, uid, gid = fields.bits(4, 12, 8, 8)
        plain = {LONG_DIRECTORY: 1, LONG_FILE: 2}.get(kind, kind)
        if plain not in KINDS:
            raise NotThisFormat(f"inode type {kind}")
        found = Inode(KINDS[plain], mode & 0o7777, self._owner(uid), self._group(uid, gid))
        if self._super.version == 3:
            found.mtime, found.number = fields.bits(32, 32)
        self._body(found, fields, kind)
        return found

    def _owner(self, index: int) -> int:
        return self._owners[index] if index < len(self._owners) else -1

    def _group(self, uid: int, gid: int, same: int = SAME_AS_OWNER) -> int:
        if gid == same:
            return self._owner(uid)
        return self._groups[gid] if gid < len(self._groups) else -1

    def _inode_1(self, fields: Packed) -> Inode:
        kind, mode, uid, gid = fields.bits(4, 12, 4, 4)
        if kind == 0:
            plain, group = fields.bits(4, 4)
        else:
            group, rest = divmod(kind - 1, 5)
            plain = rest + 1
        if plain not in KINDS:
            raise NotThisFormat(f"inode type {plain}")
        owner = group * 16 + uid
        found = Inode(KINDS[plain], mode & 0o7777, self._owner(owner), -1)
        found.gid = self._group(owner, gid, same=15)
        if kind != 0:
            self._body(found, fields, plain)
        return found

    def _body(self, found: Inode, fields: Packed, kind: int) -> None:
        if self._super.version == 3 and (found.kind != "file" or kind == LONG_FILE):
            fields.bits(32)  # link count, which plain files do not have
        if found.kind == "directory":
            self._directory(found, fields, long=kind == LONG_DIRECTORY)
        elif found.kind == "file":
            self._file(found, fields, long=kind == LONG_FILE)
        elif found.kind == "symlink":
            (size,) = fields.bits(16)
            found.target = fields.take(size)
        elif found.kind in {"block", "character"}:
            (found.device,) = fields.bits(16)

    def _directory(self, found: Inode, fields: Packed, *, long: bool) -> None:
        found.size, found.offset = fields.bits(27 if long else 19, 13)
        if self._super.version == 3:
            (found.block,) = fields.bits(32)
            found.size = max(0, found.size - 3)
        else:
            (found.mtime,) = fields.bits(32)
            (found.block,) = fields.bits(24)

    def _file(self, found: Inode, fields: Packed, *, long: bool) -> None:
        version = self._super.version
        if version == 3:
            (found.start,) = fields.bits(64)
            found.fragment, found.fragment_offset = fields.bits(32, 32)
            (found.size,) = fields.bits(64 if long else 32)
        else:
            found.mtime, found.start = fields.bits(32, 32)
            if version == 2:
                found.fragment, found.fragment_offset = fields.bits(32, 32)
            (found.size,) = fields.bits(32)
        if found.size > self._most:
            return
        count = block_count(found.size, self._super.block_size, found.fragment)
        if version == 1:
            words = fields.bits(*[16] * count) if count else []
            found.blocks = tuple((w & 0x7FFF) | (w & 0x8000) << 9 for w in words)
        else:
            found.blocks = tuple(fields.bits(32)[0] for _ in range(count))

    def entries(self, directory: Inode) -> list[tuple[bytes, int, int]]:
        """Return (name, block, offset) for each entry of *directory*."""
        table = self._directories
        at = table.position(directory.block, directory.offset) if directory.size else 0
        end = at + directory.size
        fields = Packed(table, at, self._super.order)
        found: list[tuple[bytes, int, int]] = []
        while fields.at < end:
            count, start = self._run(fields)
            for _ in range(count + 1):
                offset, _, size = fields.bits(13, 3, 8)
                if self._super.version == 3:
                    fields.bits(16)  # inode number, relative to the run's
                found.append((fields.take(size + 1), start, offset))
        return found

    def _run(self, fields: Packed) -> tuple[int, int]:
        if self._super.version == 3:
            (count,) = fields.bits(8)
            start, _ = fields.bits(32, 32)
            return count, start
        count, start = fields.bits(8, 24)
        return count, start
