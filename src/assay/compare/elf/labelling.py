"""The account of code bytes: equal, shifted with proof, padding, or differing."""

import numpy as np
import numpy.typing as npt

from assay.code.memory import Ints, distinct
from assay.compare.elf.half import Half
from assay.compare.elf.state import State
from assay.compare.ledger import DIFFERING, EQUAL, FIRST_CAUSE, UNEXPLAINED

Mask = npt.NDArray[np.bool_]
SHIFTED = FIRST_CAUSE + 12
PADDING = FIRST_CAUSE + 13
PROOF = "every reference leads to the counterpart of what it led to"
PADDED = "instructions that do nothing, between functions"


def label_code(state: State, changed: Mask, stayed: Mask | None = None) -> None:
    """Label every byte of code on both sides.

    The bytes that *stayed* are the same on both, in the same place, and need no proof.
    """
    state.ledger.proofs.setdefault("N12", PROOF)
    state.ledger.proofs.setdefault("N13", PADDED)
    labels = [
        np.full(half.code.bytes.size, UNEXPLAINED, dtype=np.uint8) for half in (state.a, state.b)
    ]
    if stayed is not None:
        labels[0][stayed], labels[1][stayed] = EQUAL, EQUAL
    _rows(state, changed, labels)
    _literals(state, labels)
    for side, (half, core) in enumerate(
        ((state.a, state.pairing.core_a), (state.b, state.pairing.core_b))
    ):
        _padding(half, core, labels[side])
        labels[side][labels[side] == UNEXPLAINED] = DIFFERING
        _store(state, side, half, labels[side])


def _rows(state: State, changed: Mask, labels: list[npt.NDArray[np.uint8]]) -> None:
    """Label paired instructions."""
    rows = state.rows
    wrong = np.zeros(rows.a.size, dtype=np.bool_)
    wrong[list(state.wrong)] = True
    size = state.a.index.listing.size[state.a.code.rows[rows.a]].astype(np.int64)
    first, second = state.a.code.pos[rows.a], state.b.code.pos[rows.b]
    for step in range(int(size.max()) if size.size else 0):
        here = np.flatnonzero(step < size)
        left, right = first[here] + step, second[here] + step
        same = state.a.code.bytes[left] == state.b.code.bytes[right]
        label = np.where(same, EQUAL, np.where(wrong[here], DIFFERING, SHIFTED))
        # A wrong reference whose bytes stayed the same still makes its bytes differ in meaning.
        label = np.where(same & wrong[here] & ~changed[here], DIFFERING, label)
        labels[0][left], labels[1][right] = label, label


def _literals(state: State, labels: list[npt.NDArray[np.uint8]]) -> None:
    """Label data inside code by the chunks that hold it: literal pools and tables."""
    a, b = state.a, state.b
    covered = labels[0] != UNEXPLAINED
    loaders = _loaders(state)
    pairing = state.pairing
    spots = a.code.place(a.code.starts)
    # How many bytes before each are not covered: most chunks hold nothing but instructions.
    bare = np.concatenate([[0], np.cumsum(~covered)])
    sizes = pairing.core_a - a.code.starts
    wanted = (pairing.b_of >= 0) & (sizes > 0)
    wanted &= ~pairing.same | (bare[spots + np.maximum(sizes, 0)] != bare[spots])
    for i in np.flatnonzero(wanted).tolist():
        at, j = int(spots[i]), int(pairing.b_of[i])
        start, end = int(a.code.starts[i]), int(pairing.core_a[i])
        other = b.code.place_of(int(b.code.starts[j]))
        room = min(end - start, int(pairing.core_b[j]) - int(b.code.starts[j]))
        if not pairing.same[i]:
            _by_loaders(state, labels, loaders, (start, end))
            continue
        open_ = np.flatnonzero(~covered[at : at + room])
        if not open_.size:
            continue
        same = a.code.bytes[at + open_] == b.code.bytes[other + open_]
        labels[0][at + open_[same]] = EQUAL
        labels[1][other + open_[same]] = EQUAL
        shift = int(b.code.starts[j]) - start
        for word in distinct((start + open_[~same]) & ~3).tolist():
            _word(state, labels, loaders, word, word + shift)


def _loaders(state: State) -> dict[int, list[int]]:
    """Return the paired rows that load each literal of the first program."""
    found: dict[int, list[int]] = {}
    literal = state.refs[0].literal[state.rows.a]
    for number in np.flatnonzero(literal >= 0).tolist():
        found.setdefault(int(literal[number]), []).append(number)
    return found


def _word(
    state: State,
    labels: list[npt.NDArray[np.uint8]],
    loaders: dict[int, list[int]],
    first: int,
    second: int,
) -> None:
    """Label a word of data in code whose two sides differ."""
    users = loaders.get(first, [])
    good = bool(users) and all(state.good[number] for number in users)
    if not good:
        left, right = state.a.word(first, 4), state.b.word(second, 4)
        good = left is not None and right is not None and state.same_one(left, right)
        good = good and state.a.index.program.fixed
    label = SHIFTED if good else DIFFERING
    for half, side, address in ((state.a, 0, first), (state.b, 1, second)):
        at = half.code.place_of(address)
        part = labels[side][at : at + 4]
        part[part == UNEXPLAINED] = label
    if not good:
        for number in users:
            state.wrong.setdefault(number, "loads another constant")
        state.differing_words.append((first, second))


def _by_loaders(
    state: State,
    labels: list[npt.NDArray[np.uint8]],
    loaders: dict[int, list[int]],
    span: tuple[int, int],
) -> None:
    """Label the literals of a chunk that differs by the instructions that load them."""
    for address in sorted(one for one in loaders if span[0] <= one < span[1]):
        number = loaders[address][0]
        other = int(state.refs[1].literal[state.rows.b[number]])
        if other < 0:
            continue
        if state.a.word(address, 4) == state.b.word(other, 4):
            for half, side, place in ((state.a, 0, address), (state.b, 1, other)):
                at = half.code.place_of(place)
                part = labels[side][at : at + 4]
                part[part == UNEXPLAINED] = EQUAL
        else:
            _word(state, labels, loaders, address, other)


def _padding(half: Half, core: Ints, labels: npt.NDArray[np.uint8]) -> None:
    padded = np.flatnonzero(core < half.code.ends)
    starts = half.code.starts[padded]
    places = half.code.place(starts)
    # Chunks do not overlap: one more where padding begins, one less where it ends.
    depth = np.zeros(labels.size + 1, dtype=np.int8)
    depth[places + core[padded] - starts] += 1
    depth[places + half.code.ends[padded] - starts] -= 1
    inside = np.cumsum(depth[:-1], dtype=np.int8) > 0
    labels[inside & (labels == UNEXPLAINED)] = PADDING


def _store(state: State, side: int, half: Half, labels: npt.NDArray[np.uint8]) -> None:
    at = 0
    for zone in sorted((one for one in half.zones if one.code), key=lambda one: one.address):
        part = state.ledger.labels[side][zone.offset : zone.offset + zone.size]
        part[:] = labels[at : at + zone.size]
        at += zone.size
