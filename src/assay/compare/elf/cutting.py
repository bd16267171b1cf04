"""Lets both programs begin their chunks at the same places.

Where functions begin is found out for each program alone, and now and then only for one. Between
chunks that correspond, starts that the other side does not have at the same distance are dropped.
Where the order of functions was changed, runs of the same bytes say where chunks correspond.
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from assay.code.memory import Ints, contained, union, without
from assay.compare.elf.fields import loose_mask
from assay.compare.elf.functions import Pairing
from assay.compare.elf.half import Half

HEAD = 20
"""Bytes at the start of a chunk that tell it from others, addresses left out."""
SHORTEST_HEAD, LONGEST_HEAD, MOST_SOUGHT = 6, 64, 200
"""Bytes of a chunk that are looked for inside others, and chunks of which they are."""
STEP = 1 << 12
MOST_COMPARED = 4
"""Bytes compared to find runs, as a multiple of the code."""


def agree_on_starts(a: Half, b: Half, pairing: Pairing) -> bool:
    """Cut the code of both sides again; return whether anything was cut otherwise."""
    drop_a: list[int] = []
    drop_b: list[int] = []
    matched = np.flatnonzero(pairing.same)
    partners = pairing.b_of[matched]
    bounds = [(-1, -1), *zip(matched.tolist(), partners.tolist(), strict=True)]
    bounds.append((len(a.code), len(b.code)))
    taken = np.zeros(len(b.code) + 1, dtype=np.int64)
    taken[partners + 1] = 1
    taken = np.cumsum(taken)
    for (i, j), (k, m) in pairwise(bounds):
        if k - i < 2 or m - j < 2 or k - i == m - j == 2:
            continue
        # Where order was changed, what lies between on one side belongs elsewhere on the other.
        if taken[m] == taken[j + 1]:
            left, right = _unshared(a, b, (i + 1, k), (j + 1, m))
            drop_a += left
            drop_b += right
    if not drop_a and not drop_b:
        return False
    a.code.cut(np.delete(a.code.starts, drop_a))
    b.code.cut(np.delete(b.code.starts, drop_b))
    return True


def _unshared(
    a: Half, b: Half, first: tuple[int, int], second: tuple[int, int]
) -> tuple[list[int], list[int]]:
    """Return the starts in two runs of chunks that lie at different distances from their ends.

    A start counts as shared when it is as far from the beginning, or as far from the end, as
    one of the other side: what was inserted between shifts one or the other.
    """
    starts_a, starts_b = a.code.starts[slice(*first)], b.code.starts[slice(*second)]
    shared_a = np.zeros(starts_a.size, dtype=np.bool_)
    shared_b = np.zeros(starts_b.size, dtype=np.bool_)
    ends = int(a.code.ends[first[1] - 1]), int(b.code.ends[second[1] - 1])
    for base_a, base_b in ((int(starts_a[0]), int(starts_b[0])), ends):
        shared_a |= contained(starts_a - base_a, starts_b - base_b)
        shared_b |= contained(starts_b - base_b, starts_a - base_a)
    keep_a, keep_b = _firsts(a), _firsts(b)
    left = np.flatnonzero(~shared_a & ~contained(starts_a, keep_a)) + first[0]
    right = np.flatnonzero(~shared_b & ~contained(starts_b, keep_b)) + second[0]
    return left.tolist(), right.tolist()


def _firsts(half: Half) -> Ints:
    return np.array([start for start, _ in half.code.spans], dtype=np.int64)


def agree_on_runs(a: Half, b: Half, pairing: Pairing) -> bool:
    """Cut the code again by runs of the same bytes, in any order; return whether it was cut.

    A run begins at two chunks without equal counterpart that begin alike as no other two do.
    Starts inside a run that only one side has are dropped; one at its end is given to both.
    """
    open_a = np.flatnonzero(~pairing.same)
    open_b = without(np.arange(len(b.code)), pairing.b_of[pairing.same])
    if not open_a.size or not open_b.size:
        return False
    masks = loose_mask(a), loose_mask(b)
    drop: tuple[set[int], set[int]] = set(), set()
    new: tuple[set[int], set[int]] = set(), set()
    for first, second, length in _common_runs(a, b, masks, (open_a, open_b)):
        left, right = (
            set(_starts_inside(half, place, length)) for half, place in ((a, first), (b, second))
        )
        surely = length - HEAD
        drop[0].update(first + one for one in left - right if one <= surely)
        drop[1].update(second + one for one in right - left if one <= surely)
        new[0].update(first + one for one in right - left if one > surely)
        new[1].update(second + one for one in left - right if one > surely)
    before = a.code.starts, b.code.starts
    for half, gone, come in zip((a, b), drop, new, strict=True):
        _cut(half, gone, come)
    return not all(
        np.array_equal(one, half.code.starts) for one, half in zip(before, (a, b), strict=True)
    )


def _cut(half: Half, gone: set[int], come: set[int]) -> None:
    """Cut the code of *half* without the places in *gone*, and at those in *come*."""
    code = half.code
    places = code.place(code.starts)
    firsts = code.place(_firsts(half)).tolist()
    kept = code.starts[~contained(places, sorted(gone.difference(firsts)))]
    wanted = np.array(sorted(come - gone), dtype=np.int64)
    rows = np.searchsorted(code.pos, wanted)
    wanted, rows = wanted[rows < code.pos.size], rows[rows < code.pos.size]
    exact = rows[code.pos[rows] == wanted]
    code.cut(union(kept, code.address[exact]))


def agree_on_places(a: Half, b: Half, pairing: Pairing) -> bool:
    """Cut the code where a chunk without equal counterpart lies inside one of the other side.

    A function that nothing refers to has no start where it follows another one directly.
    """
    plain = [half.code.bytes & ~loose_mask(half) for half in (a, b)]
    open_ = (
        np.flatnonzero(~pairing.same),
        without(np.arange(len(b.code)), pairing.b_of[pairing.same]),
    )
    done = False
    for side, half, other in ((0, a, b), (1, b, a)):
        text = plain[1 - side].tobytes()
        room = _spans(other, open_[1 - side])
        come: set[int] = set()
        for chunk in open_[side][:MOST_SOUGHT].tolist():
            start = int(half.code.place(half.code.starts[chunk : chunk + 1])[0])
            size = min(int(half.code.ends[chunk] - half.code.starts[chunk]), LONGEST_HEAD)
            needle = plain[side][start : start + size].tobytes().rstrip(b"\0")
            place = text.find(needle) if len(needle) >= SHORTEST_HEAD else -1
            if place >= 0 and text.find(needle, place + 1) < 0 and _inside(place, room):
                come.add(place)
        before = other.code.starts
        _cut(other, set(), come)
        done |= not np.array_equal(before, other.code.starts)
    return done


def _spans(half: Half, chunks: Ints) -> list[tuple[int, int]]:
    starts = half.code.place(half.code.starts[chunks]).tolist()
    sizes = (half.code.ends[chunks] - half.code.starts[chunks]).tolist()
    return [(start, start + size) for start, size in zip(starts, sizes, strict=True)]


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    number = bisect_right(spans, (place, 1 << 62)) - 1
    return number >= 0 and spans[number][0] < place < spans[number][1]


def _starts_inside(half: Half, place: int, length: int) -> list[int]:
    """Return the starts in a run of code bytes, its end included, counted from its first."""
    places = half.code.place(half.code.starts)
    first, last = np.searchsorted(places, (place, place + length + 1))
    inside: list[int] = (places[first:last] - place).tolist()
    return inside


def _common_runs(
    a: Half,
    b: Half,
    masks: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
    open_: tuple[Ints, Ints],
) -> Iterator[tuple[int, int, int]]:
    """Yield (place in a, place in b, length) of runs of bytes that may be the same code."""
    heads = [
        _heads(half, mask, chunks) for half, mask, chunks in zip((a, b), masks, open_, strict=True)
    ]
    left = MOST_COMPARED * a.code.bytes.size
    done: dict[int, int] = {}
    for head, first in heads[0].items():
        second = heads[1].get(head, -1)
        if first < 0 or second < 0 or left < 0 or done.get(first - second, -1) > first:
            continue
        length = _alike(a, b, masks, (first, second))
        left -= length + STEP
        done[first - second] = first + length
        yield first, second, length


def _heads(half: Half, mask: npt.NDArray[np.uint8], chunks: Ints) -> dict[bytes, int]:
    """Return the place of each beginning that occurs once among *chunks*, -1 for others."""
    code = half.code
    plain = code.bytes & ~mask
    found: dict[bytes, int] = {}
    for place in code.place(code.starts[chunks]).tolist():
        head = plain[place : place + HEAD].tobytes() + mask[place : place + HEAD].tobytes()
        found[head] = -1 if head in found else place
    return found


def _alike(
    a: Half,
    b: Half,
    masks: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
    places: tuple[int, int],
) -> int:
    """Return for how many bytes from *places* on the code is the same but for addresses."""
    first, second = places
    limit = min(a.code.bytes.size - first, b.code.bytes.size - second)
    length = 0
    while length < limit:
        size = min(STEP, limit - length)
        one = slice(first + length, first + length + size)
        two = slice(second + length, second + length + size)
        differs = (a.code.bytes[one] ^ b.code.bytes[two]) & ~(masks[0][one] | masks[1][two])
        if differs.any():
            return length + int(np.argmax(differs != 0))
        length += size
    return length


def agree(a: Half, b: Half, pairing: Pairing) -> bool:
    """Cut the code of both sides alike by what helps first; return whether anything was cut."""
    ways = (agree_on_starts, agree_on_runs, agree_on_places)
    return any(way(a, b, pairing) for way in ways)
