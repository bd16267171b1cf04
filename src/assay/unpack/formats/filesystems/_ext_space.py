"""Free blocks of ext2/3/4 volumes: padding where they are zero, unknown where data was left."""

from collections.abc import Iterator

import numpy as np

from assay.unpack.formats.filesystems._ext_volume import Volume, has_backup
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat

_BITMAP_UNUSED = 0x2
_MOST_RUNS = 100_000
_CHUNK = 1 << 22


def account_for_free_blocks(volume: Volume, sink: Sink) -> None:
    """State every run of free blocks; raise `NotThisFormat` when a bitmap cannot be read."""
    for index, (first, count) in enumerate(_free_runs(volume)):
        if index >= _MOST_RUNS:
            sink.problem("limit", "too many runs of free blocks; the rest was not looked at")
            return
        at = volume.offset(first)
        length = min(count * volume.info.block, volume.info.end - at)
        if length > 0:
            empty = _is_zero(volume, at, length)
            note = "free blocks" if empty else "free blocks that hold data"
            sink.region(at, length, "padding" if empty else "unknown", note)


def _is_zero(volume: Volume, at: int, length: int) -> bool:
    return not any(
        np.frombuffer(volume.view.window(at + step, min(_CHUNK, length - step)), np.uint8).any()
        for step in range(0, length, _CHUNK)
    )


def _free_runs(volume: Volume) -> Iterator[tuple[int, int]]:
    """Yield (first block, count) of all free blocks in order."""
    info = volume.info
    used = np.zeros(min(info.blocks, (info.end - info.start) // info.block), np.bool_)
    used[: info.first] = True
    reached = (max(0, len(used) - info.first) + info.per_group - 1) // info.per_group
    for number in range(min(info.groups, reached)):
        _mark(volume, number, used)
    edges = np.flatnonzero(np.diff(np.concatenate(([True], used, [True])).astype(np.int8)))
    for first, last in zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True):
        yield first, last - first


def _mark(volume: Volume, number: int, used: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> None:
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
