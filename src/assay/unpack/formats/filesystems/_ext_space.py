"""Free blocks of ext2/3/4 volumes, by the block bitmaps."""

import numpy as np
import numpy.typing as npt

from assay.unpack.formats.filesystems._ext_volume import Volume, has_backup
from assay.unpack.formats.filesystems._free_space import account_for, free_runs
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat

_BITMAP_UNUSED = 0x2


def account_for_free_blocks(volume: Volume, sink: Sink) -> None:
    """State every run of free blocks; raise `NotThisFormat` when a bitmap cannot be read."""
    info = volume.info
    used = np.zeros(min(info.blocks, (info.end - info.start) // info.block), np.bool_)
    used[: info.first] = True
    reached = (max(0, len(used) - info.first) + info.per_group - 1) // info.per_group
    for number in range(min(info.groups, reached)):
        _mark(volume, number, used)
    ranges = ((volume.offset(first), count * info.block) for first, count in free_runs(used))
    account_for(volume.view, sink, ranges)


def _mark(volume: Volume, number: int, used: npt.NDArray[np.bool_]) -> None:
    """Set what group *number* says is in use, and the tables that belong to it."""
    info, group = volume.info, volume.group(number)
    first = info.first + number * info.per_group
    if not group.flags & _BITMAP_UNUSED:
        bitmap = np.frombuffer(
            volume.view.read(volume.offset(group.block_bitmap), info.block), np.uint8
        )
        count = max(0, min(info.per_group, len(used) - first, 8 * info.block))
        used[first : first + count] |= np.unpackbits(bitmap, bitorder="little")[:count] > 0
    if has_backup(info, number):
        tables = (info.groups * info.descriptor + info.block - 1) // info.block
        reserved = volume.view.number("<H", info.start + 1024 + 206)
        used[first : first + 1 + tables + reserved] = True
    table = (info.inodes_per_group * info.inode_size + info.block - 1) // info.block
    for start, length in (
        (group.block_bitmap, 1), (group.inode_bitmap, 1), (group.inode_table, table),
    ):  # fmt: skip
        if start >= info.blocks:
            raise NotThisFormat(f"the tables of group {number} lie outside the volume")
        used[start : start + length] = True
