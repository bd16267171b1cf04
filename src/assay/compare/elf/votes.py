"""Where data went, told by the instructions that refer to it: each pair of rows is a vote.

Code says where code went, data says where data went: an address that two instructions send to
two places keeps the place with more votes, and the other instruction is what was changed.
"""

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from assay.code.memory import Ints, contained, distinct
from assay.code.relocations import KINDS, dynamic_entries, packed_relative
from assay.compare.elf.half import Half
from assay.compare.elf.leaders import leaders
from assay.compare.elf.references import Column, References
from assay.compare.elf.rows import Rows

if TYPE_CHECKING:
    from assay.compare.elf.state import State


ARM, ALIKE = 40, 8


class Votes(msgspec.Struct):
    """How often an address of the first program stands where one of the second does."""

    counts: dict[int, dict[int, int]] = msgspec.field(default_factory=dict)

    def cast(self, first: Ints, second: Ints) -> None:
        """Count pairs of addresses."""
        order = np.lexsort((second, first))
        first, second = first[order], second[order]
        begins = np.ones(first.size, dtype=np.bool_)
        begins[1:] = (np.diff(first) != 0) | (np.diff(second) != 0)
        places = np.flatnonzero(begins)
        times = np.diff(places, append=first.size)
        columns = first[places].tolist(), second[places].tolist(), times.tolist()
        for one, two, count in zip(*columns, strict=True):
            known = self.counts.get(one)
            if known is None:
                self.counts[one] = {two: count}
            else:
                known[two] = known.get(two, 0) + count

    def winners(self) -> dict[int, int]:
        """Return the place of each address: most votes, then the least shift, then the lowest."""
        return {one: _best(one, places) for one, places in self.counts.items()}


def _best(address: int, places: dict[int, int]) -> int:
    if len(places) == 1:
        return next(iter(places))
    return min(places, key=lambda place: (-places[place], abs(place - address), place))


def from_code(a: Half, b: Half, refs: tuple[References, References], rows: Rows) -> Votes:
    """Return the votes of all paired rows for addresses outside the code."""
    votes = Votes()
    after, listing = leaders(a), a.index.listing
    isa = a.index.isa
    ambient = list(isa.ambient(a.index.program)) if isa else []
    for name in ("direct", "formed", "touched"):
        left: Column = getattr(refs[0], name)
        right: Column = getattr(refs[1], name)
        both = left.has[rows.a] & right.has[rows.b]
        doubtful = np.zeros(rows.a.size, dtype=np.bool_)
        if name == "direct":
            both &= ~refs[0].soft[rows.a] | a.index.program.fixed
        else:
            root = "anchored" if name == "touched" else "rooted"
            both &= getattr(refs[0], root)[rows.a] & getattr(refs[1], root)[rows.b]
            source = refs[0].base_def[rows.a]
            doubtful = (source >= 0) & (after[rows.a] > source)
            doubtful &= ~contained(listing.ra[a.code.rows[rows.a]], ambient)
            # An index may have been added to what only looks like a part of an address.
            offsets = listing.imm[a.code.rows[rows.a]], b.index.listing.imm[b.code.rows[rows.b]]
            doubtful |= (refs[0].part_def[rows.a] >= 0) & (offsets[0] == offsets[1])
        first, second = left.value[rows.a[both]], right.value[rows.b[both]]
        data = _is_data(a, first) & _is_data(b, second)
        # Where paths join the fast pass may have followed the wrong one: bytes decide.
        doubt = np.flatnonzero(data & doubtful[both])
        data[doubt] = _alike(a, b, first[doubt], second[doubt])
        votes.cast(first[data], second[data])
    return votes


def _alike(a: Half, b: Half, first: Ints, second: Ints) -> "np.typing.NDArray[np.bool_]":
    """Return which addresses hold the same bytes; zeroed memory always does."""
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    same = [a.bytes_at(one, ALIKE) == b.bytes_at(two, ALIKE) for one, two in pairs]
    return np.array(same, dtype=np.bool_)


def partners(a: Half, b: Half, refs: tuple[References, References], rows: Rows) -> dict[int, int]:
    """Return the chunk of *b* that stands where each chunk of *a* is referred to, most often.

    Functions of one content are told by who refers to them only.
    """
    votes = Votes()
    for name in ("direct", "formed"):
        left: Column = getattr(refs[0], name)
        right: Column = getattr(refs[1], name)
        both = left.has[rows.a] & right.has[rows.b]
        first, second = left.value[rows.a[both]], right.value[rows.b[both]]
        if a.elf.machine == ARM:
            first, second = first & ~1, second & ~1
        here = contained(first, a.code.starts) & contained(second, b.code.starts)
        votes.cast(a.code.owner(first[here]), b.code.owner(second[here]))
    return votes.winners()


def from_pointers(state: "State", votes: Votes) -> int:
    """Add the votes of relocated pointers that correspond; return how many there are."""
    left, right = pointers_of(state.a), pointers_of(state.b)
    places, good = state.map.find(left)
    size = state.a.elf.bits // 8
    pairs = contained(places, right) & good
    first, one = state.a.index.program.memory.words(left[pairs], size)
    second, two = state.b.index.program.memory.words(places[pairs], size)
    data = one & two & _is_data(state.a, first) & _is_data(state.b, second)
    votes.cast(first[data], second[data])
    return int(data.sum())


def pointers_of(half: Half) -> Ints:
    """Return the places that the loader makes absolute addresses of, ascending."""
    known: Ints | None = half.__dict__.get("pointers")
    if known is None:
        kinds = KINDS.get(half.elf.machine)
        places = [packed_relative(half.elf, half.index.program.dynamic)]
        for entries in dynamic_entries(half.elf, half.index.program.dynamic):
            wanted = contained(entries.kind, list(kinds.relative) if kinds else [])
            places.append(entries.place[wanted])
        known = half.__dict__["pointers"] = distinct(np.concatenate(places))
    return known


def _is_data(half: Half, addresses: Ints) -> "np.typing.NDArray[np.bool_]":
    """Return which *addresses* lie in the program's data, the end of a zone included."""
    inside = np.zeros(addresses.shape, dtype=np.bool_)
    for zone in half.zones:
        if not zone.code:
            inside |= (addresses >= zone.address) & (addresses <= zone.end)
    return inside & ~half.code.inside(addresses)
