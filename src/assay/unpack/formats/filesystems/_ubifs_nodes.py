"""UBIFS nodes: superblock, master, and every node that stands in a logical erase block.

Layout: Linux fs/ubifs/ubifs-media.h; little-endian, CRC32 not inverted at the end.
"""

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.unpack.view import NotThisFormat, View

MAGIC = b"\x31\x18\x10\x06"
INO, DATA, DENT, XENT, TRUN, PAD, SB, MASTER, REF, IDX, CS = range(11)
LEAST = {
    INO: 160, DATA: 48, DENT: 56, XENT: 56, TRUN: 56, PAD: 28, SB: 4096, MASTER: 512, REF: 64,
    IDX: 28, CS: 32,
}  # fmt: skip
"""The smallest sound length of each node type."""
_ORPHANS = 11
_MOST_NODE = 8192
_MOST_LIST = 1 << 20
"""The largest index or orphan node; all others hold at most one block or inline data."""
_MOST_DAMAGED = 200
_FOUND = lazy_re.compile(re.escape(MAGIC))


class Node(NamedTuple):
    """A node whose CRC is right."""

    at: int
    kind: int
    length: int
    sqnum: int


class Volume(Value):
    """The geometry that the superblock states, and where the volume stands in the view."""

    start: int
    end: int
    block: int
    blocks: int
    min_io: int
    log_blocks: int
    flags: int
    version: int

    def offset(self, block: int, offset: int) -> int:
        """Return the absolute offset of a place that a node points to."""
        if block >= self.blocks or offset >= self.block:
            raise NotThisFormat(f"block {block}:{offset} lies outside the volume")
        return self.start + block * self.block + offset


def crc(data: bytes | memoryview) -> int:
    """Return UBIFS's CRC32 of *data*."""
    return zlib.crc32(data) ^ 0xFFFFFFFF


def node_at(view: View, at: int, end: int) -> Node | None:
    """Return the sound node at *at* that ends before *end*, or None."""
    if at + 24 > end or view.read(at, 4) != MAGIC:
        return None
    stored, sqnum, length, kind = view.unpack("<IQIB", at + 4)
    most = _MOST_LIST if kind in {IDX, _ORPHANS} else _MOST_NODE
    if not LEAST.get(kind, 24) <= length <= min(most, end - at):
        return None
    if crc(view.window(at + 8, length - 8)) != stored:
        return None
    return Node(at, kind, length, sqnum)


def superblock(view: View, start: int) -> Volume:
    """Return the geometry; raise `NotThisFormat` when the superblock is not sound."""
    node = node_at(view, start, view.size)
    if node is None or node.kind != SB:
        raise NotThisFormat("no sound UBIFS superblock")
    flags, min_io, block, blocks = view.unpack("<4I", start + 28)
    log_blocks, version = view.number("<I", start + 56), view.number("<I", start + 80)
    if not 4096 < block <= 1 << 26 or not 4 <= blocks <= 1 << 22 or not 8 <= min_io <= block:
        raise NotThisFormat("a UBIFS geometry that cannot be")
    end = min(view.size, start + block * blocks)
    return Volume(start, end, block, blocks, min_io, log_blocks, flags, version)


def nodes_in(view: View, start: int, end: int, damaged: list[int]) -> Iterator[Node]:
    """Yield the sound nodes from *start* to *end*; offsets that hold none go to *damaged*."""
    end, at = min(end, view.size), start
    while at + 24 <= end:
        node = node_at(view, at, end)
        if node is not None:
            yield node
            padding = view.number("<I", at + 24) if node.kind == PAD else 0
            at += (node.length + padding + 7) & ~7
            continue
        word = view.read(at, 8)
        written = word.strip(b"\xff") and word.strip(b"\xce")
        if written and len(damaged) < _MOST_DAMAGED:
            damaged.append(at)
        at = _next_magic(view, at + 8, end, start)


def _next_magic(view: View, at: int, end: int, base: int) -> int:
    """Return the next multiple of 8 from *base* that carries the node magic, or *end*."""
    while at < end:
        found = _FOUND.search(view.data, at, end)
        if found is None:
            return end
        if (found.start() - base) % 8 == 0:
            return found.start()
        at = found.start() + 1
    return end


class Master(NamedTuple):
    """Where the index and the log of the last commit are."""

    commit: int
    log: int
    root: tuple[int, int, int]


def newest_master(view: View, volume: Volume) -> Master | None:
    """Return the newest sound master node of the two blocks that hold copies."""
    best: tuple[int, Master] | None = None
    for block in (1, 2):
        start = volume.offset(block, 0)
        for node in nodes_in(view, start, min(start + volume.block, volume.end), []):
            if node.kind != MASTER:
                continue
            commit, _, log, lnum, offset, length = view.unpack("<Q5I", node.at + 32)
            if best is None or node.sqnum > best[0]:
                best = (node.sqnum, Master(commit, log, (lnum, offset, length)))
    return best[1] if best else None
