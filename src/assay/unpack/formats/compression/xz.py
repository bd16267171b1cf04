"""XZ streams, as the kernel and update packages use them."""

import lzma

from assay.unpack.format import Extent, Format, Magic
from assay.unpack.formats.compression.stream import (
    Stream,
    first_members,
    hand_over,
    measure_stream,
)
from assay.unpack.sink import Sink
from assay.unpack.view import View

MAGIC = b"\xfd7zXZ\x00"
MOST_MEMORY = 256 << 20

FORMAT = Format(
    name="xz",
    family="compression",
    magic=(Magic(rb"\xfd7zXZ\x00\x00[\x00\x01\x04\x0a]"),),
    about="LZMA2 in blocks with checksums.",
    references=("https://tukaani.org/xz/xz-file-format.txt",),
    limits=("streams whose dictionary needs more than 256 MiB are not read",),
)


def measure(view: View, start: int) -> Extent:
    """Return where the last of the streams at *start* ends."""
    out, end, over = first_members(view, start, _stream, MAGIC)
    return Extent(start, end, Stream("xz", "xz.content", out, over))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the decompressed content."""
    del view
    hand_over(extent, sink)


def _stream(view: View, start: int) -> tuple[bytes | bytearray, int, bool]:
    decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_MEMORY)
    return measure_stream(view, start, decoder, (lzma.LZMAError, EOFError))
