"""FAT12, FAT16 and FAT32: boot partitions, update media, removable storage.

Layout: Microsoft, "FAT: General Overview of On-Disk Format", 1.03.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.filesystems._fat_names import Item, items
from assay.unpack.formats.filesystems._free_space import account_for, free_runs
from assay.unpack.formats.filesystems._walk import walk
from assay.unpack.sink import Metadata, Sink
from assay.unpack.view import View

_PARAMETERS = (
    rb"........\x00[\x02\x04\x08\x10][\x01\x02\x04\x08\x10\x20\x40\x80].."
    rb"[\x01\x02]....[\xf0\xf8-\xff]"
)

FORMAT = Format(
    name="fat",
    family="filesystem",
    magic=(Magic(rb"\xeb.\x90" + _PARAMETERS), Magic(rb"\xe9.." + _PARAMETERS)),
    about="Clusters in chains; long names; free clusters by the allocation table.",
    references=("https://docs.kernel.org/filesystems/vfat.html",),
    limits=("owners and modes are not recorded by the format", "deleted files are not recovered"),
)

_MOST_CLUSTERS = 1 << 24
_MOST_STEPS = 20_000_000
_MOST_DIRECTORY = 1 << 21
_ROOT = 0


class Volume(NamedTuple):
    """Where the parts of the volume lie; offsets are absolute, lengths in bytes."""

    start: int
    end: int
    width: int
    tables: int
    root: int
    root_size: int
    root_cluster: int
    data: int
    cluster: int
    clusters: int


def measure(view: View, start: int) -> Extent:
    """Return where the volume at *start* ends by its count of sectors."""
    volume = _volume(view, start)
    # The table begins with the media byte and set bits; without them a boot sector stands alone.
    if view.read(volume.tables, 3) != view.read(start + 21, 1) + b"\xff\xff":
        raise NotThisFormat("the allocation table does not begin with the media byte")
    if volume.tables + volume.clusters * volume.width // 8 > view.size:
        raise NotThisFormat("the allocation table is cut off")
    return Extent(start, min(view.size, volume.end), volume)


def _volume(view: View, start: int) -> Volume:
    sector, per_cluster, reserved, copies, entries, total, _, table = view.unpack(
        "<HBHBHHBH", start + 11
    )
    total = total or view.number("<I", start + 32)
    large = table == 0
    table = table or view.number("<I", start + 36)
    root_cluster = view.number("<I", start + 44) if large else 0
    if sector not in {512, 1024, 2048, 4096} or not per_cluster or not reserved or not table:
        raise NotThisFormat("a FAT geometry that cannot be")
    root = start + (reserved + copies * table) * sector
    root_size = (entries * 32 + sector - 1) // sector * sector
    data, cluster = root + root_size, per_cluster * sector
    end = start + total * sector
    clusters = (end - data) // cluster
    if clusters < 1 or clusters > _MOST_CLUSTERS or large == bool(entries):
        raise NotThisFormat("a FAT geometry that cannot be")
    width = 32 if large else 12 if clusters < 4085 else 16
    if (clusters + 2) * width > table * sector * 8 + width:
        raise NotThisFormat("the allocation table is too small")
    return Volume(
        start, end, width, start + reserved * sector, root, root_size, root_cluster, data, cluster,
        clusters,
    )  # fmt: skip


def _table(view: View, volume: Volume) -> npt.NDArray[np.int64]:
    """Return the allocation table with one number for each cluster."""
    count = volume.clusters + 2
    size = (count * volume.width + 7) // 8
    raw = view.window(volume.tables, size + -size % (3 if volume.width == 12 else 4))
    if volume.width == 32:
        return (np.frombuffer(raw, "<u4").astype(np.int64) & 0x0FFFFFFF)[:count]
    if volume.width == 16:
        return np.frombuffer(raw, "<u2").astype(np.int64)[:count]
    triples = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(np.int64)
    out = np.empty((len(triples), 2), np.int64)
    out[:, 0] = triples[:, 0] | (triples[:, 1] & 15) << 8
    out[:, 1] = triples[:, 1] >> 4 | triples[:, 2] << 4
    return out.reshape(-1)[:count]


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the tree below the root directory."""
    volume: Volume = extent.detail or _volume(view, extent.start)
    if volume.end > view.size:
        sink.problem("damage", "the end of the volume is cut off", offset=view.size)
    table = _table(view, volume)
    used = np.ones(volume.clusters, np.bool_)
    used[: len(table) - 2] = table[2:] != 0
    ranges = (
        (volume.data + first * volume.cluster, count * volume.cluster)
        for first, count in free_runs(used)
    )
    account_for(view, sink, ranges)
    tree = _Tree(view, volume, table.tolist(), sink)
    walk(sink, _ROOT, tree.names, tree.entry)


class _Tree:
    """Turns directory items into entries; a directory is known by its first cluster."""

    def __init__(self, view: View, volume: Volume, table: list[int], sink: Sink) -> None:
        self.view, self.volume, self.table, self.sink = view, volume, table, sink
        self.steps = _MOST_STEPS

    def names(self, cluster: int) -> Iterator[tuple[bytes, tuple[Item, int]]]:
        """Yield (name, (item, its offset)) of the directory that begins at *cluster*."""
        if cluster == _ROOT and not self.volume.root_cluster:
            runs = [(self.volume.root, self.volume.root_size)]
        else:
            first = cluster or self.volume.root_cluster
            runs = list(self._runs(first, _MOST_DIRECTORY, b"", directory=True))
        data = b"".join(self.view.read(at, length) for at, length in runs)
        places = [at + step for at, length in runs for step in range(0, length, 32)]
        for item in items(data):
            yield item.name, (item, places[item.place // 32])

    def entry(self, path: bytes, found: tuple[Item, int]) -> int | None:
        """Hand over one item; return its first cluster when it is a directory."""
        item, at = found
        meta = Metadata(mtime=item.mtime)
        if item.folder:
            self.sink.directory(path, meta, offset=at, length=32)
            return item.cluster or None
        size = min(item.size, self.sink.limits.file)
        if size < item.size:
            self.sink.problem("limit", "a file is larger than allowed", path=path)
        runs = self._runs(item.cluster, size, path) if size else []
        pieces = [Piece(at=at, size=size, codec="raw", length=size) for at, size in runs]
        there = sum(piece.length for piece in pieces)
        if there < size:
            self.sink.problem("damage", "the chain of clusters is too short", path=path)
        self.sink.file(path, pieces, meta, size=there, offset=at, length=32)
        return None

    def _runs(
        self, cluster: int, size: int, path: bytes, *, directory: bool = False
    ) -> Iterator[tuple[int, int]]:
        """Yield the (offset, length) ranges of a chain until *size* bytes are covered."""
        each, begin, length = self.volume.cluster, 0, 0
        links = 0
        while size > 0 and 2 <= cluster < len(self.table):
            at = self.volume.data + (cluster - 2) * each
            take = min(each, size, max(0, self.view.size - at))
            if length and begin + length != at:
                yield begin, length
                length = 0
            begin = begin if length else at
            length, size = length + take, size - take
            links, self.steps = links + 1, self.steps - 1
            if take == 0 or links >= len(self.table) or self.steps < 0:
                self.sink.problem("damage", "a chain of clusters does not end", path=path)
                break
            cluster = self.table[cluster]
        if directory and size == 0:
            self.sink.problem("limit", "a directory is larger than allowed", path=path)
        if length:
            yield begin, length
