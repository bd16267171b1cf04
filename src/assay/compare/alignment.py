"""Pairs up two sequences in order: what both have, by anchors that are unique on both sides.

Patience alignment: common ends first, then keys that occur once on each side in their longest
common order, then the same between them; small rests by their longest common subsequence.
Work is bounded by n log n and the size of the small rests, whatever the input.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence

SMALL = 1 << 12
"""Cells of the table up to which a rest is aligned exactly."""
DEPTH = 60

Span = tuple[int, int, int, int]


def align(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return the ascending pairs (i, j) with `a[i] == b[j]` that line up."""
    pairs: list[tuple[int, int]] = []
    pending: list[tuple[Span, int]] = [((0, len(a), 0, len(b)), 0)]
    while pending:
        span, depth = pending.pop()
        span = _ends(a, b, span, pairs)
        first, last, low, high = span
        if first >= last or low >= high:
            continue
        if (last - first) * (high - low) <= SMALL:
            pairs += _exact(a, b, span)
            continue
        anchors = _anchors(a, b, span) if depth < DEPTH else []
        if anchors:
            pending += [(part, depth + 1) for part in _between(span, anchors)]
            pairs += anchors
    pairs.sort()
    return pairs


def _ends(
    a: Sequence[Hashable], b: Sequence[Hashable], span: Span, pairs: list[tuple[int, int]]
) -> Span:
    first, last, low, high = span
    while first < last and low < high and a[first] == b[low]:
        pairs.append((first, low))
        first, low = first + 1, low + 1
    while first < last and low < high and a[last - 1] == b[high - 1]:
        last, high = last - 1, high - 1
        pairs.append((last, high))
    return first, last, low, high


def _anchors(a: Sequence[Hashable], b: Sequence[Hashable], span: Span) -> list[tuple[int, int]]:
    first, last, low, high = span
    once_a = Counter(a[first:last])
    once_b = Counter(b[low:high])
    place = {b[j]: j for j in range(low, high) if once_b[b[j]] == 1}
    both = [(i, place[a[i]]) for i in range(first, last) if once_a[a[i]] == 1 and a[i] in place]
    return _ascending(both)


def _ascending(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of *pairs*, ascending in i, that ascends in j too."""
    tops: list[int] = []
    holders: list[int] = []
    back: list[int] = []
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(tops, j)
        back.append(holders[place - 1] if place else -1)
        if place == len(tops):
            tops.append(j)
            holders.append(number)
        else:
            tops[place], holders[place] = j, number
    found = []
    at = holders[-1] if holders else -1
    while at >= 0:
        found.append(pairs[at])
        at = back[at]
    return found[::-1]


def _between(span: Span, anchors: list[tuple[int, int]]) -> list[Span]:
    first, last, low, high = span
    parts = []
    for i, j in [*anchors, (last, high)]:
        if i > first and j > low:
            parts.append((first, i, low, j))
        first, low = i + 1, j + 1
    return parts


def _exact(a: Sequence[Hashable], b: Sequence[Hashable], span: Span) -> list[tuple[int, int]]:
    """Return a longest common subsequence of a small rest."""
    first, last, low, high = span
    width = high - low
    table = [[0] * (width + 1)]
    for i in range(last - 1, first - 1, -1):
        below, row = table[-1], [0] * (width + 1)
        for j in range(width - 1, -1, -1):
            same = a[i] == b[low + j]
            row[j] = below[j + 1] + 1 if same else max(below[j], row[j + 1])
        table.append(row)
    table.reverse()
    found = []
    i, j = 0, 0
    while i < last - first and j < width:
        if a[first + i] == b[low + j]:
            found.append((first + i, low + j))
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def opcodes(pairs: list[tuple[int, int]], size_a: int, size_b: int) -> list[Span]:
    """Return the spans of both sequences that *pairs* leave out: (first, last, low, high)."""
    spans = []
    first = low = 0
    for i, j in [*pairs, (size_a, size_b)]:
        if i > first or j > low:
            spans.append((first, i, low, j))
        first, low = i + 1, j + 1
    return spans
