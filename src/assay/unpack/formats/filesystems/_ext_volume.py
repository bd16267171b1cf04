"""ext2/3/4 volumes: superblock, group descriptors, inodes and where their blocks lie.

Layout: https://docs.kernel.org/filesystems/ext4/ ; all fields little-endian.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value
from assay.unpack.view import NotThisFormat, View

META_BG, EXTENTS, SIXTY_FOUR, INLINE_DATA = 0x10, 0x40, 0x80, 0x8000
RECOVER, ENCRYPT, COMPRESSION, JOURNAL_DEVICE = 0x4, 0x10000, 0x1, 0x8
SPARSE_SUPER, SPARSE_SUPER2 = 0x1, 0x200
_HAS_EXTENTS, _HAS_INLINE = 0x80000, 0x10000000
_MOST_GROUPS = 1 << 20
_MOST_STEPS = 20_000_000
"""Block pointers and extents that are followed in one volume, at most."""


class Group(NamedTuple):
    """Where a block group keeps its tables, in blocks."""

    block_bitmap: int
    inode_bitmap: int
    inode_table: int
    flags: int


class Super(Value):
    """What the superblock states."""

    start: int
    end: int
    cut: int
    block: int
    blocks: int
    first: int
    per_group: int
    inodes: int
    inodes_per_group: int
    inode_size: int
    descriptor: int
    compatible: int
    incompatible: int
    read_only: int
    first_meta: int

    @property
    def groups(self) -> int:
        """How many block groups there are."""
        return (self.blocks - self.first + self.per_group - 1) // self.per_group


class Inode(NamedTuple):
    """An inode; `at` is its absolute offset, `body` its 60 bytes of block map or data."""

    number: int
    at: int
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    links: int
    blocks: int
    flags: int
    acl: int
    body: bytes

    @property
    def inline(self) -> bool:
        """Whether the contents stand in the inode."""
        return bool(self.flags & _HAS_INLINE)


class Run(NamedTuple):
    """*blocks* blocks of a file from *logical* on, stored from block *physical* on."""

    logical: int
    physical: int
    blocks: int


def superblock(view: View, start: int) -> Super:
    """Return the superblock of the volume at *start*; raise `NotThisFormat` when unsound."""
    at = start + 1024
    (inodes, blocks, _, _, _, first, log_block, _, per_group, _, inodes_per_group) = view.unpack(
        "<11I", at
    )
    magic, group_number = view.number("<H", at + 56), view.number("<H", at + 90)
    revision, inode_size = view.number("<I", at + 76), view.number("<H", at + 88)
    compatible, incompatible, read_only = view.unpack("<III", at + 92)
    if magic != 0xEF53 or log_block > 6 or group_number != 0 or revision > 1:
        raise NotThisFormat("no primary ext superblock")
    block = 1024 << log_block
    inode_size = inode_size if revision else 128
    if incompatible & SIXTY_FOUR:
        blocks |= view.number("<I", at + 336) << 32
    if not _sane(block, blocks, per_group, inodes_per_group, inode_size) or first > 1:
        raise NotThisFormat("an ext geometry that cannot be")
    if incompatible & JOURNAL_DEVICE:
        raise NotThisFormat("an ext journal without file system")
    descriptor = max(32, view.number("<H", at + 254) if incompatible & SIXTY_FOUR else 32)
    if descriptor > block or descriptor & descriptor - 1:
        raise NotThisFormat(f"group descriptors of {descriptor} bytes")
    end = start + blocks * block
    return Super(
        start, min(end, view.size), max(0, end - view.size), block, blocks, first, per_group,
        inodes, inodes_per_group, inode_size, descriptor, compatible, incompatible,
        read_only, view.number("<I", at + 260),
    )  # fmt: skip


def _sane(block: int, blocks: int, per_group: int, inodes: int, inode_size: int) -> bool:
    return (
        128 <= inode_size <= block
        and inode_size & inode_size - 1 == 0
        and 0 < inodes <= 8 * block
        and 0 < per_group <= 8 * block << 16
        and 4 < blocks <= per_group * _MOST_GROUPS
    )


def has_backup(volume: Super, group: int) -> bool:
    """Return whether *group* begins with a copy of the superblock."""
    if group <= 1 or not volume.read_only & SPARSE_SUPER:
        return True
    for base in (3, 5, 7):
        power = base
        while power < group:
            power *= base
        if power == group:
            return True
    return False


class Volume:
    """Reads inodes and block maps; `steps` bounds the work over the whole volume."""

    def __init__(self, view: View, info: Super) -> None:
        self.view, self.info = view, info
        self.steps = _MOST_STEPS
        self._groups: dict[int, Group] = {}

    def offset(self, block: int) -> int:
        """Return the absolute offset of *block*."""
        if not 0 <= block < self.info.blocks:
            raise NotThisFormat(f"block {block} lies outside the volume")
        return self.info.start + block * self.info.block

    def group(self, number: int) -> Group:
        """Return the descriptor of a block group."""
        if number not in self._groups:
            self._groups[number] = self._read_group(number)
        return self._groups[number]

    def _read_group(self, number: int) -> Group:
        info = self.info
        per_block = info.block // info.descriptor
        index, inside = divmod(number, per_block)
        where = info.first + 1 + index
        if info.incompatible & META_BG and index >= info.first_meta:
            head = index * per_block
            where = info.first + head * info.per_group + int(has_backup(info, head))
        at = self.offset(where) + inside * info.descriptor
        bitmap, inode_bitmap, table = self.view.unpack("<III", at)
        flags = self.view.number("<H", at + 18)
        if info.descriptor >= 64:
            high = self.view.unpack("<III", at + 32)
            bitmap, inode_bitmap = bitmap | high[0] << 32, inode_bitmap | high[1] << 32
            table |= high[2] << 32
        return Group(bitmap, inode_bitmap, table, flags)

    def inode(self, number: int) -> Inode:
        """Return an inode by its number, which counts from 1."""
        info = self.info
        if not 1 <= number <= info.inodes:
            raise NotThisFormat(f"there is no inode {number}")
        group, index = divmod(number - 1, info.inodes_per_group)
        at = self.offset(self.group(group).inode_table) + index * info.inode_size
        mode, uid, size, _, _, mtime, _, gid, links, blocks, flags = self.view.unpack(
            "<HHIIIIIHHII", at
        )
        acl, high = self.view.unpack("<II", at + 104)
        acl_high, uid_high, gid_high = self.view.unpack("<HHH", at + 118)
        if mode & 0o170000 != 0o040000 or info.read_only & 2:
            size |= high << 32
        return Inode(
            number, at, mode, uid | uid_high << 16, gid | gid_high << 16, size, mtime, links,
            blocks, flags, acl | acl_high << 32, self.view.read(at + 40, 60),
        )  # fmt: skip

    def runs(self, inode: Inode, size: int) -> list[Run]:
        """Return where the first *size* bytes of *inode* lie, in logical order, without holes."""
        wanted = (size + self.info.block - 1) // self.info.block
        if inode.flags & _HAS_EXTENTS:
            found = self._extents(inode.body)
        else:
            found = self._pointers(inode.body, wanted)
        out = list[Run]()
        for run in sorted(found):
            at = out[-1].logical + out[-1].blocks if out else 0
            skip = max(0, at - run.logical)
            count = min(run.blocks, wanted - run.logical) - skip
            if count > 0:
                out.append(Run(run.logical + skip, run.physical + skip, count))
        return out

    def _spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise NotThisFormat("the block maps of this volume are too large")

    def _extents(self, root: bytes) -> list[Run]:
        found, stack, seen = list[Run](), [(root, 5)], set[int]()
        while stack:
            node, levels = stack.pop()
            magic, count, _, depth = (
                int.from_bytes(node[at : at + 2], "little") for at in (0, 2, 4, 6)
            )
            if magic != 0xF30A or depth > levels:
                raise NotThisFormat("a damaged extent tree")
            count = min(count, len(node) // 12 - 1)
            self._spend(count + 1)
            for at in range(12, 12 + 12 * count, 12):
                logical = int.from_bytes(node[at : at + 4], "little")
                if depth == 0:
                    found += self._leaf(logical, node[at + 4 : at + 12])
                    continue
                child = int.from_bytes(node[at + 4 : at + 10], "little")
                if child not in seen:
                    seen.add(child)
                    stack.append((self.view.read(self.offset(child), self.info.block), depth - 1))
        return found

    @staticmethod
    def _leaf(logical: int, entry: bytes) -> list[Run]:
        count = int.from_bytes(entry[:2], "little")
        high, low = int.from_bytes(entry[2:4], "little"), int.from_bytes(entry[4:8], "little")
        # More than 32768 marks blocks that are reserved but read as zero.
        return [Run(logical, high << 32 | low, count)] if count <= 32768 else []

    def _pointers(self, body: bytes, wanted: int) -> list[Run]:
        direct = np.frombuffer(body, "<u4")
        found = self._merged(direct[:12], 0)
        per, logical = self.info.block // 4, 12
        for level in (1, 2, 3):
            if logical >= wanted:
                break
            pointer = int(direct[11 + level])
            found += self._indirect(pointer, level, logical, wanted)
            logical += per**level
        return found

    def _indirect(self, pointer: int, level: int, logical: int, wanted: int) -> list[Run]:
        if pointer == 0 or logical >= wanted:
            return []
        self._spend(self.info.block // 4)
        table = np.frombuffer(self.view.read(self.offset(pointer), self.info.block), "<u4")
        if level == 1:
            return self._merged(table, logical)
        found, each = list[Run](), (self.info.block // 4) ** (level - 1)
        for index in np.flatnonzero(table).tolist():
            found += self._indirect(int(table[index]), level - 1, logical + index * each, wanted)
        return found

    @staticmethod
    def _merged(table: npt.NDArray[np.uint32], logical: int) -> list[Run]:
        """Return the runs of consecutive blocks in *table*, whose zeros are holes."""
        blocks = table.astype(np.int64)
        used = np.flatnonzero(blocks)
        if not len(used):
            return []
        values = blocks[used]
        breaks = np.flatnonzero((np.diff(values) != 1) | (np.diff(used) != 1)) + 1
        starts, ends = [0, *breaks.tolist()], [*breaks.tolist(), len(used)]
        return [
            Run(logical + int(used[first]), int(values[first]), last - first)
            for first, last in zip(starts, ends, strict=True)
        ]
