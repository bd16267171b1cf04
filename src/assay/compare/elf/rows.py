"""Which instruction of one program belongs to which of the other.

In chunks of one key the rows correspond one to one. In others they are aligned by their bytes,
addresses left out; what finds no counterpart is what was changed.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assay.code.memory import Ints
from assay.compare.alignment import align
from assay.compare.elf.fields import Fields
from assay.compare.elf.functions import Pairing
from assay.compare.elf.half import Half

Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Rows:
    """Paired rows, ascending in `a`; `exact` tells those of chunks that have one key."""

    a: Ints
    b: Ints
    exact: Mask


def pair_rows(a: Half, b: Half, fields: tuple[Fields, Fields], pairing: Pairing) -> Rows:
    """Return the pairs of rows; chunks whose rows do not correspond lose their `same` mark."""
    bounds_a, bounds_b = row_bounds(a, pairing.core_a), row_bounds(b, pairing.core_b)
    parts_a: list[Ints] = []
    parts_b: list[Ints] = []
    exact: list[Mask] = []
    for i, j in enumerate(pairing.b_of.tolist()):
        if j < 0:
            continue
        (first, last), (low, high) = bounds_a[i].tolist(), bounds_b[j].tolist()
        if pairing.same[i] and _congruent(a, b, (first, last, low, high)):
            left, right = np.arange(first, last), np.arange(low, high)
        else:
            pairing.same[i] = False
            left, right = _aligned(a, b, fields, (first, last, low, high))
        parts_a.append(left)
        parts_b.append(right)
        exact.append(np.full(left.size, bool(pairing.same[i])))
    nothing = np.zeros(0, dtype=np.int64)
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


def _congruent(a: Half, b: Half, span: tuple[int, int, int, int]) -> bool:
    """Say whether rows lie at the same places of both chunks."""
    first, last, low, high = span
    if last - first != high - low:
        return False
    if first == last:
        return True
    left, right = a.code.address[first:last], b.code.address[low:high]
    sizes = a.index.listing.size[a.code.rows[first:last]]
    others = b.index.listing.size[b.code.rows[low:high]]
    moved = np.diff(left - right)
    return not moved.any() and bool((sizes == others).all())


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
