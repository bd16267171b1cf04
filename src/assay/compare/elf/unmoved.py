"""Programs of one layout: where nothing moved, the same bytes in the same place mean the same.

A program that was patched, or built again with another text of the same length, is such a pair.
Only what changed needs a proof there.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assay.compare.elf.half import Half

if TYPE_CHECKING:
    from assay.compare.elf.state import State
    from assay.compare.elf.zones import Zone

Mask = npt.NDArray[np.bool_]
PLAIN = {1, 7, 8, 14, 15, 16}
"""Kinds of sections that hold bytes, notes, zeros and pointers to functions: no tables."""
MOST_CHANGED = 64
"""Chunks that may differ for the rest to be paired by place."""


def same_chunks(a: Half, b: Half) -> Mask | None:
    """Return which chunks are the same bytes in the same place; None where layouts differ."""
    left, right = a.code, b.code
    if left.spans != right.spans or left.bytes.size != right.bytes.size:
        return None
    if not np.array_equal(left.starts, right.starts) or not len(left):
        return None
    differing = np.flatnonzero(left.bytes != right.bytes)
    place = np.searchsorted(left.place(left.starts), differing, side="right") - 1
    found = np.ones(len(left), dtype=np.bool_)
    found[place] = False
    return found


def pair_in_place(a: Half, b: Half, keys: tuple[list[bytes], list[bytes]]) -> bool:
    """Say whether each chunk belongs to the one in its place: nearly all are the same bytes.

    None of the others may be what stands in another place.
    """
    same = same_chunks(a, b)
    if same is None:
        return False
    others = np.flatnonzero(~same).tolist()
    if len(others) > min(MOST_CHANGED, len(same) // 2):
        return False
    elsewhere = [i for i in others if keys[0][i] != keys[1][i]]
    known = set(keys[0]) & {keys[1][i] for i in elsewhere}
    return not known and not set(keys[1]) & {keys[0][i] for i in elsewhere}


def is_unmoved(state: "State") -> bool:
    """Say whether everything lies where it lay: code, data, imports, and sections in the file.

    What the loader reads has to be the same: its tables say by each other's numbers what they mean.
    """
    a, b, mapped = state.a, state.b, state.map
    if len(a.data) != len(b.data) or a.zones != b.zones or a.elf.segments != b.elf.segments:
        return False
    if any(zone.kind not in PLAIN and a.body(zone) != b.body(zone) for zone in a.zones):
        return False
    if same_chunks(a, b) is None or state.uneven or mapped.shift.any():
        return False
    partners = state.pairing.b_of
    return bool(
        np.array_equal(partners, np.arange(partners.size))
        and np.array_equal(mapped.externs[0], mapped.externs[1])
    )


def open_rows(state: "State") -> Mask:
    """Return the paired rows that have to be judged: where nothing moved, those of changed chunks.

    Ways through a program that the proof follows do not leave a chunk.
    """
    rows = state.rows
    same = same_chunks(state.a, state.b) if state.unmoved else None
    if same is None:
        return np.ones(rows.a.size, dtype=np.bool_)
    return np.asarray(~same[state.a.code.chunk[rows.a]])


def settle_zone(state: "State", left: "Zone", right: "Zone") -> bool:
    """Account for two zones of the same bytes where nothing moved; return whether they are."""
    if not state.unmoved or state.a.body(left) != state.b.body(right):
        return False
    state.ledger.equal(left.offset, right.offset, left.size)
    return True


def settle_rest(state: "State") -> None:
    """Call equal what is the same byte in the same place, and follows from nothing else then."""
    if state.unmoved:
        state.ledger.stayed(state.a.data, state.b.data)
