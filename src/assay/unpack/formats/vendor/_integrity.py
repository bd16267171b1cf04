"""Checksums and digests that vendor headers carry, over ranges of a view."""

import hashlib
import zlib

import numpy as np

from assay.unpack.view import View

_ALL_ONES = 0xFFFFFFFF


def crc32(view: View, start: int, end: int) -> int:
    """Return the CRC-32 of the bytes from *start* to *end*."""
    return zlib.crc32(view.window(start, end - start))


def crc32_uninverted(view: View, start: int, end: int) -> int:
    """Return the CRC-32 without its final inversion (CRC-32/JAMCRC)."""
    return crc32(view, start, end) ^ _ALL_ONES


def crc32_from_zero(view: View, start: int, end: int) -> int:
    """Return the CRC-32 whose register starts at zero and is not inverted at the end."""
    return zlib.crc32(view.window(start, end - start), _ALL_ONES) ^ _ALL_ONES


def md5_with_hole(view: View, start: int, end: int, hole: int, filling: bytes) -> bytes:
    """Return the MD5 of a range in which *filling* stands at *hole* in place of the digest."""
    digest = hashlib.md5(view.window(start, hole - start), usedforsecurity=False)
    digest.update(filling)
    after = hole + len(filling)
    digest.update(view.window(after, end - after))
    return digest.digest()


def sum_of_words(view: View, start: int, end: int) -> int:
    """Return the sum, modulo 65536, of the big-endian 16-bit words of an even range."""
    words = np.frombuffer(view.window(start, (end - start) & ~1), dtype=">u2")
    return int(words.sum(dtype=np.uint64)) & 0xFFFF


def ones_complement_sum(view: View, start: int, end: int) -> int:
    """Return the end-around-carry sum of big-endian 16-bit words, an odd end padded by zero."""
    size = end - start
    words = np.frombuffer(view.window(start, size & ~1), dtype=">u2")
    total = int(words.sum(dtype=np.uint64))
    if size & 1:
        total += view.number(">B", end - 1) << 8
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def sum_of_bytes(view: View, start: int, end: int) -> int:
    """Return the sum, modulo 256, of the bytes of a range."""
    values = np.frombuffer(view.window(start, end - start), dtype=np.uint8)
    return int(values.sum(dtype=np.uint64)) & 0xFF
