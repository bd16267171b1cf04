"""Gzip members (RFC 1952), alone or one after another."""

import zlib

from assay._kernel.printable import printable
from assay.unpack.format import Extent, Format, Magic
from assay.unpack.formats.compression.stream import (
    Stream,
    first_members,
    hand_over,
    measure_stream,
)
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="gzip",
    family="compression",
    magic=(Magic(rb"\x1f\x8b\x08[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]"),),
    about="Deflate with a header that may name the original file and a CRC32.",
    references=("https://www.rfc-editor.org/rfc/rfc1952",),
    limits=("only complete streams whose CRC32 matches are accepted",),
)

NAMED = 8


def measure(view: View, start: int) -> Extent:
    """Return where the last of the members at *start* ends."""
    out, end, over = first_members(view, start, _member, b"\x1f\x8b\x08")
    return Extent(start, end, Stream("gzip", _name(view, start), out, over))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the decompressed content."""
    del view
    hand_over(extent, sink)


def _member(view: View, start: int) -> tuple[bytes | bytearray, int, bool]:
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    return measure_stream(view, start, decoder, (zlib.error,))


def _name(view: View, start: int) -> str:
    if view.number("B", start + 3) & (NAMED | 4) != NAMED:
        return "gzip.content"
    field = bytes(view.data[start + 10 : start + 138]).split(b"\0", 1)[0]
    return printable(field.rpartition(b"/")[2]) or "gzip.content"
