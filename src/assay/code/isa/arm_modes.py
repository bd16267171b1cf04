"""Which code of an ARM program is A32 and which is Thumb.

Mapping symbols say it where a file has them. Otherwise each function is told by its bytes: in
A32 nearly every word begins with the condition "always" (0xE), in Thumb hardly any does.
"""

from bisect import bisect_left

import numpy as np

from assay.code.memory import Area, Ints, Mask, as_words, byte_order, listed, union, where
from assay.code.program import Program

# Permille of words with condition "always" (more than in the other half): below the first a piece
# is Thumb, above the second A32; between them it is what the piece before it is.
SURELY_THUMB, SURELY_WORDS = 110, 450
MOST_WALKS, LONGEST_WALK = 1024, 1024
"""Functions whose end is looked for, and bytes of each."""
SHORT = 64
"""Bytes of a range that is not worth cutting into pieces."""


Ranges = list[tuple[int, int, bool]]


def mode_ranges(
    program: Program, votes: dict[int, bool], known: dict[tuple[int, int], Ranges] | None = None
) -> Ranges:
    """Return (start, end, is Thumb) of all code of *program*, data inside code left out.

    *votes* says of some addresses whether what begins there is Thumb. *known* keeps what was
    found without votes, range by range, for a second time.
    """
    known = {} if known is None else known
    marked = np.array(sorted(program.thumb), dtype=np.int64)
    voted = sorted(votes)
    found: Ranges = []
    for start, end in program.code:
        inside = voted[bisect_left(voted, start) : bisect_left(voted, end)]
        held = None if inside else known.get((start, end))
        if held is None:
            own = {at: votes[at] for at in inside}
            held = _by_symbols(program, (start, end), marked)
            held = held or _by_bytes(program, (start, end), own, marked)
            if not inside:
                known[start, end] = held
        found += held
    return [(start, end, thumb) for start, end, thumb in found if end - start >= 2]


