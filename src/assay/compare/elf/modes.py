"""Lets both programs read the same ARM code in the same mode: A32 or Thumb.

Without mapping symbols the mode of code is told from its bytes, for each program alone, and now
and then otherwise for the same text. Runs of the same bytes are decided once for both sides.
"""

from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from assay._kernel.value import Value
from assay.code.elf import read_elf
from assay.code.index import build
from assay.code.isa.arm_modes import SURELY_THUMB, SURELY_WORDS
from assay.code.loader import load
from assay.code.memory import Ints, union
from assay.compare.elf.half import Half

Bytes = npt.NDArray[np.uint8]
ARM, HALF, WORD = 40, 2, 4
WINDOW = 8
"""Half-words that have to be the same, and the only such on either side, to begin a run."""
GAP, REACH = 64, 32
"""Half-words that may differ inside a run, and around it."""
FEWEST = 4
"""Words that say something of the mode."""
WORDS, THUMB, DATA = 0, 1, 2
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Text(msgspec.Struct):
    """The half-words of all code ranges of a program end to end, and how each was read.

    `address` is where each lies, `mode` one of WORDS, THUMB and DATA; `heads` are the places where
    ranges begin, and the end. `marked` says that mapping symbols told the modes.
    """

    halves: npt.NDArray[np.uint16]
    address: Ints
    mode: Bytes
    heads: Ints
    marked: bool

    def borders(self) -> Ints:
        """Return where ranges of code begin and end among the half-words."""
        inner = np.flatnonzero(np.diff(self.address) != HALF) + 1
        return union(self.heads, inner)


class Run(Value):
    """`size` half-words that are the same code from *first* in one text, *second* in the other.

    `head` and `tail` half-words around it belong to no other run: addresses differ there, or the
    run ends.
    """

    first: int
    second: int
    size: int
    head: int = 0
    tail: int = 0


def agree_on_modes(a: Half, b: Half) -> bool:
    """Read code of both programs again where they took it for different modes.

    Returns whether anything was read again. Mapping symbols of one side count for both.
    """
    if a.elf.machine != ARM or (a.index.program.modes and b.index.program.modes):
        return False
    texts = _text(a), _text(b)
    before = texts[0].mode.copy(), texts[1].mode.copy()
    if all(bool((text.mode == before[0][:1]).all()) for text in texts):
        return False
    for run in _runs(*texts):
        _settle(texts, run)
    changed = False
    for half, text, old in zip((a, b), texts, before, strict=True):
        if not np.array_equal(text.mode, old):
            _read_again(half, text)
            changed = True
    return changed


