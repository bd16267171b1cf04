"""LZ4 frames and the legacy format that Linux uses for kernels and initramfs images.

Frame: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md. Legacy: magic 184C2102,
then blocks of u32 size and data, each of which yields 8 MiB but for the last.
"""

from assay.model.tree import Piece
from assay.unpack.codecs import decode
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="lz4",
    family="compression",
    magic=(
        Magic(rb"\x04\x22\x4d\x18[\x40-\x7f][\x40\x50\x60\x70]"),
        Magic(rb"\x02\x21\x4c\x18..[\x00-\x80]\x00"),
    ),
    about="LZ4 frames with checksums, and the legacy blocks of kernels.",
    references=("https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md",),
    limits=("legacy blocks carry no checksum",),
)

_LEGACY = 0x184C2102
_LEGACY_BLOCK = 8 << 20
_MOST_STORED = _LEGACY_BLOCK + _LEGACY_BLOCK // 255 + 16
_MOST_BLOCKS = 1 << 16
_LEAST = 16


def measure(view: View, start: int) -> Extent:
    """Return where the frame or the last legacy block ends; what it holds is decoded."""
    if view.number("<I", start) == _LEGACY:
        return _legacy(view, start)
    end = _frame_end(view, start)
    most = view.limits.output(end - start)
    content = decode("lz4-frame", view.window(start, end - start), most)
    piece = Piece(at=start, size=end - start, codec="lz4-frame", length=len(content))
    return Extent(start, end, (piece,))


def _frame_end(view: View, start: int) -> int:
    """Return the end of the frame, found by its block headers."""
    flags = view.number("B", start + 4)
    if flags & 1:
        raise NotThisFormat("an external dictionary is needed")
    at = start + 7 + (8 if flags & 8 else 0)
    for _ in range(_MOST_BLOCKS):
        size = view.number("<I", at) & 0x7FFFFFFF
        at += 4
        if not size:
            break
        at += size + (4 if flags & 0x10 else 0)
    else:
        raise NotThisFormat("more blocks than a frame may have")
    end = at + (4 if flags & 4 else 0)
    view.window(start, end - start)
    return end


def _legacy(view: View, start: int) -> Extent:
    pieces: list[Piece] = []
    at = start + 4
    while len(pieces) < view.limits.stream // _LEGACY_BLOCK:
        piece = _legacy_block(view, at)
        if piece is None:
            break
        pieces.append(piece)
        at = piece.at + piece.size
        if piece.length < _LEGACY_BLOCK:
            break
    if sum(piece.length for piece in pieces) < _LEAST:
        raise NotThisFormat("no block decodes")
    return Extent(start, at, tuple(pieces))


def _legacy_block(view: View, at: int) -> Piece | None:
    """Return the block at *at*, or None where there is none that decodes."""
    try:
        size = view.number("<I", at)
        if not 0 < size <= _MOST_STORED:
            return None
        content = decode("lz4", view.window(at + 4, size), _LEGACY_BLOCK)
    except NotThisFormat:
        return None
    return Piece(at=at + 4, size=size, codec="lz4", length=len(content))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the decompressed content."""
    pieces: tuple[Piece, ...] = extent.detail or measure(view, extent.start).detail
    sink.assembled("lz4.content", pieces, size=sum(piece.length for piece in pieces))
