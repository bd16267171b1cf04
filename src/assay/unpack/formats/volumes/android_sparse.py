"""Android sparse images: a disk in which empty and uniform blocks are only named.

Layout (little-endian): u32 ED26FF3A, u16 versions, u16 header and chunk header sizes, u32
block size, blocks, chunks, CRC32; chunks: u16 type, u16, u32 blocks, u32 bytes, data.
Source: system/core/libsparse/sparse_format.h of Android.
"""

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="android-sparse",
    family="volume",
    magic=(Magic(rb"\x3a\xff\x26\xed\x01\x00..[\x1c-\x40]\x00[\x0c-\x20]\x00"),),
    about="Disk image of Android and of modems and gateways that use its tools.",
    references=("https://android.googlesource.com/platform/system/core/+/main/libsparse/",),
    limits=("the CRC32 of the whole is not verified",),
)

_RAW, _FILL, _HOLE, _CRC = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4
_MOST_CHUNKS = 1 << 20


def measure(view: View, start: int) -> Extent:
    """Return where the last chunk ends; all chunks must be sound."""
    header, chunk = view.unpack("<HH", start + 8)
    block, blocks, chunks = view.unpack("<III", start + 12)
    if header < 28 or chunk < 12 or not block or block % 4 or block > 1 << 24:
        raise NotThisFormat("impossible sizes in the header")
    if not 0 < chunks <= _MOST_CHUNKS:
        raise NotThisFormat("an impossible count of chunks")
    pieces: list[Piece] = []
    at = start + header
    for _ in range(chunks):
        kind, _, count, size = view.unpack("<HHII", at)
        if size < chunk:
            raise NotThisFormat("a chunk is smaller than its header")
        view.window(at, size)
        if kind != _CRC:
            pieces.append(_piece(view, (at + chunk, size - chunk), kind, count * block))
        at += size
    if sum(piece.length for piece in pieces) != blocks * block:
        raise NotThisFormat("the chunks do not fill the image")
    return Extent(start, at, tuple(pieces))


def _piece(view: View, data: tuple[int, int], kind: int, length: int) -> Piece:
    at, size = data
    if kind == _RAW and size == length:
        return Piece(at=at, size=size, codec="raw", length=length)
    if kind == _FILL and size >= 4:
        pattern = view.read(at, 4)
        codec = f"fill:{pattern.hex()}" if any(pattern) else "hole"
        return Piece(at=at, size=4 if any(pattern) else 0, codec=codec, length=length)
    if kind == _HOLE:
        return Piece(at=at, size=0, codec="hole", length=length)
    raise NotThisFormat("a chunk is not sound")


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the disk."""
    pieces: tuple[Piece, ...] = extent.detail or measure(view, extent.start).detail
    size = sum(piece.length for piece in pieces)
    if size > view.limits.file:
        sink.problem("limit", f"the disk has {size} bytes; not read", offset=extent.start)
        return
    sink.assembled("disk", pieces, size=size)
