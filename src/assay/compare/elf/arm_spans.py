"""Which ARM code of a program to compare is A32 and which Thumb, to the last function.

The decoder tells it piece by piece; here the borders between pieces move to where the words that
surely are A32 begin and end. Comparison needs them exact: what is taken for another mode on one
side is another text.
"""

from bisect import bisect_left

import numpy as np

from assay.code.isa.arm import told_modes
from assay.code.isa.arm_modes import Ranges
from assay.code.memory import Area, Ints, as_words
from assay.code.program import Program

FEWEST_PLAIN = 2
"""Words that surely are A32, to take a run behind A32 code for it."""
LITERAL_REACH = 1 << 12
"""Bytes by which an A32 literal may lie ahead of what loads it."""
LONGEST_WALK, SHORT = 1024, 64
"""Bytes by which a border may move, ahead and back."""
_LOADS_LITERAL = 0xE59F
_PLAIN = frozenset({_LOADS_LITERAL, 0xE08F, 0xE12F, 0xE1A0, 0xE24D, 0xE28D, 0xE3A0})
"""Upper halves of A32 words that load a literal, add `pc`, go back, move, make room."""


def arm_spans(program: Program) -> Ranges:
    """Return (start, end, is Thumb) of all code of *program*, data inside code left out."""
    ranges, votes = told_modes(program)
    if program.modes:
        return ranges
    voted = np.array(sorted(votes), dtype=np.int64)
    starts = [start for start, _, _ in ranges]
    found: Ranges = []
    for start, end in program.code:
        inside = ranges[bisect_left(starts, start) : bisect_left(starts, end)]
        found += _with_tails(program, inside, voted)
    return found


def _with_tails(program: Program, ranges: Ranges, voted: Ints) -> Ranges:
    """Return *ranges* with A32 ones lengthened by their literals and the functions behind them.

    The last functions of one mode may lie in a piece that is mostly of the other.
    """
    area = program.memory.area(ranges[0][0]) if ranges else None
    if area is None:
        return ranges
    found = ranges[:1]
    for start, end, thumb in ranges[1:]:
        last, until, words = found[-1][0], start, not found[-1][2]
        if not words and not thumb:
            begin = _head_of_words(program, area, (last, start))
            found[-1:] = [(last, begin, True)] if begin > last else []
            joined = bool(found) and not found[-1][2]
            found[-1 if joined else len(found) :] = [
                (found[-1][0] if joined else begin, end, False)
            ]
            continue
        if words and thumb:
            room = voted[voted >= start][:1].tolist()
            until = _tail_of_words(program, area, (last, start), min(end, *room, end))
        if until > start:
            found[-1] = (last, until, False)
        if until < end and found[-1][2] == thumb:
            found[-1] = (found[-1][0], end, thumb)
        elif until < end:
            found.append((until, end, thumb))
    return found


def _head_of_words(program: Program, area: Area, before: tuple[int, int]) -> int:
    """Return where the A32 words that end the Thumb range *before* begin, its end for none."""
    last, start = before
    for word in reversed(
        _words(program, area, -(-max(last, start - SHORT) // 4) * 4, start).tolist()
    ):
        if not _is_plain_word(area, start - 4, word):
            break
        start -= 4
    return start


def _tail_of_words(program: Program, area: Area, before: tuple[int, int], end: int) -> int:
    """Return where the A32 words behind the range *before* end, its end where there are none.

    Small numbers, and what is loaded as a literal, may lie between them.
    """
    start = before[1]
    first = -(-start // 4) * 4
    literals = _literals(program, area, max(before[0], first - LITERAL_REACH), first)
    until, seen, places = start, 0, set(literals)
    for at, word in enumerate(
        _words(program, area, first, min(end, first + LONGEST_WALK)).tolist()
    ):
        place = first + 4 * at
        if _is_plain_word(area, place, word):
            until, seen = place + 4, seen + 1
            if word >> 16 == _LOADS_LITERAL:
                places.add(place + 8 + (word & 0xFFF))
        elif word >> 28 != 0xE and word >> 16 and place not in places:
            break
    if seen < FEWEST_PLAIN:
        until, places = start, literals
    until = first if first in places and until == start else until
    while until in places:
        until += 4
    return min(until, end)


def _words(program: Program, area: Area, start: int, end: int) -> Ints:
    data = area.data[start - area.start : max(end, start) - area.start]
    return as_words(data[: data.size // 4 * 4], 4, program.order).astype(np.int64)


def _literals(program: Program, area: Area, start: int, end: int) -> set[int]:
    """Return the places of the words that A32 code from *start* to *end* loads as literals."""
    words = _words(program, area, -(-start // 4) * 4, end)
    address = -(-start // 4) * 4 + 4 * np.arange(words.size, dtype=np.int64)
    single = words & 0x0F7F0000 == 0x051F0000
    several = (words & 0x0F3F0E00 == 0x0D1F0A00) & (words >> 23 & 1 == 1)
    plain = single & (words >> 23 & 1 == 1)
    loaded = address[plain] + 8 + (words[plain] & 0xFFF)
    vectors = address[several] + 8 + 4 * (words[several] & 0xFF)
    doubles = vectors[words[several] & 0x100 != 0] + 4
    return {int(place) for place in np.concatenate([loaded, vectors, doubles])}


def _is_plain_word(area: Area, at: int, word: int) -> bool:
    """Say whether a word is one that A32 has all the time and Thumb hardly ever."""
    if word >> 25 == 0xEA >> 1:
        target = at + 8 + (((word & 0xFFFFFF) ^ 0x800000) - 0x800000) * 4
        return area.start <= target < area.end
    return word >> 16 in _PLAIN
