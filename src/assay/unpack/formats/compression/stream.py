"""What all compressed streams share: decode once to find the end, hand over the result."""

from collections.abc import Callable, Iterator
from typing import Any

from assay._kernel.value import Value
from assay.model.tree import Piece
from assay.unpack.format import Extent
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

INPUT = 256 << 10
OUTPUT = 1 << 20


Member = Callable[[View, int], tuple[bytes | bytearray, int, bool]]
"""Measures one member of a stream as `measure_stream` does."""


class Stream(Value):
    """A decoded stream: its codec, name and content; *over* when it exceeds the limits."""

    codec: str
    name: str
    decoded: bytes | bytearray
    over: bool = False


def measure_stream(
    view: View,
    start: int,
    decoder: Any,  # noqa: ANN401 - zlib, bz2 and lzma decompressors share no type
    errors: tuple[type[Exception], ...],
) -> tuple[bytes | bytearray, int, bool]:
    """Return (output, end, over) of the stream at *start*, decoded by *decoder*.

    *over* says that the output reached the limits; the end is then that of the view. Raises
    `NotThisFormat` when the stream is damaged or incomplete.
    """
    stored = view.size - start
    most = view.limits.output(stored)
    out = bytearray()
    at = start
    while at < view.size and not decoder.eof:
        piece = view.data[at : at + INPUT]
        at += len(piece)
        try:
            for part in _decoded(decoder, piece):
                out += part
                if len(out) > most:
                    return b"", view.size, True
        except errors as error:
            raise NotThisFormat(str(error)) from None
    if not decoder.eof:
        raise NotThisFormat("the stream is not complete")
    end = at - len(decoder.unused_data)
    if len(out) > view.limits.output(end - start):
        return b"", end, True
    return out, end, False


def _decoded(decoder: Any, piece: memoryview) -> Iterator[bytes]:  # noqa: ANN401 - see above
    """Yield what *decoder* makes of *piece*, a bounded amount at a time."""
    rest: memoryview | bytes = piece
    while True:
        yield decoder.decompress(rest, OUTPUT)
        # zlib hands back what it has not read; the others keep it until they need more.
        rest = getattr(decoder, "unconsumed_tail", b"")
        if decoder.eof or (not rest and getattr(decoder, "needs_input", True)):
            return


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
    view: View, start: int, again: Member, magic: bytes
) -> tuple[bytes | bytearray, int, bool]:
    """Return output, end and *over* of a stream and of the members that directly follow it."""
    out, end, over = again(view, start)
    whole = out
    while not over and bytes(view.data[end : end + len(magic)]) == magic:
        try:
            out, end, over = again(view, end)
        except NotThisFormat:
            break
        whole += out
        over = over or len(whole) > view.limits.stream
    return (b"", end, True) if over else (whole, end, False)
