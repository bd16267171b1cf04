"""Blocks of EROFS: compressed data that ends where its blocks end, with zeros before it.

Codec parameters: `erofs:lz4`, `erofs:deflate`, `erofs:zstd`, `erofs:lzma`, the last being
MicroLZMA: the properties byte, inverted, stands where raw LZMA has its first zero byte.
"""

from assay.unpack.codecs.failure import DecodeFailure
from assay.unpack.codecs.lzma_variants import DECODERS as LZMA, properties, raw_codec
from assay.unpack.codecs.standard import DECODERS as STANDARD

_DICTIONARY = 8 << 20


def _padded(data: memoryview, parameters: str, most: int) -> bytes:
    stored = bytes(data).lstrip(b"\0")
    if not stored:
        raise DecodeFailure("nothing but padding")
    if parameters == "lzma":
        lc, lp, pb = properties(stored[0] ^ 0xFF)
        _, _, filters = raw_codec(lc, lp, pb, _DICTIONARY).partition(":")
        return LZMA["lzma-raw"](memoryview(b"\0" + stored[1:]), filters, most)
    if parameters not in {"lz4", "deflate", "zstd"}:
        raise DecodeFailure(f"no codec named {parameters}")
    return STANDARD[parameters](memoryview(stored), "", most)


DECODERS = {"erofs": _padded}
