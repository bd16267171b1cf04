"""Zstandard frames (RFC 8878), alone or one after another, skippable frames among them.

The blocks are walked by their headers to find the end before anything is decoded.
"""

from assay.model.tree import Piece
from assay.unpack.codecs import decode
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.compression.stream import Stream, hand_over
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="zstd",
    family="compression",
    # the reserved bit of the frame descriptor is zero
    magic=(
        Magic(
            rb"\x28\xb5\x2f\xfd[\x00-\x07\x10-\x17\x20-\x27\x30-\x37\x40-\x47\x50-\x57\x60-\x67"
            rb"\x70-\x77\x80-\x87\x90-\x97\xa0-\xa7\xb0-\xb7\xc0-\xc7\xd0-\xd7\xe0-\xe7\xf0-\xf7]"
        ),
    ),
    about="Zstandard, as kernels, initramfs images and file systems use it.",
    references=("https://www.rfc-editor.org/rfc/rfc8878",),
    limits=("frames that need an external dictionary are not read",),
)

_MAGIC = 0xFD2FB528
_SKIPPABLE = 0x184D2A50
_MOST_FRAMES = 4096
_MOST_BLOCK = 1 << 17
_DICTIONARY = (0, 1, 2, 4)
_CONTENT_SIZE = (0, 2, 4, 8)


def measure(view: View, start: int) -> Extent:
    """Return where the last of the adjoining frames ends; all are decoded."""
    frames: list[tuple[int, int, bytes]] = []
    at, end, produced = start, start, 0
    while len(frames) < _MOST_FRAMES and (following := _next(view, at, first=at == start)):
        at, content = following[1], following[0]
        if content is None:
            continue
        data = _frame(view, content, at)
        if data is None:
            return Extent(start, at, Stream("zstd", "zstd.content", b"", over=True))
        produced += len(data)
        if produced > view.limits.output(at - start):
            return Extent(start, at, Stream("zstd", "zstd.content", b"", over=True))
        frames.append((content, at, data))
        end = at
    if not frames:
        raise NotThisFormat("no frame")
    return Extent(start, end, frames)


def _next(view: View, at: int, *, first: bool) -> tuple[int | None, int] | None:
    """Return (start of the frame, or None if skippable, its end); None where no frame follows."""
    try:
        magic = view.number("<I", at)
        if magic == _MAGIC:
            return at, _frame_end(view, at)
        if magic & ~0xF == _SKIPPABLE:
            size = view.number("<I", at + 4)
            view.window(at + 8, size)
            return None, at + 8 + size
    except NotThisFormat:
        if first:
            raise
    return None


def _frame_end(view: View, start: int) -> int:
    """Return the end of the frame, found by its block headers."""
    descriptor = view.number("B", start + 4)
    single, checksum = descriptor >> 5 & 1, descriptor >> 2 & 1
    if descriptor & 3:
        raise NotThisFormat("an external dictionary is needed")
    if descriptor & 8:
        raise NotThisFormat("a reserved bit is set")
    size = _CONTENT_SIZE[descriptor >> 6] or single
    at = start + 5 + (not single) + _DICTIONARY[descriptor & 3] + size
    while True:
        low, high = view.unpack("<HB", at)
        header = low | high << 16
        kind, length = header >> 1 & 3, header >> 3
        if kind == 3 or (length > _MOST_BLOCK):
            raise NotThisFormat("no such block")
        at += 3 + (1 if kind == 1 else length)
        if header & 1:
            break
    end = at + 4 * checksum
    view.window(start, end - start)
    return end


def _frame(view: View, start: int, end: int) -> bytes | None:
    """Return the content of a frame, None where it exceeds the limits."""
    most = view.limits.output(end - start)
    stored = view.window(start, end - start)
    try:
        return decode("zstd", stored, most)
    except NotThisFormat as failure:
        if len(getattr(failure, "partial", b"")) == most:
            return None
        raise


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the content of all frames together."""
    detail = extent.detail
    if isinstance(detail, Stream):
        hand_over(extent, sink)
        return
    frames: list[tuple[int, int, bytes]] = detail or measure(view, extent.start).detail
    pieces = [
        Piece(at=at, size=end - at, codec="zstd", length=len(data)) for at, end, data in frames
    ]
    if len(pieces) == 1:
        sink.stream("zstd.content", pieces[0], frames[0][2])
    else:
        sink.assembled("zstd.content", pieces, size=sum(piece.length for piece in pieces))
