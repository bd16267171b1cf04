"""What bytes that no format claimed look like: padding, encrypted or compressed, or unknown.

High entropy is stated only for 2 KiB and more: fewer bytes cannot show it. The bound is that
of the expected entropy of *n* random bytes, 8 - 255 / (2 n ln 2) bits (Miller-Madow), less a
margin; text, code and tables lie far below it.
"""

import math
from collections.abc import Iterator

import numpy as np

from assay.model.tree import Account, Region
from assay.unpack.padding import BLOCK, filler, uniform_blocks
from assay.unpack.view import View

LEAST_FOR_ENTROPY = 2048
WINDOW = 64 << 10
SAMPLE = 4096
LEAST_PADDING = 16
MARGIN_MILLIBITS = 60


def regions_by_looks(view: View, start: int, end: int) -> Iterator[Region]:
    """Yield regions that cover *start* to *end* and say what each looks like."""
    for first, after in _runs(view.data, start, end):
        data = view.data[first:after]
        byte = filler(data)
        if (byte is not None and len(data) >= LEAST_PADDING) or byte in {0, 0xFF}:
            yield _region(first, after, "padding", f"0x{byte:02x}")
        else:
            yield from _windows(view, first, after)


def _windows(view: View, start: int, end: int) -> Iterator[Region]:
    """Yield regions of *start* to *end*, judged by windows of 64 KiB; equal neighbours join."""
    first, last = start, None
    for at in range(start, end, WINDOW):
        after = end if end - at < WINDOW + LEAST_FOR_ENTROPY else at + WINDOW
        random = _random(view.data[at:after])
        if last is not None and random != last:
            yield _judged(first, at, random=last)
            first = at
        last = random
        if after == end:
            break
    yield _judged(first, end, random=bool(last))


def _judged(start: int, end: int, *, random: bool) -> Region:
    if random:
        return _region(start, end, "encrypted", "high entropy: encrypted or compressed")
    return _region(start, end, "unknown", "")


def _region(start: int, end: int, account: Account, note: str) -> Region:
    return Region(offset=start, length=end - start, account=account, note=note)


def _runs(data: memoryview, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield ranges that are either padding or not, padding at either end split off exactly."""
    lead = _leading(data[start:end])
    if lead:
        yield start, start + lead
        start += lead
    tail = _leading(data[start:end][::-1])
    middle = end - tail
    yield from _blocks(data, start, middle)
    if tail:
        yield middle, end


def _leading(data: memoryview) -> int:
    """Return the length of the run of 0x00 or 0xff that *data* begins with, if it is padding."""
    if not len(data) or data[0] not in {0, 0xFF}:
        return 0
    array = np.frombuffer(data, dtype=np.uint8) if data.contiguous else np.array(data)
    other = array != array[0]
    length = int(other.argmax()) if other.any() else len(data)
    return length if length >= LEAST_PADDING or length == len(data) else 0


def _blocks(data: memoryview, start: int, end: int) -> Iterator[tuple[int, int]]:
    if end <= start:
        return
    uniform = uniform_blocks(data[start:end])
    edges = np.flatnonzero(np.diff(uniform.astype(np.int8))) + 1
    places = [start, *(start + int(edge) * BLOCK for edge in edges)]
    if len(uniform) and uniform[-1] and (end - start) % BLOCK:
        places.append(start + len(uniform) * BLOCK)
    yield from zip(places, [*places[1:], end], strict=True)


def _random(data: memoryview) -> bool:
    """Return whether a window has the entropy of random bytes, from samples at both ends."""
    if len(data) < LEAST_FOR_ENTROPY:
        return False
    sample = data if len(data) <= 2 * SAMPLE else bytes(data[:SAMPLE]) + bytes(data[-SAMPLE:])
    size = len(sample)
    counts = np.bincount(np.frombuffer(sample, dtype=np.uint8), minlength=256)
    share = counts[counts > 0] / size
    entropy = float(-(share * np.log2(share)).sum())
    expected = 8 - 255 / (2 * size * math.log(2))
    return (expected - entropy) * 1000 < MARGIN_MILLIBITS
