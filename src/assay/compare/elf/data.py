"""Data of two programs, piece by piece: equal bytes, pointers that follow the map, the rest.

A word that differs needs a meaning: an address, a distance from itself or from its table, from
the `$gp`. Strings that differ are told by what they say.
"""

import numpy as np
import numpy.typing as npt

from assay.code.memory import Ints, distinct
from assay.compare.elf.addresses import ARM
from assay.compare.elf.half import Half
from assay.compare.elf.pages import account_pages
from assay.compare.elf.state import State
from assay.compare.elf.strings import explain_string, judge
from assay.compare.elf.zones import Zone

Mask = npt.NDArray[np.bool_]
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


def _words(
    state: State, piece: tuple[int, int, int], differing: Ints, bases: dict[int, int]
) -> set[int]:
    """Return the differing places of *piece* that belong to words which follow the map."""
    start, end, image = piece
    explained: set[int] = set()
    size = state.a.elf.bits // 8
    for width in dict.fromkeys((size, 4)):
        words = distinct((start + differing) // width * width)
        words = words[(words >= start) & (words + width <= end)][:MOST_WORDS]
        if not words.size:
            continue
        good = _pointers(state, words, words - start + image, width)
        for address in words[good].tolist():
            explained.update(range(address - start, address - start + width))
        if width == 4:
            rest = words[~good]
            near = _relative(state, rest, (start, image), bases)
            for address in rest[near].tolist():
                explained.update(range(address - start, address - start + 4))
    return explained


def _pointers(state: State, first: Ints, second: Ints, width: int) -> Mask:
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


def _relative(state: State, words: Ints, places: tuple[int, int], bases: dict[int, int]) -> Mask:
    """Return which words of four bytes are a distance to the same thing on both sides.

    *places* are where their piece begins on both sides.
    """
    start, image = places
    others = words - start + image
    left, right = _held(state.a, words), _held(state.b, others)
    found = np.zeros(words.shape, dtype=np.bool_)
    if left is None or right is None:
        return found
    if state.a.elf.machine == ARM:
        found = (left ^ right) >> 31 == 0
        found &= _meet(state, (words, _signed31(left)), (others, _signed31(right)))
    table = np.array([bases.get(one, -1) for one in words.tolist()], dtype=np.int64)
    images, placed = state.map.find(table)
    options = [(table, np.where(placed, images, -1)), (words, others)]
    options.append((np.full(words.shape, start), np.full(words.shape, image)))
    pointers = state.pointers
    if pointers is not None:
        options.append((np.full(words.shape, pointers[0]), np.full(words.shape, pointers[1])))
    for one, two in options:
        rest = np.flatnonzero(~found & (one >= 0) & (two >= 0))
        if rest.size:
            found[rest] = _meet(state, (one[rest], left[rest]), (two[rest], right[rest]))
    return found


def _held(half: Half, places: Ints) -> Ints | None:
    """Return the signed words of four bytes at *places*, which lie in one zone; None outside."""
    if not places.size:
        return None
    first, last = int(places[0]), int(places[-1]) + 4
    zone = half.zone_at(first)
    if zone is None or zone.offset < 0 or last > zone.end:
        return None
    at = zone.offset + first - zone.address
    body = np.frombuffer(half.data, np.uint8)[at : at + last - first]
    index = (places - first)[:, None] + np.arange(4)
    if int(index[-1, -1]) >= body.size:
        return None
    return np.asarray(body[index].view(f"{half.elf.order}i4")[:, 0].astype(np.int64))


def _meet(state: State, first: tuple[Ints, Ints], second: tuple[Ints, Ints]) -> Mask:
    """Return which places plus their distances correspond."""
    mask = -1 if state.a.elf.bits == 64 else 0xFFFFFFFF
    return state.same((first[0] + first[1]) & mask, (second[0] + second[1]) & mask)


def _signed31(value: Ints) -> Ints:
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
    both: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
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
