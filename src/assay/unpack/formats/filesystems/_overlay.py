"""Which bytes of a file are still uncovered when its writes are applied newest first."""

from bisect import bisect_left


class Overlay:
    """A set of covered byte ranges; ranges that touch are merged, so claims stay cheap."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def claim(self, start: int, end: int) -> list[tuple[int, int]]:
        """Cover *start* to *end*; return the ranges of it that were not covered before."""
        if end <= start:
            return []
        first = bisect_left(self._ends, start)
        free: list[tuple[int, int]] = []
        at, last, low, high = start, first, start, end
        while last < len(self._starts) and self._starts[last] <= end:
            if self._starts[last] > at:
                free.append((at, self._starts[last]))
            at = max(at, self._ends[last])
            low, high = min(low, self._starts[last]), max(high, self._ends[last])
            last += 1
        if at < end:
            free.append((at, end))
        self._starts[first:last] = [low]
        self._ends[first:last] = [high]
        return free
