"""Which instruction of one program belongs to which of the other.

In chunks of one key the rows correspond one to one. In others they are aligned by their bytes,
addresses left out; what finds no counterpart is what was changed.
"""

import msgspec
import numpy as np
import numpy.typing as npt

from assay.code.memory import Ints, contained, without
from assay.compare.alignment import align
from assay.compare.elf.fields import Fields
from assay.compare.elf.functions import Pairing
from assay.compare.elf.half import Half
from assay.compare.elf.references import References

Mask = npt.NDArray[np.bool_]


class Rows(msgspec.Struct):
    """Paired rows, ascending in `a`; `exact` tells those of chunks that have one key."""

    a: Ints
    b: Ints
    exact: Mask


def pair_rows(
    a: Half,
    b: Half,
    fields: tuple[Fields, Fields],
    refs: tuple[References, References],
    pairing: Pairing,
    *,
    chunks: Ints | None = None,
) -> Rows:
    """Return the pairs of rows; chunks whose rows do not correspond lose their `same` mark.

    Of the first program only the *chunks* given are asked for, else all.
    """
    bounds_a, bounds_b = row_bounds(a, pairing.core_a), row_bounds(b, pairing.core_b)
    parts_a: list[Ints] = []
    parts_b: list[Ints] = []
    exact: list[Mask] = []
    nothing = np.zeros(0, dtype=np.int64)
    chosen = np.arange(len(a.code)) if chunks is None else chunks
    congruent = _congruent(a, b, pairing, (bounds_a, bounds_b))
    for i, j in zip(chosen.tolist(), pairing.b_of[chosen].tolist(), strict=True):
        if j < 0:
            continue
        (first, last), (low, high) = bounds_a[i].tolist(), bounds_b[j].tolist()
        if congruent[i]:
            left, right = np.arange(first, last), np.arange(low, high)
        elif _same_bytes(a, b, fields, pairing, (i, j)):
            left, right = _by_place(a, b, (first, last, low, high), refs)
            pairing.same[i] = left.size > 0
        else:
            pairing.same[i] = False
            left, right = nothing, nothing
        if not pairing.same[i]:
            left, right = _aligned(a, b, fields, (first, last, low, high))
        parts_a.append(left)
        parts_b.append(right)
        exact.append(np.full(left.size, bool(pairing.same[i])))
    return Rows(
        np.concatenate([nothing, *parts_a]),
        np.concatenate([nothing, *parts_b]),
        np.concatenate([nothing.astype(np.bool_), *exact]),
    )


def row_bounds(half: Half, core: Ints) -> Ints:
    """Return the first row and the one behind the last of each chunk, padding left out."""
    code = half.code
    first = np.searchsorted(code.address, code.starts)
    last = np.searchsorted(code.address, core)
    return np.stack([first, last], axis=1)


def _congruent(a: Half, b: Half, pairing: Pairing, bounds: tuple[Ints, Ints]) -> Mask:
    """Return which chunks of one key have rows at the same places of both sides."""
    left, right = bounds[0], bounds[1][np.maximum(pairing.b_of, 0)]
    counts = left[:, 1] - left[:, 0]
    found: Mask = pairing.same & (pairing.b_of >= 0) & (counts == right[:, 1] - right[:, 0])
    chosen = np.flatnonzero(found & (counts > 0))
    sizes = counts[chosen]
    if not chosen.size:
        return found
    heads = np.cumsum(sizes) - sizes
    within = np.arange(int(sizes.sum())) - np.repeat(heads, sizes)
    one, two = (
        (half, np.repeat(side[chosen, 0], sizes) + within) for half, side in ((a, left), (b, right))
    )
    places = [half.code.address[rows] for half, rows in (one, two)]
    lengths = [half.index.listing.size[half.code.rows[rows]] for half, rows in (one, two)]
    moved = places[0] - places[1]
    unlike = (moved != np.repeat(moved[heads], sizes)) | (lengths[0] != lengths[1])
    found[chosen] = ~np.logical_or.reduceat(unlike, heads)
    return found


