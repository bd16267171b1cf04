"""The account of a container's own bytes by ranges: what a ledger says, without a label per byte.

A container may be as large as the image, and nearly all of it is content that files account for.
"""

from collections import Counter
from collections.abc import Iterable
from heapq import heappop, heappush

from assay.compare.ledger import stated
from assay.compare.records import Sum

Painted = tuple[int, int, int]
"""Where a range begins and ends, and its label."""


class Tally:
    """How many bytes of each side (0 or 1) have which label, and the proofs of causes."""

    def __init__(self) -> None:
        self._counts: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
        self.proofs: dict[str, str] = {}

    def add(self, side: int, label: int, count: int) -> None:
        """Note *count* bytes of *side*."""
        self._counts[side][label] += count

    def paint(self, side: int, size: int, ranges: Iterable[Painted], rest: int) -> None:
        """Note *size* bytes, of which a later range covers an earlier one, and none the *rest*."""
        self._counts[side].update(painted(size, ranges, rest))

    def sums(self) -> tuple[Sum, ...]:
        """Return the bytes per account."""
        return stated(self._counts, self.proofs)


def painted(size: int, ranges: Iterable[Painted], rest: int) -> Counter[int]:
    """Return how many of *size* bytes have each label, the last range over a byte deciding."""
    found: Counter[int] = Counter()
    open_: list[tuple[int, int, int]] = []
    at = 0
    for start, negative, end, label in sorted(
        (start, -number, end, label) for number, (start, end, label) in enumerate(ranges)
    ):
        at = _advance(found, open_, (at, min(max(start, 0), size)), rest)
        heappush(open_, (negative, end, label))
    _advance(found, open_, (at, size), rest)
    return found


def _advance(
    found: Counter[int], open_: list[tuple[int, int, int]], along: tuple[int, int], rest: int
) -> int:
    """Count the bytes *along* which only the *open_* ranges lie; return where that ends."""
    at, until = along
    while at < until:
        while open_ and open_[0][1] <= at:
            heappop(open_)
        end = min(open_[0][1], until) if open_ else until
        found[open_[0][2] if open_ else rest] += end - at
        at = end
    return until


def covered(ranges: Iterable[tuple[int, int]], start: int, end: int) -> int:
    """Return how many bytes from *start* up to *end* lie in any of *ranges*."""
    total, at = 0, start
    for first, after in sorted(ranges):
        first, after = max(first, at), min(after, end)  # noqa: PLW2901 - cut to what is open
        if after > first:
            total += after - first
            at = after
    return total
