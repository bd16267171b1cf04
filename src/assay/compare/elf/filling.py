"""Data that nothing refers to on its own: what lies between the pieces that code led to.

Objects that a linker put in another order leave runs without a place. They belong to the piece
before or behind them as far as the bytes agree, or to the one run of the same bytes elsewhere.
"""

from bisect import bisect_right
from itertools import accumulate

import numpy as np

from assay.code.memory import Ints
from assay.compare.elf.half import Half
from assay.compare.elf.votes import pointers_of
from assay.compare.elf.zones import Zone
from assay.compare.outcome import common_ends

SHORTEST, MOST_SOUGHT = 8, 64
"""Bytes of a gap that is looked for inside others, and gaps of which they are."""
BETWEEN = b"\xff\0\xff\0"
Piece = tuple[int, int, int]
Gap = tuple[int, int]


def filled(a: Half, b: Half, zones: tuple[Zone, Zone], pieces: list[Piece]) -> list[Piece]:
    """Return *pieces* of two zones and those that the gaps between them yield."""
    found = sorted(pieces)
    for _ in range(ROUNDS):
        more = _grown(a, b, zones, found)
        if not more:
            break
        found = sorted([*found, *more])
    return sorted([*found, *_moved(a, b, zones, found)])


ROUNDS = 3


def _grown(a: Half, b: Half, zones: tuple[Zone, Zone], pieces: list[Piece]) -> list[Piece]:
    """Return runs that continue a piece on both sides: of the same bytes, or of the same size.

    In memory that can be written, runs of one size may hold pointers; whether these correspond
    is for the proof to say.
    """
    pointers = zones[0].writable
    first, second = _gaps(zones[0], pieces, 0), _gaps(zones[1], pieces, 1)
    ends = {start: (start, end) for start, end in second}
    starts = {end: (start, end) for start, end in second}
    by_end = {end: image + end - start for start, end, image in pieces}
    by_start = {start: image for start, _, image in pieces}
    found: list[Piece] = []
    for start, end in first:
        behind = ends.get(by_end.get(start, -1))
        before = starts.get(by_start.get(end, -1))
        head = tail = 0
        if behind is not None:
            size = min(end - start, behind[1] - behind[0])
            head = common_ends(a.bytes_at(start, size), b.bytes_at(behind[0], size))[0]
            found += [(start, start + head, behind[0])] if head else []
        if before is not None:
            size = min(end - start - head, before[1] - before[0])
            size -= head if before == behind else 0
            left, right = a.bytes_at(end - size, size), b.bytes_at(before[1] - size, size)
            same = pointers and not head and end - start == before[1] - before[0]
            last = (end, before[1]) if pointers else None
            tail = size if same else _common_tail(a, b, left, right, last)
            found += [(end - tail, end, before[1] - tail)] if tail > 0 else []
    return found


def _common_tail(a: Half, b: Half, left: bytes, right: bytes, ends: tuple[int, int] | None) -> int:
    """Return how many bytes two runs share at their end.

    With *ends*, their last addresses, what the loader writes on both sides may differ.
    """
    if ends is None:
        return common_ends(b"\0" + left, b"\1" + right)[1]
    size = min(len(left), len(right))
    one = np.frombuffer(left, np.uint8)[len(left) - size :]
    two = np.frombuffer(right, np.uint8)[len(right) - size :]
    places = np.arange(-size, 0, dtype=np.int64)
    word = a.elf.bits // 8
    both = _written(a, ends[0] + places, word) & _written(b, ends[1] + places, word)
    differs = np.flatnonzero((one != two) & ~both)
    return size - int(differs[-1]) - 1 if differs.size else size


def _written(half: Half, places: Ints, word: int) -> "np.typing.NDArray[np.bool_]":
    """Return which bytes at *places* lie in words that the loader makes addresses of."""
    starts = pointers_of(half)
    if not starts.size:
        return np.zeros(places.shape, dtype=np.bool_)
    found = np.maximum(np.searchsorted(starts, places, side="right") - 1, 0)
    return np.asarray((places >= starts[found]) & (places < starts[found] + word))


def _moved(a: Half, b: Half, zones: tuple[Zone, Zone], pieces: list[Piece]) -> list[Piece]:
    """Return the gaps whose content occurs in one place of the other side's, zeros left out.

    What were two gaps on one side may be one on the other.
    """
    runs = _contents(a, zones[0], pieces, 0), _contents(b, zones[1], pieces, 1)
    found = [
        (places[0], places[0] + len(content), runs[1][content][0])
        for content, places in runs[0].items()
        if len(places) == 1 and len(runs[1].get(content, ())) == 1
    ]
    done = {content for content in runs[0] if content in runs[1]}
    open_ = [
        {content: places[0] for content, places in one.items() if content not in done}
        for one in runs
    ]
    left = [(first, second, size) for first, second, size in _within(open_[0], open_[1])]
    right = [(first, second, size) for second, first, size in _within(open_[1], open_[0])]
    return found + _apart(left + right)


def _contents(half: Half, zone: Zone, pieces: list[Piece], side: int) -> dict[bytes, list[int]]:
    """Return the contents of the gaps of one side without zeros around them, with their places."""
    found: dict[bytes, list[int]] = {}
    for start, end in _gaps(zone, pieces, side):
        content = half.bytes_at(start, end - start)
        stripped = content.lstrip(b"\0")
        at = start + len(content) - len(stripped)
        stripped = stripped.rstrip(b"\0")
        if stripped:
            found.setdefault(stripped, []).append(at)
    return found


def _within(inner: dict[bytes, int], outer: dict[bytes, int]) -> list[tuple[int, int, int]]:
    """Return contents that occur once inside the others: place, place there, size."""
    places = sorted(outer.items(), key=lambda item: item[1])
    text = BETWEEN.join(content for content, _ in places)
    starts = list(accumulate((len(content) + len(BETWEEN) for content, _ in places), initial=0))
    found = []
    for content, place in sorted(inner.items(), key=lambda item: item[1])[:MOST_SOUGHT]:
        at = text.find(content) if len(content) >= SHORTEST and BETWEEN not in content else -1
        if at >= 0 and text.find(content, at + 1) < 0:
            number = bisect_right(starts, at) - 1
            found.append((place, places[number][1] + at - starts[number], len(content)))
    return found


def _apart(spans: list[tuple[int, int, int]]) -> list[Piece]:
    """Return pieces of *spans*, those that overlap on either side left out."""
    found: list[Piece] = []
    taken: list[Piece] = []
    for first, second, size in sorted(set(spans)):
        clash = any(
            (first < end and start < first + size) or (second < image + end - start
            and image < second + size) for start, end, image in taken
        )  # fmt: skip
        taken.append((first, first + size, second))
        if not clash:
            found.append(taken[-1])
    return found


def _gaps(zone: Zone, pieces: list[Piece], side: int) -> list[Gap]:
    """Return the runs of *zone* that no piece covers on one side."""
    spans = sorted(
        (start, end) if side == 0 else (image, image + end - start) for start, end, image in pieces
    )
    found = []
    at = zone.address
    for start, end in spans:
        if start > at:
            found.append((at, start))
        at = max(at, end)
    if at < zone.end:
        found.append((at, zone.end))
    return found
