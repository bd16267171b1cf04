"""Data of two programs, piece by piece: equal bytes, pointers that follow the map, the rest.

A word that differs needs a meaning: an address, a distance from itself or from its table, from
the `$gp`. Strings that differ are told by what they say.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from assay.code.memory import Ints, distinct, gather
from assay.compare.elf.addresses import ARM
from assay.compare.elf.half import Half
from assay.compare.elf.layout import Piece
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
    whole = state.a.index.program.fixed
    for run in _together(state, _pieces(state, left, right)):
        for piece in run if whole or len(run) == 1 else _differing(state, run):
            _piece(state, piece, bases)
    _padding(state, left, right)


def _together(state: State, pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Yield the *pieces* in runs that moved as a whole; strings of different length are alone."""
    run: list[Piece] = []
    for piece in pieces:
        start, _, image = piece
        alone = start in state.uneven or (run and run[-1][0] in state.uneven)
        if run and (alone or run[-1][1] != start or run[0][2] - run[0][0] != image - start):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _differing(state: State, run: list[Piece]) -> Iterator[Piece]:
    """Yield the pieces of *run* that have a differing byte; note that the others are equal."""
    start, image, length = run[0][0], run[0][2], run[-1][1] - run[0][0]
    at, place = _offset(state.a, start), _offset(state.b, image)
    if at < 0 or place < 0:
        return
    places = _open_differences(state, (at, place), length)
    starts = np.array([first for first, _, _ in run], dtype=np.int64)
    chosen = distinct(np.searchsorted(starts, places + start, side="right") - 1).tolist()
    known = start
    for piece in (run[number] for number in chosen):
        state.ledger.equal(at + known - start, place + known - start, piece[0] - known)
        known = piece[1]
        yield piece
    end = start + length
    state.ledger.equal(at + known - start, place + known - start, end - known)


def _open_differences(state: State, places: tuple[int, int], length: int) -> Ints:
    """Return which of *length* bytes at *places* of both files differ and are not accounted for."""
    (at, place), labels = places, state.ledger.labels
    first = np.frombuffer(state.a.data, np.uint8)[at : at + length]
    second = np.frombuffer(state.b.data, np.uint8)[place : place + length]
    open_ = (labels[0][at : at + length] == 0) | (labels[1][place : place + length] == 0)
    return np.flatnonzero((first != second) & open_)


def _pieces(state: State, left: Zone, right: Zone) -> list[Piece]:
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


def _piece(state: State, piece: Piece, bases: dict[int, int]) -> None:
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
    differing = _open_differences(state, (at, place), length)
    if state.a.index.program.fixed:
        _stale(state, piece, (first, second))
    if not differing.size:
        state.ledger.equal(at, place, length)
        return
    explained = _words(state, piece, differing, bases)
    # A run of differing bytes is explained as a whole or not at all.
    begins = np.diff(differing, prepend=differing[0] - 2) != 1
    open_ = np.logical_or.reduceat(~explained[differing], np.flatnonzero(begins))
    chosen = np.zeros(length, dtype=np.bool_)
    chosen[differing[~open_[np.cumsum(begins) - 1]]] = True
    if chosen.any():
        for side, base in ((0, at), (1, place)):
            state.ledger.explain_chosen(side, base, chosen, "N12", SHIFTED)
    rest = differing[~explained[differing]].tolist()
    if rest:
        explain_string(state, piece, rest)
    state.ledger.settle(state.a.data, state.b.data, at, place, length)


def _runs(places: Ints) -> list[tuple[int, int]]:
    """Return consecutive places as ranges."""
    breaks = np.flatnonzero(np.diff(places) != 1) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(places, breaks)]


def _words(state: State, piece: Piece, differing: Ints, bases: dict[int, int]) -> Mask:
    """Return the bytes of *piece* that belong to differing words which follow the map."""
    start, end, image = piece
    explained = np.zeros(end - start, dtype=np.bool_)
    size = state.a.elf.bits // 8
    for width in dict.fromkeys((size, 4)):
        words = distinct((start + differing) // width * width)
        words = words[(words >= start) & (words + width <= end)][:MOST_WORDS]
        if not words.size:
            continue
        good = _pointers(state, words, words - start + image, width)
        if width == 4:
            rest = np.flatnonzero(~good)
            good[rest] = _relative(state, words[rest], (start, image), bases)
        explained[(words[good] - start)[:, None] + np.arange(width)] = True
    return explained


def _pointers(state: State, first: Ints, second: Ints, width: int) -> Mask:
    """Return which words hold, once the program is loaded, addresses that correspond."""
    if width != state.a.elf.bits // 8:
        return np.zeros(first.shape, dtype=np.bool_)
    left, one = state.a.index.program.memory.words(first, width)
    right, two = state.b.index.program.memory.words(second, width)
    good = one & two & state.same(left, right)
    before, after = _stored(state.a, first, width), _stored(state.b, second, width)
    open_ = good if before is None or after is None else good & (before != after)
    for number in np.flatnonzero(open_).tolist():
        # The loader may overwrite what the file holds; that has to correspond as well.
        held = state.a.word(int(first[number]), width), state.b.word(int(second[number]), width)
        good[number] = held[0] == held[1] or state.same_one(held[0] or 0, held[1] or 0)
    return np.asarray(good)


def _stored(half: Half, places: Ints, width: int) -> Ints | None:
    """Return the words that the file has for ascending *places* of one zone; None outside."""
    zone = half.zone_at(int(places[0]))
    last = int(places[-1]) + width
    if zone is None or zone.offset < 0 or last > zone.end:
        return None
    body = np.frombuffer(half.body(zone), np.uint8)
    if last - zone.address > body.size:
        return None
    return gather(body, places - zone.address, width, half.elf.order)


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
    piece: Piece,
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
