"""Bzip2 streams, alone or one after another; every block and stream has a CRC."""

import bz2

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
    name="bzip2",
    family="compression",
    magic=(Magic(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"),),
    about="Burrows-Wheeler compression in blocks of 100 to 900 kB.",
    references=("https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf",),
    limits=("only complete streams are accepted",),
)

_MAGIC = b"BZh"


def measure(view: View, start: int) -> Extent:
    """Return where the last of the streams at *start* ends."""
    out, end, over = first_members(view, start, _stream, _MAGIC)
    return Extent(start, end, Stream("bzip2", "bzip2.content", out, over))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the decompressed content."""
    del view
    hand_over(extent, sink)


def _stream(view: View, start: int) -> tuple[bytes | bytearray, int, bool]:
    return measure_stream(view, start, bz2.BZ2Decompressor(), (OSError, EOFError))
