"""Raw bytes, holes, deflate, bzip2, LZO, LZ4 and Zstandard, each through a compiled library."""

import bz2
import zlib
from typing import Any

from assay.unpack.codecs.failure import DecodeFailure


def drain(decoder: Any, data: memoryview, most: int, errors: tuple[Any, ...]) -> bytes:  # noqa: ANN401 - zlib, bz2 and lzma share no type
    """Return all that *decoder* yields for *data*; raises when it is damaged or over *most*."""
    try:
        out: bytes = decoder.decompress(data, most + 1)
    except errors as error:
        raise DecodeFailure(f"damaged: {error}") from None
    if len(out) > most:
        raise DecodeFailure(f"yields more than the {most} bytes allowed", out[:most])
    return out


def _raw(data: memoryview, _: str, most: int) -> bytes:
    return bytes(data[:most])


def _hole(_: memoryview, __: str, most: int) -> bytes:
    return bytes(most)


def _zlib(data: memoryview, _: str, most: int) -> bytes:
    return drain(zlib.decompressobj(zlib.MAX_WBITS), data, most, (zlib.error,))


def _deflate(data: memoryview, _: str, most: int) -> bytes:
    return drain(zlib.decompressobj(-zlib.MAX_WBITS), data, most, (zlib.error,))


def _gzip(data: memoryview, _: str, most: int) -> bytes:
    out = b""
    rest: memoryview | bytes = data
    while bytes(rest[:2]) == b"\x1f\x8b":
        decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
        out += drain(decoder, memoryview(rest), most - len(out), (zlib.error,))
        rest = decoder.unused_data
    return out


def _bzip2(data: memoryview, _: str, most: int) -> bytes:
    return drain(bz2.BZ2Decompressor(), data, most, (OSError, EOFError))


def _lzo(data: memoryview, _: str, most: int) -> bytes:
    from lzallright import LZOCompressor, LZOError  # noqa: PLC0415 - compiled, only when met

    try:
        return bytes(LZOCompressor.decompress(bytes(data), most))
    except LZOError as error:
        raise DecodeFailure(f"damaged LZO: {error}") from None


def _lz4(data: memoryview, _: str, most: int) -> bytes:
    from lz4 import block  # noqa: PLC0415 - compiled, only when met

    try:
        return bytes(block.decompress(data, uncompressed_size=most))
    except (block.LZ4BlockError, ValueError, MemoryError, OverflowError) as error:
        raise DecodeFailure(f"damaged LZ4 block: {error}") from None


def _lz4_frame(data: memoryview, _: str, most: int) -> bytes:
    from lz4 import frame  # noqa: PLC0415 - compiled, only when met

    try:
        out = frame.LZ4FrameDecompressor().decompress(data, max_length=most + 1)
    except (RuntimeError, ValueError, EOFError) as error:
        raise DecodeFailure(f"damaged LZ4 frame: {error}") from None
    if len(out) > most:
        raise DecodeFailure(f"yields more than the {most} bytes allowed", out[:most])
    return bytes(out)


def _zstd(data: memoryview, _: str, most: int) -> bytes:
    import zstandard  # noqa: PLC0415 - compiled, only when met

    try:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(data)
        out = reader.read(most + 1)
    except (zstandard.ZstdError, MemoryError) as error:
        raise DecodeFailure(f"damaged Zstandard: {error}") from None
    if len(out) > most:
        raise DecodeFailure(f"yields more than the {most} bytes allowed", out[:most])
    return out


DECODERS = {
    "raw": _raw,
    "hole": _hole,
    "zlib": _zlib,
    "deflate": _deflate,
    "gzip": _gzip,
    "bzip2": _bzip2,
    "lzo": _lzo,
    "lz4": _lz4,
    "lz4-frame": _lz4_frame,
    "zstd": _zstd,
}
