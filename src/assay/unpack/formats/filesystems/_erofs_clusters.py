"""EROFS compression: the cluster index, in full or packed form, as recipes.

Layout: Linux fs/erofs/erofs_fs.h (z_erofs_*) and the packing described in fs/erofs/zmap.c.
"""

from collections.abc import Iterator
from typing import NamedTuple

from assay.model.tree import Piece
from assay.unpack.formats.filesystems._erofs_inodes import FULL_INDEX, Inode, Super, aligned
from assay.unpack.view import NotThisFormat, View

_CODECS = ("lz4", "lzma", "deflate", "zstd")
_STORED, _HEAD, _INSIDE, _HEAD2 = range(4)
_PACKED_PAIRS, _BIG, _BIG2, _INLINE_TAIL, _ROTATED, _FRAGMENT = 1, 2, 4, 8, 16, 32
_COUNT_FLAG = 1 << 11
_MOST_CLUSTERS = 1 << 20


class Unsupported(NotThisFormat):
    """The file is sound but stored in a way that is not read."""


class Cluster(NamedTuple):
    """One logical cluster: heads start a compressed run at *offset* inside, in *block*.

    The cluster after a head may state in *blocks* how many blocks the run takes.
    """

    kind: int
    offset: int
    block: int
    blocks: int


class Index(NamedTuple):
    """The header of the cluster index, which begins at *at* in the volume at *start*."""

    at: int
    start: int
    advise: int
    codecs: tuple[int, int]
    bits: int


def recipe(view: View, info: Super, one: Inode) -> list[Piece]:
    """Return the recipe of a compressed file; raise `NotThisFormat` when it is damaged."""
    at = aligned(info, one.tail)
    tail_size, advise, algorithms, bits = view.unpack("<HHBB", at + 2)
    if bits & 0x80 or advise & _FRAGMENT:
        raise Unsupported("packed fragments are not supported")
    head = Index(
        at + 8,
        info.start,
        advise,
        (algorithms & 15, algorithms >> 4),
        info.block.bit_length() - 1 + (bits & 7),
    )
    count = (one.size + (1 << head.bits) - 1) >> head.bits
    if count > _MOST_CLUSTERS or max(head.codecs) >= len(_CODECS):
        raise NotThisFormat("an EROFS cluster index that cannot be")
    read = _full if one.layout == FULL_INDEX else _packed
    runs = _runs(info, one, head, list(read(view, head, count)))
    if advise & _INLINE_TAIL and tail_size:
        # The last run stands behind the index; what the index says of its block is void.
        codec, length = runs[-1][0].codec, sum(piece.length for piece in runs[-1])
        size = min(tail_size, length) if codec == "raw" else tail_size
        tail_at = _index_end(head, count, full=one.layout == FULL_INDEX)
        runs[-1] = [Piece(at=tail_at, size=size, codec=codec, length=length)]
    return [piece for run in runs for piece in run]


