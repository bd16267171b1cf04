"""Zlib streams (RFC 1950) in the middle of other data, told by their Adler-32.

Only the header bytes that compressors write, followed by a block with dynamic Huffman codes
(as any text or program of some length has), are worth a try; all else is too weak a sign.
"""

import zlib

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.compression.stream import Stream, hand_over
from assay.unpack.sink import Sink
from assay.unpack.view import View

# Low three bits 10x: dynamic codes, last block or not; then HLIT <= 29, HDIST <= 29, and with
# HCLEN >= 8 twelve or more code length codes, as all but flat random data have.
_DYNAMIC = (
    rb"[\x04\x05\x0c\x0d\x14\x15\x1c\x1d\x24\x25\x2c\x2d\x34\x35\x3c\x3d\x44\x45\x4c\x4d\x54\x55"
    rb"\x5c\x5d\x64\x65\x6c\x6d\x74\x75\x7c\x7d\x84\x85\x8c\x8d\x94\x95\x9c\x9d\xa4\xa5\xac\xad"
    rb"\xb4\xb5\xbc\xbd\xc4\xc5\xcc\xcd\xd4\xd5\xdc\xdd\xe4\xe5\xec\xed]"
    rb"[\x00-\x1d\x20-\x3d\x40-\x5d\x60-\x7d\x80-\x9d\xa0-\xbd\xc0-\xdd\xe0-\xfd]"
    b"[" + b"".join(rb"\x%02x" % odd for odd in range(1, 256, 2)) + b"]"
)

FORMAT = Format(
    name="zlib",
    family="compression",
    magic=(Magic(rb"\x78[\x9c\xda]" + _DYNAMIC),),
    about="Deflate with a two-byte header and an Adler-32.",
    references=("https://www.rfc-editor.org/rfc/rfc1950", "https://www.rfc-editor.org/rfc/rfc1951"),
    limits=(
        "found only where the default or best level was used and 64 bytes or more come out",
        "streams of stored or fixed-code blocks are not searched for",
        "the pixels of PNG pictures are left alone",
    ),
    priority=70,
)

_LEAST = 64
_CHUNK = 1 << 16
_PROBE = 512
_PICTURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = b"IDAT"


def measure(view: View, start: int) -> Extent:
    """Return where the stream ends; its Adler-32 must match."""
    if bytes(view.data[:8]) == _PICTURE or bytes(view.data[max(start - 4, 0) : start]) == _PIXELS:
        raise NotThisFormat("the pixels of a picture")
    out, end, over = _decode(view, start)
    if len(out) < _LEAST and not over:
        raise NotThisFormat("too little comes out")
    return Extent(start, end, Stream("zlib", "zlib.content", out, over))


def _decode(view: View, start: int) -> tuple[bytes, int, bool]:
    """Decode in chunks: most false starts fail in the first few hundred bytes."""
    decoder = zlib.decompressobj()
    out = bytearray()
    at, step = start, _PROBE
    while not decoder.eof and at < view.size:
        data = view.data[at : at + step]
        most = view.limits.output(at + len(data) - start)
        try:
            out += decoder.decompress(data, most - len(out) + 1)
        except zlib.error as error:
            raise NotThisFormat(str(error)) from None
        if len(out) > most:
            return b"", view.size, True
        at, step = at + len(data), _CHUNK
    if not decoder.eof:
        raise NotThisFormat("the stream is not complete")
    return bytes(out), at - len(decoder.unused_data), False


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the decompressed content."""
    del view
    hand_over(extent, sink)
