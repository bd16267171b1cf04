"""What all compressed streams share: decode once to find the end, hand over the result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assay.model.tree import Piece
from assay.unpack.format import Extent
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

LEAST_OUTPUT = 16


@dataclass(frozen=True, slots=True)
class Stream:
    """A decoded stream: its codec, name and content; *over* when it exceeds the limits."""

    codec: str
    name: str
    decoded: bytes
    over: bool = False


def measure_stream(
    view: View,
    start: int,
    decoder: Any,  # noqa: ANN401 - zlib, bz2 and lzma decompressors share no type
    errors: tuple[type[Exception], ...],
) -> tuple[bytes, int, bool]:
    """Return (output, end, over) of the stream at *start*, decoded by *decoder*.

    *over* says that the output reached the limits; the end is then that of the view. Raises
    `NotThisFormat` when the stream is damaged or incomplete.
    """
    window = view.window(start, view.size - start)
    most = view.limits.output(len(window))
    try:
        out: bytes = decoder.decompress(window, most + 1)
    except errors as error:
        raise NotThisFormat(str(error)) from None
    if len(out) > most:
        return b"", view.size, True
    if not decoder.eof:
        raise NotThisFormat("the stream is not complete")
    end = view.size - len(decoder.unused_data)
    if len(out) > view.limits.output(end - start):
        return b"", end, True
    return out, end, False


def hand_over(extent: Extent, sink: Sink) -> None:
    """Give the stream of *extent* to *sink*, or say that it exceeds the limits."""
    stream: Stream = extent.detail
    size = extent.end - extent.start
    if stream.over:
        sink.problem(
            "limit", "a compressed stream yields more than allowed; not read", offset=extent.start
        )
        sink.region(extent.start, size, "unknown", "compressed beyond the limits")
        return
    piece = Piece(at=extent.start, size=size, codec=stream.codec, length=len(stream.decoded))
    sink.stream(stream.name, piece, stream.decoded)


def first_members(
    view: View, start: int, again: Callable[[View, int], tuple[bytes, int, bool]], magic: bytes
) -> tuple[bytes, int, bool]:
    """Return output, end and *over* of a stream and of the members that directly follow it."""
    out, end, over = again(view, start)
    parts = [out]
    while not over and bytes(view.data[end : end + len(magic)]) == magic:
        try:
            out, end, over = again(view, end)
        except NotThisFormat:
            break
        parts.append(out)
        over = over or sum(map(len, parts)) > view.limits.stream
    return (b"", end, True) if over else (b"".join(parts), end, False)
