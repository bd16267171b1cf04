"""Data of two programs, piece by piece: equal bytes, pointers that follow the map, the rest.

A word that differs needs a meaning: an address, a distance from itself or from its table, from
the `$gp`. Strings that differ are told by what they say.
"""

from dataclasses import dataclass

import numpy as np

from assay.code.memory import Ints
from assay.compare.elf.addresses import ARM
from assay.compare.elf.half import Half
from assay.compare.elf.pages import account_pages
from assay.compare.elf.state import State
from assay.compare.elf.strings import explain_string, judge
from assay.compare.elf.zones import Zone

MOST_WORDS = 2_000_000
SHIFTED = "every word leads to the counterpart of what it led to"


def prove_data(state: State, left: Zone, right: Zone) -> None:
    """Account for the bytes of two zones of data that belong together."""
    if left.offset < 0 or right.offset < 0:
        return
    bases = _tables(state)
    account_pages(state, left, right)
    for start, end, image in _pieces(state, left, right):
        _piece(state, (start, end, image), bases)
    _padding(state, left, right)


def _pieces(state: State, left: Zone, right: Zone) -> list[tuple[int, int, int]]:
    """Return the pieces of the map in a zone that stay in the zone it belongs to."""
    mapped = state.map
    low, high = np.searchsorted(mapped.starts, (left.address, left.end))
    found = []
    for place in range(int(low), int(high)):
        start, end = int(mapped.starts[place]), int(mapped.ends[place])
        image = start + int(mapped.shift[place])
        if right.address <= image and image + end - start <= right.end:
            found.append((start, min(end, left.end), image))
    return found


def _offset(half: Half, address: int) -> int:
    zone = half.zone_at(address)
    return -1 if zone is None or zone.offset < 0 else zone.offset + address - zone.address


def _piece(state: State, piece: tuple[int, int, int], bases: dict[int, int]) -> None:
    start, end, image = piece
    at, place = _offset(state.a, start), _offset(state.b, image)
    if at < 0 or place < 0:
        return
    if start in state.uneven:
        text, other_at, other = state.uneven[start]
        judge(state, (start, text.rstrip(b"\0")), (other_at, other.rstrip(b"\0")))
        return
    length = end - start
    first = np.frombuffer(state.a.data, np.uint8)[at : at + length]
    second = np.frombuffer(state.b.data, np.uint8)[place : place + length]
    open_ = state.ledger.labels[0][at : at + length] == 0
    open_ |= state.ledger.labels[1][place : place + length] == 0
    differing = np.flatnonzero((first != second) & open_)
    if state.a.index.program.fixed:
        _stale(state, piece, (first, second))
    if not differing.size:
        state.ledger.equal(at, place, length)
        return
    explained = _words(state, piece, differing, bases)
    for run_start, run_end in _runs(differing):
        if run_start in explained and all(one in explained for one in range(run_start, run_end)):
            for side, base in ((0, at), (1, place)):
                state.ledger.explain(side, base + run_start, base + run_end, "N12", SHIFTED)
    rest = [one for one in differing.tolist() if one not in explained]
    if rest:
        explain_string(state, piece, rest)
    state.ledger.settle(state.a.data, state.b.data, at, place, length)


