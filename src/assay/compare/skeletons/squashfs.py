"""SquashFS: data blocks and tables must fill the image without a gap.

The tree they hold is compared node by node, so the layout itself only says how it was packed.
Reference: Linux kernel documentation, filesystems/squashfs.
"""

import struct

from assay.compare.skeletons import Body, NotAccounted, Skeleton, zeros
from assay.unpack.formats.filesystems import squashfs
from assay.unpack.formats.filesystems.squash.superblock import Superblock, read_superblock
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

FORMATS = ("squashfs",)
HEADER = 96
MOST_BLOCKS = 1_000_000
NONE = 0xFFFFFFFFFFFFFFFF
PADDING = 1 << 20


def skeleton(data: Body) -> Skeleton:
    """Return the account of a file system of version 4."""
    view = View(data)
    try:
        block = read_superblock(view, 0)
        if block.version != 4:
            raise NotAccounted(f"SquashFS {block.version}")
        _filled(view, block)
        tables = _tables(data, block)
    except (NotThisFormat, struct.error) as error:
        raise NotAccounted(str(error)) from None
    if tables != block.used:
        raise NotAccounted("bytes between the tables of a file system")
    zeros(data, block.used, len(data))
    # Block size, compressor, flags and the options of the compressor do not change what is read.
    found = Skeleton(kept=[bytes(data[:4]), bytes(data[28:32])])
    found.mark(4, 8, "N7")
    found.mark(8, 12, "N6")
    found.mark(12, 28, "N9")
    found.mark(32, block.inodes_at, "N9")
    found.mark(block.inodes_at, len(data), "N7")
    return found


def _filled(view: View, block: Superblock) -> None:
    """Raise `NotAccounted` unless the blocks of the files fill the space before the tables."""
    extent = squashfs.measure(view, 0)
    sink = Sink(view.limits, "squashfs")
    squashfs.unpack(view, extent, sink)
    if sink.problems:
        raise NotAccounted(sink.problems[0].says)
    pieces = (piece for entry in sink.entries for piece in entry.pieces)
    ranges = sorted({(piece.at, piece.size) for piece in pieces if piece.size})
    at = HEADER
    if ranges and at < ranges[0][0] <= at + 64:
        at = ranges[0][0]  # the options of the compressor
    for start, size in ranges:
        if start > at:
            raise NotAccounted("bytes between the blocks of a file system")
        at = max(at, start + size)
    if at < block.inodes_at and not (not ranges and block.inodes_at <= HEADER + 64):
        raise NotAccounted("bytes between the blocks and the tables of a file system")


def _tables(data: Body, block: Superblock) -> int:
    """Return where the tables end when each begins where the one before it ends."""
    order = block.order
    fields = struct.unpack_from(order + "8Q", data, 32)
    ids, xattrs, fragments, lookup = fields[2], fields[3], fields[6], fields[7]
    (inodes, _, _, count) = struct.unpack_from(order + "IIII", data, 4)
    (owners,) = struct.unpack_from(order + "H", data, 26)
    sizes = {ids: _index(owners, 4)}
    if fragments != NONE:
        sizes[fragments] = _index(count, 16)
    if lookup != NONE:
        sizes[lookup] = _index(inodes, 8)
    if xattrs != NONE:
        (known,) = struct.unpack_from(order + "I", data, xattrs + 8)
        sizes[xattrs] = 16 + _index(known, 16)
    at = block.inodes_at
    for _ in range(MOST_BLOCKS):
        if at >= block.used:
            break
        if at in sizes:
            at += sizes.pop(at)
            continue
        (head,) = struct.unpack_from(order + "H", data, at)
        at += 2 + (head & 0x7FFF)
    return at if not sizes else -1


def _index(count: int, size: int) -> int:
    """Return the bytes of an index: a pointer for each block of 8 KiB."""
    return 8 * (-(-count * size // 8192))
