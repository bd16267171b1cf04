"""Repeated patterns: bytes that a short pattern fills, and bytes masked by a repeating key.

`fill:deadbeef` stores nothing; `xor:ac783c9e` is an obfuscation, not an encryption.
"""

import numpy as np

from assay.unpack.codecs.failure import DecodeFailure


def _pattern(parameters: str) -> bytes:
    try:
        pattern = bytes.fromhex(parameters)
    except ValueError:
        raise DecodeFailure(f"{parameters} is no pattern") from None
    if not pattern:
        raise DecodeFailure("an empty pattern")
    return pattern


def _fill(_: memoryview, parameters: str, most: int) -> bytes:
    pattern = _pattern(parameters)
    return (pattern * (most // len(pattern) + 1))[:most]


def _xor(data: memoryview, parameters: str, most: int) -> bytes:
    values = np.frombuffer(data[:most], dtype=np.uint8)
    key = np.frombuffer(_pattern(parameters), dtype=np.uint8)
    return bytes(values ^ np.resize(key, len(values)))


DECODERS = {"fill": _fill, "xor": _xor}
