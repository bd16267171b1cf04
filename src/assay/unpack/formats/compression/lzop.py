"""Lzop files, which old kernels use: LZO1X blocks with checksums.

Layout (big-endian): magic, versions, method, level, flags, mode, times, name, header checksum;
then blocks of u32 size, u32 stored size, checksums, data. Source: the lzop 1.04 file format.
"""

import zlib
from typing import NamedTuple

from assay._kernel.printable import printable
from assay.model.tree import Piece
from assay.unpack.codecs import decode
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="lzop",
    family="compression",
    magic=(Magic(rb"\x89LZO\x00\x0d\x0a\x1a\x0a[\x00-\x1f].[\x00-\x2f]."),),
    about="LZO1X in blocks with checksums, as lzop writes it.",
    references=("https://www.lzop.org/",),
    limits=("files with a filter are not read",),
)

_ADLER_PLAIN, _ADLER_STORED = 0x1, 0x2
_EXTRA, _CRC_PLAIN, _CRC_STORED = 0x40, 0x100, 0x200
_FILTER, _CRC_HEADER = 0x800, 0x1000
_MOST_BLOCK = 64 << 20
_MOST_BLOCKS = 1 << 16


class _Header(NamedTuple):
    """What of the header matters: flags, the stored name, and where the blocks begin."""

    flags: int
    name: str
    blocks: int


def _header(view: View, start: int) -> _Header:
    version, _, _ = view.unpack(">HHH", start + 9)
    modern = version >= 0x940
    at = start + (17 if modern else 14)
    flags = view.number(">I", at)
    at += 4 + (4 if flags & _FILTER else 0)
    at += 12 if modern else 8
    length = view.number("B", at)
    name = view.read(at + 1, length)
    at += 1 + length
    checksum = zlib.crc32 if flags & _CRC_HEADER else zlib.adler32
    if checksum(view.window(start + 9, at - start - 9)) != view.number(">I", at):
        raise NotThisFormat("the header's checksum does not match")
    if flags & _FILTER:
        raise NotThisFormat("a filter is needed")
    at += 4
    if flags & _EXTRA:
        at += 8 + view.number(">I", at)
    return _Header(flags, printable(name.rpartition(b"/")[2]), at)


def measure(view: View, start: int) -> Extent:
    """Return where the blocks end; the header's checksum must match."""
    header = _header(view, start)
    pieces: list[Piece] = []
    at = header.blocks
    while (size := view.number(">I", at)) != 0:
        stored = view.number(">I", at + 4)
        if size > _MOST_BLOCK or not 0 < stored <= size or len(pieces) >= _MOST_BLOCKS:
            raise NotThisFormat("an impossible block")
        at += 8 + _checksums(header.flags, packed=stored < size)
        view.window(at, stored)
        codec = "lzo" if stored < size else "raw"
        pieces.append(Piece(at=at, size=stored, codec=codec, length=size))
        at += stored
    return Extent(start, at + 4, (header, tuple(pieces)))


def _checksums(flags: int, *, packed: bool) -> int:
    """Return how many bytes of checksums stand in front of a block's data."""
    count = bool(flags & _ADLER_PLAIN) + bool(flags & _CRC_PLAIN)
    if packed:
        count += bool(flags & _ADLER_STORED) + bool(flags & _CRC_STORED)
    return 4 * count


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the content, whose checksums are verified up to the limits."""
    header, pieces = extent.detail or measure(view, extent.start).detail
    size = sum(piece.length for piece in pieces)
    if size > view.limits.output(extent.end - extent.start):
        sink.problem("limit", "the file yields more than allowed; not read", offset=extent.start)
        sink.region(extent.start, extent.end - extent.start, "unknown", "beyond the limits")
        return
    for piece in pieces:
        if not _sound(view, piece, header.flags):
            sink.problem("damage", "a block's checksum does not match", offset=piece.at)
    sink.assembled(header.name or "lzop.content", pieces, size=size)


def _sound(view: View, piece: Piece, flags: int) -> bool:
    """Return whether the checksum of the decoded block, the first one stored, matches."""
    if not flags & (_ADLER_PLAIN | _CRC_PLAIN):
        return True
    packed = piece.codec != "raw"
    expected = view.number(">I", piece.at - _checksums(flags, packed=packed))
    checksum = zlib.adler32 if flags & _ADLER_PLAIN else zlib.crc32
    try:
        content = decode(piece.codec, view.window(piece.at, piece.size), piece.length)
    except NotThisFormat:
        return False
    return checksum(content) == expected
