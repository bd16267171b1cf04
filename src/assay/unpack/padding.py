"""Runs of padding, found block by block in compiled code."""

from collections.abc import Iterator

import numpy as np

BLOCK = 4096
SAMPLED = (1, 255, 511)
"""Words of a block that are looked at first."""


def uniform_blocks(data: memoryview) -> np.ndarray:
    """Return, for each whole 4 KiB block, whether it repeats its first eight bytes throughout."""
    count = len(data) // BLOCK
    words = np.frombuffer(data[: count * BLOCK], dtype=np.uint64).reshape(count, BLOCK // 8)
    # A few words tell most blocks; what they leave is seldom anything else.
    uniform = (words[:, SAMPLED] == words[:, :1]).all(axis=1)
    left = np.flatnonzero(uniform)
    uniform[left] = (words[left] == words[left, :1]).all(axis=1)
    return np.asarray(uniform)


def segments(data: memoryview, margin: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges outside padding, each widened by *margin* bytes.

    Magics never lie in padding, and searching it would cost more than anything else.
    """
    uniform = uniform_blocks(data)
    edges = np.flatnonzero(np.diff(np.concatenate(([True], uniform, [True])).astype(np.int8)))
    last = 0
    for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        start, end = max(last, first * BLOCK - margin), min(len(data), after * BLOCK + margin)
        if end > start:
            yield start, end
            last = end
    tail = len(data) // BLOCK * BLOCK
    if len(data) > max(last, tail - margin):
        yield max(last, tail - margin), len(data)


def filler(data: memoryview) -> int | None:
    """Return the byte that *data* consists of, or None when it holds different ones."""
    if not data:
        return None
    first = data[0]
    return first if bytes(data[:64]).count(first) == len(data[:64]) and _all(data, first) else None


def _all(data: memoryview, byte: int) -> bool:
    return bool((np.frombuffer(data, dtype=np.uint8) == byte).all())