def _by_symbols(program: Program, span: tuple[int, int], marked: Ints) -> Ranges:
    start, end = span
    low, high = (bisect_left(program.modes, (edge, "")) for edge in (start, end))
    inside = program.modes[low:high]
    if not inside:
        return []
    bounds = [at for at, _ in inside] + [end]
    found: Ranges = []
    if inside[0][0] > start:
        found.extend(_by_bytes(program, (start, inside[0][0]), {}, marked))
    for (at, mode), until in zip(inside, bounds[1:], strict=True):
        if mode == "d":
            continue
        thumb = mode == "t"
        if found and found[-1][1] == at and found[-1][2] == thumb:
            found[-1] = (found[-1][0], until, thumb)
        else:
            found.append((at if thumb else -(-at // 4) * 4, until, thumb))
    return found


def _by_bytes(
    program: Program, span: tuple[int, int], votes: dict[int, bool], marked: Ints
) -> Ranges:
    """Classify the code between known function starts, then join neighbours.

    *marked* are the functions that symbols say are Thumb, ascending.
    """
    start, end = span
    area = program.memory.area(start)
    if area is None:
        return []
    first = -(-start // 4) * 4
    top = 3 if program.order == "<" else 0
    if end - start <= SHORT and not any(start <= at < end for at in votes):
        tail = area.data[first - area.start + top : end - area.start : 4].tobytes()
        words = sum(byte >> 4 == 0xE for byte in tail)
        is_thumb = start in program.thumb or words * 1000 < SURELY_WORDS * len(tail)
        return [(start if is_thumb else first, end, is_thumb)]
    always = _always(program, area, first, end)
    voted = np.array(sorted(at for at in votes if first < at < end), dtype=np.int64)
    cuts = union(_cuts(program, first, end), voted)
    walks = [at for at in voted.tolist() if not votes[at]][:MOST_WALKS]
    cuts = union(cuts, np.array([_end_of_words(program, at, end) for at in walks], dtype=np.int64))
    low = np.minimum(-(-(cuts[:-1] - first) // 4), always.size - 1)
    high = np.minimum((cuts[1:] - first) // 4, always.size - 1)
    share = np.maximum(always[high] - always[low], 0) * 1000 // np.maximum(high - low, 1)
    whole = max(int(always[-1]), 0) * 1000 // max(always.size - 1, 1)
    if whole > SURELY_WORDS:
        # Among A32 code a piece without a sign of Thumb is a pool of literals or a table.
        signs = _thumb_signs(program, area, first, end)
        before, behind = (np.minimum(edge * 2, signs.size - 1) for edge in (low, high))
        signed = signs[behind] > signs[before]
        share = np.where(signed, share, np.maximum(share, SURELY_THUMB))
    # What a call says of one function says nothing of those around it.
    called = listed(cuts[:-1], voted)
    thumb = _settled(np.where(called, SURELY_THUMB, share), whole)
    thumb |= listed(cuts[:-1], marked)
    for place in where(called).tolist():
        thumb[place] = votes[int(cuts[place])]
    return _joined(cuts, thumb)


def _end_of_words(program: Program, start: int, end: int) -> int:
    """Return where the A32 function at *start* ends, its literals included; at most *end*."""
    block = program.memory.bytes_at(start, min(end - start, LONGEST_WALK))
    order = byte_order(program.order)
    inner = pool = start
    for at in range(start, start + len(block) // 4 * 4, 4):
        word = int.from_bytes(block[at - start : at - start + 4], order)
        if word & 0x0F7F0000 == 0x051F0000:
            offset = word & 0xFFF
            pool = max(pool, at + 12 + (offset if word & 0x800000 else -offset))
        elif word & 0x0F800000 == 0x0A000000:
            inner = (
                max(inner, min(at + 8 + 4 * (word & 0xFFFFFF), end)) if word >> 28 < 14 else inner
            )
        leaves = word >> 28 == 14 and (
            word & 0x0FFFFFF0 == 0x012FFF10 or word & 0x0F000000 == 0x0A000000
            or word & 0x0FFF8000 == 0x08BD8000 or word == 0xE1A0F00E
        )  # fmt: skip
        if leaves and at >= inner:
            return min(max(at + 4, pool), end)
    return start + len(block) // 4 * 4


def _always(program: Program, area: Area, start: int, end: int) -> Ints:
    """Return how many words more begin with "always" than continue with it, before each word.

    Long Thumb instructions begin with it too, but at either half-word of a word.
    """
    upper = 3 if program.order == "<" else 0
    data = area.data[start - area.start : start - area.start + (end - start) // 4 * 4]
    upper_half, lower_half = data[upper::4] >> 4 == 0xE, data[upper ^ 2 :: 4] >> 4 == 0xE
    found = np.zeros(upper_half.size + 1, dtype=np.int64)
    np.subtract(upper_half, lower_half, dtype=np.int8).cumsum(out=found[1:])
    return found


def _thumb_signs(program: Program, area: Area, start: int, end: int) -> Ints:
    """Return how many `push {..., lr}`, `pop {..., pc}` and `bx lr` precede each half-word."""
    data = area.data[start - area.start : end - area.start]
    halves = as_words(data, 2, program.order)
    sign = (halves >> 8 == 0xB5) | (halves >> 8 == 0xBD) | (halves == 0x4770)
    found = np.zeros(sign.size + 1, dtype=np.int64)
    sign.cumsum(out=found[1:])
    return found


def _settled(share: Ints, whole: int) -> Mask:
    """Return which pieces are Thumb, from the *share* of A32-like words of each, in permille."""
    sure = where((share < SURELY_THUMB) | (share > SURELY_WORDS))
    if not sure.size:
        return np.full(share.size, whole < (SURELY_THUMB + SURELY_WORDS) // 2)
    before = np.maximum(sure.searchsorted(np.arange(share.size), side="right") - 1, 0)
    return np.asarray(share[sure[before]] < SURELY_THUMB)


def _cuts(program: Program, start: int, end: int) -> Ints:
    """Return the borders of the pieces to classify: known starts, and every 256 bytes."""
    low, high = program.starts.searchsorted((start + 1, end))
    starts = program.starts[low:high]
    cuts = union(starts, np.array([start, end], dtype=np.int64))
    if cuts.size * 512 < end - start:
        return union(cuts, np.arange(start, end, 256, dtype=np.int64))
    return cuts


def _joined(cuts: Ints, thumb: Mask) -> Ranges:
    change = np.concatenate([[0], where(thumb[1:] != thumb[:-1]) + 1])
    bounds = [*cuts[change].tolist(), int(cuts[-1])]
    kinds = thumb[change].tolist()
    found = []
    for at, until, is_thumb in zip(bounds[:-1], bounds[1:], kinds, strict=True):
        begin = at if is_thumb else -(-at // 4) * 4
        found.append((begin, until, is_thumb))
    return found
