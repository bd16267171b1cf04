"""Builds the address map: code by its chunks, data by what refers to it.

Data between two places that are referred to moves as a whole. Where the two sides differ in
length, strings are aligned one by one.
"""

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np

from assay.compare.alignment import align, opcodes
from assay.compare.elf.filling import filled
from assay.compare.elf.state import State
from assay.compare.elf.votes import Votes
from assay.compare.elf.zones import Zone
from assay.compare.outcome import common_ends

Piece = tuple[int, int, int]
_SPACE = b"\t\n\r"
_TEXT = bytes([0, 9, 10, 13, *range(32, 127)])
MOST_TABLE = 1 << 16
SLACK = 64
"""Bytes by which zeroed variables may move closer together: alignment, no more."""


def code_pieces(state: State) -> Iterator[Piece]:
    """Yield the pieces of code: whole chunks of one key, single instructions of others."""
    pairing, a, b = state.pairing, state.a, state.b
    paired = np.flatnonzero(pairing.b_of >= 0)
    whole = paired[pairing.same[paired]]
    first, second = a.code.starts[whole], b.code.starts[pairing.b_of[whole]]
    room = np.minimum(a.code.ends[whole] - first, b.code.ends[pairing.b_of[whole]] - second)
    yield from zip(first.tolist(), (first + room).tolist(), second.tolist(), strict=True)
    yield from pieces_of(state, paired[~pairing.same[paired]].tolist())


def pieces_of(state: State, differing: list[int]) -> Iterator[Piece]:
    """Yield the pieces of the *differing* chunks: their rows, and where they begin."""
    pairing, a, b, rows = state.pairing, state.a, state.b, state.rows
    loose = ~rows.exact
    first = a.code.address[rows.a[loose]]
    size = a.index.listing.size[a.code.rows[rows.a[loose]]]
    second = b.code.address[rows.b[loose]]
    seen = set(first.tolist())
    for i in differing:
        start = int(a.code.starts[i])
        if start not in seen:
            yield start, start + 1, int(b.code.starts[int(pairing.b_of[i])])
    for at, length, place in zip(first.tolist(), size.tolist(), second.tolist(), strict=True):
        yield at, at + int(length), place


def data_pieces(state: State, votes: Votes) -> Iterator[Piece]:
    """Yield the pieces of all paired zones that are no code."""
    winners = votes.winners()
    ordered = sorted(winners)
    for left, right in state.zones:
        if left.code:
            continue
        low, high = bisect_right(ordered, left.address - 1), bisect_right(ordered, left.end - 1)
        anchors = {
            one: winners[one]
            for one in ordered[low:high]
            if right.address <= winners[one] < right.end
        }
        anchors.setdefault(left.address, right.address)
        pieces = list(_zone(state, left, right, _injective(anchors, votes, left)))
        if min(left.offset, right.offset) >= 0:
            pieces = filled(state.a, state.b, (left, right), pieces)
        yield from pieces


def _injective(anchors: dict[int, int], votes: Votes, zone: Zone) -> dict[int, int]:
    """Return *anchors* with no two in one place, where that place can be written to."""
    if not zone.writable:
        return anchors
    taken: dict[int, int] = {}
    for one, two in anchors.items():
        other = taken.get(two)
        if other is None or _support(votes, one, two) > _support(votes, other, two):
            taken[two] = one
    return {one: two for two, one in taken.items()}


def _support(votes: Votes, one: int, two: int) -> int:
    counts = votes.counts.get(one)
    return counts[two] if counts else 0


def _zone(state: State, left: Zone, right: Zone, anchors: dict[int, int]) -> Iterator[Piece]:
    starts = sorted(anchors)
    images = sorted(set(anchors.values()))
    for place, start in enumerate(starts):
        end = starts[place + 1] if place + 1 < len(starts) else left.end
        image = anchors[start]
        after = bisect_right(images, image)
        image_end = images[after] if after < len(images) else right.end
        if end - start == image_end - image:
            yield start, end, image
        elif left.offset < 0:
            yield from _zeroed(state, (start, end), (image, image_end), left)
        else:
            yield from _uneven(state, (start, end), (image, image_end))


def _zeroed(
    state: State, span: tuple[int, int], other: tuple[int, int], zone: Zone
) -> Iterator[Piece]:
    """Yield the piece of zeroed memory whose end moved; it may lose padding only."""
    length, room = span[1] - span[0], other[1] - other[0]
    if length - room >= SLACK and span[1] != zone.end:
        state.unknown.append(f"a variable at {span[0]:#x} has less room at {other[0]:#x}")
    yield span[0], span[0] + min(length, room), other[0]