def _runs(places: Ints) -> list[tuple[int, int]]:
    """Return consecutive places as ranges."""
    breaks = np.flatnonzero(np.diff(places) != 1) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(places, breaks)]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of both sides: where it is and what it holds, relocated and as stored."""

    at_a: int
    at_b: int
    size: int


def _words(
    state: State, piece: tuple[int, int, int], differing: Ints, bases: dict[int, int]
) -> set[int]:
    """Return the differing places of *piece* that belong to words which follow the map."""
    start, end, image = piece
    explained: set[int] = set()
    size = state.a.elf.bits // 8
    for width in dict.fromkeys((size, 4)):
        words = np.unique((start + differing) // width * width)
        words = words[(words >= start) & (words + width <= end)][:MOST_WORDS]
        if not words.size:
            continue
        good = _pointers(state, words, words - start + image, width)
        for address in words[good].tolist():
            explained.update(range(address - start, address - start + width))
        if width == 4:
            for address in words[~good].tolist():
                word = _Word(address, address - start + image, 4)
                if _relative(state, word, start, image, bases):
                    explained.update(range(address - start, address - start + 4))
    return explained


def _pointers(state: State, first: Ints, second: Ints, width: int) -> "np.typing.NDArray[np.bool_]":
    """Return which words hold, once the program is loaded, addresses that correspond."""
    if width != state.a.elf.bits // 8:
        return np.zeros(first.shape, dtype=np.bool_)
    left, one = state.a.index.program.memory.words(first, width)
    right, two = state.b.index.program.memory.words(second, width)
    good = one & two & state.same(left, right)
    for number in np.flatnonzero(good).tolist():
        # The loader may overwrite what the file holds; that has to correspond as well.
        held = state.a.word(int(first[number]), width), state.b.word(int(second[number]), width)
        good[number] = held[0] == held[1] or state.same_one(held[0] or 0, held[1] or 0)
    return np.asarray(good)


def _relative(state: State, word: _Word, start: int, image: int, bases: dict[int, int]) -> bool:
    """Say whether a word of four bytes is a distance to the same thing on both sides."""
    left, right = state.a.word(word.at_a, 4), state.b.word(word.at_b, 4)
    if left is None or right is None:
        return False
    left, right = _signed(left), _signed(right)
    options = [(word.at_a, word.at_b), (start, image)]
    base = bases.get(word.at_a)
    if base is not None:
        options.insert(0, (base, state.map.one(base)))
    options += [pair for pair in (state.pointers(),) if pair is not None]
    mask = -1 if state.a.elf.bits == 64 else 0xFFFFFFFF
    if state.a.elf.machine == ARM:
        one, two = word.at_a + _signed31(left), word.at_b + _signed31(right)
        if (left ^ right) >> 31 == 0 and state.same_one(one & mask, two & mask):
            return True
    return any(
        one >= 0 and two >= 0 and state.same_one((one + left) & mask, (two + right) & mask)
        for one, two in options
    )


def _signed(value: int) -> int:
    return (value ^ 0x80000000) - 0x80000000


def _signed31(value: int) -> int:
    return ((value & 0x7FFFFFFF) ^ 0x40000000) - 0x40000000


def _tables(state: State) -> dict[int, int]:
    """Return, for each entry of a known jump table of the first program, where its table begins."""
    known = state.a.__dict__.get("table_bases")
    if known is None:
        known = {
            table.address + 4 * entry: table.address
            for table in state.a.index.tables
            if table.size == 4
            for entry in range(table.entries)
        }
        state.a.__dict__["table_bases"] = known
    return known


def _stale(
    state: State,
    piece: tuple[int, int, int],
    both: tuple["np.typing.NDArray[np.uint8]", "np.typing.NDArray[np.uint8]"],
) -> None:
    """Note words of a fixed program that are the same although what they lead to has moved.

    Only words that lead exactly to a function or to what code refers to: others are numbers.
    """
    start, end, image = piece
    size = state.a.elf.bits // 8
    first = -(-start // size) * size
    words = np.arange(first, end - size + 1, size, dtype=np.int64)
    if not words.size:
        return
    values, good = state.a.index.program.memory.words(words, size)
    others, fine = state.b.index.program.memory.words(words - start + image, size)
    place = np.minimum(np.searchsorted(state.map.starts, values), max(state.map.starts.size - 1, 0))
    exact = good & fine & (values == others) & (state.map.starts[place] == values)
    for address in words[exact].tolist():
        value = state.a.index.program.memory.fixed_word(address, size)
        held = int(values[(address - first) // size]) if value is None else value
        if not state.same_one(held, held):
            state.unknown.append(f"the word at {address:#x} stays {held:#x}, which has moved")
    del both


def _padding(state: State, left: Zone, right: Zone) -> None:
    """Account for zeros that no piece covers: room between objects."""
    for side, half, zone in ((0, state.a, left), (1, state.b, right)):
        labels = state.ledger.labels[side][zone.offset : zone.offset + zone.size]
        body = np.frombuffer(half.data, np.uint8)[zone.offset : zone.offset + zone.size]
        open_ = np.flatnonzero((labels == 0) & (body == 0))
        for start, end in _runs(open_) if open_.size else []:
            if end - start < MOST_PADDING:
                state.ledger.explain(
                    side, zone.offset + start, zone.offset + end, "N13", "zeros between objects"
                )


MOST_PADDING = 64