def _same_bytes(
    a: Half, b: Half, fields: tuple[Fields, Fields], pairing: Pairing, pair: tuple[int, int]
) -> bool:
    """Say whether two chunks are the same bytes but for what may be an address on either side.

    Zeros at the end that one side takes for padding belong to both chunks then.
    """
    i, j = pair
    start, other = int(a.code.starts[i]), int(b.code.starts[j])
    ends = int(pairing.core_a[i]) - start, int(pairing.core_b[j]) - other
    size = max(ends)
    if not size or start + size > int(a.code.ends[i]) or other + size > int(b.code.ends[j]):
        return False
    at, place = a.code.place_of(start), b.code.place_of(other)
    one, two = slice(at, at + size), slice(place, place + size)
    masks = fields[0].mask[one] | fields[1].mask[two]
    if ((a.code.bytes[one] ^ b.code.bytes[two]) & ~masks).any():
        return False
    pairing.core_a[i], pairing.core_b[j] = start + size, other + size
    return True


def _by_place(
    a: Half, b: Half, span: tuple[int, int, int, int], refs: tuple[References, References]
) -> tuple[Ints, Ints]:
    """Return the rows at the same places of two chunks of the same bytes.

    Data in code is read as instructions on one side only, now and then. Rows without
    counterpart that refer to something are no such data: then nothing is paired.
    """
    first, last, low, high = span
    if first == last or low == high:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing
    left = a.code.address[first:last] - a.code.address[first]
    right = b.code.address[low:high] - b.code.address[low]
    sizes = a.index.listing.size[a.code.rows[first:last]].astype(np.int64)
    others = b.index.listing.size[b.code.rows[low:high]].astype(np.int64)
    both, i, j = np.intersect1d(left * WIDTH + sizes, right * WIDTH + others, return_indices=True)
    for half, one, start, stop, kept in (
        (a, refs[0], first, last, i),
        (b, refs[1], low, high, j),
    ):
        alone = without(np.arange(start, stop), kept + start)
        # What an instruction loads as a literal is data, whatever it looks like.
        alone = alone[~contained(half.code.address[alone] & ~3, one.literal)]
        if any(column[alone].any() for column in one.named()):
            return both[:0], both[:0]
    return i + first, j + low


WIDTH = 256
"""More than any instruction is long."""


def _aligned(
    a: Half, b: Half, fields: tuple[Fields, Fields], span: tuple[int, int, int, int]
) -> tuple[Ints, Ints]:
    first, last, low, high = span
    left = row_keys(a, fields[0], first, last)
    right = row_keys(b, fields[1], low, high)
    pairs = np.array(align(left, right), dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0] + first, pairs[:, 1] + low


def row_keys(half: Half, fields: Fields, first: int, last: int) -> list[bytes]:
    """Return the bytes of rows with everything that may be an address left out."""
    code = half.code
    if first >= last:
        return []
    start = int(code.pos[first])
    sizes = half.index.listing.size[code.rows[first:last]].tolist()
    end = int(code.pos[last - 1]) + sizes[-1]
    plain = (code.bytes[start:end] & ~fields.mask[start:end]).tobytes()
    places = (code.pos[first:last] - start).tolist()
    return [plain[at : at + size] for at, size in zip(places, sizes, strict=True)]


def changed_rows(a: Half, b: Half, rows: Rows) -> Mask:
    """Return which pairs of rows are not the same bytes."""
    changed = np.zeros(rows.a.size, dtype=np.bool_)
    size = a.index.listing.size[a.code.rows[rows.a]].astype(np.int64)
    places_a, places_b = a.code.pos[rows.a], b.code.pos[rows.b]
    for step in range(int(size.max()) if size.size else 0):
        here = np.flatnonzero(step < size)
        differs = a.code.bytes[places_a[here] + step] != b.code.bytes[places_b[here] + step]
        changed[here[differs]] = True
    return changed
