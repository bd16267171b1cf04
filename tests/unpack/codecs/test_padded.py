"""Blocks of EROFS in each compression."""

import lzma
import zlib

import pytest
import zstandard
from lz4 import block

from assay.unpack.codecs import DecodeFailure, decode

PLAIN = b"blocks of a read-only file system " * 40


def micro_lzma(plain: bytes) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 16}]
    stored = lzma.compress(plain, lzma.FORMAT_RAW, filters=filters)
    return bytes([(3 + 2 * 45) ^ 0xFF]) + stored[1:]


STORED = {
    "lz4": block.compress(PLAIN, store_size=False),
    "deflate": zlib.compress(PLAIN)[2:-4],
    "zstd": zstandard.compress(PLAIN),
    "lzma": micro_lzma(PLAIN),
}


@pytest.mark.parametrize("name", sorted(STORED))
def test_leading_zeros_are_padding(name: str) -> None:
    assert decode(f"erofs:{name}", bytes(100) + STORED[name], len(PLAIN)) == PLAIN


@pytest.mark.parametrize("codec", ["erofs:lz4", "erofs:none", "erofs:lzma"])
def test_damage_is_a_failure(codec: str) -> None:
    with pytest.raises(DecodeFailure):
        decode(codec, bytes(64), 100)
    with pytest.raises(DecodeFailure):
        decode(codec, b"\x01\xff\xff\xff", 100)
