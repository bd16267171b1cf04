"""Parts of addresses that wait on the stack: stored once, loaded and completed later.

A slot counts only when every store into it that reaches the load puts the same part there on
both sides; then what completes it can be resolved as if the part had stayed in a register.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assay.code.listing import ADDI, LOAD, STORE
from assay.code.memory import Ints
from assay.compare.elf.half import Half
from assay.compare.elf.paths import constant_of, number_of, walker_of
from assay.compare.elf.state import State

Mask = npt.NDArray[np.bool_]
MOST_ROWS, MORE, COPIES = 20_000, 2, 3


@dataclass(frozen=True, slots=True)
class Spilled:
    """Paired rows that are resolved through the stack, and the parts that they used."""

    good: Mask
    sources: Mask
    slots: "Slots"


def through_stack(state: State, wanted: Mask) -> Spilled:
    """Return which of the *wanted* paired rows complete a part that was kept on the stack."""
    rows, refs, half = state.rows, state.refs[0], state.a
    good = np.zeros(rows.a.size, dtype=np.bool_)
    sources = np.zeros(rows.a.size, dtype=np.bool_)
    listing = half.index.listing
    slots = Slots(state)
    places = half.code.rows[np.maximum(refs.base_def[rows.a], 0)]
    kept = (listing.op[places] == LOAD) & (listing.ra[places] == slots.stack)
    chosen = np.flatnonzero(wanted & kept & (refs.base_def[rows.a] >= 0))[:MOST_ROWS]
    for number in chosen.tolist():
        row = int(rows.a[number])
        load = int(refs.base_def[row])
        place = half.code.rows[load]
        found = slots.part(load, int(listing.imm[place]))
        if found is None:
            continue
        first, second, parts = found
        offsets = _offset(state, number)
        if offsets is None:
            continue
        mask = -1 if half.elf.bits == 64 else 0xFFFFFFFF
        if state.same_one((first + offsets[0]) & mask, (second + offsets[1]) & mask):
            good[number] = True
            sources[parts] = True
    return Spilled(good, sources, slots)


def _offset(state: State, number: int) -> tuple[int, int] | None:
    """Return the constants that a pair of rows adds to its base register."""
    found = []
    for side, half, row in (
        (0, state.a, int(state.rows.a[number])),
        (1, state.b, int(state.rows.b[number])),
    ):
        listing, place = half.index.listing, half.code.rows[row]
        if listing.op[place] == ADDI:
            found.append(int(listing.imm[place]))
            continue
        fields = state.fields[side]
        at = int(np.searchsorted(fields.bases, row))
        if at >= fields.bases.size or int(fields.bases[at]) != row:
            return None
        found.append(int(fields.offset[at]))
    return found[0], found[1]


class Slots:
    """What each slot of the stack frame of each chunk holds."""

    def __init__(self, state: State) -> None:
        self._state = state
        half = state.a
        self.stack = half.index.isa.stack if half.index.isa else -1
        listing, code = half.index.listing, half.code
        op, base = listing.op[code.rows], listing.ra[code.rows]
        stores = np.flatnonzero((op == STORE) & (base == self.stack))
        self._rows = stores
        self._defined = _definitions(half, stores)
        self._stores: dict[tuple[int, int], list[int]] = {}
        places = listing.imm[code.rows[stores]]
        for number, (chunk, place) in enumerate(
            zip(code.chunk[stores].tolist(), places.tolist(), strict=True)
        ):
            self._stores.setdefault((chunk, place), []).append(number)

    def part(self, load: int, place: int) -> tuple[int, int, list[int]] | None:
        """Return what row *load* gets from a slot on both sides, and the rows that made it.

        Where stores of the chunk put different things there, those count that reach the load.
        """
        half = self._state.a
        stores = self._stores.get((int(half.code.chunk[load]), place), [])
        found = self._one(stores)
        if found is not None or len(stores) < MORE:
            return found
        rows = {int(self._rows[number]): number for number in stores}
        nearest = walker_of(half).nearest(load, frozenset(rows))
        return self._one([rows[row] for row in sorted(nearest)]) if nearest else None

    def held(self, row: int, depth: int = COPIES) -> list[tuple[int, tuple[int, int]]]:
        """Return the parts that *row* leaves in its register: paired rows, values of both sides.

        Follows copies and slots; empty where one of its sources is not known.
        """
        half = self._state.a
        number, value = number_of(self._state, row), constant_of(self._state, row)
        if value is not None:
            return [(number, value)]
        listing, place = half.index.listing, half.code.rows[row]
        register = int(listing.ra[place])
        if listing.op[place] == LOAD and register == self.stack:
            found = self.part(row, int(listing.imm[place]))
            return [(part, (found[0], found[1])) for part in found[2]] if found else []
        if listing.op[place] != ADDI or listing.imm[place] or not depth:
            return []
        many = [
            self.held(one, depth - 1)
            for one in sorted(walker_of(half).definitions(row, register) or ())
        ]
        return [one for some in many for one in some] if all(many) else []

    def _one(self, stores: list[int]) -> tuple[int, int, list[int]] | None:
        """Return the part that all *stores* put into a slot, and the paired rows that made it."""
        state = self._state
        values: set[tuple[int, int]] = set()
        parts: list[int] = []
        for number in stores:
            source = int(self._defined[number])
            part = number_of(state, source) if source >= 0 else -1
            value = constant_of(state, source) if part >= 0 else None
            if value is None:
                return None
            values.add(value)
            parts.append(part)
        return (*values.pop(), parts) if len(values) == 1 else None


def _definitions(half: Half, stores: Ints) -> Ints:
    """Return the row of the code that set what each store writes."""
    flow, code = half.index.flow, half.code
    if flow is None or not stores.size:
        return np.zeros(0, dtype=np.int64)
    rows = code.rows[stores]
    found = flow.reach(half.index.listing.rb[rows], rows)
    place = np.minimum(np.searchsorted(code.rows, found), code.rows.size - 1)
    return np.where((found >= 0) & (code.rows[place] == found), place, -1)
