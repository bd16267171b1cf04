"""LZMA-alone: the 13-byte header of old kernels and boot loaders, no checksum."""

import ctypes
import lzma
from functools import lru_cache
from typing import Any

from assay._native import kernel
from assay.unpack.codecs.lzma_variants import properties
from assay.unpack.format import Extent, Format, Magic
from assay.unpack.formats.compression.stream import Stream, hand_over, measure_stream
from assay.unpack.padding import filler
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

MOST_MEMORY = 256 << 20
PROBE = 4096
LEAST = 64
UNKNOWN_SIZE = 0xFFFFFFFFFFFFFFFF
MOST_CONTEXT = 4
"""The most that lc and lp may be together."""

_PROPERTIES = b"".join(
    b"\\x%02x" % byte for byte in range(225) if sum(properties(byte)[:2]) <= MOST_CONTEXT
)
_DICTIONARY = (
    rb"(?:\x00\x00[\x01\x02\x03\x04\x06\x08\x0c\x10\x18\x20\x30\x40\x60\x80\xc0]\x00"
    rb"|\x00\x00\x00[\x01-\x04\x06\x08\x0c\x10]|\x00[\x10\x20\x40\x80]\x00\x00)"
)
_SIZE = (
    rb"(?:\xff{8}|(?:[\x40-\xff]..|.[\x01-\xff].|..[\x01-\xff])[\x00-\x0f]\x00{4}"
    rb"|...[\x01-\x0f]\x00{4})"
)
"""No content size, or one of 64 bytes to 256 MB. A zero and a code follow that begins with a byte
as it is: nothing could be repeated there."""

FORMAT = Format(
    name="lzma",
    family="compression",
    magic=(
        Magic(b"[%s]%s%s" % (_PROPERTIES, _DICTIONARY, _SIZE) + rb"\x00[\x00-\x7f]", common=True),
    ),
    about="LZMA with properties, dictionary size and content size in front.",
    references=("https://www.7-zip.org/sdk.html",),
    limits=("no checksum: accepted when it decodes to the stated size or its end mark",),
    priority=60,
)


def measure(view: View, start: int) -> Extent:
    """Return where the stream at *start* ends; it must decode completely."""
    broken = _kernel()
    if broken is not None:
        head = bytes(view.data[start : start + PROBE])
        if broken(head, len(head)):
            raise NotThisFormat("no LZMA stream")
    lc, lp, _ = properties(view.number("B", start))
    (size,) = view.unpack("<Q", start + 5)
    if lc + lp > MOST_CONTEXT or size < LEAST:
        raise NotThisFormat("implausible LZMA header")
    _probe(view, start, size)
    decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MOST_MEMORY)
    out, end, over = measure_stream(view, start, decoder, (lzma.LZMAError, EOFError))
    if not over and (len(out) < LEAST or size not in {UNKNOWN_SIZE, len(out)}):
        raise NotThisFormat("not the size that the header states")
    if not over and filler(memoryview(out)) is not None:
        raise NotThisFormat("decodes to nothing but one repeated byte")
    return Extent(start, end, Stream("lzma-alone", "lzma.content", out, over))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the decompressed content."""
    del view
    hand_over(extent, sink)


def _probe(view: View, start: int, size: int) -> None:
    """Decode a little first: most false starts fail within a few hundred bytes."""
    decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MOST_MEMORY)
    head = view.data[start : start + 16 * PROBE]
    try:
        out = decoder.decompress(head, PROBE)
    except (lzma.LZMAError, EOFError):
        raise NotThisFormat("no LZMA stream") from None
    if len(out) < min(PROBE, size) and len(head) == 16 * PROBE and not decoder.eof:
        raise NotThisFormat("a stream that yields nothing")


@lru_cache(maxsize=1)
def _kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    """Return what says that a stream is broken near its begin, which liblzma then says too."""
    return kernel("assay_lzma_broken", ctypes.c_char_p, ctypes.c_int64)