def _uneven(state: State, span: tuple[int, int], other: tuple[int, int]) -> Iterator[Piece]:
    """Yield pieces of two runs of data of different length, told by their strings."""
    first = state.a.bytes_at(span[0], span[1] - span[0])
    second = state.b.bytes_at(other[0], other[1] - other[0])
    size = min(len(first), len(second))
    zone = state.a.zone_at(span[0])
    pointers = zone is not None and zone.writable
    if pointers or first[:size] == second[:size] or first.rstrip(b"\0") == second.rstrip(b"\0"):
        yield span[0], span[0] + size, other[0]
        return
    if not (_mostly_text(first) and _mostly_text(second)):
        yield from _by_ends(state, (span, first), (other, second))
        return
    left, right = _strings(first), _strings(second)
    pairs = align([text for _, text in left], [text for _, text in right])
    yield from _changed_strings(state, (span[0], left), (other[0], right), pairs)
    matched = dict(pairs)
    for number, (at, text) in enumerate(left):
        partner = matched.get(number)
        if partner is None:
            continue
        place = right[partner][0]
        yield span[0] + at, span[0] + at + len(text), other[0] + place


def _changed_strings(
    state: State,
    first: tuple[int, list[tuple[int, bytes]]],
    second: tuple[int, list[tuple[int, bytes]]],
    pairs: list[tuple[int, int]],
) -> Iterator[Piece]:
    """Pair strings between aligned ones where both sides have equally many, and note them."""
    (base_a, left), (base_b, right) = first, second
    for start, last, low, high in opcodes(pairs, len(left), len(right)):
        those = [one for one in left[start:last] if one[1] != b"\0"]
        others = [one for one in right[low:high] if one[1] != b"\0"]
        if len(those) != len(others):
            continue
        for (at, text), (place, other) in zip(those, others, strict=True):
            if not (_is_text(text) and _is_text(other)):
                continue
            if len(text) == len(other):
                yield base_a + at, base_a + at + len(text), base_b + place
            else:
                state.uneven[base_a + at] = (text, base_b + place, other)
                yield base_a + at, base_a + at + 1, base_b + place


def _by_ends(
    state: State, first: tuple[tuple[int, int], bytes], second: tuple[tuple[int, int], bytes]
) -> Iterator[Piece]:
    """Yield what two runs of tables share at their beginning and at their end."""
    (span, a), (other, b) = first, second
    head = max(common_ends(a, b)[0], _follows(state, (span[0], a), (other[0], b)))
    yield span[0], span[0] + max(head, 1), other[0]
    tail = common_ends(a[head:], b[head:])
    if tail[0] < min(len(a), len(b)) - head and tail[1]:
        yield span[1] - tail[1], span[1], other[1] - tail[1]


def _follows(state: State, first: tuple[int, bytes], second: tuple[int, bytes]) -> int:
    """Return how far two tables of distances to code lead to counterparts, in bytes."""
    (start, a), (image, b) = first, second
    count = min(len(a), len(b), MOST_TABLE) // 4
    kind = np.dtype(f"{state.a.elf.order}i4")
    mask = -1 if state.a.elf.bits == 64 else 0xFFFFFFFF
    left = np.frombuffer(a, kind, count).astype(np.int64)
    right = np.frombuffer(b, kind, count).astype(np.int64)
    most = 0
    for one, two in ((start, image), *filter(None, (state.pointers,))):
        good = (left == right) | state.same((one + left) & mask, (two + right) & mask)
        most = max(most, count if good.all() else int(np.argmin(good)))
    return 4 * most


def _mostly_text(content: bytes) -> bool:
    """Say whether a run of data consists of strings, as far as its beginning tells."""
    head = content[:4096]
    return len(head.translate(None, _TEXT)) * 10 <= len(head)


def _is_text(content: bytes) -> bool:
    return content.endswith(b"\0") and all(32 <= one < 127 or one in _SPACE for one in content[:-1])


def _strings(content: bytes) -> list[tuple[int, bytes]]:
    """Return the runs up to and including each NUL, with their places."""
    found, at = [], 0
    while at < len(content):
        end = content.find(b"\0", at)
        end = len(content) if end < 0 else end + 1
        found.append((at, content[at:end]))
        at = end
    return found