def _text(half: Half) -> Text:
    program = half.index.program
    halves, address, heads = [], [], [0]
    for start, end in program.code:
        first = -(-start // HALF) * HALF
        body = program.memory.bytes_at(first, (end - first) // HALF * HALF)
        part = np.frombuffer(body, f"{program.order}u2", len(body) // HALF)
        halves.append(part.astype(np.uint16))
        address.append(first + HALF * np.arange(part.size, dtype=np.int64))
        heads.append(heads[-1] + part.size)
    nothing = np.zeros(0, dtype=np.int64)
    places = np.concatenate([nothing, *address])
    mode = np.full(places.size, DATA, dtype=np.uint8)
    for start, end, thumb in program.spans:
        low, high = np.searchsorted(places, (start, end))
        mode[low:high] = THUMB if thumb else WORDS
    words = np.concatenate([nothing.astype(np.uint16), *halves])
    return Text(words, places, mode, np.array(heads), bool(program.modes))


def _runs(first: Text, second: Text) -> list[Run]:
    """Return runs of the same half-words, begun by windows that occur once on each side."""
    one, two = _once(first.halves), _once(second.halves)
    _, i, j = np.intersect1d(one[0], two[0], assume_unique=True, return_indices=True)
    left, right = one[1][i], two[1][j]
    order = np.argsort(left, kind="stable")
    left, right = left[order], right[order]
    if not left.size:
        return []
    broken = (np.diff(left - right) != 0) | (np.diff(left) > GAP)
    starts = np.concatenate([[0], np.flatnonzero(broken) + 1])
    ends = np.append(starts[1:], left.size) - 1
    found = [
        Run(int(left[low]), int(right[low]), int(left[high] - left[low]) + WINDOW)
        for low, high in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return _with_room(found, first.borders(), second.borders())


def _once(halves: npt.NDArray[np.uint16]) -> tuple[npt.NDArray[np.uint64], Ints]:
    """Return digests of the windows that occur once, and where they begin."""
    count = halves.size - WINDOW + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    digest = np.zeros(count, dtype=np.uint64)
    for step in range(WINDOW):
        digest = (digest ^ halves[step : step + count]) * _FACTOR
        digest ^= digest >> np.uint64(29)
    values, first, times = np.unique(digest, return_index=True, return_counts=True)
    return values[times == 1], first[times == 1].astype(np.int64)


def _bounded(borders: Ints, places: list[int]) -> Ints:
    return union(borders, np.array(places, dtype=np.int64))


def _with_room(runs: list[Run], left: Ints, right: Ints) -> list[Run]:
    """Return *runs* with their room; *left* and *right* are borders that no room crosses."""
    heads = [_bounded(left, [run.first for run in runs])]
    heads.append(_bounded(right, [run.second for run in runs]))
    tails = [_bounded(left, [run.first + run.size for run in runs])]
    tails.append(_bounded(right, [run.second + run.size for run in runs]))
    found = []
    for run in runs:
        head = tail = REACH
        for side, start in enumerate((run.first, run.second)):
            before = int(np.searchsorted(tails[side], start, side="right")) - 1
            behind = int(np.searchsorted(heads[side], start + run.size))
            head = min(head, start - int(tails[side][before]))
            tail = min(tail, int(heads[side][behind]) - start - run.size)
        found.append(Run(run.first, run.second, run.size, head, tail))
    return found


def _settle(texts: tuple[Text, Text], run: Run) -> None:
    """Let both texts have one mode in a run, part by part."""
    first, second = texts
    one = first.mode[run.first : run.first + run.size]
    two = second.mode[run.second : run.second + run.size]
    if np.array_equal(one, two):
        return
    if first.marked or second.marked:
        wins = one if first.marked else two
        one[:] = two[:] = wins.copy()
        return
    bounds = _parts(one, two)
    neighbour = next((int(x) for x, y in zip(one, two, strict=True) if x == y), int(one[0]))
    for low, high in pairwise(bounds):
        modes = int(one[low]), int(two[low])
        if modes[0] != modes[1]:
            mode = _told(texts, Run(run.first + low, run.second + low, high - low))
            mode = neighbour if mode is None else mode
            before = run.head if low == 0 else 0
            behind = run.tail if high == run.size else 0
            _set(texts, Run(run.first + low, run.second + low, high - low, before, behind), mode)
        neighbour = int(one[low])


def _parts(one: Bytes, two: Bytes) -> list[int]:
    """Return the bounds of the parts of a run in which neither mode changes."""
    border = (np.diff(one) != 0) | (np.diff(two) != 0)
    return [0, *(np.flatnonzero(border) + 1).tolist(), int(one.size)]


def _set(texts: tuple[Text, Text], part: Run, mode: int) -> None:
    """Give a part of both texts one mode, and its room as far as the modes are what they were."""
    modes = [
        text.mode[start - part.head : start + part.size + part.tail]
        for text, start in zip(texts, (part.first, part.second), strict=True)
    ]
    same = (modes[0] == modes[0][part.head]) & (modes[1] == modes[1][part.head])
    before = np.flatnonzero(~same[: part.head])
    behind = np.flatnonzero(~same[part.head :])
    low = int(before[-1]) + 1 if before.size else 0
    high = part.head + int(behind[0]) if behind.size else same.size
    for one in modes:
        one[low:high] = mode


def _told(texts: tuple[Text, Text], run: Run) -> int | None:
    """Return the mode that the bytes of a run tell, None when they do not."""
    first, second = texts
    start, other = int(first.address[run.first]), int(second.address[run.second])
    if (start - other) % WORD:
        # A32 words lie at multiples of four on both sides.
        return THUMB
    skip = start // HALF % HALF
    halves = first.halves[run.first + skip : run.first + run.size]
    count = halves.size // HALF
    if count < FEWEST:
        return None
    always = halves[: HALF * count] >> 12 == 0xE
    share = 1000 * (int(always[1::2].sum()) - int(always[::2].sum())) // count
    if share < SURELY_THUMB:
        return THUMB
    return WORDS if share > SURELY_WORDS else None


def _read_again(half: Half, text: Text) -> None:
    """Build the index of *half* anew with the modes of *text*."""
    program = load(read_elf(half.data))
    border = np.flatnonzero(np.diff(text.mode) != 0) + 1
    bounds = union(text.borders(), border)
    starts, ends = bounds[:-1], bounds[1:] - 1
    for low, high in zip(starts.tolist(), ends.tolist(), strict=True):
        begin, end = int(text.address[low]), int(text.address[high]) + HALF
        thumb = text.mode[low] == THUMB
        begin = begin if thumb else -(-begin // WORD) * WORD
        if text.mode[low] != DATA and end > begin:
            program.spans.append((begin, end, bool(thumb)))
    for name in ("code", "walker", "named", "jumps"):
        half.__dict__.pop(name, None)
    half.__dict__["index"] = build(program)
