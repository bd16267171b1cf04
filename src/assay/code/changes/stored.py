"""Constant bytes that changed where they are: tables, primes, keys that the same code reads.

A function that is the same in both versions refers to the same things in the same order, so the
k-th of one belongs to the k-th of the other. Used by `detect`.
"""

from collections.abc import Iterator

import numpy as np

from assay.code.changes.constants import BYTES, LENGTH, is_telling
from assay.code.changes.matching import Matched
from assay.code.changes.portrait import Portrait
from assay.code.changes.record import ProgramChange, change
from assay.code.index import CodeIndex
from assay.code.memory import Bytes, Ints, Mask, distinct, merge, union, where, within
from assay.code.program import Program

LARGEST, SHORTEST = 4096, 16
MOST_PLACES, MOST = 20_000, 12
WORD, NEAR = 4, 64
SHARE = 2
"""At most one byte in so many may differ: what differs more is another thing."""


def changed_bytes(matched: Matched) -> Iterator[ProgramChange]:
    """Yield the constant bytes of the new program that were others in the old."""
    places = _Places(matched.old), _Places(matched.new)
    told = 0
    for one, other, row in _pairs(matched, places):
        before, after = places[0].content(one), places[1].content(other)
        length = min(before.size, after.size)
        at = _difference(before[:length], after[:length])
        if at < 0:
            continue
        index = matched.new.index
        was, now = (bytes(side[at : at + LENGTH]).hex() for side in (before, after))
        yield change(
            index, "bytes", f"constant bytes that it uses became `0x{now}`; they were `0x{was}`",
            BYTES, function=int(index.owner[row]), constant="0x" + now,
            offset=index.program.memory.offset(other + at),
        )  # fmt: skip
        told += 1
        if told >= MOST:
            return


def touches(index: CodeIndex) -> tuple[Ints, Ints]:
    """Return the rows that access or refer to data, and the address that each names."""
    touched, references = index.accesses[0], index.references
    rows, targets = [touched.row], [touched.target]
    if references is not None:
        rows.append(references.row)
        targets.append(references.target)
    return np.concatenate(rows), np.concatenate(targets)


class _Places:
    """What the code of one version refers to in constant data: rows, addresses, where each ends."""

    def __init__(self, portrait: Portrait) -> None:
        index = portrait.index
        self.memory = index.program.memory
        row, target = touches(index)
        constant = self._constant(target, index.program) & (index.owner[row] >= 0)
        order = np.lexsort((target[constant], row[constant]))
        self.row, self.target = row[constant][order], target[constant][order]
        self.owner = index.owner[self.row]
        ends = np.array([start for start, _ in index.program.described], dtype=np.int64)
        self.bounds = union(union(distinct(target), index.program.pointers), ends)

    def _constant(self, addresses: Ints, program: Program) -> Mask:
        good = within(
            addresses, merge([(one.start, one.end) for one in self.memory.areas if one.fixed])
        )
        other = merge(program.code + program.described)
        return good & ~within(addresses, other)

    def of(self, function: int) -> tuple[Ints, Ints]:
        """Return the rows of *function* that refer to constant data, and to what."""
        first, last = np.searchsorted(self.owner, [function, function + 1])
        return self.row[first:last], self.target[first:last]

    def content(self, address: int) -> Bytes:
        """Return the bytes from *address* to the next thing that is referred to."""
        area = self.memory.area(address)
        if area is None:
            return np.zeros(0, dtype=np.uint8)
        following = int(np.searchsorted(self.bounds, address, side="right"))
        end = int(self.bounds[following]) if following < self.bounds.size else area.end
        start = address - area.start
        return area.data[start : min(start + LARGEST, end - area.start)]


def _pairs(matched: Matched, places: tuple[_Places, _Places]) -> Iterator[tuple[int, int, int]]:
    """Yield what belongs together: address in the old version, in the new, and a row of the new."""
    seen: set[tuple[int, int]] = set()
    for new in sorted(matched.same):
        (_, mine), (rows, theirs) = places[0].of(matched.old_of[new]), places[1].of(new)
        if mine.size != theirs.size or len(seen) > MOST_PLACES:
            continue
        for one, other, row in zip(mine.tolist(), theirs.tolist(), rows.tolist(), strict=True):
            if (one, other) not in seen:
                seen.add((one, other))
                yield one, other, row


def _difference(before: Bytes, after: Bytes) -> int:
    """Return where telling bytes became other telling bytes, -1 where nothing or too much did.

    Where half of them stands nearby all the same, something was put in or taken out.
    """
    differing = where(before != after)
    if before.size < SHORTEST or not differing.size or differing.size * SHARE > before.size:
        return -1
    for at in (differing // LENGTH * LENGTH).tolist():
        was, now = (bytes(side[at : at + LENGTH]) for side in (before, after))
        moved = _stands_near(was, after, at) or _stands_near(now, before, at)
        if is_telling(was) and is_telling(now) and not moved:
            return int(at)
    return -1


def _stands_near(held: bytes, other: Bytes, at: int) -> bool:
    """Say whether half of *held* stands in *other* around *at*."""
    near = other[max(0, at - NEAR) : at + LENGTH + NEAR].tobytes()
    return held[:WORD] in near or held[WORD:] in near