def _shape(head: Index, count: int) -> tuple[int, int, int]:
    """Return how many clusters the three stretches of a packed index hold."""
    first = min(count, (32 - (head.at - head.start) % 32) // 4 & 7)
    pairs = (count - first) // 16 * 16 if head.advise & _PACKED_PAIRS else 0
    return first, pairs, count - first - pairs


def _index_end(head: Index, count: int, *, full: bool) -> int:
    """Return the offset behind the index, whose stretches end with whole groups."""
    if full:
        return head.at + 8 + 8 * count
    first, pairs, rest = _shape(head, count)
    if not pairs and not rest:
        return head.at + (first + 1) // 2 * 8
    return head.at + 4 * first + 2 * pairs + (rest + 1) // 2 * 8


def _full(view: View, head: Index, count: int) -> Iterator[Cluster]:
    """Yield the clusters of an index of 8 bytes each."""
    for index in range(count):
        advise, offset, value = view.unpack("<HHI", head.at + 8 + 8 * index)
        kind, low = advise & 3, value & 0xFFFF
        blocks = low & ~_COUNT_FLAG if kind == _INSIDE and low & _COUNT_FLAG else 0
        yield Cluster(kind, offset, value, blocks)


def _packed(view: View, head: Index, count: int) -> Iterator[Cluster]:
    """Yield the clusters of an index of 4, then 2, then 4 bytes each."""
    first, pairs, rest = _shape(head, count)
    at = head.at
    for number, width, group in ((first, 4, 2), (pairs, 2, 16), (rest, 4, 2)):
        for begin in range(0, number, group):
            clusters = _group(view, head, at + begin * width, width, group)
            yield from clusters[: number - begin]
        at += number * width


def _group(view: View, head: Index, at: int, width: int, group: int) -> list[Cluster]:
    """Return the clusters of one group, which ends with the address they count from."""
    size = width * group
    packed = int.from_bytes(view.read(at, size - 4), "little")
    block = view.number("<I", at + size - 4)
    bits, low_bits = (size - 4) * 8 // group, max(head.bits, 12)
    values = [packed >> bits * index & (1 << bits) - 1 for index in range(group)]
    kinds = [value >> low_bits & 3 for value in values]
    lows = [value & (1 << low_bits) - 1 for value in values]
    big = bool(head.advise & (_BIG | _BIG2))
    counts = [
        low & ~_COUNT_FLAG if big and kind == _INSIDE and low & _COUNT_FLAG else 0
        for kind, low in zip(kinds, lows, strict=True)
    ]
    out, used = [], 0 if big else 1
    for index, kind in enumerate(kinds):
        out.append(Cluster(kind, lows[index], block + used, counts[index]))
        if kind == _INSIDE:
            used += counts[index]
        elif index + 1 == group or not counts[index + 1]:
            used += 1
    return out


def _runs(info: Super, one: Inode, head: Index, clusters: list[Cluster]) -> list[list[Piece]]:
    """Return the recipe of each compressed or stored run of a file."""
    heads = [
        (index, cluster, (index << head.bits) + cluster.offset)
        for index, cluster in enumerate(clusters)
        if cluster.kind != _INSIDE
    ]
    # An index may close with a head that stands at the end of the file.
    heads = [found for found in heads if found[2] < one.size]
    if not heads or heads[0][2]:
        raise NotThisFormat("a compressed file without a beginning")
    ends = [*(begin for _, _, begin in heads[1:]), one.size]
    out = list[list[Piece]]()
    for (index, cluster, begin), end in zip(heads, ends, strict=True):
        if end <= begin:
            raise NotThisFormat("the clusters of a compressed file are not in order")
        following = clusters[index + 1].blocks if index + 1 < len(clusters) else 0
        out.append(_run(info, head, cluster, (begin, end - begin), max(1, following)))
    return out


def _run(
    info: Super, head: Index, cluster: Cluster, span: tuple[int, int], blocks: int
) -> list[Piece]:
    """Return the recipe of one run: *span* is (start in the file, length)."""
    at, (begin, length) = info.start + cluster.block * info.block, span
    if cluster.kind != _STORED:
        codec = _CODECS[head.codecs[1 if cluster.kind == _HEAD2 else 0]]
        return [Piece(at=at, size=blocks * info.block, codec=f"erofs:{codec}", length=length)]
    if not head.advise & _ROTATED:
        return [Piece(at=at, size=length, codec="raw", length=length)]
    if length > info.block:
        raise Unsupported("stored runs of several blocks are not supported")
    # Each byte stands in the block where it stands in its page, so the end comes first.
    skip = begin % info.block
    first = min(length, info.block - skip)
    pieces = [Piece(at=at + skip, size=first, codec="raw", length=first)]
    if length > first:
        pieces.append(Piece(at=at, size=length - first, codec="raw", length=length - first))
    return pieces
